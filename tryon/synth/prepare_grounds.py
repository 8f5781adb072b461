"""Street photos without their people, and beds and floors without their garments -> data/grounds/*.zip.

The gap is filled with the surroundings' colours and a texture borrowed from beside it. It need not
stand a close look: whoever is drawn later stands in front of it, as large as who is gone.
"""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.errors import BadRequestError
from tryon.settings import open_data_dir

F32 = NDArray[np.float32]
U8 = NDArray[np.uint8]
ZIP_BYTES = 55_000_000  # stays under the 60 MB that a file of data may have
HEIGHT = 620  # px of a stored street: the loader's usual picture is 512 high
QUALITY = 80


def fill_gap(image: U8, gap: NDArray[np.bool_], *, any_way: bool = False) -> U8:
    """Fill a gap with smooth colours and the texture that stands beside it.

    Args:
        image: (H, W, 3) uint8. gap: (H, W) what is to be filled. any_way: texture may come from above and
            below too (a bed looks the same everywhere, a street does not).

    Returns:
        (H, W, 3) uint8; what lies outside the gap is unchanged, but for a soft seam.
    """
    known = (~gap).astype(np.float32)
    low = _push_pull(image.astype(np.float32), known)
    fine = image.astype(np.float32) - _masked_blur(image.astype(np.float32), known, 9.0)
    texture, weight = np.zeros_like(fine), np.full(gap.shape, 1e-3, np.float32)
    cols = np.flatnonzero(gap.any(0))
    wide = int(cols[-1] - cols[0]) + 1 if len(cols) else 0
    shifts = [(0, sign * int(k * wide)) for k in (0.5, 1.0, 1.4) for sign in (1, -1)]
    if any_way:
        shifts += [(sign * int(k * gap.shape[0]), int(j * wide)) for k in (0.3, 0.45, 0.6, 0.75)
                   for sign in (1, -1) for j in (0, 0.35, -0.35)]  # fmt: skip
    for dy, dx in shifts:
        if (dy, dx) == (0, 0) or abs(dx) >= gap.shape[1]:
            continue
        # beyond the picture's edge there is nothing to borrow; a hard mask also keeps roll from wrapping round
        moved = _shifted(cv2.erode(known, np.ones((5, 5), np.uint8)), dy, dx)
        free = moved * (weight < 2e-3)  # the nearest source wins: mixed textures are grey
        texture += free[..., None] * np.roll(fine, (dy, dx), (0, 1))
        weight += free
    filled = low + np.where(weight[..., None] > 2e-3, texture / weight[..., None], 0)
    seam = cv2.GaussianBlur(gap.astype(np.float32), (0, 0), 1.5)[..., None]
    return np.clip(image * (1 - seam) + filled * seam + 0.5, 0, 255).astype(np.uint8)


def _shifted(image: F32, dy: int, dx: int) -> F32:
    """Moved by whole pixels, zeros coming in."""
    h, w = image.shape
    warp = np.array([[1.0, 0, dx], [0, 1.0, dy]])
    return np.asarray(cv2.warpAffine(image, warp, (w, h), flags=cv2.INTER_NEAREST), np.float32)


def _masked_blur(image: F32, known: F32, sigma: float) -> F32:
    mass = np.maximum(cv2.GaussianBlur(known, (0, 0), sigma), 1e-3)[..., None]
    return np.asarray(cv2.GaussianBlur(image * known[..., None], (0, 0), sigma) / mass, np.float32)


def _push_pull(image: F32, known: F32) -> F32:
    """Known colours averaged down a pyramid, then spread back up into what is unknown."""
    levels = [(image * known[..., None], known)]
    while min(levels[-1][1].shape) > 2:
        colour, weight = levels[-1]
        levels.append((cv2.pyrDown(colour), cv2.pyrDown(weight)))
    colour, weight = levels[-1]
    out = colour / np.maximum(weight, 1e-4)[..., None]
    for colour, weight in reversed(levels[:-1]):
        out = cv2.pyrUp(out, dstsize=(weight.shape[1], weight.shape[0]))
        sure = np.clip(weight * 1.5, 0, 1)[..., None]
        out = out * (1 - sure) + sure * colour / np.maximum(weight, 1e-4)[..., None]
    return np.asarray(out, np.float32)


