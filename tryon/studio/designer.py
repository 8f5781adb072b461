"""The designer: draws garments that nobody has made, from an idea's numbers."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tryon.garment.attributes import leg_length, sleeve_length
from tryon.garment.landmarks import Kind, kind_of
from tryon.models.cloth_noise import tile_noise
from tryon.models.design_details import LABEL_NAMES
from tryon.models.designer import (
    CLOTHS,
    ClothGenerator,
    ClothParams,
    DrapeGenerator,
    DrapeParams,
    OutlineGenerator,
    OutlineParams,
    repeats_of,
)
from tryon.models.fold_library import FoldLibrary, FoldParams
from tryon.models.outline_space import MEASURES, OutlineSpace, measure
from tryon.models.weights import WEIGHTS_DIR, from_json, load_into, read_weights
from tryon.studio.design_paint import Cloth, Layers, photograph
from tryon.studio.design_shape import Placed, Shape, settle_details, shape_of
from tryon.studio.ideas import Idea
from tryon.types import GARMENT_LABELS, Category, Garment, RGBu8

F32 = NDArray[np.float32]
HEIGHT, WIDTH = 800, 600  # a gallery picture's
DRAPE_SIZE = (320, 240)  # what the drape network learned at
TILE_PX = {True: 256, False: 160}  # of a repeat, large and small pictures
SLIDER_REACH = 2.0  # spreads that a slider's end moves a measure by; beyond, shapes are none that shops sell
GRAINY = ("melange", "photo")  # cloths whose threads differ
COLOURFUL, FULL_TURN = 32.0, 40.0  # chroma that shows a hue; degrees of turn over which grey cloth is given it
GREY_HUE = np.array([0.34, 0.94], np.float32)  # beige, in CIE a and b: from where the hue of grey cloth is turned
SEEN = 0.04  # share of the cloth from which a dye is seen
BOLDER = 0.9  # doublings of the dyes' distance from the ground's where the pattern's code is at its end
LIGHTER, STRONGER = 22.0, 0.75  # L*, and the share of chroma, that a slider's end adds


@dataclass(frozen=True)
class Design:
    """A drawn idea.

    image_u8: (H, W, 3) uint8 sRGB on near-white. mask_u8: (H, W) uint8, the front. inside_u8: (H, W) uint8, the
    inside of the back. landmarks_px: as ``Garment.landmarks_px``. measures_cm: length, sleeve and the like, in the
    frame of ``tryon.geometry.chains``.
    """

    idea: Idea
    image_u8: RGBu8
    mask_u8: NDArray[np.uint8]
    inside_u8: NDArray[np.uint8]
    landmarks_px: dict[str, tuple[float, float]]
    measures_cm: dict[str, float]

    @property
    def category(self) -> Category:
        return GARMENT_LABELS[self.idea.label]

    def garment(self) -> Garment:
        """The design as a garment that can be worn: nothing has to be guessed."""
        label, category = self.idea.label, self.category
        return Garment(
            image_u8=self.image_u8,
            alpha_f32=self.mask_u8.astype(np.float32) / 255,
            category=category,
            category_probability={c: float(c == category) for c in ("upper", "lower", "dress")},
            label=label,
            label_probability={name: float(name == label) for name in LABEL_NAMES},
            landmarks_px=dict(self.landmarks_px),
            sleeve=None if category == "lower" else sleeve_length(self.landmarks_px, {}),
            leg=None if category == "upper" else leg_length(self.landmarks_px, {}),
        )


class Designer:
    """Draws ideas; one object may be shared by threads."""

    def __init__(
        self,
        outline: OutlineGenerator,
        space: OutlineSpace,
        cloth: ClothGenerator,
        drape: DrapeGenerator,
        folds: FoldLibrary,
    ) -> None:
        self._outline, self._space = outline.eval(), space.eval()
        self._cloth, self._drape = cloth.eval(), drape.eval()
        self._folds = folds
        self._lock = threading.Lock()

    @classmethod
    def from_pretrained(cls, weights_dir: Path | None = None) -> Designer:
        """Load ``design_outline``, ``design_cloth``, ``design_drape`` and ``design_folds.safetensors``.

        Raises:
            WeightsError: missing, damaged or of other networks.
        """
        folder = weights_dir or WEIGHTS_DIR
        tensors, info = read_weights(folder / "design_outline.safetensors")
        params = from_json(OutlineParams, info["params"])
        outline, space = OutlineGenerator(params), OutlineSpace(params.coefficients, params.labels)
        name = "design_outline.safetensors"
        load_into(outline, {k[4:]: v for k, v in tensors.items() if k.startswith("net.")}, name)
        load_into(space, {k[6:]: v for k, v in tensors.items() if k.startswith("space.")}, name)
        tensors, info = read_weights(folder / "design_cloth.safetensors")
        cloth = ClothGenerator(from_json(ClothParams, info["params"]))
        load_into(cloth, tensors, "design_cloth.safetensors")
        tensors, info = read_weights(folder / "design_drape.safetensors")
        drape = DrapeGenerator(from_json(DrapeParams, info["params"]))
        load_into(drape, tensors, "design_drape.safetensors")
        tensors, info = read_weights(folder / "design_folds.safetensors")
        folds = FoldLibrary(from_json(FoldParams, info["params"]))
        load_into(folds, tensors, "design_folds.safetensors")
        return cls(outline, space, cloth, drape, folds)

    def draw(self, ideas: Sequence[Idea], *, height: int = HEIGHT) -> list[Design]:
        """Draw ideas, each HEIGHT:WIDTH; the same ideas give the same pictures.

        Args:
            ideas: any number; drawn together, which is faster than one by one. height: pixels, 160 to 1600.
        """
        size = (height, round(height * WIDTH / HEIGHT))
        with self._lock, torch.inference_mode():
            found = [self._shape(idea) for idea in ideas]
            layers = self._drape_all(ideas, [shape for shape, _, _ in found], [row for _, _, row in found])
            cloths = [self._cloth_of(idea, large=height > 400) for idea in ideas]
        designs = []
        for idea, (shape, measures, _), laid, cloth in zip(ideas, found, layers, cloths, strict=True):
            placed = shape.place(size)
            rng = np.random.default_rng([idea.seed, 23])
            contrast = bool(np.random.default_rng([idea.seed, 31]).random() < 0.18)
            picture, mask, inside = photograph(placed, laid, cloth, contrast_rib=contrast, rng=rng)
            designs.append(Design(idea, picture, mask, inside, placed.landmarks(), measures))
        return designs

    def _shape(self, idea: Idea) -> tuple[Shape, dict[str, float], int]:
        number = LABEL_NAMES.index(idea.label)
        kind = kind_of(idea.label, GARMENT_LABELS[idea.label])
        rng = np.random.default_rng([idea.seed, 17])
        common = self._space.common[number]
        codes = common[int(rng.integers(len(common)))].numpy().copy()
        codes = np.where(np.isnan(idea.codes), codes, idea.codes).astype(np.float32)
        asked = self._asked(idea, kind)
        half, details = self._outlined(idea, number, kind, codes)
        # folds are chosen for the idea as it came: moved, it stays the garment that it is
        row = self._folds.near(number, kind, half, details, rng)
        if asked.any():
            half, details = self._outlined(idea, number, kind, codes + SLIDER_REACH * asked)
            if row >= 0 and not self._folds.suits(row, kind, half):
                row = self._folds.near(number, kind, half, details, np.random.default_rng([idea.seed, 19]))
        measured = dict(zip(MEASURES[kind], measure(torch.from_numpy(half)[None], kind)[0].tolist(), strict=True))
        if row >= 0:  # folds, seams and pockets are borrowed together, so what it is made with is that garment's
            details = self._folds.details[row].numpy()
        return shape_of(half, details, kind, rng), measured, row

    def _outlined(self, idea: Idea, number: int, kind: Kind, codes: F32) -> tuple[F32, F32]:
        """The right half of an outline (N, 2) in cm, and its details (D,) 0..1, for codes (CODES,)."""
        label = torch.eye(len(LABEL_NAMES))[number][None]
        held = torch.from_numpy(np.clip(codes, -3.2, 3.2).astype(np.float32))[None]
        out = self._outline(torch.from_numpy(idea.shape)[None], held, label)
        c = self._outline.params.coefficients
        points = self._space.points(out[:, :c].clamp(-3.5, 3.5), kind)
        return points[0].numpy(), settle_details(out[0, c:].numpy())

    @staticmethod
    def _asked(idea: Idea, kind: str) -> F32:
        """What the sliders add to the codes, in sliders' units."""
        s = idea.sliders
        if kind in ("upper", "dress"):
            # a wider trunk is wider at the hem too
            return np.array([s.length, s.sleeve, s.fit * 0.7, s.fit, s.neck], np.float32)
        if kind == "trousers":
            return np.array([s.length, 0, s.fit * 0.5, s.fit * 0.5, s.fit], np.float32)
        return np.array([s.length, 0, s.fit, s.fit * 0.3, 0], np.float32)

    def _drape_all(self, ideas: Sequence[Idea], shapes: Sequence[Shape], rows: Sequence[int]) -> list[Layers]:
        placed = [shape.place(DRAPE_SIZE) for shape in shapes]
        latent = self._drape.params.latent
        out: list[Layers] = []
        for idea, shape, lying, row in zip(ideas, shapes, placed, rows, strict=True):
            generator = torch.Generator().manual_seed(idea.seed)
            answer = self._drape(
                torch.from_numpy(lying.fields())[None],
                torch.from_numpy(shape.details)[None],
                torch.eye(len(LABEL_NAMES))[LABEL_NAMES.index(idea.label)][None],
                torch.randn(1, latent, generator=generator),
                generator,
            )[0].numpy()
            light, inside, rib, hardware = spread_out(answer, lying)
            if row >= 0:
                light = self._folds.bend(row, shape.kind, lying.halves_px, DRAPE_SIZE)
            out.append(Layers(light, inside, rib, hardware))
        return out

    def _cloth_of(self, idea: Idea, *, large: bool) -> Cloth:
        kind = torch.eye(len(CLOTHS))[CLOTHS.index(idea.cloth)][None]
        codes = idea.cloth_codes.copy()
        wanted = float(codes[0]) + idea.sliders.style
        codes[0] = np.clip(wanted, -1, 1)
        bolder = 2.0 ** (BOLDER * (wanted - float(codes[0])))  # what the code cannot give, the dyes do
        style = self._cloth.styles(torch.from_numpy(idea.pattern)[None], torch.from_numpy(codes)[None], kind)
        dyes = self._cloth.colours(torch.from_numpy(idea.dyes)[None], kind)
        size = TILE_PX[large]
        points = tile_points(size) * repeats_of(idea.cloth, float(idea.pattern[0]))
        noise = None
        if idea.cloth in GRAINY:
            noise = tile_noise(size, [torch.Generator().manual_seed(idea.seed)])
        shares, tone = self._cloth.paint(style, points, noise)
        of_cloth = shares[0].mean(0).numpy()
        order = np.argsort(-of_cloth)
        ground = dyes[0, order[0]].numpy()
        recoloured = recolour(ground + bolder * (dyes[0].numpy() - ground), idea, of_cloth)
        tile = (shares[0].numpy() @ recoloured + tone[0].numpy()).clip(0, 1).reshape(size, size, 3)
        scale = float(2.0**idea.sliders.scale)
        return Cloth(tile.astype(np.float32), recoloured[order[0]], recoloured[order[1]], scale)


