"""The parser's training examples: windows of photos and rendered people, varied, cut and partly hidden."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch
from torch.utils.data import IterableDataset

from tryon.person.parsing import parser_input
from tryon.training.occluders import Occluders
from tryon.training.other_cloths import OtherCloths
from tryon.training.people_data import PersonRecord, cut_photo, disturb_colours, random_view
from tryon.training.rendered_people import RenderedPeople
from tryon.types import Pose

_POOL = 48  # rendered people kept for further crops: about 70 MB
# Small windows show most people an hour; the large ones teach the resolution that is used at run time. Equal work
# an update: of larger windows fewer, but enough for the batch norms.
_SIZES, _FEWER = ((256, 192), (384, 288), (512, 384)), (1.0, 0.5, 1 / 3)
_CUT_SHARE, _HIDDEN_SHARE = 0.25, 0.3  # of the views: photos taken closer; things in front of the person


@dataclass(frozen=True)
class ExampleSource:
    """What examples are drawn from: photos, pseudo-labelled photos, rendered people, other cloths for the photos'
    things, things to paste over them."""

    photos: list[PersonRecord]
    pseudo: list[PersonRecord] = field(default_factory=list)
    pseudo_share: float = 0.0
    rendered: RenderedPeople | None = None
    rendered_share: float = 0.0
    occluders: Occluders | None = None
    cloths: OtherCloths | None = None
    cloths_share: float = 0.0
    large_share: float = 0.3

    def size_shares(self) -> list[float]:
        """How often each of the window sizes comes."""
        rest = 1 - self.large_share
        return [0.43 * rest, 0.57 * rest, self.large_share]


class ParserBatches(IterableDataset):
    """Endless random batches: inputs (B, 17, h, w) float32 and labels (B, h/2, w/2) int64, IGNORED where unknown."""

    def __init__(self, source: ExampleSource, batch: float, seed: int) -> None:
        self._source, self._batch, self._seed = source, batch, seed
        self._rendered = source.rendered
        self._share = source.rendered_share if source.rendered else 0.0
        self._pool: list[PersonRecord] = []

    def _rendered_person(self, rng: np.random.Generator) -> PersonRecord:
        """Each is coloured once and cropped about three times."""
        assert self._rendered is not None
        if len(self._pool) < _POOL:
            self._pool.append(self._rendered.draw(rng))
            return self._pool[-1]
        place = int(rng.integers(_POOL))
        if rng.random() < 1 / 3:
            self._pool[place] = self._rendered.draw(rng)
        return self._pool[place]

    def _example(self, rng: np.random.Generator, h: int, w: int) -> tuple[np.ndarray, np.ndarray]:
        """Of a photo, a pseudo-labelled photo or a rendered person."""
        source = self._source
        if self._rendered is not None and rng.random() < self._share:
            return make_example(self._rendered_person(rng), rng, h, w, source.occluders)
        if source.pseudo and rng.random() < source.pseudo_share:
            # what is not known there would keep its colours
            return make_example(source.pseudo[rng.integers(len(source.pseudo))], rng, h, w, source.occluders)
        cloths = source.cloths if rng.random() < source.cloths_share else None
        return make_example(source.photos[rng.integers(len(source.photos))], rng, h, w, source.occluders, cloths)

    def __iter__(self):  # type: ignore[no-untyped-def]
        info = torch.utils.data.get_worker_info()
        rng = np.random.default_rng([self._seed, info.id if info else 0])
        while True:
            size = int(rng.choice(len(_SIZES), p=self._source.size_shares()))
            (h, w), count = _SIZES[size], max(2, round(self._batch * _FEWER[size]))
            pairs = [self._example(rng, h, w) for _ in range(count)]
            yield torch.from_numpy(np.stack([p[0] for p in pairs])), torch.from_numpy(np.stack([p[1] for p in pairs]))


def make_example(
    record: PersonRecord,
    rng: np.random.Generator,
    h: int,
    w: int,
    occluders: Occluders | None = None,
    cloths: OtherCloths | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """One random training example: input (17, h, w) float32, labels (h/2, w/2) int64."""
    if rng.random() < _CUT_SHARE:
        record = cut_photo(record, rng)
    view = random_view(record, rng, h, w)
    if cloths is not None:
        view = cloths.change(view, rng)
    if occluders is not None and rng.random() < _HIDDEN_SHARE:
        view = occluders.paste(view, rng)
    mask = view.mask_f32
    if rng.random() < 0.1:
        mask = np.zeros_like(mask)  # the mask can fail; the picture must do then
    unit = max(float(np.linalg.norm(view.pose.points_px[11] - view.pose.points_px[23])), 4.0)
    noise = rng.normal(0, 0.02 * unit, view.pose.points_px.shape).astype(np.float32)
    pose = Pose(view.pose.points_px + noise, view.pose.visibility)
    x = parser_input(disturb_colours(view.rgb_u8, rng), mask, pose)
    offset = int(rng.integers(2))  # a logit lies between two pixels: take either, so that labels are not shifted
    return x, view.labels_u8[offset::2, offset::2].astype(np.int64)
