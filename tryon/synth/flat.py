"""Draw a garment laid flat as a shop would photograph it, with its exact mask and landmarks.

The garment becomes a relief (layers of cloth, folds, seams) with a colour at each point; the relief
is lit by a large soft light from the upper left in linear light, with ambient occlusion and a soft
shadow on the ground, at twice the resolution or more, and reduced by area averaging.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.synth.artwork import PRINT_PX, chest_print
from tryon.synth.fabrics import Fabric, linear, paint, to_linear, to_srgb, value_noise
from tryon.synth.folds import crumple, fold_relief, pleat_relief
from tryon.synth.pattern import Button, FlatPattern, Line, Piece, PointsCm
from tryon.types import RGBu8

F32 = NDArray[np.float32]
U8 = NDArray[np.uint8]
BASE_PIECES = ("body", "sleeve", "legs", "skirt")  # all others are sewn on top of these
LIGHT = np.array([-0.42, -0.50, 0.76], np.float32) / np.linalg.norm([-0.42, -0.50, 0.76])


@dataclass(frozen=True)
class Print:
    """A drawing on the chest: kind and colours of ``artwork.chest_print``, place and size in cm."""

    kind: str
    colours: tuple[str, ...]
    x: float = 0.0
    y: float = 28.0
    width_cm: float = 24.0


@dataclass(frozen=True)
class Look:
    """What a garment is made of. fabrics: by material of the pieces; "shell" must be there."""

    fabrics: dict[str, Fabric]
    prints: tuple[Print, ...] = ()
    crumple_cm: float = 0.11
    folds: float = 1.2
    softness: float = 1.0


@dataclass(frozen=True)
class Studio:
    """The picture around the garment."""

    width: int = 600
    height: int = 800
    supersample: int = 2
    ground: str = "#f4f4f5"
    fill: float = 0.90  # share of the picture that the garment spans
    turn_deg: float = 0.0
    wobble_cm: float = 0.28  # hands do not lay cloth quite straight
    shadow: float = 0.42


@dataclass(frozen=True)
class FlatPicture:
    """A drawn garment: image (H, W, 3) uint8 sRGB; mask and inside (H, W) uint8 0..255, the
    garment's front and the back's inside seen through neck or waist; landmarks in pixels."""

    image_u8: RGBu8
    mask_u8: U8
    inside_u8: U8
    landmarks_px: dict[str, tuple[float, float]] = field(default_factory=dict)


class FlatCanvas:
    """Layers that are filled piece by piece, at the supersampled resolution."""

    def __init__(self, pattern: FlatPattern, studio: Studio, rng: np.random.Generator) -> None:
        self.shape = (studio.height * studio.supersample, studio.width * studio.supersample)
        left, top, right, bottom = pattern.bounds()
        h, w = self.shape
        self.ppc = min(studio.fill * w / (right - left), studio.fill * h / (bottom - top))
        self.centre_cm = np.array([(left + right) / 2, (top + bottom) / 2])
        self.turn = np.radians(studio.turn_deg)
        self._dx, self._dy = (value_noise((48, 36), 9, rng, 2) * studio.wobble_cm for _ in range(2))
        self._span = np.array([left - 5, top - 5, right + 5, bottom + 5])
        self.height = np.zeros(self.shape, np.float32)
        self.colour = np.zeros((*self.shape, 3), np.float32)
        self.front = np.zeros(self.shape, np.float32)
        self.inside = np.zeros(self.shape, np.float32)
        self.sheen = np.zeros(self.shape, np.float32)
        self.depth = self._silhouette_depth(pattern)
        self.soft_depth = _blur(self.depth, 2.2 * self.ppc)  # a plain distance creases along its ridges

    def _silhouette_depth(self, pattern: FlatPattern) -> F32:
        """Distance in cm to the outline of the whole front, so that joined pieces share their volume."""
        union = np.zeros(self.shape, np.uint8)
        for piece in pattern.pieces:
            if not piece.inside:
                cv2.fillPoly(union, [np.round(self.to_px(piece.outline) * 16).astype(np.int32)], 1, cv2.LINE_8, 4)
        return cv2.distanceTransform(union, cv2.DIST_L2, 5) / self.ppc

    def to_px(self, points_cm: PointsCm) -> PointsCm:
        """Centimetres to supersampled pixels (corner of the top left pixel = 0, 0), wobble included."""
        x0, y0, x1, y1 = self._span
        u = np.clip((points_cm[:, 0] - x0) / (x1 - x0), 0, 1) * 35
        v = np.clip((points_cm[:, 1] - y0) / (y1 - y0), 0, 1) * 47
        u32, v32 = u.astype(np.float32)[None], v.astype(np.float32)[None]
        shift = [cv2.remap(f, u32, v32, cv2.INTER_LINEAR)[0] for f in (self._dx, self._dy)]
        moved = points_cm + np.stack(shift, 1) - self.centre_cm
        c, s = np.cos(self.turn), np.sin(self.turn)
        turned = np.stack([moved[:, 0] * c - moved[:, 1] * s, moved[:, 0] * s + moved[:, 1] * c], 1)
        return turned * self.ppc + np.array([self.shape[1] / 2, self.shape[0] / 2])

    def to_cm(self, xx: F32, yy: F32) -> tuple[F32, F32]:
        """Supersampled pixels to cm, (first-order) inverse of ``to_px``."""
        px, py = (xx - self.shape[1] / 2) / self.ppc, (yy - self.shape[0] / 2) / self.ppc
        c, s = np.cos(self.turn), np.sin(self.turn)
        x, y = px * c + py * s + self.centre_cm[0], -px * s + py * c + self.centre_cm[1]
        x0, y0, x1, y1 = self._span
        u = np.clip((x - x0) / (x1 - x0) * 35, 0, 35).astype(np.float32)
        v = np.clip((y - y0) / (y1 - y0) * 47, 0, 47).astype(np.float32)
        return (
            (x - cv2.remap(self._dx, u, v, cv2.INTER_LINEAR)).astype(np.float32),
            (y - cv2.remap(self._dy, u, v, cv2.INTER_LINEAR)).astype(np.float32),
        )


def draw_flat(pattern: FlatPattern, look: Look, studio: Studio, rng: np.random.Generator) -> FlatPicture:
    """Draw a garment on its ground.

    Args:
        pattern: pieces, lines and landmarks in cm. look: fabrics and prints.
        studio: size, ground and light of the picture. rng: all irregularities come from it.
    """
    canvas = lay_garment(pattern, look, studio, rng)
    image = _light(canvas, studio, rng)
    size = (studio.width, studio.height)
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    mask = cv2.resize(canvas.front, size, interpolation=cv2.INTER_AREA)
    inside = cv2.resize(canvas.inside, size, interpolation=cv2.INTER_AREA)
    names = list(pattern.landmarks)
    points = canvas.to_px(np.array([pattern.landmarks[n] for n in names], np.float64)) / studio.supersample - 0.5
    landmarks = {n: (round(float(p[0]), 1), round(float(p[1]), 1)) for n, p in zip(names, points, strict=True)}
    to_u8 = lambda a: np.round(np.clip(a, 0, 1) * 255).astype(np.uint8)  # noqa: E731
    return FlatPicture(to_u8(to_srgb(small)), to_u8(mask), to_u8(inside), landmarks)


def lay_garment(pattern: FlatPattern, look: Look, studio: Studio, rng: np.random.Generator) -> FlatCanvas:
    """The garment's layers, before any light falls on them; arguments as for ``draw_flat``."""
    canvas = FlatCanvas(pattern, studio, rng)
    folds = fold_relief(canvas.shape, canvas.ppc, pattern.sources, canvas.to_px, rng, look.softness) * look.folds
    folds += crumple(canvas.shape, canvas.ppc, rng, look.crumple_cm)
    for piece in pattern.pieces:
        _lay_piece(canvas, piece, pattern, look, folds, rng)
    for line in pattern.lines:
        _sew_line(canvas, line, look, rng)
    for button in pattern.buttons:
        _fasten(canvas, button, look)
    return canvas