def streets(data: Path, people: Path) -> Iterator[tuple[str, U8, dict[str, object]]]:
    """Each street photo without its person: id, picture (h, w, 3) BGR, and what is known of who stood there.

    That is "figure": the person's box in the picture's pixels, and what ``_light_on`` tells.

    Photos whose id ends in 3 are kept for validation; photos without labels need the mask of the people's shards.
    """
    folder = data / "people"
    masks = _shard_masks(people)
    names = json.loads((folder / "label_names.json").read_text())
    for row in csv.DictReader((folder / "people.csv").open()):
        key = row["id"]
        if int(key) % 10 == 3:
            continue
        image = cv2.imread(str(folder / "photos" / f"{key}.jpg"), cv2.IMREAD_COLOR)
        if image is None:
            continue
        person = np.zeros(image.shape[:2], bool)
        skin = person
        if row["labelled"] == "1":
            labels = cv2.imread(str(folder / "labels" / f"{key}.png"), cv2.IMREAD_UNCHANGED)
            person = labels > 0
            skin = labels == names.index("skin")
        if key in masks:
            person = person | (cv2.imdecode(np.frombuffer(masks[key], np.uint8), cv2.IMREAD_UNCHANGED) > 60)
        if not 0.04 < person.mean() < 0.4:
            continue
        rows, cols = np.flatnonzero(person.mean(1) > 0.01), np.flatnonzero(person.mean(0) > 0.02)
        if rows[-1] - rows[0] < 0.55 * len(person) or rows[-1] > 0.985 * len(person):
            continue  # no whole figure: nobody could stand there
        scale = HEIGHT / image.shape[0]
        size = (round(image.shape[1] * scale), HEIGHT)
        small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        wide = cv2.dilate(person.astype(np.uint8), np.ones((15, 15), np.uint8))
        # the shadow at the feet goes with the person
        foot = wide[int(rows[-1]) - 25 :, :]
        foot[:] = cv2.dilate(foot, np.ones((9, 41), np.uint8))
        gap = cv2.resize(wide, size, interpolation=cv2.INTER_NEAREST) > 0
        box = [round(float(v * scale), 1) for v in (cols[0], rows[0], cols[-1], rows[-1])]
        yield key, fill_gap(small, gap), {"kind": "street", "figure": box, **_light_on(image, person, skin)}