def tile_points(size: int) -> Tensor:
    """Points (1, size * size, 2) of a whole repeat, in tiles."""
    at = (torch.arange(size) + 0.5) / size
    y, x = torch.meshgrid(at, at, indexing="ij")
    return torch.stack([x, y], -1).reshape(1, -1, 2)


def recolour(dyes: F32, idea: Idea, shares: F32) -> F32:
    """Dyes (K, 3), sRGB 0..1, as the sliders want them: turned in hue, lighter, stronger (CIE Lab).

    Args:
        dyes, idea: see there. shares: (K,) how much of the cloth each dye has.
    """
    s = idea.sliders
    dyes = np.clip(dyes, 0, 1).astype(np.float32)
    if s.hue == 0 and s.lightness == 0 and s.colour == 0:
        return dyes
    lab = _with_a_hue(cv2.cvtColor(dyes[None], cv2.COLOR_RGB2LAB)[0], s.hue, shares)
    turn = np.radians(s.hue)
    a, b = lab[:, 1].copy(), lab[:, 2].copy()
    strength = 1 + STRONGER * s.colour if s.colour > 0 else 1 + s.colour
    lab[:, 1] = (a * np.cos(turn) - b * np.sin(turn)) * strength
    lab[:, 2] = (a * np.sin(turn) + b * np.cos(turn)) * strength
    lab[:, 0] = np.clip(lab[:, 0] + LIGHTER * s.lightness, 6, 97)
    return np.clip(cv2.cvtColor(lab[None], cv2.COLOR_LAB2RGB)[0], 0, 1).astype(np.float32)


