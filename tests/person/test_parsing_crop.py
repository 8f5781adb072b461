"""The parser's window shows the whole figure: shoes, hats and wide coats, but not the bystanders."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tryon.geometry.crops import Crop, crop_for
from tryon.models.lite_unet import LiteUNet, LiteUNetParams
from tryon.person.parsing import KINDS, PARSER_CHANNELS, Kind, Parser, enlarge_labels, figure_crop
from tryon.types import LABEL, LABELS, Pose


def _pose() -> Pose:
    points = np.zeros((33, 2), np.float32)
    points[:11] = 150, 60
    points[[11, 12, 13, 14, 15, 16]] = (180, 100), (120, 100), (190, 150), (110, 150), (192, 200), (108, 200)
    points[[17, 19, 21]], points[[18, 20, 22]] = (192, 210), (108, 210)
    points[[23, 24, 25, 26, 27, 28]] = (168, 210), (132, 210), (168, 290), (132, 290), (168, 370), (132, 370)
    points[[29, 31]], points[[30, 32]] = (168, 380), (132, 380)
    return Pose(points, np.ones(33, np.float32))


def _inside(crop, x: float, y: float) -> bool:  # type: ignore[no-untyped-def]
    (px, py) = crop.to_crop(np.array([[x, y]], np.float32))[0]
    return bool(0 <= px < crop.width and 0 <= py < crop.height)


def test_high_heels_hats_and_wide_skirts_are_in_the_window() -> None:
    mask = np.zeros((480, 300), np.float32)
    mask[10:440, 110:190] = 1  # a high hat, and boots well below the ankles
    mask[240:420, 60:250] = 1  # a wide skirt
    crop = figure_crop(_pose(), mask, 192, 256)
    for x, y in ((150, 12), (150, 438), (62, 300), (248, 300)):
        assert _inside(crop, x, y)
    assert crop.width / crop.scale == pytest.approx(0.75 * crop.height / crop.scale)


def test_a_bystander_does_not_widen_the_window() -> None:
    mask = np.zeros((480, 900), np.float32)
    mask[30:400, 110:190] = 1
    alone = figure_crop(_pose(), mask, 192, 256)
    mask[30:400, 600:700] = 1
    assert figure_crop(_pose(), mask, 192, 256) == alone
    mask[200:260, 262:285] = 1  # somebody's bag, near but not joined
    assert figure_crop(_pose(), mask, 192, 256) == alone


def test_without_a_mask_the_joints_decide() -> None:
    mask = np.zeros((480, 300), np.float32)
    assert figure_crop(_pose(), mask, 192, 256) == crop_for(_pose(), "dress", (480, 300), 192, 256)


@pytest.mark.parametrize("factor", [1, 2])
def test_the_window_grows_with_the_photo(factor: int) -> None:
    mask = np.zeros((480 * factor, 300 * factor), np.float32)
    mask[30 * factor : 400 * factor, 110 * factor : 190 * factor] = 1
    pose = Pose(_pose().points_px * factor, _pose().visibility)
    crop = figure_crop(pose, mask, 192, 256)
    assert crop.scale * factor == pytest.approx(
        figure_crop(_pose(), mask[::factor, ::factor], 192, 256).scale, rel=0.02
    )


@pytest.mark.parametrize(("height", "wanted"), [(200, 256), (330, 384), (900, 512)])
def test_small_figures_are_parsed_small(height: int, wanted: int) -> None:
    factor = height / 400
    points = _pose().points_px * factor
    size = (round(480 * factor), round(300 * factor))
    mask = np.zeros(size, np.float32)
    mask[round(20 * factor) : round(400 * factor), round(110 * factor) : round(190 * factor)] = 1
    net = LiteUNet(LiteUNetParams(in_channels=PARSER_CHANNELS, dense_channels=len(LABELS)))
    image = np.zeros((*size, 3), np.uint8)
    p, crop = Parser(net, twice=False).probabilities(image, mask, Pose(points, _pose().visibility))
    assert p.shape == (len(LABELS), wanted // 2, wanted * 3 // 8)
    assert (crop.height, crop.width) == p.shape[1:]


@pytest.mark.parametrize("place", [(-20.0, -40.0, 0.4), (60.0, 10.0, 0.31), (150.0, 200.0, 0.9)])
def test_labels_enlarged_in_their_windows_are_those_enlarged_as_a_whole(place: tuple[float, float, float]) -> None:
    x0, y0, scale = place
    rng = np.random.default_rng(5)
    logits = np.stack([cv2.GaussianBlur(rng.normal(0, 1, (128, 96)).astype(np.float32), (0, 0), 6) for _ in LABELS])
    p = np.exp(40 * logits)
    p = (p / p.sum(0)).astype(np.float32)
    crop, (h, w) = Crop(x0, y0, scale, 96, 128), (300, 220)
    inverse = cv2.invertAffineTransform(crop.matrix())
    borders = [1.0 if i == LABEL["background"] else 0.0 for i in range(len(LABELS))]
    whole = [
        cv2.warpAffine(q, inverse, (w, h), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=border)
        for q, border in zip(p, borders, strict=True)
    ]
    kinds = [Kind(("background",)), *KINDS]
    members = [[LABEL[name] for name in kind.names] for kind in kinds]
    totals = [kind.weight * sum(whole[i] for i in own) for kind, own in zip(kinds, members, strict=True)]
    firsts = [np.array(own)[np.argmax([whole[i] for i in own], axis=0)] for own in members]
    wanted = np.choose(np.argmax(totals, axis=0), firsts)
    labels = enlarge_labels(p, crop, (h, w))
    assert len(np.unique(labels)) > 8
    # shares that count for nothing, and OpenCV's grid of a 32nd of a pixel, move some borders by a little
    assert (labels != wanted).mean() < 0.01


def test_what_wavers_between_clothes_is_cloth_and_not_a_bag() -> None:
    p = np.zeros((len(LABELS), 32, 24), np.float32)
    p[LABEL["upper"]], p[LABEL["dress"]], p[LABEL["accessory"]] = 0.32, 0.3, 0.38
    p[:, :, 12:] = 0
    p[LABEL["background"], :, 12:], p[LABEL["left_arm"], :, 12:], p[LABEL["torso_skin"], :, 12:] = 0.4, 0.25, 0.35
    labels = enlarge_labels(p, Crop(0, 0, 1, 24, 32), (32, 24))
    assert (labels[:, 2:10] == LABEL["upper"]).all()
    assert (labels[:, 14:22] == LABEL["torso_skin"]).all()


def test_a_bag_that_is_likelier_than_all_clothes_together_is_a_bag() -> None:
    p = np.zeros((len(LABELS), 32, 24), np.float32)
    p[LABEL["upper"]], p[LABEL["accessory"]] = 0.3, 0.7
    assert (enlarge_labels(p, Crop(0, 0, 1, 24, 32), (32, 24)) == LABEL["accessory"]).all()