def _window(canvas: FlatCanvas, px: PointsCm, margin: float) -> tuple[slice, slice]:
    x0, y0 = np.maximum(np.floor(px.min(0) - margin), 0).astype(int)
    x1, y1 = np.ceil(px.max(0) + margin).astype(int)
    return slice(y0, min(y1, canvas.shape[0])), slice(x0, min(x1, canvas.shape[1]))


def _lay_piece(
    canvas: FlatCanvas, piece: Piece, pattern: FlatPattern, look: Look, folds: F32, rng: np.random.Generator
) -> None:
    px = canvas.to_px(piece.outline)
    rows, cols = _window(canvas, px, 3)
    cover_u8 = np.zeros((rows.stop - rows.start, cols.stop - cols.start), np.uint8)
    shifted = np.round((px - (cols.start + 0.5, rows.start + 0.5)) * 16).astype(np.int32)
    cv2.fillPoly(cover_u8, [shifted], 255, cv2.LINE_AA, 4)
    cover = cover_u8.astype(np.float32) / 255
    depth = cv2.distanceTransform((cover_u8 > 127).astype(np.uint8), cv2.DIST_L2, 5) / canvas.ppc
    yy, xx = np.mgrid[rows, cols].astype(np.float32)
    x, y = canvas.to_cm(xx + 0.5, yy + 0.5)
    relief = folds[rows, cols] * piece.gather
    if pattern.extras.get("pleats") and piece.name == "skirt":
        share = x / np.maximum(_skirt_half(pattern, y), 1.0)
        below = np.clip((y - pattern.extras["band"]) / 6.0, 0, 1)
        relief = relief + pleat_relief(share, int(pattern.extras["pleats"]), 0.55) * below
    rise = 1 - np.exp(-depth / max(piece.round_cm, 0.05))
    if piece.inside:
        surface = piece.thickness_cm * rise + piece.lift_cm * (1 - np.exp(-depth / 2.0)) + relief
    elif piece.name in BASE_PIECES:
        whole = canvas.depth[rows, cols]
        volume = 0.45 * (1 - np.exp(-whole / 0.7)) + 0.75 * (1 - np.exp(-canvas.soft_depth[rows, cols] / 6.0))
        surface = 0.05 * rise + piece.lift_cm * volume + relief * np.clip(whole / 0.8, 0.25, 1)
    else:
        surface = _blur(canvas.height[rows, cols], 0.25 * canvas.ppc) + 1.5 * piece.thickness_cm * rise
    fabric = look.fabrics.get(piece.material) or look.fabrics["shell"]
    turn = np.radians(piece.turn_deg)
    dx, dy = x - piece.origin[0], y - piece.origin[1]
    slope_y, slope_x = np.gradient(cv2.GaussianBlur(relief, (0, 0), 2.0), 1 / canvas.ppc)
    u = dx * np.cos(turn) + dy * np.sin(turn) + 0.35 * slope_x
    v = -dx * np.sin(turn) + dy * np.cos(turn) + 0.35 * slope_y
    if piece.turn_deg == 0:
        u, v = u + piece.origin[0], v + piece.origin[1]
    colour, weave = paint(fabric, u.astype(np.float32), v.astype(np.float32), rng, canvas.ppc)
    if piece.name in ("body", "legs", "skirt"):
        for picture in look.prints:
            colour = _print_on(colour, u, v, picture)
    if fabric.wash:
        colour = _washed(colour, fabric.wash, depth, relief, x, y, pattern, rng)
    if piece.inside:
        colour = colour * (0.80 if piece.name != "hood" else 1.0)
    a = cover[..., None]
    canvas.colour[rows, cols] = canvas.colour[rows, cols] * (1 - a) + colour * a
    under = canvas.height[rows, cols]
    canvas.height[rows, cols] = under * (1 - cover) + (surface + weave) * cover
    canvas.sheen[rows, cols] = canvas.sheen[rows, cols] * (1 - cover) + fabric.sheen * cover
    front, inside = canvas.front[rows, cols], canvas.inside[rows, cols]
    if piece.inside:
        canvas.inside[rows, cols] = np.maximum(inside, cover * (1 - front))
    else:
        canvas.inside[rows, cols] = inside * (1 - cover)
        canvas.front[rows, cols] = 1 - (1 - front) * (1 - cover)


