"""Replays of taste: the measure itself, and that suggestions beat what they are compared with."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tryon.evaluation.taste_figures import ReplaySettings, gallery_traits, main, ndcg, replay
from tryon.evaluation.taste_visitors import LIKED, TASTES, draw_visitor, qualities_of_designs
from tryon.synth.gallery import GARMENTS

ASSETS = Path(__file__).resolve().parents[2] / "assets"


def test_ndcg() -> None:
    assert ndcg(["a", "b", "c"], {"a", "b"}, 10) == pytest.approx(1)
    assert ndcg(["c", "a"], {"a"}, 10) == pytest.approx(1 / np.log2(3))
    assert ndcg(["c", "d"], {"a"}, 10) == 0
    assert ndcg(["c", "a"], {"a"}, 1) == 0
    assert np.isnan(ndcg(["a"], set(), 10))


def test_visitors_like_a_quarter_and_agree_with_their_taste() -> None:
    qualities = qualities_of_designs(GARMENTS)
    for number, taste in enumerate(TASTES):
        one = draw_visitor(qualities, taste, np.random.default_rng(number))
        again = draw_visitor(qualities, taste, np.random.default_rng(number))
        assert (one.liked == again.liked).all()
        assert one.liked.mean() == pytest.approx(LIKED, abs=0.02)
        assert one.appeal[one.liked].min() >= one.appeal[~one.liked].max()


def test_suggestions_beat_the_baselines() -> None:
    designs = {each.id: each for each in GARMENTS}
    traits = [each for each in gallery_traits(ASSETS) if each.id in designs]
    qualities = qualities_of_designs([designs[each.id] for each in traits])
    figures = replay(traits, qualities, settings=ReplaySettings(visitors=40, rounds=2), seed=3)["all"]
    ours = figures["ours"]
    for name in ("random", "popularity", "colour only"):
        assert ours["hits@5"][0] > figures[name]["hits@5"][0], name
        assert ours["ndcg@10"][0] > figures[name]["ndcg@10"][0], name
    assert ours["hits@5"][1] > LIKED  # surely better than chance


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "taste.json"
    main(["--visitors", "5", "--out", str(out)])
    assert "| all | ours |" in capsys.readouterr().out
    assert set(json.loads(out.read_text())["gallery"]) == {"all", *TASTES}
