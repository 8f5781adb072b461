"""The table of MediaPipe's bias counts what it should."""

from __future__ import annotations

import numpy as np

from tryon.evaluation.rendered_figures import JOINTS, pose_figures
from tryon.synth.record import HALF, BodyLayer, Record


def _record(pose: np.ndarray | None) -> Record:
    w = HALF[1]
    empty = np.zeros((2, 2), np.uint8)
    body = BodyLayer(empty, empty, empty, np.zeros((2, 2, 3), np.int8), empty.astype(np.uint16))
    bones = {}
    for k, sides in enumerate(JOINTS.values()):
        for sign, (bone, _) in zip((1, -1), sides, strict=True):  # the subject's left is at the picture's right
            bones[bone] = (w / 2 + sign * 40.0, 100.0 + 50 * k)
    return Record("r", body, None, (), {}, bones, {"a": pose}, {}, {"pose": "down"})


def _pose(out: float, down: float) -> np.ndarray:
    pose = np.ones((33, 4), np.float32)
    record = _record(None)
    for sides in JOINTS.values():
        for sign, (bone, number) in zip((1, -1), sides, strict=True):
            x, y = record.joints_px[bone]
            pose[number, :2] = x + sign * out, y + down
    return pose


def test_a_bias_is_found_by_direction() -> None:
    figures = pose_figures([_record(_pose(15.0, -30.0))] * 3)
    torso = 150.0  # shoulders at 100, hips at 250
    for joint in JOINTS:
        assert np.allclose(figures.offsets[joint], [(15 / torso, -30 / torso)] * 6, atol=1e-4)
    assert "+10.0% | -20.0%" in figures.table()


def test_those_not_found_are_counted() -> None:
    figures = pose_figures([_record(None), _record(_pose(0, 0))])
    assert figures.share == 0.5
    assert figures.found["down"] == [1, 2]


def test_hidden_joints_do_not_count() -> None:
    pose = _pose(0, 0)
    pose[:, 3] = 0.1
    assert not pose_figures([_record(pose)]).offsets