def _skirt_half(pattern: FlatPattern, y: F32) -> F32:
    e = pattern.extras
    return e["waist"] + (e["hem"] - e["waist"]) * np.clip(y / e["length"], 0, 1.1)


def _print_on(colour: F32, u: F32, v: F32, picture: Print) -> F32:
    art = chest_print(picture.kind, picture.colours)
    scale = PRINT_PX / picture.width_cm
    mx = ((u - picture.x + picture.width_cm / 2) * scale).astype(np.float32)
    my = ((v - picture.y + picture.width_cm / 2) * scale).astype(np.float32)
    art = cv2.GaussianBlur(art, (0, 0), 1.2)
    ink = cv2.remap(art, mx, my, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=(0, 0, 0, 0))
    share = ink[..., 3:].astype(np.float32) / 255 * 0.94
    return colour * (1 - share) + to_linear(ink[..., :3].astype(np.float32) / 255) * share


def _washed(
    colour: F32, wash: float, depth: F32, relief: F32, x: F32, y: F32, pattern: FlatPattern, rng: np.random.Generator
) -> F32:
    """Lighter where denim rubs: thighs, ridges of folds, edges."""
    span = max(pattern.bounds()[3], 1.0)
    thigh = np.exp(-(((y - 0.36 * span) / (0.20 * span)) ** 2)) * np.clip(depth / 7.0, 0, 1)
    ridge = np.clip(relief / 0.35, -0.6, 1.0)
    edge = np.exp(-depth / 0.5)
    cloud = value_noise(x.shape, 30, rng, 2)
    amount = wash * np.clip(0.70 * thigh + 0.05 * ridge + 0.30 * edge + 0.02 * cloud, -0.3, 1.0)
    lighter = np.array([0.62, 0.70, 0.80], np.float32)
    light = colour + (lighter - colour) * np.clip(amount, 0, 1)[..., None] * 0.75
    return (light * (1 + np.minimum(amount, 0)[..., None])).astype(np.float32)


