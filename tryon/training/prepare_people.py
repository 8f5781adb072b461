"""Street photos -> self-contained shards: picture, labels, soft person mask and pose of each person.

Shards are plain zip files of at most 60 MB (``<id>.jpg``, ``<id>.labels.png``, ``<id>.mask.png``) with
``people.json`` inside; they can be copied to a machine without MediaPipe.
"""

from __future__ import annotations

import csv
import json
import zipfile
from pathlib import Path

import cv2
import numpy as np

from tryon.person.pose import MediaPipePose
from tryon.settings import open_data_dir
from tryon.training.people_labels import is_validation, remap_labels

SHARD_BYTES = 55_000_000  # stays under the 60 MB that a shard may have


def prepare_people(data: Path, out: Path, *, limit: int | None = None) -> int:
    """Write the shards of ``data/people`` to ``out`` (``people_000.zip``, ...).

    Args:
        data: folder of the open data. out: folder for the shards.
        limit: at most so many labelled people, for a try.

    Returns:
        How many people were written; photos without a visible pose are left out.
    """
    folder = data / "people"
    names = json.loads((folder / "label_names.json").read_text())
    rows = list(csv.DictReader((folder / "people.csv").open()))
    estimator = MediaPipePose()
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("people_*.zip"):
        old.unlink()
    meta: dict[str, object] = {}
    shard, size, index, total = None, 0, 0, 0

    def close() -> None:
        if shard is not None:
            shard.writestr("people.json", json.dumps(meta))
            shard.close()

    for row in rows:
        if limit is not None and (total >= limit or row["labelled"] != "1"):
            continue
        key = row["id"]
        image = cv2.imread(str(folder / "photos" / f"{key}.jpg"), cv2.IMREAD_COLOR)
        if image is None:
            continue
        found = estimator.detect(cv2.cvtColor(image, cv2.COLOR_BGR2RGB))
        if found is None:
            continue
        files = {f"{key}.jpg": _encode(image, ".jpg", [cv2.IMWRITE_JPEG_QUALITY, 93])}
        files[f"{key}.mask.png"] = _encode((found.mask_f32 * 255).round().astype(np.uint8), ".png")
        if row["labelled"] == "1":
            raw = cv2.imread(str(folder / "labels" / f"{key}.png"), cv2.IMREAD_UNCHANGED)
            files[f"{key}.labels.png"] = _encode(remap_labels(raw, names, found.pose), ".png")
        weight = sum(len(b) for b in files.values())
        if shard is None or size + weight > SHARD_BYTES:
            close()
            shard = zipfile.ZipFile(out / f"people_{index:03d}.zip", "w", zipfile.ZIP_STORED)
            meta, size, index = {}, 0, index + 1
        for name, payload in files.items():
            shard.writestr(name, payload)
        meta[key] = {
            "points_px": np.round(found.pose.points_px, 2).tolist(),
            "visibility": np.round(found.pose.visibility, 3).tolist(),
            "labelled": row["labelled"] == "1",
            "validation": is_validation(key),
        }
        size += weight
        total += 1
        if total % 100 == 0:
            print(f"{total} people", flush=True)
    close()
    return total


def _encode(image: np.ndarray, kind: str, options: list[int] | None = None) -> bytes:
    ok, data = cv2.imencode(kind, image, options or [])
    if not ok:
        raise ValueError(f"cannot encode a {image.shape} picture as {kind}")
    return data.tobytes()


def main() -> None:
    """Command line: ``python -m tryon.training.prepare_people --data ../shared/data --out data/people``."""
    import argparse

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=open_data_dir(), help="folder of the open data")
    parser.add_argument("--out", type=Path, default=Path("data/people"), help="folder for the shards")
    settings = parser.parse_args()
    print(f"{prepare_people(settings.data, settings.out)} people written to {settings.out}")


if __name__ == "__main__":
    main()