def _light_on(image: U8, person: NDArray[np.bool_], skin: NDArray[np.bool_]) -> dict[str, object]:
    """How the person was lit: the skin's linear colour (RGB), how much brighter the right of the figure is than the
    left (log), and the skin's own contrast (log), which is large in the sun; empty where little skin is labelled."""
    skin = cv2.erode(skin.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    if skin.sum() < 300:
        return {}
    linear = ((image[..., ::-1].astype(np.float32) + 1) / 256) ** 2.2
    colour = np.median(linear[skin], axis=0)
    light = np.log(linear @ np.array([0.2126, 0.7152, 0.0722], np.float32))
    middle = int(np.median(np.flatnonzero(person.any(0))))
    halves = [light[:, half][person[:, half]] for half in (slice(0, middle), slice(middle, None))]
    low, high = np.percentile(light[skin], [15, 90])
    side = float(halves[1].mean() - halves[0].mean()) if min(len(h) for h in halves) > 50 else 0.0
    return {
        "skin": [round(float(v), 4) for v in colour], "side": round(side, 3), "hard": round(float(high - low), 3)
    }  # fmt: skip


def _shard_masks(people: Path) -> dict[str, bytes]:
    out: dict[str, bytes] = {}
    for path in sorted(people.glob("people_*.zip")):
        with zipfile.ZipFile(path) as shard:
            for name in shard.namelist():
                if name.endswith(".mask.png"):
                    out[name.split(".")[0]] = shard.read(name)
    return out


def covers(data: Path, limit: int) -> Iterator[tuple[str, U8]]:
    """Beds, floors and walls under photographed garments, the garment taken away: id, picture (h, w, 3) BGR.

    Garments whose id begins with a 3 (hexadecimal) are left out, as for validation.
    """
    folder = data / "garments"
    count = 0
    for row in csv.DictReader((folder / "garments.csv").open()):
        key = row["image"]
        if key.startswith("3") or row["label"] in ("Skip", "Other") or count >= limit:
            continue
        image = cv2.imread(str(folder / "photos" / f"{key}.jpg"), cv2.IMREAD_COLOR)
        if image is None:
            continue
        small = cv2.resize(image, (384, 512), interpolation=cv2.INTER_AREA)
        gap = _cut_out(small)
        if gap is None or _mixed(small, gap):
            continue
        count += 1
        yield key, fill_gap(small, gap, any_way=True)


def _mixed(image: U8, gap: NDArray[np.bool_]) -> bool:
    """Whether what is left shows several things: a part of the garment that was missed, or a cluttered floor."""
    lab = cv2.cvtColor(cv2.GaussianBlur(image, (0, 0), 6), cv2.COLOR_RGB2LAB).astype(np.float32)[~gap]
    return bool(lab[:, 1:].std(0).max() > 6 or lab[:, 0].std() > 32)


def _cut_out(image: U8) -> NDArray[np.bool_] | None:
    """Where the garment lies: GrabCut from the middle; None where the border is not clear of it."""
    h, w = image.shape[:2]
    tiny = cv2.resize(image, (w // 3, h // 3), interpolation=cv2.INTER_AREA)
    mask = np.full(tiny.shape[:2], cv2.GC_PR_BGD, np.uint8)
    th, tw = mask.shape
    mask[int(0.12 * th) : int(0.88 * th), int(0.15 * tw) : int(0.85 * tw)] = cv2.GC_PR_FGD
    edge = max(2, int(0.03 * tw))
    mask[:edge] = mask[-edge:] = cv2.GC_BGD
    mask[:, :edge] = mask[:, -edge:] = cv2.GC_BGD
    cv2.setRNGSeed(1)
    cv2.grabCut(tiny, mask, None, np.zeros((1, 65)), np.zeros((1, 65)), 3, cv2.GC_INIT_WITH_MASK)
    inside = np.isin(mask, (cv2.GC_FGD, cv2.GC_PR_FGD))
    inside = cv2.morphologyEx(inside.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8)) > 0
    rim = np.concatenate([inside[edge + 1], inside[-edge - 2], inside[:, edge + 1], inside[:, -edge - 2]])
    if not 0.12 < inside.mean() < 0.6 or rim.mean() > 0.12:
        return None
    big = cv2.resize(inside.astype(np.uint8), (w, h), interpolation=cv2.INTER_NEAREST)
    return cv2.dilate(big, np.ones((31, 31), np.uint8)) > 0


def prepare_grounds(data: Path, people: Path, out: Path, *, limit: int | None = None) -> tuple[int, int]:
    """Write ``grounds_streets_*.zip`` and ``grounds_covers_*.zip``.

    Args:
        data: folder of the open data. people: folder of the people's shards (their masks), may be missing.
        out: folder to write to. limit: at most so many of each kind, for a try.

    Returns:
        How many streets and how many covers were written.

    Raises:
        BadRequestError: the open data is not there.
    """
    if not (data / "people" / "people.csv").is_file():
        raise BadRequestError(f"There is no people/people.csv in {data}; name the open data with --data or TRYON_DATA.")
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("grounds_*.*"):
        old.unlink()
    first, second = _Writer(out, "streets"), _Writer(out, "covers")
    for key, image, facts in streets(data, people):
        if limit is not None and first.count >= limit:
            break
        first.add(key, image, facts)
    done = first.close()
    for key, image in covers(data, 500 if limit is None else limit):
        second.add(key, image, {"kind": "cover"})
    return done, second.close()


class _Writer:
    """Zips of one kind, each under ZIP_BYTES."""

    def __init__(self, out: Path, kind: str) -> None:
        self.out, self.kind, self.count, self.number = out, kind, 0, 0
        self._archive: zipfile.ZipFile | None = None
        self._path = out
        self._meta: dict[str, object] = {}
        self._size = 0

    def add(self, key: str, image: U8, meta: dict[str, object]) -> None:
        data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes()
        if self._archive is None or self._size + len(data) > ZIP_BYTES:
            self._finish()
            # a file that is not whole yet has another name
            self._path = self.out / f"grounds_{self.kind}_{self.number:03d}.part"
            self._archive, self._meta, self._size = zipfile.ZipFile(self._path, "w", zipfile.ZIP_STORED), {}, 0
            self.number += 1
        self._archive.writestr(zipfile.ZipInfo(f"{key}.jpg"), data)
        self._meta[key] = meta
        self._size += len(data)
        self.count += 1

    def _finish(self) -> None:
        if self._archive is not None:
            self._archive.writestr(zipfile.ZipInfo("grounds.json"), json.dumps(self._meta))
            self._archive.close()
            self._path.rename(self._path.with_suffix(".zip"))

    def close(self) -> int:
        self._finish()
        self._archive = None
        return self.count


def main() -> None:
    """Command line: ``python -m tryon.synth.prepare_grounds --data ../shared/data --out data/grounds``."""
    import argparse

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=open_data_dir(), help="folder of the open data")
    parser.add_argument("--people", type=Path, default=Path("data/people"), help="folder of the people's shards")
    parser.add_argument("--out", type=Path, default=Path("data/grounds"), help="folder for the backgrounds")
    settings = parser.parse_args()
    counts = prepare_grounds(settings.data, settings.people, settings.out)
    print(f"{counts[0]} streets and {counts[1]} covers written to {settings.out}")


if __name__ == "__main__":
    main()
