"""An exact rendered pair as run time would see it: the garment laid, what may change, what the generator is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.composite import (
    bare_arms,
    blend,
    full_region,
    full_size,
    textures_of,
    touched_pixels,
    widen_sleeves,
    window_of,
    without_arms,
)
from tryon.geometry.crops import Crop
from tryon.geometry.flow import enlarge_flow
from tryon.geometry.shading import calm_shading
from tryon.models.drawing import Drawing
from tryon.models.generator import LAYERS
from tryon.models.inputs import ALPHA, SKIN_NAMES, LayerBases, generator_input, known_maps, layer_bases
from tryon.models.limb_light import LimbLight
from tryon.models.warp_inputs import field_flows, field_of
from tryon.person.agnostic import body_unit, has_label, protected_pixels, skin_colour
from tryon.person.edit_plan import EditPlan, has_sleeves, missed_clothes, plan_edit
from tryon.person.layout_rules import ruled_layout
from tryon.person.limb_shade import leg_crease, light_on_limbs
from tryon.person.slim_arms import slim_arms
from tryon.pipeline import DRAW_HEIGHT, DRAW_WIDTH, Refine
from tryon.training.pairs import Pair
from tryon.training.prepare_pairs import FLOW, FRAME
from tryon.types import Garment, MaskF32, PartWarp, Person, Pose, RGBu8
from tryon.warp.relief import relief
from tryon.warp.render import render_parts

F32 = NDArray[np.float32]
CROP = Crop(0.0, 0.0, 1.0, FRAME[1], FRAME[0])  # a pair's photo is the work frame itself


@dataclass(frozen=True)
class Scene:
    """What run time makes of a pair before it draws.

    person, garment: as analysed. parts: the laid parts at FRAME. garment_u8, alpha_f32: FRAME, the warped garment.
    plan, bases: of the drawn frame of DRAW_HEIGHT x DRAW_WIDTH. x: (GENERATOR_CHANNELS, h, w) and truth_f32 (h, w, 3)
    0..1 of that frame.
    """

    person: Person
    garment: Garment
    parts: list[PartWarp]
    garment_u8: RGBu8
    alpha_f32: MaskF32
    plan: EditPlan
    bases: LayerBases
    x: F32
    truth_f32: F32


def person_of(pair: Pair) -> Person:
    """The person of a pair as run time knows it; photo and work frame are one."""
    mask = cv2.resize(pair.mask_f32, (FRAME[1], FRAME[0]), interpolation=cv2.INTER_LINEAR)
    return Person(pair.photo_u8, pair.pose, mask, pair.labels_u8)


def garment_of(pair: Pair) -> Garment:
    """The new garment of a pair; shards that do not tell its sleeves leave them open."""
    meta, category = pair.meta, pair.meta["category"]
    label = meta.get("label", "not sure")
    points = {name: (float(x), float(y)) for name, (x, y) in meta.get("landmarks", {}).items()}
    return Garment(
        pair.garment_u8, pair.alpha_f32, category, {category: 1.0}, label, {label: 1.0}, points,
        sleeve=meta.get("sleeve"), leg=meta.get("leg"),
    )  # fmt: skip


def parts_of(pair: Pair) -> list[PartWarp]:
    """The coarse parts that a pair holds, at FRAME."""
    size = (FRAME[1], FRAME[0])
    return [
        PartWarp(name, enlarge_flow(flow, *FRAME), cv2.resize(region, size, interpolation=cv2.INTER_LINEAR))
        for name, flow, region in zip(pair.meta["parts"], pair.flows, pair.regions, strict=True)
    ]


def make_scene(pair: Pair, refine: Refine | None = None) -> Scene:
    """Lay the garment and plan the edit as ``TryOnPipeline.dress`` does.

    Args:
        pair: the pair, whose coarse parts are used. refine: may correct them (``LearnedWarp``).
    """
    person, garment = person_of(pair), garment_of(pair)
    parts = parts_of(pair)
    if refine is not None:
        parts = refine(parts, garment, person, CROP, None)
    drawn = parts
    if garment.category != "lower":
        sleeves = [p for p in parts if p.name.startswith("sleeve")]
        covered = np.zeros(FRAME, np.float32)
        if sleeves:
            covered = render_parts(garment.image_u8, garment.alpha_f32, sleeves)[1]
        drawn = without_arms(parts, bare_arms(person.labels_u8, person.pose, covered))
    rgb, alpha = render_parts(garment.image_u8, garment.alpha_f32, drawn, FRAME)
    rgb, alpha, _ = widen_sleeves(rgb, alpha, person.labels_u8, person.pose, sleeves=has_sleeves(garment))
    size = (DRAW_WIDTH, DRAW_HEIGHT)
    small = CROP.resized(*size)
    pose = Pose(small.to_crop(person.pose.points_px), person.pose.visibility)
    labels = cv2.resize(person.labels_u8, size, interpolation=cv2.INTER_NEAREST)
    photo = _small(person.image_u8, size)
    alpha_small = cv2.resize(alpha, size, interpolation=cv2.INTER_AREA)
    plan = plan_edit(labels, pose, garment, alpha_small)
    skin = skin_colour(person.image_u8, person.labels_u8)
    bases = layer_bases(photo, plan.region_f32, skin, known_maps(labels, plan.old))
    x = generator_input(
        photo, plan.region_f32, _small(rgb, size), alpha_small * plan.region_f32, skin, pose.points_px, pose.visibility,
        labels, plan.old, bases,
    )  # fmt: skip
    return Scene(person, garment, parts, rgb, alpha, plan, bases, x, _small(pair.worn_u8, size))


def finish_scene(
    scene: Scene, draw: Callable[[F32], Drawing], light: LimbLight | None = None, *, lit: bool = True
) -> tuple[RGBu8, MaskF32]:
    """The picture at FRAME: drawn small and put into the photo as ``TryOnPipeline.dress`` does.

    Args:
        scene: from ``make_scene``. draw: the generator. light: shades bare limbs. lit: whether the garment gets the
            relief of what it is worn on; a pasted one does not.

    Returns:
        (H, W, 3) uint8 and the edit region (H, W) 0..1.
    """
    person, size, window = scene.person, full_size(CROP), window_of(CROP, FRAME)
    small = CROP.resized(DRAW_WIDTH, DRAW_HEIGHT)
    pose = Pose(small.to_crop(person.pose.points_px), person.pose.visibility)
    protected = protected_pixels(person.labels_u8, person.pose, scene.garment.category)
    mask_small = cv2.resize(person.mask_f32, (DRAW_WIDTH, DRAW_HEIGHT), interpolation=cv2.INTER_AREA)
    missed = missed_clothes(scene.plan, mask_small, pose)
    touched = touched_pixels(person.mask_f32, scene.alpha_f32, missed, size, window)
    region = full_region(scene.plan.region_f32, protected, size, window, touched)
    scale = size[0] / DRAW_HEIGHT
    textures = textures_of(scene.bases, person.labels_u8, region, person.mask_f32, scale)
    drawing, unit = draw(scene.x), body_unit(pose)
    labels = cv2.resize(person.labels_u8, (DRAW_WIDTH, DRAW_HEIGHT), interpolation=cv2.INTER_NEAREST)
    layout = slim_arms(drawing.layout_f32, labels, pose, scene.plan.region_f32 > 0)
    layout = ruled_layout(layout, scene.x[ALPHA][0], scene.plan, unit)
    shading = drawing.shading_f32
    if lit:
        laid = Pose(CROP.to_crop(person.pose.points_px), person.pose.visibility)
        gain = relief(scene.parts, scene.garment, laid, body_unit(laid))
        shading = calm_shading(shading, scene.x[ALPHA][0], unit)
        shading = shading * cv2.resize(gain, shading.shape[::-1], interpolation=cv2.INTER_AREA)
    drawing = replace(drawing, layout_f32=layout, shading_f32=shading)
    cloth = (scene.garment_u8, scene.alpha_f32)
    crease = leg_crease(scene.plan.region_f32.shape, pose)
    skin = layout.argmax(2) == LAYERS.index("skin")
    limbs = None if light is None else light.gain(skin, pose, crease)
    shown = has_label(labels, *SKIN_NAMES) & (scene.plan.region_f32 == 0)
    bare = light_on_limbs(layout, unit, crease, limbs, shown)
    picture = blend(person.image_u8, region, *cloth, drawing, *textures, size, window, bare)
    return picture, region


def flow_errors(pair: Pair, parts: list[PartWarp]) -> F32:
    """End-point errors of a warp.

    Args:
        pair: the pair. parts: laid at FRAME.

    Returns:
        (N,) distances in garment pixels of FRAME, of every pixel at FLOW that shows a point of the garment which the
        garment photo shows too, and whose part of the garment (trunk, a limb) was laid at all.
    """
    size = (FLOW[1], FLOW[0])
    flows = [cv2.resize(p.flow_px, size, interpolation=cv2.INTER_AREA) for p in parts]
    regions = [cv2.resize(p.region_f32, size, interpolation=cv2.INTER_AREA) for p in parts]
    flow, _ = field_flows(flows, regions, [field_of(p.name) for p in parts])
    laid = np.isin(pair.field, pair.fields)
    counted = laid & pair.seen & np.isfinite(pair.source_px[..., 0]) & (pair.cover_f32 > 0.5)
    own = np.take_along_axis(flow, pair.field.clip(0)[None, ..., None].astype(np.int64), axis=0)[0]
    return np.linalg.norm((own - pair.source_px)[counted], axis=-1).astype(np.float32)


def mask_iou(pair: Pair, scene: Scene) -> float:
    """Intersection over union of the garment as it is laid and may be drawn, and as it is worn; at FLOW."""
    small = cv2.resize(scene.alpha_f32, (FLOW[1], FLOW[0]), interpolation=cv2.INTER_AREA)
    region = cv2.resize(scene.plan.region_f32, (FLOW[1], FLOW[0]), interpolation=cv2.INTER_NEAREST)
    mine, own = small * region > 0.5, pair.cover_f32 > 0.5
    return float((mine & own).sum() / max(int((mine | own).sum()), 1))


def _small(image_u8: RGBu8, size: tuple[int, int]) -> F32:
    return cv2.resize(image_u8, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
