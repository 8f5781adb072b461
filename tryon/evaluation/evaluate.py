"""Figures on people, garments and photos that no network was trained on, each against the coarse warp pasted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import nn

from tryon.errors import BadRequestError
from tryon.evaluation.kept_figures import kept_figures, photo_likeness, real_crops, tried_on
from tryon.evaluation.metrics import FeatureDistance
from tryon.evaluation.parsing_figures import parsing_figures
from tryon.evaluation.picture_figures import METRICS, reconstruction_figures
from tryon.evaluation.tables import table_of
from tryon.evaluation.tryon_figures import rendered_figures
from tryon.evaluation.variants import drawing_of, find_networks, paste_garment
from tryon.garment.analyzer import GarmentAnalyzer
from tryon.models.weights import WEIGHTS_DIR
from tryon.person.analyzer import PersonAnalyzer
from tryon.person.parsing import Parser
from tryon.pipeline import Refine, TryOnPipeline
from tryon.settings import open_data_dir, setting
from tryon.training.generator_validation import validation_examples
from tryon.training.pairs import PairStore
from tryon.training.people_data import find_people
from tryon.warp.learned import WEIGHTS_NAME, LearnedWarp
from tryon.warp.placer import PLACEMENT_NAME, LearnedPlacement

__all__ = ["METRICS", "PARTS", "EvaluateSettings", "evaluate", "paste_garment", "table_of"]
PARTS = ("parsing", "photos", "rendered", "kept")
COARSE, LEARNED = "coarse warp", "learned warp"


@dataclass(frozen=True)
class EvaluateSettings:
    """Measure the networks: parsing, restored photos, exact rendered pairs, garments kept and likeness to photos.

    The first release's generator is compared when it is named: get it by
    "git show 51d52b5:weights/generator.safetensors > first.safetensors" and add "--others first=first.safetensors".
    """

    data: Path = setting(open_data_dir(), "folder of the open data (or TRYON_DATA)")
    people: Path = setting(Path("data/people"), "folder of the people shards")
    pairs: Path = setting(Path("data/pairs"), "folder of the exact rendered pairs (python -m tryon prepare pairs)")
    weights: Path = setting(WEIGHTS_DIR, "folder of the weights")
    others: str = setting("", "further generator weights to compare, name=path separated by commas")
    only: str = setting("", f"parts to measure, separated by commas; empty: all of {', '.join(PARTS)}")
    out: Path = setting(Path("runs/evaluation.json"), "where the figures go; a table (.md) is written beside it")
    examples: int = setting(128, "restored photos: one or two of each validation photo")
    height: int = setting(256, "height of the examples in pixels; the width is three quarters")
    rendered: int = setting(240, "rendered pairs; 240 leave a mean distance uncertain by 2 or 3 in 100")
    finished: int = setting(60, "of these, so many as the composite finishes them, too")
    tries: int = setting(120, "photos in garments of photos; 120 is the whole fixed list")
    real: int = setting(150, "photos that results are compared with as a set: about what is held out besides")
    threads: int = setting(0, "CPU threads; 0: all")
    smoke: bool = setting(False, "a run of seconds on a few pictures")


def evaluate(settings: EvaluateSettings) -> dict[str, Any]:
    """Measure everything that ``settings.only`` names, write JSON and a table.

    Returns:
        ``parsing`` {class: IoU} and ``photos``, their number; ``generator``: restored photos, variant -> metric;
        ``rendered``: see ``rendered_figures``; ``kept``: see ``kept_figures``; ``photo_likeness``: see
        ``photo_likeness``; ``skipped``: sentences on what could not be measured. Each metric is ``[mean, low, high]``;
        low and high bound the 95% interval.

    Raises:
        BadRequestError: an unknown part, or data of a part that was asked for by name is missing.
        WeightsError: weights are missing, damaged or of another network.
    """
    s = _smaller(settings) if settings.smoke else settings
    wanted = [part.strip() for part in s.only.split(",") if part.strip()] or list(PARTS)
    unknown = set(wanted) - set(PARTS)
    if unknown:
        raise BadRequestError(f"There is no part {sorted(unknown)[0]!r} to measure. Use some of {', '.join(PARTS)}.")
    if s.threads:
        torch.set_num_threads(s.threads)
    networks = find_networks(s.weights, s.others)
    figures: dict[str, Any] = {"skipped": []}
    warps = find_warps(s.weights)
    if LEARNED not in warps:
        figures["skipped"].append(f"the learned warp; there is no {WEIGHTS_NAME} in {s.weights}.")
    distance = FeatureDistance()
    if "parsing" in wanted or "photos" in wanted:
        figures.update(_photo_figures(s, wanted, networks, distance))
    if "rendered" in wanted:
        try:
            store = PairStore(s.pairs, validation=True)
            figures["rendered"] = rendered_figures(
                store, networks, warps, distance, count=s.rendered, finished=s.finished
            )
        except BadRequestError as error:
            if s.only:
                raise
            figures["skipped"].append(str(error))
    if "kept" in wanted:
        if all((s.data / kind / f"{kind}.csv").is_file() for kind in ("people", "garments")):
            figures.update(_kept_figures(s, networks, warps, distance))
        else:
            reason = f"No people and garments in {s.data}. Name the open data's folder with --data or TRYON_DATA."
            if s.only:
                raise BadRequestError(reason)
            figures["skipped"].append(reason)
    s.out.parent.mkdir(parents=True, exist_ok=True)
    s.out.write_text(json.dumps(figures, indent=1))
    table = table_of(figures)
    s.out.with_suffix(".md").write_text(table)
    print(table)
    return figures


def find_warps(weights: Path) -> dict[str, Refine | None]:
    """The coarse warp, and the learned one where its weights are."""
    warps: dict[str, Refine | None] = {COARSE: None}
    if (weights / WEIGHTS_NAME).is_file():
        warps[LEARNED] = LearnedWarp.from_pretrained(weights)
    return warps


def _smaller(settings: EvaluateSettings) -> EvaluateSettings:
    return replace(settings, examples=4, rendered=2, finished=1, tries=2, real=2)


def _photo_figures(
    s: EvaluateSettings, wanted: list[str], networks: Mapping[str, nn.Module], distance: FeatureDistance
) -> dict[str, Any]:
    """Parsing of the validation photos, and these photos restored."""
    people = find_people(s.people, s.data, smoke_run=s.out.parent / "smoke" if s.smoke else None)
    records = [r for r in people if r.validation][: 4 if s.smoke else None]
    out: dict[str, Any] = {"photos": len(records)}
    if "parsing" in wanted:
        out["parsing"] = parsing_figures(Parser.from_pretrained(s.weights), records)
    if "photos" in wanted:
        x, truth, *_ = validation_examples(records, records, s.examples, (s.height, s.height * 3 // 4))
        out["generator"] = reconstruction_figures(networks, x, truth, distance)
    return out


def _kept_figures(
    s: EvaluateSettings,
    networks: Mapping[str, nn.Module],
    warps: Mapping[str, Refine | None],
    distance: FeatureDistance,
) -> dict[str, Any]:
    """Garments kept and likeness to photos, by the real pipeline with each warp and network in it."""
    analyzers = PersonAnalyzer.from_pretrained(s.weights), GarmentAnalyzer.from_pretrained(s.weights)
    placer = LearnedPlacement.from_pretrained(s.weights) if (s.weights / PLACEMENT_NAME).is_file() else None
    pipelines = {
        f"{warp}, {name}": TryOnPipeline(*analyzers, drawing_of(net), placer=placer, refine=refine)
        for warp, refine in warps.items()
        for name, net in networks.items()
    }
    found = list(tried_on(pipelines, Parser.from_pretrained(s.weights), s.data, s.tries, distance))
    real = real_crops(next(iter(pipelines.values())), s.data, {t.item.person for t in found}, s.real)
    return {"kept": kept_figures(found, distance), "photo_likeness": photo_likeness(found, real)}
