"""Arrays survive packing: labels exactly, smooth maps to half a step, pictures closely; damage is named."""

from __future__ import annotations

import numpy as np
import pytest

from tryon.synth.packing import BlobReader, BlobWriter, BrokenShardError


def _mask() -> np.ndarray:
    yy, xx = np.mgrid[:96, :64]
    disc = (xx - 30) ** 2 + (yy - 50) ** 2 < 22**2
    return disc & ((xx - 34) ** 2 + (yy - 46) ** 2 > 6**2)  # with a hole


def _blob() -> tuple[bytes, dict[str, np.ndarray]]:
    mask = _mask()
    yy, xx = np.mgrid[:96, :64].astype(np.float32)
    flow = np.stack([xx * 1.3 + 0.01 * yy**1.5, 40 - yy * 0.7 + np.sin(xx / 5)], -1)
    labels = np.where(mask, 7 + (xx > 30), 0).astype(np.uint8)
    rgb = np.stack([xx * 3, yy * 2, 128 + 0 * xx], -1).astype(np.uint8)
    pose = np.linspace(-1, 1, 132, dtype=np.float32).reshape(33, 4)
    writer = BlobWriter()
    writer.value("meta", {"seed": 3, "name": "ü"})
    writer.labels("labels", labels)
    writer.smooth("flow", flow, mask, 1 / 16)
    writer.smooth("depth", xx * 7, mask, 1.0)
    writer.picture("rgb", rgb, mask)
    writer.exact("pose", pose)
    writer.labels("nothing", np.zeros((96, 64), np.uint8))
    writer.smooth("void", flow, np.zeros_like(mask), 1.0)
    return writer.finish(), {"labels": labels, "flow": flow, "rgb": rgb, "pose": pose, "mask": mask}


def test_everything_comes_back() -> None:
    blob, truth = _blob()
    reader, mask = BlobReader(blob), truth["mask"]
    assert reader.values["meta"] == {"seed": 3, "name": "ü"}
    assert np.array_equal(reader.array("labels"), truth["labels"])
    flow = reader.array("flow", mask)
    assert np.abs(flow[mask] - truth["flow"][mask]).max() <= 1 / 32 + 1e-4
    assert np.isnan(flow[~mask]).all()
    assert reader.array("depth", mask).shape == (96, 64)
    assert np.abs(reader.array("rgb", mask)[mask].astype(int) - truth["rgb"][mask]).mean() < 3
    assert np.array_equal(reader.array("pose"), truth["pose"])
    assert not reader.array("nothing").any()
    assert np.isnan(reader.array("void")).all()


def test_same_arrays_same_bytes() -> None:
    assert _blob()[0] == _blob()[0]


@pytest.mark.parametrize("cut", [2, 40, 200])
def test_a_short_blob_is_refused(cut: int) -> None:
    blob, _ = _blob()
    with pytest.raises(BrokenShardError):
        BlobReader(blob[:cut])


def test_a_damaged_array_is_named() -> None:
    blob, _ = _blob()
    reader = BlobReader(blob[:-40], "shard 3, record 5")
    with pytest.raises(BrokenShardError, match="shard 3, record 5"):
        reader.array("pose")  # the last one with a payload


def test_smooth_maps_are_small() -> None:
    blob, truth = _blob()
    assert len(blob) < truth["flow"].astype(np.float16).nbytes // 2
