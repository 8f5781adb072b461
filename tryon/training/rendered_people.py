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
            where they are missing, drawn ones are used. split: of the shards.

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
    ) -> None:
        self.store = RecordStore(records, split=split, views=False)
        self.grounds = GroundLibrary.open(grounds)
        self.cloths = ClothChoice.open(photo_textures)
        self.settings = settings or ComposeSettings()
        self._usable: list[tuple[int, str]] | None = None

    def draw(self, rng: np.random.Generator, size: tuple[int, int] = SIZE) -> PersonRecord:
        """One person in a random outfit, light and place; records in which nobody was found are passed over."""
        for _ in range(50):
            number = int(rng.integers(len(self.store)))
            record, garments = self.store[number]
            names = [name for name, pose in record.pose.items() if pose is not None and name in record.outfits]
            if names:
                break
        name = str(rng.choice(names))
        worn = "mixed" if name == "a" and "mixed" in record.outfits and rng.random() < 0.3 else name
        outfit = record.outfits[worn]
        look = sample_look(
            rng, record, garments, outfit, paint=self.cloths.any, library=self.grounds, settings=self.settings
        )
        view = compose(record, garments, outfit, look, size, library=self.grounds)
        labels = np.where(view.labels_u8 == _COLLAR_INSIDE, LABEL[_upper_of(record, outfit, garments)], view.labels_u8)
        pose = record.pose[name]
        assert pose is not None
        scale = size[0] / HALF[0]
        points = ((pose[:, :2] + 0.5) * scale - 0.5).astype(np.float32)
        mask = cv2.resize(record.mask[name], (size[1], size[0]), interpolation=cv2.INTER_LINEAR)
        return PersonRecord(
            f"{record.id}-{worn}", view.image_u8, mask, labels.astype(np.uint8), Pose(points, pose[:, 3]), False
        )


def _upper_of(record: Record, outfit: tuple[int, ...], garments: Sequence[GarmentInfo]) -> str:
    """Whose collar is seen: a dress's where one is worn, else the top's."""
    categories = {garments[record.layers[k].garment].category for k in outfit}
    return "dress" if "dress" in categories and "upper" not in categories else "upper"
