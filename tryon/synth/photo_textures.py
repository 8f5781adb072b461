"""Real garments as textures: a photographed garment laid on a drawn one, and pieces of real cloth.

``prepare_photo_textures`` writes the zips that are read here. Laying a garment is a thin-plate spline for
each part, from the drawn outline's landmarks and the points between them to the photo's.
"""

from __future__ import annotations

import json
import zipfile
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.errors import TryOnError
from tryon.synth.artwork import rgb
from tryon.synth.photo_lay import lay_photo, shape_distances, shape_vector
from tryon.synth.record import HALF, GarmentInfo

if TYPE_CHECKING:
    from tryon.synth.flat_layout import FlatLayout
    from tryon.synth.garment_paint import GarmentPaint

U8 = NDArray[np.uint8]
F32 = NDArray[np.float32]
ALIKE = {
    "T-Shirt": ("T-Shirt", "Top"), "Top": ("Top", "T-Shirt", "Undershirt", "Blouse"), "Shirt": ("Shirt", "Blouse"),
    "Blouse": ("Blouse", "Shirt", "Top"),
}  # fmt: skip
MAX_DISTANCE = 0.30  # see ``shape_distances``: 24 of 24 pairs at .22 to .33 looked right
MIN_PATCH_PX = 100
CLOSED = ("Shirt", "Blazer", "Outwear", "Polo", "Hoodie")  # cloth is taken beside their buttons and zips
ENOUGH = 8  # garments that fit: with fewer a photo is taken less often, so that none is seen all the time


class PhotoTextureError(TryOnError):
    """The cut-out garments are missing or damaged."""

    code = "photo_textures"