def _line_distance(canvas: FlatCanvas, points: PointsCm, reach_cm: float) -> tuple[slice, slice, F32]:
    px = canvas.to_px(points)
    rows, cols = _window(canvas, px, reach_cm * canvas.ppc + 2)
    blank = np.full((rows.stop - rows.start, cols.stop - cols.start), 255, np.uint8)
    path = np.round((px - (cols.start + 0.5, rows.start + 0.5)) * 16).astype(np.int32)
    cv2.polylines(blank, [path], False, 0, 1, cv2.LINE_8, 4)
    return rows, cols, cv2.distanceTransform(blank, cv2.DIST_L2, 5) / canvas.ppc


def _dashes(points: PointsCm, dash_cm: float = 0.30, gap_cm: float = 0.14) -> list[PointsCm]:
    step = np.linalg.norm(np.diff(points, axis=0), axis=1)
    length = np.concatenate([[0.0], np.cumsum(step)])
    found = []
    for start in np.arange(0.0, length[-1], dash_cm + gap_cm):
        at = np.array([start, start + dash_cm / 2, start + dash_cm])
        found.append(np.stack([np.interp(at, length, points[:, 0]), np.interp(at, length, points[:, 1])], 1))
    return found


def _sew_line(canvas: FlatCanvas, line: Line, look: Look, rng: np.random.Generator) -> None:
    width = line.width_cm
    rows, cols, d = _line_distance(canvas, line.points, 1.6)
    on = canvas.front[rows, cols]
    bump = np.zeros_like(d)
    if line.kind in ("seam", "stitch"):
        pucker = value_noise(d.shape, max(3.0, 0.9 * canvas.ppc), rng, 2)
        bump += 0.022 * pucker * np.exp(-((d / 0.8) ** 2))
    if line.kind == "seam":
        bump -= 0.14 * np.exp(-((d / max(width, 0.14)) ** 2))
    elif line.kind == "groove":
        bump -= 0.07 * np.exp(-((d / width) ** 2))
    elif line.kind == "edge":
        bump -= 0.20 * np.exp(-((d / 0.22) ** 2))
    elif line.kind == "crease":
        bump += 0.20 * np.exp(-d / 0.5)
    elif line.kind == "cord":
        cord = d < width / 2
        round_ = np.sqrt(np.maximum(0.0, (width / 2) ** 2 - d**2))
        bump += 1.3 * round_
        fabric = look.fabrics.get(line.colour or "cord") or look.fabrics["shell"]
        canvas.colour[rows, cols][cord & (on > 0.5)] = linear(fabric.colours[0])
    canvas.height[rows, cols] += bump * on
    if line.kind == "stitch":
        _thread(canvas, line, look)