def _with_a_hue(lab: F32, turn: float, shares: F32) -> F32:
    """Dyes (K, 3) that a turn of so many degrees can be seen on: grey ones are given a colour, white and black little.

    Nothing changes where a dye is colourful already; the more the slider is moved, up to FULL_TURN, the more is given.
    """
    chroma = np.hypot(lab[:, 1], lab[:, 2])
    ground, seen = int(shares.argmax()), shares > SEEN
    lacking = min(1.0, abs(turn) / FULL_TURN) * max(0.0, 1 - float(chroma[seen].max(initial=0.0)) / COLOURFUL)
    if lacking == 0:
        return lab
    out = lab.copy()
    share = np.clip(1.3 - np.abs(lab[:, 0] - 55) / 45, 0.0, 1.0)
    share[ground] = 1.0
    out[ground, 0] += lacking * (np.clip(lab[ground, 0], 26, 84) - lab[ground, 0])  # there is no strong colour beyond
    # their own hue, as far as they have one; that of beige where they are grey
    along = (shares[:, None] * lab[:, 1:]).sum(0)
    along = along + GREY_HUE * 6.0 * np.exp(-float(np.linalg.norm(along)) / 2.0)
    along = along / max(float(np.linalg.norm(along)), 1e-3)
    given = np.maximum(COLOURFUL - chroma, 0) * lacking * share
    out[:, 1:] += given[:, None] * along
    return out


def spread_out(answer: F32, lying: Placed) -> F32:
    """Carry the layers (C, H, W) over the silhouette's edge, so that enlarging mixes nothing from outside in."""
    whole = lying.silhouette().astype(np.float32) / 255
    sure = (whole > 0.9).astype(np.float32)
    out = answer.copy()
    weight = cv2.GaussianBlur(sure, (0, 0), 2.5)
    for i in range(len(out)):
        soft = cv2.GaussianBlur(out[i] * sure, (0, 0), 2.5) / np.maximum(weight, 1e-3)
        out[i] = np.where(sure > 0, out[i], np.where(weight > 1e-3, soft, 0.5 if i == 0 else 0.0))
    return out
