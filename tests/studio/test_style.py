"""Style transfer on drawn garments: dyes parted from light, cloth laid along the pieces, the cut's own frame kept."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from tryon.cli import main
from tryon.cli_items import ASSETS
from tryon.errors import BadRequestError
from tryon.images import linear_to_srgb, srgb_to_linear
from tryon.studio.style import StyleSettings, plan_cut, transfer_style
from tryon.studio.style_cloth import largest_rectangle, quilt
from tryon.studio.style_kind import shows_garment
from tryon.studio.style_light import part_light, to_lab
from tryon.studio.style_palette import match_palettes
from tryon.studio.style_parts import take_apart
from tryon.studio.style_source import read_cloth
from tryon.types import Garment

H, W = 320, 260
GROUND = 238
POINTS = {
    "neck_left": (105.0, 40.0), "neck_right": (155.0, 40.0), "shoulder_left": (75.0, 50.0),
    "shoulder_right": (185.0, 50.0), "armpit_left": (75.0, 115.0), "armpit_right": (185.0, 115.0),
    "hem_left": (75.0, 285.0), "hem_right": (185.0, 285.0), "cuff_out_left": (20.0, 100.0),
    "cuff_out_right": (240.0, 100.0), "cuff_in_left": (45.0, 135.0), "cuff_in_right": (215.0, 135.0),
}  # fmt: skip


def shape() -> np.ndarray:
    """The outline of a T-shirt: (H, W) bool."""
    mask = np.zeros((H, W), np.uint8)
    outline = [(105, 40), (155, 40), (185, 50), (240, 100), (215, 135), (185, 115), (185, 285), (75, 285), (75, 115)]
    cv2.fillPoly(mask, [np.array([*outline, (45, 135), (20, 100), (75, 50)])], 1)
    return mask > 0


def light() -> np.ndarray:
    """Two folds down the front: (H, W) gains."""
    x = np.mgrid[0:H, 0:W][1]
    fold = np.exp(-(((x - 110) / 7) ** 2)) + 0.6 * np.exp(-(((x - 160) / 9) ** 2))
    return (1 - 0.35 * fold).astype(np.float32)


def draw(cloth_u8: np.ndarray) -> Garment:
    """A T-shirt of a cloth (H, W, 3) in that light, on a plain ground."""
    mask = shape()
    lit = linear_to_srgb(srgb_to_linear(cloth_u8) * light()[..., None])
    image = np.where(mask[..., None], lit, GROUND).astype(np.uint8)
    alpha = mask.astype(np.float32)
    chances = {"upper": 1.0, "lower": 0.0, "dress": 0.0}
    return Garment(image, alpha, "upper", chances, "T-Shirt", {"T-Shirt": 1.0}, dict(POINTS), "short")


def plain(colour: tuple[int, int, int]) -> np.ndarray:
    return np.broadcast_to(np.array(colour, np.uint8), (H, W, 3)).copy()


def stripes(one: tuple[int, int, int], other: tuple[int, int, int], period: int = 24) -> np.ndarray:
    rows = (np.arange(H) // (period // 2)) % 2 == 0
    return np.where(rows[:, None, None], plain(one), plain(other)).astype(np.uint8)


RED, GREEN, NAVY, WHITE = (200, 40, 50), (40, 140, 80), (25, 40, 95), (240, 240, 236)


def middle(garment: Garment, rows: slice = slice(150, 270)) -> np.ndarray:
    """Lab of a clear column band between the folds: (rows, 3)."""
    return to_lab(garment.image_u8)[rows, 132:140].mean(1)


def test_stripes_are_parted_from_folds() -> None:
    parted = part_light(draw(stripes(NAVY, WHITE)).image_u8, shape().astype(np.float32))
    assert len(parted.palette_lab) == 2
    rows = parted.light_log[150:270]
    assert rows[:, 132:140].mean(1).std() < 0.05  # the stripes are gone
    assert rows[:, 108:113].mean() < rows[:, 132:140].mean() - 0.15  # the fold stays
    truth = np.log(light()[150:270, 85:175])
    assert np.corrcoef(rows[:, 85:175].mean(0), truth.mean(0))[0, 1] > 0.9


def test_a_fold_in_plain_cloth_is_no_dye() -> None:
    assert len(part_light(draw(plain(RED)).image_u8, shape().astype(np.float32)).palette_lab) == 1


def test_plain_colour_replaces_stripes_and_the_fold_stays() -> None:
    cut = draw(stripes(NAVY, WHITE))
    before = cut.image_u8.copy()
    styled = transfer_style(cut, draw(plain(RED)))
    band = middle(styled)
    assert band.std(0).max() < 4  # no stripe is left
    assert np.linalg.norm(band.mean(0) - to_lab(plain(RED))[0, 0]) < 12
    fold = srgb_to_linear(styled.image_u8)[150:270, 108:113, 0].mean()
    assert fold < 0.85 * srgb_to_linear(styled.image_u8)[150:270, 132:140, 0].mean()
    assert np.array_equal(cut.image_u8, before)


def test_the_cut_keeps_its_frame() -> None:
    cut = draw(plain(GREEN))
    styled = transfer_style(cut, draw(stripes(NAVY, WHITE)))
    assert styled.image_u8.shape == cut.image_u8.shape
    assert styled.image_u8.dtype == np.uint8
    assert (styled.category, styled.landmarks_px) == (cut.category, cut.landmarks_px)
    assert np.array_equal(styled.alpha_f32, cut.alpha_f32)
    far = cv2.dilate(cut.alpha_f32, np.ones((9, 9))) == 0
    assert np.array_equal(styled.image_u8[far], cut.image_u8[far])


def test_stripes_come_at_their_true_size_and_scale() -> None:
    source, cut = draw(stripes(NAVY, WHITE)), draw(plain(GREEN))

    def period(scale: float) -> float:
        lightness = middle(transfer_style(cut, source, StyleSettings(scale=scale)))[:, 0]
        changes = np.nonzero(np.diff((lightness > lightness.mean()).astype(int)))[0]
        return float(2 * np.diff(changes).mean())

    assert period(1.0) == pytest.approx(24, abs=3)
    assert period(0.5) == pytest.approx(12, abs=2.5)


def test_a_print_keeps_its_place_and_leaves_the_ground() -> None:
    cloth = plain(WHITE)
    cv2.circle(cloth, (130, 150), 22, RED, -1)
    source = draw(cloth)
    assert read_cloth(source).kind == "print"
    styled = transfer_style(draw(plain(GREEN)), source)
    lab = to_lab(styled.image_u8)
    assert lab[145:155, 125:135, 1].mean() > 35  # red in the middle
    assert lab[230:260, 132:140, 0].mean() > 75
    assert abs(lab[230:260, 132:140, 1].mean()) < 8


def test_a_print_can_be_moved() -> None:
    cloth = plain(WHITE)
    cv2.circle(cloth, (130, 150), 22, RED, -1)
    moved = to_lab(transfer_style(draw(plain(GREEN)), draw(cloth), StyleSettings(offset=(0.0, 0.3))).image_u8)
    down = 150 + round(0.3 * 246)  # of the garment's height
    assert moved[down - 4 : down + 4, 125:135, 1].mean() > 35
    assert abs(moved[145:155, 132:140, 1].mean()) < 8


def test_checks_of_one_tint_are_no_light() -> None:
    """Shades of one colour that are everywhere are a check, and go with the old cloth."""
    cloth = plain((150, 120, 110))
    y, x = np.mgrid[0:H, 0:W]
    for gain, line in ((0.35, (y // 8) % 2), (0.35, (x // 8) % 2)):
        cloth = np.where(line[..., None] > 0, (cloth * gain).astype(np.uint8), cloth)
    soft = cv2.GaussianBlur(cloth, (0, 0), 1.6)
    cut = draw(soft)
    was = np.log(srgb_to_linear(cut.image_u8).mean(-1) + 0.01)[150:270, 132:140].mean(1).std()
    assert part_light(cut.image_u8, cut.alpha_f32).light_log[150:270, 132:140].mean(1).std() < 0.3 * was


def test_what_shines_keeps_no_old_colour_and_buttons_do() -> None:
    cut = draw(plain(NAVY))
    ragged = np.zeros((H, W), np.uint8)
    points = [(90, 200), (96, 202), (92, 204), (97, 210), (91, 206), (88, 211)]
    cv2.fillPoly(ragged, [np.array(points)], 1)
    cut.image_u8[ragged > 0] = WHITE
    cv2.circle(cut.image_u8, (150, 220), 3, WHITE, -1)
    trims = plan_cut(cut).trims_f32
    assert trims[220, 150] > 0.9
    assert trims[ragged > 0].max() < 0.1


def test_modes_take_what_they_say() -> None:
    cut, source = draw(stripes(NAVY, WHITE)), draw(plain(RED))
    dyed = middle(transfer_style(cut, source, StyleSettings(mode="colours")))
    assert dyed[:, 0].std() > 4
    assert dyed[:, 1].mean() > 25
    other = middle(transfer_style(draw(plain(GREEN)), draw(stripes(NAVY, WHITE)), StyleSettings(mode="pattern")))
    assert other[:, 0].std() > 4
    assert other[:, 1].mean() < -12


def test_strength_goes_from_nothing_to_all() -> None:
    cut, source = draw(plain(GREEN)), draw(plain(RED))
    assert np.abs(transfer_style(cut, source, StyleSettings(strength=0)).image_u8.astype(int) - cut.image_u8).max() <= 1
    hues = [middle(transfer_style(cut, source, StyleSettings(strength=s)))[:, 1].mean() for s in (0.0, 0.5, 1.0)]
    assert hues[0] < hues[1] < hues[2]


def test_any_picture_and_its_offset() -> None:
    cut = draw(plain(WHITE))
    picture = np.zeros((200, 300, 3), np.uint8)
    picture[:, :150], picture[:, 150:] = NAVY, RED
    lab = to_lab(transfer_style(cut, picture).image_u8)
    assert lab[150:270, 85:95, 2].mean() < -15 < 15 < lab[150:270, 168:178, 1].mean()
    moved = to_lab(transfer_style(cut, picture, StyleSettings(offset=(0.4, 0.0))).image_u8)
    assert moved[150:270, 168:178, 2].mean() < -15  # the navy half now reaches over the whole front


def test_sleeves_follow_their_axis() -> None:
    pieces = take_apart(draw(plain(RED)))
    names = {part.name: part for part in pieces.parts}
    assert set(names) == {"trunk", "sleeve_left", "sleeve_right"}
    covered = sum(part.mask.astype(int) for part in pieces.parts)
    assert np.array_equal(covered, shape().astype(int))
    assert names["sleeve_left"].down[0] < -0.5
    assert names["sleeve_right"].down[0] > 0.5


def test_quilting_is_made_of_the_scrap_and_repeats_by_seed() -> None:
    scrap = srgb_to_linear(stripes(RED, WHITE, 16)[:60, :60])
    one, again, other = (quilt(scrap, 150, 130, seed) for seed in (1, 1, 2))
    assert one.shape == (150, 130, 3)
    assert np.array_equal(one, again)
    assert other.shape == one.shape
    rows = one.mean((1, 2)) > one.mean()
    assert np.diff(np.nonzero(np.diff(rows.astype(int)))[0]).max() <= 12  # no stripe is torn or doubled


def test_the_largest_rectangle_lies_inside() -> None:
    mask = np.zeros((90, 80), bool)
    mask[10:70, 20:60] = mask[30:40, 5:75] = True
    rows, columns = largest_rectangle(mask)
    assert mask[rows, columns].all()
    assert mask[rows, columns].size > 0.8 * 60 * 40


def test_palettes_match_common_with_common() -> None:
    old = np.array([[90, 0, 0], [20, 5, -25]], np.float32)
    new = np.array([[50, 60, 40], [30, -20, 10], [80, 0, 60]], np.float32)
    got = match_palettes(old, np.array([0.7, 0.3]), new, np.array([0.6, 0.3, 0.1]))
    assert np.array_equal(got[0], new[0])
    assert not np.array_equal(got[1], new[0])
    tones = match_palettes(old, np.array([0.7, 0.3]), new[:1], np.array([1.0]))
    assert np.array_equal(tones[0], new[0])
    assert tones[1][0] < new[0][0] - 8


@pytest.mark.parametrize(
    "wrong", [{"mode": "x"}, {"strength": 1.5}, {"scale": 9.0}, {"offset": (5.0, 0.0)}, {"strength": float("nan")}]
)
def test_settings_out_of_range_are_refused(wrong: dict) -> None:
    with pytest.raises(BadRequestError, match=r"Use (a number|two numbers|one of)"):
        StyleSettings(**wrong)


def test_an_empty_mask_is_refused() -> None:
    garment = draw(plain(RED))
    with pytest.raises(BadRequestError, match="mask"):
        plan_cut(replace(garment, alpha_f32=np.zeros_like(garment.alpha_f32)))


def test_a_painting_is_no_garment() -> None:
    garment = draw(plain(RED))
    assert shows_garment(garment)
    assert not shows_garment(replace(garment, label_probability={"Top": 0.3, "Dress": 0.3}))
    assert not shows_garment(replace(garment, alpha_f32=np.ones_like(garment.alpha_f32)))


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture, out, mask = tmp_path / "tiles.png", tmp_path / "styled.png", tmp_path / "mask.png"
    Image.fromarray(stripes(RED, NAVY, 40)[:200, :200]).save(picture)
    call = ["style", "--cut", "tee-white", "--from", str(picture), "--kind", "picture", "--scale", "0.5"]
    assert main([*call, "--out", str(out), "--mask", str(mask), "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    styled = Image.open(out)
    assert facts["category"] == "upper"
    assert facts["source"] == "picture"
    assert facts["size"] == list(styled.size)
    assert "generated" in styled.text["Description"]
    assert Image.open(mask).size == styled.size
    was = np.asarray(Image.open(ASSETS / "garments/tee-white.jpg").convert("RGB"))
    assert np.abs(np.asarray(styled.convert("RGB")).astype(int) - was).mean() > 10


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"--cut": "no-such"}, "no garment of this id"),
        ({"--from": "no-such"}, "no garment of this id"),
        ({"--strength": "3"}, "from 0 to 1"),
        ({"--mode": "all"}, "both, pattern, colours"),
        ({"--kind": "photo"}, "auto, garment, picture"),
    ],
)
def test_the_command_refuses(change: dict, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = {"--cut": "tee-white", "--from": "tee-breton", "--out": str(tmp_path / "x.png"), **change}
    assert main(["style", *(word for pair in options.items() for word in pair)]) == 1
    assert said in capsys.readouterr().err
    assert not (tmp_path / "x.png").exists()