def _thread(canvas: FlatCanvas, line: Line, look: Look) -> None:
    px = canvas.to_px(line.points)
    rows, cols = _window(canvas, px, 4)
    mark = np.zeros((rows.stop - rows.start, cols.stop - cols.start), np.uint8)
    paths = [
        np.round((canvas.to_px(dash) - (cols.start + 0.5, rows.start + 0.5)) * 16).astype(np.int32)
        for dash in _dashes(line.points)
    ]
    thick = max(1, round(line.width_cm * canvas.ppc * 0.7))
    cv2.polylines(mark, paths, False, 255, thick, cv2.LINE_AA, 4)
    share = mark.astype(np.float32)[..., None] / 255 * canvas.front[rows, cols][..., None]
    under = canvas.colour[rows, cols]
    fabric = look.fabrics.get(line.colour) if line.colour else None
    if fabric is None:
        canvas.colour[rows, cols] = under * (1 - 0.28 * share)
    else:
        canvas.colour[rows, cols] = under * (1 - 0.85 * share) + linear(fabric.colours[0]) * 0.85 * share
    canvas.height[rows, cols] -= 0.03 * share[..., 0]


def _fasten(canvas: FlatCanvas, button: Button, look: Look) -> None:
    centre = canvas.to_px(np.array([[button.x, button.y]]))
    radius = button.radius_cm
    rows, cols = _window(canvas, centre, (radius + 0.3) * canvas.ppc)
    yy, xx = np.mgrid[rows, cols].astype(np.float32)
    dx, dy = (xx + 0.5 - centre[0, 0]) / canvas.ppc, (yy + 0.5 - centre[0, 1]) / canvas.ppc
    d = np.hypot(dx, dy)
    cover = np.clip((radius - d) * canvas.ppc + 0.5, 0, 1)
    fabric = look.fabrics.get("button")
    colour = linear(fabric.colours[0]) if fabric else np.array([0.75, 0.73, 0.68], np.float32)
    if button.kind == "hole":
        colour, bump = np.array([0.05, 0.05, 0.05], np.float32), -0.1 * cover
    else:
        rim = np.exp(-(((d - radius * 0.82) / (radius * 0.16)) ** 2))
        bump = cover * (0.16 + 0.05 * rim)
        if button.kind == "button":
            holes = [np.hypot(dx - ox, dy - oy) for ox in (-0.13, 0.13) for oy in (-0.13, 0.13)]
            dark = np.clip((0.085 - np.minimum.reduce(holes)) * canvas.ppc + 0.5, 0, 1)
            colour = colour * (1 - 0.75 * dark[..., None])
    canvas.colour[rows, cols] = canvas.colour[rows, cols] * (1 - cover[..., None]) + colour * cover[..., None]
    canvas.height[rows, cols] += bump
    canvas.sheen[rows, cols] = np.maximum(canvas.sheen[rows, cols], 0.5 * cover)