class PhotoTextures:
    """The cut-out garments of a folder; compressed in memory (about 36 MB), decoded when asked for."""

    def __init__(self, blobs: dict[str, bytes], notes: dict[str, dict[str, Any]]) -> None:
        self._blobs, self.notes = blobs, notes
        self._by_label: dict[str, list[str]] = {}
        for name, note in notes.items():
            self._by_label.setdefault(note["label"], []).append(name)
        groups: dict[tuple[str, frozenset[str]], list[str]] = {}
        for name, note in notes.items():
            groups.setdefault((note["label"], frozenset(note["landmarks_px"])), []).append(name)
        self._shapes = {
            key: (names, np.stack([shape_vector(notes[n]["landmarks_px"]) for n in names]))
            for key, names in groups.items()
        }
        self._cut = lru_cache(maxsize=64)(self._decode)

    @classmethod
    def open(cls, path: Path | str) -> PhotoTextures:
        """Read a zip, or all ``*.zip`` of a folder.

        Raises:
            PhotoTextureError: there is none, or one is damaged.
        """
        path = Path(path)
        files = sorted(path.glob("*.zip")) if path.is_dir() else [path]
        files = [f for f in files if f.is_file()]
        if not files:
            raise PhotoTextureError(f"No photo textures in {path}: run python -m tryon.synth.prepare_photo_textures.")
        blobs: dict[str, bytes] = {}
        notes: dict[str, dict[str, Any]] = {}
        for file in files:
            try:
                with zipfile.ZipFile(file) as archive:
                    notes |= json.loads(archive.read("garments.json"))
                    blobs |= {n: archive.read(n) for n in archive.namelist() if n != "garments.json"}
            except (zipfile.BadZipFile, KeyError, ValueError) as error:
                raise PhotoTextureError(
                    f"{file.name} is damaged ({error}): prepare the photo textures again."
                ) from None
        return cls(blobs, notes)

    def __len__(self) -> int:
        return len(self.notes)

    def _decode(self, name: str) -> tuple[U8, U8]:
        image = cv2.imdecode(np.frombuffer(self._blobs[f"{name}.jpg"], np.uint8), cv2.IMREAD_COLOR)
        mask = cv2.imdecode(np.frombuffer(self._blobs[f"{name}.mask.png"], np.uint8), cv2.IMREAD_GRAYSCALE)
        return np.ascontiguousarray(image[..., ::-1]), np.asarray(mask, np.uint8)

    def cut(self, name: str) -> tuple[U8, U8]:
        """A garment's picture (h, w, 3) sRGB, its colours carried on past the outline, and mask (h, w) 0..255."""
        if name not in self.notes:
            raise PhotoTextureError(f"No photo texture is called {name!r}: it was prepared from other photos.")
        image, mask = self._cut(name)
        return image, mask

    def match(self, info: GarmentInfo, rng: np.random.Generator) -> str | None:
        """The name of a random garment among those shaped nearly like this one; None where none is, and now and
        then where few are."""
        marks = frozenset(info.landmarks_px)
        found: list[str] = []
        for label in ALIKE.get(info.label, (info.label,)):
            if len(marks) >= 4 and (label, marks) in self._shapes:
                names, vectors = self._shapes[label, marks]
                near = np.flatnonzero(shape_distances(info.landmarks_px, vectors) < MAX_DISTANCE)
                found += [names[k] for k in near]
        if not found or rng.random() > len(found) / ENOUGH:
            return None
        return found[int(rng.integers(len(found)))]

    def lay(self, info: GarmentInfo, name: str, layout: FlatLayout, rng: np.random.Generator) -> GarmentPaint:
        """Lay a garment on a layout; deterministic for the same generator state."""
        from tryon.synth.garment_paint import GarmentPaint

        image, mask = self.cut(name)
        laid = lay_photo(image, mask, self.notes[name]["landmarks_px"], layout, rng)
        inside = cv2.convertScaleAbs(laid.back, alpha=0.85, beta=18)
        return GarmentPaint(laid.front, laid.back, inside, None, None, 0.0, 0.4, None, shaded=True)

    def fit(self, info: GarmentInfo, rng: np.random.Generator, size: tuple[int, int] = HALF) -> GarmentPaint | None:
        """Lay a random matching garment on this one; None where none matches."""
        from tryon.synth.flat_layout import lay_out

        name = self.match(info, rng)
        return None if name is None else self.lay(info, name, lay_out(info, size), rng)

    def pick_patch(self, label: str, rng: np.random.Generator) -> str | None:
        """The name of a garment of this label whose cloth has a large even piece; None where none has."""
        names = [n for n in self._by_label.get(label, []) if self.notes[n].get("patch", [0, 0, 0])[2] >= MIN_PATCH_PX]
        for _ in range(6 if names else 0):
            name = names[int(rng.integers(len(names)))]
            if is_even(self.patch(name)):
                return name
        return None

    def patch(self, name: str) -> U8:
        """The piece of cloth (k, k, 3) sRGB in the middle of a garment, its slow shading taken out."""
        image, _ = self.cut(name)
        x, y, k = self.notes[name]["patch"]
        if self.notes[name]["label"] in CLOSED:
            y, k = y + k // 2, int(0.42 * k)
        piece = image[y : y + k, x : x + k].astype(np.float32)
        slow = cv2.GaussianBlur(piece, (0, 0), 0.12 * k, borderType=cv2.BORDER_REFLECT)
        grey = slow.mean(2, keepdims=True)
        return np.clip(piece * np.clip(grey.mean() / np.maximum(grey, 8.0), 0.6, 1.6), 0, 255).astype(np.uint8)

    def patch_colour(self, name: str) -> str:
        """The mean colour of a piece of cloth as hex."""
        r, g, b = (round(v) for v in cv2.mean(self.patch(name))[:3])
        colour = f"#{r:02x}{g:02x}{b:02x}"
        assert rgb(colour) == (r, g, b)
        return colour


def is_even(piece: U8) -> bool:
    """Whether a piece of cloth (k, k, 3) looks the same everywhere, so that it may be repeated: nine fields of
    nearly one mean colour and one contrast, which is neither bare nor that of a picture."""
    lab = cv2.cvtColor(piece.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    third = piece.shape[0] // 3
    fields = [lab[i * third : (i + 1) * third, j * third : (j + 1) * third] for i in range(3) for j in range(3)]
    means = np.array([f.mean((0, 1)) for f in fields])
    spread = np.array([f.std((0, 1)).sum() for f in fields])
    return bool(np.ptp(means, axis=0).max() < 6 and spread.max() < 1.45 * spread.min() and 3 < spread.mean() < 45)
