"""From events to a ranked gallery with reasons: what a visitor may like next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tryon.studio.taste_events import VALUES, Event, Kind, opinions_said
from tryon.studio.taste_model import Opinion, TasteModel, TasteSettings
from tryon.studio.taste_reasons import Reason, reason_for
from tryon.studio.taste_traits import Traits

F64 = NDArray[np.float64]


@dataclass(frozen=True)
class RankSettings:
    """How a ranking is made of opinions."""

    curiosity: float = 0.15  # of the deviation added to the mean: what is not known of gets a chance, too
    variety: float = (
        0.2  # of the likeness to what is ranked above taken away (maximal marginal relevance, Carbonell 1998)
    )
    varied: int = 12  # places that are varied; below them the order is by score alone


@dataclass(frozen=True)
class Suggestion:
    """A garment with its score, about -1 to 1, and why it stands here."""

    id: str
    score: float
    reason: Reason


class Recommender:
    """Ranks a fixed list of garments; holds nothing of a visitor, so that all share one."""

    def __init__(
        self, traits: Sequence[Traits], *, taste: TasteSettings = TasteSettings(), rank: RankSettings = RankSettings()
    ):
        """Compare the garments with each other.

        Args:
            traits: of the garments, each id once.
            taste, rank: settings.
        """
        self.traits = tuple(traits)
        self._at = {each.id: index for index, each in enumerate(self.traits)}
        self._model = TasteModel(self.traits, taste)
        self._rank = rank

    def __contains__(self, identity: object) -> bool:
        return identity in self._at

    def of(self, identity: str) -> Traits:
        """The traits of a garment that is known."""
        return self.traits[self._at[identity]]

    def suggest(self, events: Iterable[Event], *, count: int | None = None) -> list[Suggestion]:
        """Rank what was neither liked, kept nor disliked already; the same events give the same ranking.

        Args:
            events: the oldest first; of garments that are not known here they count for nothing.
            count: so many at most.
        """
        said = self._said(events)
        opinion = self.opinion(said)
        order = self._order(said, opinion)
        chosen = order if count is None else order[: max(0, count)]
        return [
            Suggestion(self.traits[i].id, float(opinion.mean[i]), reason_for(i, self.traits, said, opinion))
            for i in chosen
        ]

    def rank(self, events: Iterable[Event]) -> list[str]:
        """The ids alone of what ``suggest`` gives."""
        said = self._said(events)
        return [self.traits[i].id for i in self._order(said, self.opinion(said))]

    def opinion(self, said: Mapping[str, Kind]) -> Opinion:
        """The model's opinion of all garments.

        Args:
            said: by garment; see ``opinions_said``.
        """
        return self._model.opinion([self._at[name] for name in said], [VALUES[kind] for kind in said.values()])

    def _said(self, events: Iterable[Event]) -> dict[str, Kind]:
        return {name: kind for name, kind in opinions_said(events).items() if name in self._at}

    def _order(self, said: Mapping[str, Kind], opinion: Opinion) -> list[int]:
        """Indices of what is open, the best first."""
        open_ = [index for index, each in enumerate(self.traits) if said.get(each.id, "tried") == "tried"]
        likeness = self._model.likeness
        if not said:
            return _far_from_each_other(open_, likeness)
        s = self._rank
        score = opinion.mean + s.curiosity * opinion.deviation
        left = sorted(open_, key=lambda i: (-score[i], i))
        order: list[int] = []
        near = np.zeros(len(score))
        while left and len(order) < s.varied:
            worth = score[left] - s.variety * near[left]
            best = left.pop(int(worth.argmax()))  # the first of equals, so that the order is the same each time
            order.append(best)
            near = np.maximum(near, likeness[best])
        return order + left


def _far_from_each_other(open_: list[int], likeness: F64) -> list[int]:
    """Nothing is known: begin in the middle, then each time what is least like all before (Gonzalez 1985)."""
    usual = likeness[:, open_].mean(1)
    left, order = list(open_), list[int]()
    near = np.zeros(len(likeness))
    while left:
        # a typical garment of its kind rather than the oddest one of all
        worth = 0.25 * usual[left] - near[left]
        order.append(left.pop(int(worth.argmax())))
        near = np.maximum(near, likeness[order[-1]])
    return order