def _blur(image: F32, sigma: float) -> F32:
    """A Gaussian blur that works on a reduced picture when it is wide."""
    if sigma < 6:
        return cv2.GaussianBlur(image, (0, 0), sigma)
    factor = max(2, int(sigma / 3))
    size = (max(1, image.shape[1] // factor), max(1, image.shape[0] // factor))
    small = cv2.GaussianBlur(cv2.resize(image, size, interpolation=cv2.INTER_AREA), (0, 0), sigma / factor)
    return cv2.resize(small, (image.shape[1], image.shape[0]), interpolation=cv2.INTER_LINEAR)


def _light(canvas: FlatCanvas, studio: Studio, rng: np.random.Generator) -> F32:
    """Linear light (H, W, 3) of garment and ground at the supersampled resolution."""
    shade, gloss = shade_canvas(canvas)
    cloth = canvas.colour * shade[..., None] + np.maximum(gloss, 0)[..., None] * 0.6
    return _on_ground(canvas, cloth, np.maximum(canvas.front, canvas.inside), studio, rng)


def shade_canvas(canvas: FlatCanvas) -> tuple[F32, F32]:
    """What the light does to the cloth's own colour: a factor in linear light and a gloss to add, (H, W) each."""
    ppc = canvas.ppc
    height = cv2.GaussianBlur(canvas.height, (0, 0), max(0.6, 0.05 * ppc))
    gy, gx = np.gradient(height, 1 / ppc)
    steep = np.hypot(gx, gy)
    limit = np.tanh(steep / 1.5) * 1.5 / np.maximum(steep, 1e-6)
    gx, gy = gx * limit, gy * limit
    n_z = 1.0 / np.sqrt(1 + gx * gx + gy * gy)
    lambert = (-gx * LIGHT[0] - gy * LIGHT[1] + LIGHT[2]) * n_z / LIGHT[2]
    diffuse = np.clip((lambert + 0.25) / 1.25, 0.0, 1.6)
    occlusion = np.ones_like(height)
    for sigma_cm, weight in ((0.35, 0.55), (1.2, 0.22), (4.0, 0.05)):
        occlusion -= weight * np.clip(_blur(height, sigma_cm * ppc) - height - 0.01, 0, 1.2)
    occlusion = np.clip(occlusion, 0.35, 1.0)
    half = LIGHT + np.array([0, 0, 1], np.float32)
    half = half / np.linalg.norm(half)
    facing = np.clip((-gx * half[0] - gy * half[1] + half[2]) * n_z, 0, 1)
    gloss = canvas.sheen * (0.35 * facing**24 - 0.02)
    return occlusion * (0.26 + 0.74 * diffuse), gloss


def _on_ground(canvas: FlatCanvas, cloth: F32, alpha: F32, studio: Studio, rng: np.random.Generator) -> F32:
    h, w = canvas.shape
    ppc = canvas.ppc
    yy, xx = np.mgrid[0:h, 0:w].astype(np.float32)
    fall = 1.0 - 0.05 * ((xx / w - 0.42) ** 2 + (yy / h - 0.42) ** 2)
    ground = linear(studio.ground) * fall[..., None]
    shadow = np.zeros_like(alpha)
    for shift_cm, sigma_cm, weight in ((0.25, 0.30, 0.40), (0.9, 1.0, 0.40), (1.8, 2.8, 0.22)):
        move = np.array([[1, 0, shift_cm * 0.62 * ppc], [0, 1, shift_cm * ppc]], np.float32)
        shadow += weight * _blur(cv2.warpAffine(alpha, move, (w, h)), sigma_cm * ppc)
    ground = ground * (1 - studio.shadow * np.clip(shadow, 0, 1))[..., None]
    ground = ground * (1 + 0.004 * rng.standard_normal((h, w, 1)).astype(np.float32))
    return ground * (1 - alpha[..., None]) + cloth * alpha[..., None]
