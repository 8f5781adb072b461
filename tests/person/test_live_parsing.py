"""Labels of frames: of the frame's size, the same each time, and close to what a photo gets."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from tryon.geometry.crops import crop_for, size_of
from tryon.images import load_picture, shrink_to
from tryon.person.live_parsing import LiveParser
from tryon.person.parsing import Parser
from tryon.person.pose import MediaPipePose
from tryon.types import LABEL, LABELS, Pose


@pytest.mark.parametrize("category", ["upper", "dress"])
def test_frames_are_labelled_as_photos_are(root: Path, category: str) -> None:
    model = json.loads((root / "assets/manifest.json").read_text("utf-8"))["models"][0]
    photo = shrink_to(load_picture(root / "assets" / model["file"]), 480)
    found = MediaPipePose().detect(photo)
    assert found is not None
    crop = crop_for(found.pose, category, size_of(photo), 192, 256)  # type: ignore[arg-type]
    pose = Pose(crop.to_crop(found.pose.points_px), found.pose.visibility)
    frame, mask = crop.cut(photo), crop.cut(found.mask_f32, border=cv2.BORDER_CONSTANT)
    parser = LiveParser.from_pretrained()
    labels = parser(frame, mask, pose)
    assert labels.shape == (256, 192)
    assert labels.dtype == np.uint8
    assert labels.max() < len(LABELS)
    assert np.array_equal(labels, parser(frame, mask, pose))
    expected = crop.cut(
        Parser.from_pretrained().parse(photo, found.mask_f32, found.pose), border=cv2.BORDER_CONSTANT, nearest=True
    )
    assert (labels == expected).mean() > 0.93
    tops = [np.isin(x, [LABEL["upper"], LABEL["dress"]]) for x in (labels, expected)]
    assert (tops[0] & tops[1]).sum() > 0.85 * (tops[0] | tops[1]).sum()
