"""Rendered people as training examples: each draw colours a stored record anew.

They come with exact labels; MediaPipe's pose and mask were found on a picture of the same geometry, so the network
sees their errors as it will on photos.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from tryon.synth.cloth_choice import ClothChoice
from tryon.synth.compose import ComposeSettings, compose, sample_look
from tryon.synth.grounds import GroundLibrary
from tryon.synth.record import HALF, RECORD_LABELS, GarmentInfo, Record
from tryon.synth.shards import RecordStore
from tryon.training.people_data import PersonRecord
from tryon.types import LABEL, Pose

SIZE = HALF  # (H, W): crops of the whole figure need less, those of the upper body a third more
_COLLAR_INSIDE = RECORD_LABELS.index("collar_inside")


class RenderedPeople:
    """Draws examples from a folder of shards.

    Args:
        records: folder of shards. grounds, photo_textures: folders of photographed backgrounds and cloths;
            where they are missing, drawn ones are used. split: of the shards. dress_share: of the draws that look for
            somebody in a dress, besides those who wear one anyway (about one in twelve).

    Raises:
        BadRequestError: there are no records.
    """

    def __init__(
        self,
        records: Path,
        *,
        grounds: Path = Path("data/grounds"),
        photo_textures: Path = Path("data/phototextures"),
        split: str = "train",
        settings: ComposeSettings | None = None,
        dress_share: float = 0.15,
    ) -> None:
        self.store = RecordStore(records, split=split, views=False)
        self.grounds = GroundLibrary.open(grounds)
        self.cloths = ClothChoice.open(photo_textures)
        self.settings = settings or ComposeSettings()
        self._dress_share = dress_share
        self._dressed: list[int] = []  # records met so far in which somebody wears a dress

    def draw(self, rng: np.random.Generator, size: tuple[int, int] = SIZE) -> PersonRecord:
        """One person in a random outfit, light and place; records in which nobody was found are passed over."""
        wants_dress = bool(rng.random() < self._dress_share)
        for attempt in range(50):
            number = int(rng.integers(len(self.store)))
            if wants_dress and attempt >= 5 and self._dressed:
                number = self._dressed[int(rng.integers(len(self._dressed)))]
            record, garments = self.store[number]
            names = [name for name, pose in record.pose.items() if pose is not None and name in record.outfits]
            dressed = [name for name in names if _has_dress(record, garments, record.outfits[name])]
            if dressed and number not in self._dressed:
                self._dressed.append(number)
            if dressed and wants_dress:
                names = dressed
            if names and (dressed or not wants_dress or attempt > 20):
                break
        name = str(rng.choice(names))
        swapped = name == "a" and "mixed" in record.outfits and not wants_dress and rng.random() < 0.3
        return draw_view(
            record, garments, name, "mixed" if swapped else name, rng, self.cloths, self.grounds, self.settings, size
        )


def draw_record(
    record: Record,
    garments: Sequence[GarmentInfo],
    rng: np.random.Generator,
    cloths: ClothChoice,
    grounds: GroundLibrary,
    settings: ComposeSettings | None = None,
    size: tuple[int, int] = SIZE,
) -> PersonRecord | None:
    """A record's person in one of the outfits, light and place random; None where no pose was found."""
    names = [name for name, pose in record.pose.items() if pose is not None and name in record.outfits]
    if not names:
        return None
    name = str(rng.choice(names))
    return draw_view(record, garments, name, name, rng, cloths, grounds, settings or ComposeSettings(), size)


def draw_view(
    record: Record,
    garments: Sequence[GarmentInfo],
    name: str,
    worn: str,
    rng: np.random.Generator,
    cloths: ClothChoice,
    grounds: GroundLibrary,
    settings: ComposeSettings,
    size: tuple[int, int],
) -> PersonRecord:
    """A record's person in an outfit.

    Args:
        name: outfit whose pose was found. worn: outfit that is drawn. size: (H, W).
    """
    outfit = record.outfits[worn]
    look = sample_look(rng, record, garments, outfit, paint=cloths.any, library=grounds, settings=settings)
    view = compose(record, garments, outfit, look, size, library=grounds)
    labels = np.where(view.labels_u8 == _COLLAR_INSIDE, LABEL[_upper_of(record, outfit, garments)], view.labels_u8)
    pose = record.pose[name]
    assert pose is not None
    scale = size[0] / HALF[0]
    points = ((pose[:, :2] + 0.5) * scale - 0.5).astype(np.float32)
    mask = cv2.resize(record.mask[name], (size[1], size[0]), interpolation=cv2.INTER_LINEAR)
    return PersonRecord(
        f"{record.id}-{worn}", view.image_u8, mask, labels.astype(np.uint8), Pose(points, pose[:, 3]), False
    )


def _has_dress(record: Record, garments: Sequence[GarmentInfo], outfit: tuple[int, ...]) -> bool:
    return any(garments[record.layers[k].garment].category == "dress" for k in outfit)


def _upper_of(record: Record, outfit: tuple[int, ...], garments: Sequence[GarmentInfo]) -> str:
    """Whose collar is seen: a dress's where one is worn, else the top's."""
    categories = {garments[record.layers[k].garment].category for k in outfit}
    return "dress" if "dress" in categories and "upper" not in categories else "upper"
