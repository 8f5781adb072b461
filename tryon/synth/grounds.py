"""Backgrounds of a person: shop backdrops, plain rooms, and street photos without their people."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.errors import BadRequestError
from tryon.synth.camera import PhotoCamera
from tryon.synth.fabrics import value_noise
from tryon.synth.sampling import TO_LINEAR

F32 = NDArray[np.float32]
U8 = NDArray[np.uint8]
Colour = tuple[float, float, float]
GroundKind = Literal["shop", "room", "street", "plain"]


@dataclass(frozen=True)
class Ground:
    """A background to be drawn.

    wall, floor: linear colours. wall_m: how far the wall is behind the person. photo: index into the
    library's street photos (kind "street"). blur: depth of field 0..1. seed: of everything else.
    mirrored: left and right of the photo are exchanged.
    """

    kind: GroundKind
    wall: Colour
    floor: Colour
    wall_m: float = 1.5
    photo: int = -1
    blur: float = 0.3
    seed: int = 0
    mirrored: bool = False


@dataclass(frozen=True)
class StreetPhoto:
    """A street without its person.

    jpeg: the picture. figure: where the person stood (x0, y0, x1, y1) in its pixels. skin: their skin's linear
    colour, None where unknown; side: how much brighter the right of the figure was than the left (log);
    hard: the skin's contrast (log), large in the sun. size: (h, w) of the picture.
    """

    jpeg: bytes
    figure: tuple[float, float, float, float]
    skin: Colour | None = None
    side: float = 0.0
    hard: float = 0.0
    size: tuple[int, int] = (620, 420)


class GroundLibrary:
    """The street photos of ``data/grounds/*.zip``, kept as JPEG in memory and decoded when asked for."""

    def __init__(self, streets: Sequence[StreetPhoto] = (), flats: Sequence[bytes] = ()) -> None:
        self.streets, self.flats = list(streets), list(flats)

    @classmethod
    def open(cls, folder: Path) -> GroundLibrary:
        """Read all zips of a folder; an empty or missing folder gives an empty library.

        Raises:
            BadRequestError: a zip is damaged (it is named).
        """
        streets: list[StreetPhoto] = []
        flats: list[bytes] = []
        for path in sorted(folder.glob("*.zip")):
            try:
                with zipfile.ZipFile(path) as archive:
                    for name, meta in json.loads(archive.read("grounds.json")).items():
                        data = archive.read(f"{name}.jpg")
                        if meta["kind"] == "street":
                            x0, y0, x1, y1 = meta["figure"]
                            skin = _colour(np.array(meta["skin"])) if "skin" in meta else None
                            box = (x0, y0, x1, y1)
                            streets.append(
                                StreetPhoto(data, box, skin, meta.get("side", 0.0), meta.get("hard", 0.0), _size(data))
                            )
                        else:
                            flats.append(data)
            except (zipfile.BadZipFile, KeyError, ValueError) as error:
                raise BadRequestError(
                    f"{path.name} is damaged ({error}). Make it again: python -m tryon.synth.prepare_grounds"
                ) from None
        return cls(streets, flats)


def _size(jpeg: bytes) -> tuple[int, int]:
    """Height and width from a JPEG's frame header, without decoding it.

    Raises:
        ValueError: there is none.
    """
    at = 2
    while at + 9 < len(jpeg) and jpeg[at] == 0xFF:
        marker, length = jpeg[at + 1], int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return int.from_bytes(jpeg[at + 5 : at + 7], "big"), int.from_bytes(jpeg[at + 7 : at + 9], "big")
        at += 2 + length
    raise ValueError("a picture in it is no JPEG")


@dataclass(frozen=True)
class GroundPicture:
    """A drawn background: light (H, W, 3) linear; wall_y: its world distance behind the origin, or None;
    mean: linear colour around the person; photo: whether it is a photo, whose light is fixed already; skin:
    linear colour of the skin of who stood there, if known."""

    light: F32
    wall_m: float | None
    mean: F32
    photo: bool
    skin: Colour | None = None


def sample_ground(rng: np.random.Generator, library: GroundLibrary | None, kind: GroundKind | None = None) -> Ground:
    """A background at random; streets only where the library has some."""
    if kind is None:
        streets = library is not None and bool(library.streets)
        kind = ("shop", "room", "street")[rng.choice(3, p=[0.3, 0.25, 0.45] if streets else [0.5, 0.5, 0.0])]
    seed = int(rng.integers(1 << 31))
    if kind == "street" and library is not None and library.streets:
        return Ground("street", (0.3, 0.3, 0.3), (0.3, 0.3, 0.3), 4.0, int(rng.integers(len(library.streets))),
                      float(rng.beta(1.0, 3.2)), seed, bool(rng.random() < 0.5))  # fmt: skip
    if kind == "shop":
        level = float(rng.choice([0.85, 0.7, 0.45, 0.2, 0.06], p=[0.35, 0.2, 0.25, 0.15, 0.05]))
        tone = np.exp(rng.normal(0, 0.03 if rng.random() < 0.7 else 0.3, 3)) * level
        wall = _colour(np.clip(tone, 0.02, 0.92))
        floor = wall if rng.random() < 0.7 else _colour(np.clip(tone * np.exp(rng.normal(-0.2, 0.3)), 0.02, 0.9))
        return Ground("shop", wall, floor, float(rng.uniform(0.6, 2.5)), -1, 0.3, seed)
    wall = _colour(np.clip(rng.uniform(0.25, 0.8) * np.exp(rng.normal(0, 0.08, 3)), 0.03, 0.85))
    floor = _colour(
        np.array([(0.32, 0.19, 0.1), (0.2, 0.19, 0.18), (0.12, 0.07, 0.04), (0.45, 0.41, 0.35), (0.25, 0.22, 0.25)])[
            rng.integers(5)
        ]
        * np.exp(rng.normal(0, 0.25))
    )
    return Ground("room", wall, floor, float(rng.uniform(0.25, 2.2)), -1, float(rng.beta(1.3, 3)), seed)


def _colour(values: NDArray[np.floating]) -> Colour:
    return float(values[0]), float(values[1]), float(values[2])


def draw_ground(
    ground: Ground,
    library: GroundLibrary | None,
    size: tuple[int, int],
    camera: PhotoCamera,
    figure: tuple[float, float, float, float],
) -> GroundPicture:
    """Draw a background.

    Args:
        size: (H, W). camera: of the picture, in its pixels. figure: x0, y0, x1, y1 of the whole person, feet
            included, in its pixels, as far as it may lie outside.
    """
    rng = np.random.default_rng(ground.seed)
    if ground.kind == "street":
        if library is None or not 0 <= ground.photo < len(library.streets):
            raise BadRequestError("This look needs a street photo that the library does not have.")
        return _street(ground, library.streets[ground.photo], size, figure, rng)
    if ground.kind == "plain":
        light = np.broadcast_to(np.array(ground.wall, np.float32), (*size, 3)).copy()
        return GroundPicture(light, None, light[0, 0], False)
    return _set(ground, size, camera, rng)


def _scales(
    gone: tuple[float, float, float, float],
    photo: tuple[int, int],
    size: tuple[int, int],
    figure: tuple[float, float, float, float],
) -> tuple[float, float]:
    """The scale at which the one who is gone (a box in a photo of this size) was as tall as the figure, and the
    least scale over that at which the photo covers the picture, as far as that is not absurd."""
    h, w = size
    tall, wide = photo[0] - 1.0, photo[1] - 1.0
    usual = (figure[3] - figure[1]) / max(gone[3] - gone[1], 1.0)
    below = (h - 1 - figure[3]) / max(tall - gone[3], 1.0) if figure[3] < h - 1 else 0.0
    cover = max((w - 1) / wide, (h - 1) / tall)
    return usual, min(max(usual, figure[3] / max(gone[3], 1.0), below, cover), max(1.4 * usual, cover))


def fitting_street(
    rng: np.random.Generator,
    library: GroundLibrary,
    size: tuple[int, int],
    figure: tuple[float, float, float, float],
    tries: int = 6,
) -> int:
    """Of a few street photos at random, the one whose gap the figure (box in a picture of this size) hides best."""
    best, least = 0, np.inf
    for index in rng.integers(len(library.streets), size=tries):
        photo = library.streets[index]
        usual, scale = _scales(photo.figure, photo.size, size, figure)
        wide = (photo.figure[2] - photo.figure[0]) * scale / max(figure[2] - figure[0], 1.0)
        cost = 2 * abs(np.log(scale / max(usual, 1e-3))) + max(0.0, float(np.log(wide))) + rng.uniform(0, 0.15)
        if cost < least:
            best, least = int(index), cost
    return best


def _street(
    ground: Ground,
    photo: StreetPhoto,
    size: tuple[int, int],
    figure: tuple[float, float, float, float],
    rng: np.random.Generator,
) -> GroundPicture:
    """A photo laid so that the drawn person stands where, and as large as, the one who is gone."""
    image = cv2.imdecode(np.frombuffer(photo.jpeg, np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        raise BadRequestError("A street photo cannot be decoded; make data/grounds again.")
    image = image[..., ::-1]
    x0, y0, x1, y1 = photo.figure
    if ground.mirrored:
        image = image[:, ::-1]
        x0, x1 = image.shape[1] - 1 - x1, image.shape[1] - 1 - x0
    h, w = size
    _, scale = _scales((x0, y0, x1, y1), image.shape[:2], size, figure)
    scale *= float(np.exp(rng.normal(0.02, 0.03)))
    middle = (figure[0] + figure[2]) / 2 + rng.normal(0, 0.02 * w)
    shift = np.array([middle - scale * (x0 + x1) / 2, figure[3] - scale * y1])
    # rather move the photo than show its mirrored edge
    shift[0] = np.clip(shift[0], min(w - 1 - scale * (image.shape[1] - 1), 0.0), 0.0)
    shift[1] = np.clip(shift[1], min(h - 1 - scale * (image.shape[0] - 1), 0.0), 0.0)
    warp = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
    image = np.ascontiguousarray(image)
    if scale < 0.7:
        image = cv2.GaussianBlur(image, (0, 0), 0.45 / scale)
    out = cv2.warpAffine(image, warp, (w, h), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    # scaling softened it
    out = cv2.addWeighted(out, 1.8, cv2.GaussianBlur(out, (0, 0), 1.0), -0.8, 0)
    light = cv2.LUT(out, TO_LINEAR)
    light = _out_of_focus(light, ground.blur, figure[3])
    near = light[:: max(1, h // 32), :: max(1, w // 32)]
    return GroundPicture(light, None, np.asarray(near.reshape(-1, 3).mean(0), np.float32), True, photo.skin)


def _out_of_focus(light: F32, amount: float, feet_y: float) -> F32:
    """Blur what is behind; the ground at the feet stays sharp."""
    h = light.shape[0]
    sigma = 5.0 * amount * h / 512
    if sigma < 0.4:
        return light
    if sigma > 2:
        half = cv2.resize(light, (light.shape[1] // 2, h // 2), interpolation=cv2.INTER_AREA)
        soft = cv2.resize(cv2.GaussianBlur(half, (0, 0), sigma / 2), (light.shape[1], h))
    else:
        soft = cv2.GaussianBlur(light, (0, 0), sigma)
    share = np.clip((feet_y - 0.02 * h - np.arange(h)) / (0.12 * h), 0.15, 1).astype(np.float32)
    return np.asarray(light + share[:, None, None] * (soft - light), np.float32)


def _set(ground: Ground, size: tuple[int, int], camera: PhotoCamera, rng: np.random.Generator) -> GroundPicture:
    """Wall and floor of a studio or a room, seen by the camera."""
    h, w = size
    # one pixel in two is enough: nothing here is sharp
    x, y = np.meshgrid(np.arange(0, w, 2) + 0.5, np.arange(0, h, 2) + 0.5)
    rays = np.stack([(x - camera.centre_px[0]) / camera.focal_px, (camera.centre_px[1] - y) / camera.focal_px,
                     -np.ones_like(x)], -1) @ camera.turn  # fmt: skip
    eye = np.array(camera.eye)
    down = np.where(rays[..., 2] < -1e-3, -eye[2] / np.minimum(rays[..., 2], -1e-3), np.inf)
    back = np.where(rays[..., 1] > 1e-3, (ground.wall_m - eye[1]) / np.maximum(rays[..., 1], 1e-3), np.inf)
    at = np.minimum(np.minimum(down, back), 40.0)
    point = (eye + rays * at[..., None]).astype(np.float32)
    floor = (down < back).astype(np.float32)
    across, deep, high = point[..., 0], ground.wall_m - point[..., 1], point[..., 2]
    if ground.kind == "shop":
        light = _studio(ground, across, deep, high, floor, rng)
    else:
        light = _room(ground, across, deep, high, floor, rng)
    light = cv2.GaussianBlur(light.astype(np.float32), (0, 0), 0.7)  # its edges are not smooth yet
    light = cv2.resize(light, (w, h), interpolation=cv2.INTER_LINEAR)
    sigma = (0.5 + 3.5 * ground.blur * min(ground.wall_m, 1.5)) * h / 512
    light = cv2.GaussianBlur(light, (0, 0), sigma)
    return GroundPicture(light, ground.wall_m, light.reshape(-1, 3).mean(0), False)


def _studio(ground: Ground, across: F32, deep: F32, high: F32, floor: F32, rng: np.random.Generator) -> F32:
    """A backdrop that runs into the floor in a curve."""
    curve = np.clip(np.where(floor > 0, -deep, high) / float(rng.uniform(0.1, 0.5)) * 0.5 + 0.5, 0, 1)
    curve = cv2.GaussianBlur(curve.astype(np.float32), (0, 0), 3)[..., None]
    light = np.array(ground.floor) * (1 - curve) + np.array(ground.wall) * curve
    middle, reach = rng.normal(0, 0.5), rng.uniform(1.5, 4)
    glow = 1 - float(rng.uniform(0.0, 0.35)) * np.clip(((across - middle) ** 2 + (high - 1.1) ** 2) / reach**2, 0, 1)
    return np.asarray(light * glow[..., None] * (1 - 0.06 * (1 - curve)), np.float32)


def _room(ground: Ground, across: F32, deep: F32, high: F32, floor: F32, rng: np.random.Generator) -> F32:
    """A wall with a skirting board, a floor with boards or tiles, and flat things on the wall."""
    wall = np.broadcast_to(np.array(ground.wall, np.float32), (*across.shape, 3)).copy()
    for _ in range(int(rng.integers(0, 4))):
        _hang(wall, across, high, rng)
    skirting = float(rng.uniform(0.05, 0.12))
    wall[high < skirting] = np.clip(np.array(ground.wall) * rng.uniform(0.5, 1.2) + 0.05, 0, 0.9)
    wall *= (1 - 0.25 * np.exp(-high / 0.15))[..., None]
    ground_light = np.broadcast_to(np.array(ground.floor, np.float32), wall.shape).copy()
    pitch = float(rng.choice([0.09, 0.14, 0.33, 0.6]))
    turned = bool(rng.random() < 0.5)
    u, v = (across, deep) if turned else (deep, across)
    row = np.floor(u / pitch)
    shade = 1 + 0.14 * np.sin(row * 12.9898 + 78.233 * np.floor(v / (pitch * (1 if pitch > 0.3 else 9)) + 0.37 * row))
    joint = np.abs(np.mod(u / pitch, 1) - 0.5) > 0.5 - 0.004 / pitch
    ground_light *= (shade * np.where(joint, 0.7, 1))[..., None]
    ground_light *= (1 - 0.3 * np.exp(-np.maximum(deep, 0) / 0.25))[..., None]
    light = np.where(floor[..., None] > 0, ground_light, wall)
    slope = float(rng.normal(0, 0.12))
    cloud = value_noise(across.shape, 90, rng, 2)
    return np.asarray(light * (1 + slope * across / 1.5 + 0.03 * cloud)[..., None].clip(0.4, 1.6), np.float32)


def _hang(wall: F32, across: F32, high: F32, rng: np.random.Generator) -> None:
    """A door, a window, a picture or a shelf on the wall, in place."""
    kind = rng.choice(["door", "window", "picture", "picture", "shelf"])
    x = float(rng.uniform(-2.2, 2.2))
    wide, low, top = {"door": (0.9, 0.0, 2.05), "window": (1.3, 0.9, 2.3), "picture": (0.6, 1.2, 1.9),
                      "shelf": (0.8, 0.0, 1.6)}[str(kind)]  # fmt: skip
    wide *= float(rng.uniform(0.7, 1.4))
    inside = (np.abs(across - x) < wide / 2) & (high > low) & (high < top)
    frame = inside & ((np.abs(across - x) > wide / 2 - 0.06) | (high > top - 0.06) | (high < low + 0.05 * (low > 0)))
    colour = rng.uniform(0.03, 0.8) * np.exp(rng.normal(0, 0.3 if kind == "picture" else 0.1, 3))
    if kind == "window":
        colour = rng.uniform(0.7, 1.6) * np.array([0.95, 1.0, 1.06])
    wall[inside] = np.clip(colour, 0.01, 1.6)
    if kind == "shelf":
        # backs of books, each with its own tone, on boards
        row, book = np.floor(high / 0.32), np.floor((across - x) / 0.035)
        tone = np.mod(np.sin(book * 12.9898 + row * 78.233) * 43758.5453, 1.0)
        board = np.mod(high, 0.32) < 0.03
        wall[inside] *= (0.35 + 1.1 * tone[inside] ** 2)[:, None]
        wall[inside & (board | (np.mod(high, 0.32) > 0.22 + 0.09 * tone))] *= 0.45
    wall[frame] = np.clip(rng.uniform(0.1, 0.8), 0, 1)
