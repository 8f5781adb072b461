"""TryOnPipeline: a person's photo and a garment's picture -> the person wearing it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import torch
from PIL import Image

from tryon.composite import (
    add_strips,
    bare_arms,
    blend,
    enlarge,
    full_region,
    full_size,
    snap_crop,
    textures_of,
    touched_pixels,
    widen_sleeves,
    window_of,
    without_arms,
)
from tryon.cores import Later
from tryon.errors import BadRequestError, GarmentNotFoundError, NoPersonError
from tryon.garment.analyzer import GarmentAnalyzer
from tryon.garment.worn import garment_from_person, told_skirt, with_reading
from tryon.geometry.crops import Crop, crop_for, size_of
from tryon.geometry.shading import calm_shading
from tryon.images import load_picture, load_picture_with_alpha
from tryon.models.drawing import TryOnGenerator, window_around
from tryon.models.generator import LAYERS
from tryon.models.inputs import GREY, SKIN_NAMES, generator_input, known_maps, layer_bases
from tryon.models.limb_light import LimbLight
from tryon.person.agnostic import body_unit, clothes_box, has_label, limb_distance, protected_pixels, skin_colour
from tryon.person.analyzer import PersonAnalyzer
from tryon.person.edit_plan import has_sleeves, missed_clothes, plan_edit
from tryon.person.forearms import folded_forearms
from tryon.person.layout_rules import ARM, NO_WAISTBAND, TUCKS, Tuck, ruled_layout, show_below, tuck_in, waistband_row
from tryon.person.limb_shade import leg_crease, light_on_limbs
from tryon.person.painted import PAINTED, check_painted, with_painted, without_kept
from tryon.person.picture_edge import beyond_the_picture
from tryon.person.slim_arms import slim_arms
from tryon.stages import draw_stages
from tryon.types import CATEGORIES, Garment, MaskF32, PartWarp, Person, Pose, RGBu8, TryOnResult
from tryon.warp.coarse import Copies, render_parts, warp_garment
from tryon.warp.learned import LearnedWarp
from tryon.warp.placement import Placer
from tryon.warp.placer import LearnedPlacement
from tryon.warp.relief import relief
from tryon.warp.sleeve_source import believable

# A learned warp's place: coarse parts, garment, person, work frame -> parts with corrected flows
# A learned warp: parts, garment, person, work frame, the parts without the visitor's own fit -> the parts, moved
Refine = Callable[[list[PartWarp], Garment, Person, Crop, list[PartWarp] | None], list[PartWarp]]
Picture = RGBu8 | Image.Image | bytes | str | Path
WARP_HEIGHT, WARP_WIDTH = 512, 384  # garment edges are decided here
DRAW_HEIGHT, DRAW_WIDTH = 512, 384  # what the generator was trained at in the end


class TryOnPipeline:
    """All stages with their networks; one object may be used by many threads."""

    def __init__(
        self,
        people: PersonAnalyzer,
        garments: GarmentAnalyzer,
        generator: TryOnGenerator,
        *,
        placer: Placer | None = None,
        refine: Refine | None = None,
        limb_light: LimbLight | None = None,
    ) -> None:
        """Take the stages; ``placer`` corrects landmarks, ``refine`` the flows, ``limb_light`` shades bare limbs."""
        self._people, self._garments, self._generator = people, garments, generator
        self._limb_light = limb_light
        self._placer, self._refine = placer, refine

    @classmethod
    def from_pretrained(cls, weights_dir: Path | None = None, *, device: str = "cpu") -> TryOnPipeline:
        """Load all weights.

        Args:
            weights_dir: folder with the safetensors files; the repository's by default.
            device: where the networks compute, "cpu" or "cuda"; pixels are always worked on by the CPU.

        Raises:
            WeightsError: a file is missing, damaged or of another network.
            BadRequestError: another device, or a GPU that is not there.
        """
        if device not in ("cpu", "cuda"):
            raise BadRequestError(f"The device {device!r} is not supported; use 'cpu' or 'cuda'.")
        if device == "cuda" and not torch.cuda.is_available():
            raise BadRequestError("The device is 'cuda', but no GPU can be used here; use 'cpu'.")
        return cls(
            PersonAnalyzer.from_pretrained(weights_dir, device=device),
            GarmentAnalyzer.from_pretrained(weights_dir, device=device),
            TryOnGenerator.from_pretrained(weights_dir, device=device),
            placer=LearnedPlacement.from_pretrained(weights_dir),
            refine=LearnedWarp.from_pretrained(weights_dir, device=device),
            limb_light=LimbLight.from_pretrained(weights_dir),
        )

    def understand_person(self, image_u8: RGBu8, *, timings: dict[str, float] | None = None) -> Person:
        """Analyse a photo once; the result serves any number of garments.

        Args:
            image_u8: (H, W, 3) uint8. timings: receives milliseconds by stage.

        Raises:
            NoPersonError: nobody, or too little of somebody, is in the picture.
        """
        return self._people(image_u8, timings)

    def understand_garment(
        self, image_u8: RGBu8, *, category: str = "auto", photo: str = "auto", alpha_f32: MaskF32 | None = None
    ) -> Garment:
        """Analyse a garment's picture.

        Args:
            image_u8: (H, W, 3) uint8. category: auto, upper, lower or dress.
            photo: flat (laid or hung), worn (on somebody) or auto.
            alpha_f32: (H, W) 0..1, the picture's own transparency.

        Raises:
            GarmentNotFoundError: no garment can be told from its background.
            BadRequestError: an unknown category or kind of photo.
        """
        if category not in ("auto", *CATEGORIES):
            raise BadRequestError(f"Unknown category {category!r}; use auto, upper, lower or dress.")
        if photo not in ("auto", "flat", "worn"):
            raise BadRequestError(f"Unknown kind of garment photo {photo!r}; use auto, flat or worn.")
        if photo == "flat" or alpha_f32 is not None:
            return self._garments(image_u8, category=category, alpha_f32=alpha_f32)  # type: ignore[arg-type]
        if photo == "worn":
            return self.worn_garment(self._wearer(image_u8), category)
        # not beside the network, whose threads would wait for each other, but beside what is made of its answer
        somebody = Later(lambda: self._somebody(image_u8))
        try:
            found: Garment | GarmentNotFoundError = self._garments(
                image_u8,
                category=category,  # type: ignore[arg-type]
                once_read=somebody.begin,
            )
        except GarmentNotFoundError as error:
            found = error
        wearer = somebody.answer()
        if wearer is not None:
            return self.worn_garment(wearer, category)
        if isinstance(found, GarmentNotFoundError):
            raise found
        return found

    def worn_garment(self, wearer: Person, category: str = "auto") -> Garment:
        """Take what somebody wears as a garment.

        Args:
            wearer: from ``understand_person``. category: auto, upper, lower or dress.

        Raises:
            GarmentNotFoundError: nothing of the category is worn.
        """
        worn = garment_from_person(wearer, category)  # type: ignore[arg-type]
        try:
            read = self._garments(worn.image_u8, category=worn.category, alpha_f32=worn.alpha_f32)
        except GarmentNotFoundError:  # too small a piece for the network; what the pose tells is enough
            return worn
        skirt = told_skirt(worn, read)
        if skirt is not None:  # other landmarks, then
            worn = garment_from_person(wearer, worn.category, skirt=skirt)
        return with_reading(worn, read)

    def _somebody(self, image_u8: RGBu8) -> Person | None:
        """Somebody who wears the garment, if anybody is in its picture."""
        try:
            return self._people(image_u8) if self._people.shows_somebody(image_u8) else None
        except NoPersonError:
            return None

    def _wearer(self, image_u8: RGBu8) -> Person:
        """Somebody who wears the garment.

        Raises:
            GarmentNotFoundError: nobody is found.
        """
        try:
            return self._people(image_u8)
        except NoPersonError:
            raise GarmentNotFoundError(
                "Nobody can be found who wears the garment. Choose 'flat' for a picture of the garment alone."
            ) from None

    def dress(
        self,
        person: Person,
        garment: Garment,
        *,
        stages: bool = False,
        tuck: Tuck = "auto",
        fit: float = 0.0,
        keep_f32: MaskF32 | None = None,
        change_f32: MaskF32 | None = None,
    ) -> TryOnResult:
        """Dress an understood person in an understood garment.

        Args:
            person, garment: from ``understand_person`` and ``understand_garment``; not changed.
            stages: also return pictures of how it was made.
            tuck: "in" ends a top at the waistband, "out" lets it hang over; "auto" is "out" at present.
            fit: from -1 (snug) to 1 (loose); 0 is as the garment's picture says.
            keep_f32: (H, W) 0..1 at the photo's size, painted by the visitor: must stay as it is.
            change_f32: (H, W) 0..1, painted by the visitor: goes with the old clothes, whatever it was taken for.

        Returns:
            The picture at the photo's resolution; outside its mask it equals the photo bit for bit.

        Raises:
            BadRequestError: an unknown way to tuck, a fit out of its range, a painted mask of another size.
        """
        if tuck not in TUCKS:
            raise BadRequestError(f"Unknown way to tuck {tuck!r}; use auto, in or out.")
        timings: dict[str, float] = {}
        garment = believable(garment)
        category, photo_size = garment.category, size_of(person.image_u8)
        keep, change = check_painted(keep_f32, person, "keep_f32"), check_painted(change_f32, person, "change_f32")
        person = with_painted(person, category, change, keep)
        box = clothes_box(person.labels_u8, person.pose, category)
        crop = snap_crop(crop_for(person.pose, category, photo_size, WARP_WIDTH, WARP_HEIGHT, box))
        copies: Copies = {}
        with _timed(timings, "warp"):
            parts = self._lay(person, garment, crop, fit, copies)
            waist = None
            if tuck == "in" and category == "upper":
                labels = crop.cut(person.labels_u8, border=cv2.BORDER_CONSTANT, nearest=True)
                waist = waistband_row(labels, Pose(crop.to_crop(person.pose.points_px), person.pose.visibility))
                parts = parts if waist is None else tuck_in(parts, waist)
            size_full, window = full_size(crop), window_of(crop, photo_size)
            frame_pose = Pose(crop.to_crop(person.pose.points_px), person.pose.visibility)
            garment_rgb, alpha = render_parts(garment.image_u8, garment.alpha_f32, parts, copies=copies)
            # wanted later; beside the plans, which keep one core busy
            large = Later(lambda: render_parts(garment.image_u8, garment.alpha_f32, parts, size_full, copies))
            large.begin()
            contact = Later(lambda: relief(parts, garment, frame_pose, body_unit(frame_pose)))
            frame_labels = crop.cut(person.labels_u8, border=cv2.BORDER_CONSTANT, nearest=True)
            garment_rgb, alpha, strips = widen_sleeves(
                garment_rgb, alpha, frame_labels, frame_pose, sleeves=has_sleeves(garment)
            )
        with _timed(timings, "agnostic"):
            small = crop.resized(DRAW_WIDTH, DRAW_HEIGHT)
            small_pose = Pose(small.to_crop(person.pose.points_px), person.pose.visibility)
            size = (DRAW_WIDTH, DRAW_HEIGHT)
            alpha_small = cv2.resize(alpha, size, interpolation=cv2.INTER_AREA)
            rgb_small = cv2.resize(garment_rgb, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
            labels_small = small.cut(person.labels_u8, border=cv2.BORDER_CONSTANT, nearest=True)
            if not garment.worn:  # photographed in wear, it has its own shadows
                contact.begin()
            plan = plan_edit(labels_small, small_pose, garment, alpha_small)
            if keep is not None:
                kept = small.cut(keep.astype(np.float32), border=cv2.BORDER_CONSTANT) > PAINTED
                plan = without_kept(plan, kept)
            photo_small = small.cut(person.image_u8).astype(np.float32) / 255
            whole, labels_whole = beyond_the_picture(plan, labels_small, small, photo_size)
            alpha_small = alpha_small * whole.region_f32
            skin = skin_colour(person.image_u8, person.labels_u8)
            bases = layer_bases(photo_small, whole.region_f32, skin, known_maps(labels_whole, whole.old))
            x = generator_input(
                photo_small,
                whole.region_f32,
                rgb_small,
                alpha_small,
                skin,
                small_pose.points_px,
                small_pose.visibility,
                labels_whole,
                whole.old,
                bases,
                window_around(whole.region_f32),
            )
        with _timed(timings, "generator"):
            drawing = self._generator.draw(x)
            unit = body_unit(small_pose)
            layout = slim_arms(drawing.layout_f32, labels_small, small_pose, plan.region_f32 > 0)
            layout = ruled_layout(layout, alpha_small, plan, unit)
            if waist is not None:
                arms = limb_distance(plan.old.shape, small_pose, "arm") < ARM * unit
                inside = plan.old & (plan.outline_f32 > 0.5) & ~arms
                layout = show_below(layout, inside, waist * DRAW_HEIGHT / WARP_HEIGHT, unit)
            shading = calm_shading(drawing.shading_f32, alpha_small, unit)
            if not garment.worn:
                shading = shading * contact.answer()
            drawing = replace(drawing, layout_f32=layout, shading_f32=shading)
        with _timed(timings, "composite"):
            full_rgb, full_alpha = large.answer()
            full_rgb, full_alpha = full_rgb[window.frame], full_alpha[window.frame]
            if strips.any():
                full_rgb, full_alpha = add_strips(full_rgb, full_alpha, garment_rgb, strips, size_full, window)
            labels_window = person.labels_u8[window.photo]
            origin = np.array([window.photo[1].start, window.photo[0].start], np.float32)
            window_pose = Pose(person.pose.points_px - origin, person.pose.visibility)
            protected = protected_pixels(labels_window, window_pose, category)
            tails = ("upper", "footwear") if category == "lower" else ("footwear",)  # of coats; shafts of boots
            if category != "upper" and (plan.old & has_label(labels_small, *tails)).any():
                goes = enlarge(plan.old.astype(np.float32), size_full, window) > 0.5
                protected &= ~(goes & has_label(labels_window, *tails))
            if keep is not None:
                protected |= keep[window.photo]
            mask_small = small.cut(person.mask_f32, border=cv2.BORDER_CONSTANT)
            missed = missed_clothes(plan, mask_small, small_pose)
            touched = touched_pixels(person.mask_f32[window.photo], full_alpha, missed, size_full, window)
            region = full_region(plan.region_f32, protected, size_full, window, touched)
            person_window = person.mask_f32[window.photo]
            scale = size_full[0] / plan.region_f32.shape[0]
            textures = textures_of(bases, labels_window, region, person_window, scale)
            crease = leg_crease(plan.region_f32.shape, small_pose)
            cloth = (full_rgb, full_alpha)
            skin = drawing.layout_f32.argmax(2) == LAYERS.index("skin")
            gain = None if self._limb_light is None else self._limb_light.gain(skin, small_pose, crease)
            shown = has_label(labels_small, *SKIN_NAMES) & (plan.region_f32 == 0)
            light = light_on_limbs(drawing.layout_f32, unit, crease, gain, shown)
            image = blend(person.image_u8, region, *cloth, drawing, *textures, size_full, window, light)
            mask = np.zeros(photo_size, np.float32)
            mask[window.photo] = region
        pictures: dict[str, RGBu8] = {}
        if stages:
            with _timed(timings, "stages"):
                agnostic = photo_small * (1 - plan.region_f32[..., None]) + GREY * plan.region_f32[..., None]
                pictures = draw_stages(person, garment, agnostic, garment_rgb, alpha, drawing)
        said = [NO_WAISTBAND] if tuck == "in" and category == "upper" and waist is None else []
        warnings = (*person.warnings, *garment.warnings, *plan.warnings, *said, *_fit_warnings(mask, full_alpha))
        return TryOnResult(image, mask, category, pictures, timings, warnings)

    def _lay(self, person: Person, garment: Garment, crop: Crop, fit: float, copies: Copies) -> list[PartWarp]:
        """The garment's parts on the body, the trunk cut where bare arms lie in front of it."""
        parts = warp_garment(garment, person, crop, placer=self._placer, fit=fit)
        if self._refine is not None:
            usual = parts if fit == 0 else warp_garment(garment, person, crop, placer=self._placer)
            parts = self._refine(parts, garment, person, crop, usual)
        pose = Pose(crop.to_crop(person.pose.points_px), person.pose.visibility)
        if garment.category == "lower":
            return parts
        sleeves = [p for p in parts if p.name.startswith("sleeve")]
        covered = np.zeros((crop.height, crop.width), np.float32)
        if sleeves:
            covered = render_parts(garment.image_u8, garment.alpha_f32, sleeves, copies=copies)[1]
        labels = crop.cut(person.labels_u8, border=cv2.BORDER_CONSTANT, nearest=True)
        folded = folded_forearms(labels, pose) if garment.sleeve in ("none", "short") else None
        seen = has_label(labels, "left_arm", "right_arm")
        neck, hip = (float(pose.points_px[pair, 1].mean()) for pair in ([11, 12], [23, 24]))
        seen[int(np.clip(hip - 0.35 * (hip - neck), 0, len(seen))) :] = True  # arms that hang are where they are
        return without_arms(parts, bare_arms(labels, pose, covered), folded, seen)

    def __call__(
        self,
        person: Picture | Person,
        garment: Picture | Garment,
        *,
        category: str = "auto",
        garment_photo: str = "auto",
        stages: bool = False,
        tuck: Tuck = "auto",
        fit: float = 0.0,
    ) -> TryOnResult:
        """From two pictures (arrays, Pillow images, bytes, paths) or analysed ones to the result.

        Raises:
            TryOnError: a picture is refused, or holds no person or no garment; says what to do.
        """
        timings: dict[str, float] = {}
        if not isinstance(person, Person):
            with _timed(timings, "decode_person"):
                person_u8 = load_picture(person, what="photo")
            person = self.understand_person(person_u8, timings=timings)
        if not isinstance(garment, Garment):
            with _timed(timings, "garment"):
                garment_u8, alpha = load_picture_with_alpha(garment, what="garment picture")
                garment = self.understand_garment(garment_u8, category=category, photo=garment_photo, alpha_f32=alpha)
        result = self.dress(person, garment, stages=stages, tuck=tuck, fit=fit)
        result.timings.update({**timings, **result.timings})
        return result


def _fit_warnings(mask: MaskF32, alpha: MaskF32) -> Iterator[str]:
    if not (alpha > 0.5).any():
        yield "The garment lies outside the picture; nothing of it can be shown."
    elif not mask.any():
        yield "Nothing in this photo could be changed by this garment."


@contextmanager
def _timed(timings: dict[str, float], name: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    timings[name] = 1000 * (time.perf_counter() - start)
