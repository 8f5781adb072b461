"""Recommendations replayed with simulated tastes: hits and nDCG against random, popularity and colour alone.

``python -m tryon.evaluation.taste_figures`` prints a table and writes ``runs/taste.json``.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tryon.evaluation.intervals import Interval, mean_intervals
from tryon.evaluation.taste_photos import photo_garments
from tryon.evaluation.taste_visitors import (
    MISTAKES,
    TASTES,
    Qualities,
    SimulatedVisitor,
    draw_visitor,
    qualities_of_designs,
)
from tryon.settings import open_data_dir
from tryon.studio.recommend import Recommender
from tryon.studio.taste_events import Event
from tryon.studio.taste_measures import FILE_NAME, read_measures
from tryon.studio.taste_traits import Traits, put_together
from tryon.synth.gallery import GARMENTS

Rank = Callable[[list[Event], np.random.Generator], list[str]]
METRICS = ("hits@5", "ndcg@10", "session hits")
POPULATION = 300  # other visitors whose likes make something popular


@dataclass(frozen=True)
class ReplaySettings:
    """How visitors are replayed."""

    visitors: int = 1000  # of all tastes together; the interval of a mean is then about 3 points wide
    judged: int = 12  # garments at random that were judged before the ranking is looked at: as many as the page shows
    slate: int = 6  # suggested at once in a session: the page's first two rows
    rounds: int = 4  # of a session; the first begins without knowing anything
    ignored: float = 0.5  # of what a visitor does not like they say nothing


def replay(
    traits: Sequence[Traits], qualities: Qualities, *, settings: ReplaySettings = ReplaySettings(), seed: int = 0
) -> dict[str, dict[str, dict[str, Interval]]]:
    """Replay all policies with the same visitors.

    Args:
        traits: of the garments, as the recommender sees them.
        qualities: of the same garments, as visitors see them.
        settings: how much.
        seed: of everything that is drawn.

    Returns:
        ``{taste or "all": {policy: {metric: [mean, low, high]}}}`` with 95% intervals. ``hits@5``: share of the first
        five suggested that are liked, after ``judged`` garments. ``ndcg@10``: of the same ranking. ``session hits``:
        share of all that is shown in a session of ``rounds`` slates that is liked.
    """
    rng = np.random.default_rng(seed)
    visitors = [draw_visitor(qualities, TASTES[i % len(TASTES)], rng) for i in range(settings.visitors)]
    others = [draw_visitor(qualities, TASTES[i % len(TASTES)], rng) for i in range(POPULATION)]
    policies = make_policies(traits, qualities.ids, np.mean([each.liked for each in others], 0))
    rows = {name: np.array([_figures(v, qualities.ids, rank, settings, seed + i) for i, v in enumerate(visitors)])
            for name, rank in policies.items()}  # fmt: skip
    tastes = np.array([each.taste for each in visitors])
    return {
        taste: {
            name: mean_intervals(values[(tastes == taste) | (taste == "all")], METRICS) for name, values in rows.items()
        }
        for taste in ("all", *TASTES)
    }


def make_policies(traits: Sequence[Traits], ids: Sequence[str], popularity: NDArray[np.float64]) -> dict[str, Rank]:
    """Ours and what it is compared with: a ranking of all garments that are not judged yet, from events."""
    ours, colour = Recommender(traits), Recommender([_colour_alone(each) for each in traits])
    popular = [ids[i] for i in np.argsort(-popularity, kind="stable")]

    def open_of(events: list[Event], order: Sequence[str]) -> list[str]:
        judged = {event.garment for event in events}
        return [each for each in order if each not in judged]

    return {
        "random": lambda events, rng: open_of(events, [ids[i] for i in rng.permutation(len(ids))]),
        "popularity": lambda events, rng: open_of(events, popular),
        "colour only": lambda events, rng: colour.rank(events),
        "ours": lambda events, rng: ours.rank(events),
    }


def _colour_alone(garment: Traits) -> Traits:
    """The same garment where nothing but its palette tells it from others."""
    return replace(
        garment,
        category="upper", label="Top", pattern="plain", sleeve=None, leg=None, outer=False, formality=0.5, warmth=0.5,
        weave=np.zeros_like(garment.weave), look=np.ones_like(garment.look),
    )  # fmt: skip


def _figures(
    visitor: SimulatedVisitor, ids: Sequence[str], rank: Rank, s: ReplaySettings, seed: int
) -> tuple[float, float, float]:
    rng = np.random.default_rng(seed + 10_000)
    liked = {name for name, likes in zip(ids, visitor.liked, strict=True) if likes}
    shown = [ids[i] for i in rng.permutation(len(ids))[: s.judged]]
    events = [_answer(name, name in liked, rng) for name in shown]
    order = rank(events, rng)
    hits = float(np.mean([name in liked for name in order[:5]]))
    return hits, ndcg(order, liked - set(shown), 10), _session(liked, rank, s, rng)


def _session(liked: set[str], rank: Rank, s: ReplaySettings, rng: np.random.Generator) -> float:
    """Share of what is shown that is liked, while the visitor answers slate after slate; nothing is shown twice."""
    events: list[Event] = []
    seen: list[str] = []
    for _ in range(s.rounds):
        slate = [name for name in rank(events, rng) if name not in seen][: s.slate]
        seen += slate
        for name in slate:
            if name in liked or rng.random() > s.ignored:
                events.append(_answer(name, name in liked, rng))
    return float(np.mean([name in liked for name in seen]))


def _answer(name: str, liked: bool, rng: np.random.Generator) -> Event:
    mistaken = rng.random() < MISTAKES
    return Event(name, "like" if liked != mistaken else "dislike")


def ndcg(order: Sequence[str], relevant: set[str], k: int) -> float:
    """Normalised discounted cumulative gain of the first k (Järvelin and Kekäläinen 2002), relevance 0 or 1.

    Args:
        order: the ranking.
        relevant: what is liked among it.
        k: places that count.
    """
    if not relevant:
        return float("nan")
    gain = sum(1 / np.log2(place + 2) for place, name in enumerate(order[:k]) if name in relevant)
    best = sum(1 / np.log2(place + 2) for place in range(min(k, len(relevant))))
    return float(gain / best)


def table(figures: dict[str, dict[str, dict[str, Interval]]]) -> str:
    """The figures as a Markdown table."""
    lines = ["| Taste | Ranking | " + " | ".join(METRICS) + " |", "|---|---|" + "---|" * len(METRICS)]
    for taste, policies in figures.items():
        for name, values in policies.items():
            told = " | ".join(f"{m:.3f} ({low:.3f} to {high:.3f})" for m, low, high in (values[k] for k in METRICS))
            lines.append(f"| {taste} | {name} | {told} |")
    return "\n".join(lines)


def gallery_traits(assets: Path) -> list[Traits]:
    """The gallery as the recommender sees it: the measures that come with the assets, and the manifest's labels."""
    kept = read_measures(assets / FILE_NAME)
    entries = json.loads((assets / "manifest.json").read_text(encoding="utf-8"))["garments"]
    return [
        put_together(
            entry["id"],
            entry["category"],
            entry["label"],
            kept[entry["id"]].measured,
            colours=entry["colours"],
            sleeve=entry["sleeve"],
            leg=entry["leg"],
            outer=entry.get("layer") == "outer" or entry.get("front") == "open",
            look=kept[entry["id"]].look,
        )
        for entry in entries
        if entry["id"] in kept
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Replay and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--assets", type=Path, default=Path(__file__).resolve().parents[2] / "assets")
    parser.add_argument("--visitors", type=int, default=ReplaySettings.visitors)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--photos", type=int, default=0, help="also over so many held-out photos of the open data")
    parser.add_argument("--data", type=Path, default=None, help="folder of the open data (or TRYON_DATA)")
    parser.add_argument("--out", type=Path, default=Path("runs/taste.json"))
    chosen = parser.parse_args(arguments)
    settings = ReplaySettings(visitors=chosen.visitors)
    traits = gallery_traits(chosen.assets)
    designs = {each.id: each for each in GARMENTS}
    traits = [each for each in traits if each.id in designs]
    qualities = qualities_of_designs([designs[each.id] for each in traits])
    figures = {"gallery": replay(traits, qualities, settings=settings, seed=chosen.seed)}
    if chosen.photos:
        photos = photo_garments(chosen.data or open_data_dir(), chosen.photos)
        figures["photos"] = replay(photos[0], photos[1], settings=settings, seed=chosen.seed)
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    chosen.out.write_text(json.dumps(figures, indent=1))
    for name, found in figures.items():
        print(f"{name}: {settings.visitors} simulated visitors, mean and 95% interval\n{table(found)}\n")


if __name__ == "__main__":
    main()
