"""A pipeline that paints a rectangle instead of thinking: what is tried here is all that lies around the networks."""

from __future__ import annotations

from typing import Any

import numpy as np

from tryon.errors import GarmentNotFoundError, NoPersonError
from tryon.types import Garment, MaskF32, Person, Pose, RGBu8, TryOnResult

PLAIN = 2.0  # standard deviation of 8-bit values under which a picture shows nothing


class StandIn:
    """Has ``TryOnPipeline``'s three methods; see there for arguments and results."""

    def understand_person(self, image_u8: RGBu8) -> Person:
        """A person as large as the picture; none where the picture is plain."""
        if image_u8.std() < PLAIN:
            raise NoPersonError("No person can be seen in this photo. Use one with the body from head to hips.")
        h, w = image_u8.shape[:2]
        points = np.tile(np.array([w / 2, h / 2], np.float32), (33, 1))
        pose = Pose(points, np.ones(33, np.float32))
        return Person(image_u8, pose, np.ones((h, w), np.float32), np.full((h, w), 8, np.uint8))

    def understand_garment(
        self, image_u8: RGBu8, *, category: str = "auto", photo: str = "auto", alpha_f32: MaskF32 | None = None
    ) -> Garment:
        """A top, or what it is said to be, as large as the picture; none where the picture is plain."""
        if image_u8.std() < PLAIN:
            raise GarmentNotFoundError("No garment can be told from its background. Lay it on another ground.")
        kind: Any = "upper" if category == "auto" else category
        alpha = np.ones(image_u8.shape[:2], np.float32) if alpha_f32 is None else alpha_f32
        return Garment(image_u8, alpha, kind, {kind: 1.0}, "not sure", {}, {}, "short", worn=photo == "worn")

    def dress(
        self,
        person: Person,
        garment: Garment,
        *,
        stages: bool = False,
        tuck: str = "auto",
        fit: float = 0.0,
        keep_f32: MaskF32 | None = None,
        change_f32: MaskF32 | None = None,
    ) -> TryOnResult:
        """The person with the garment's mean colour in the middle."""
        image, mask = person.image_u8.copy(), np.zeros(person.mask_f32.shape, np.float32)
        h, w = mask.shape
        image[h // 4 : 3 * h // 4, w // 4 : 3 * w // 4] = garment.image_u8.reshape(-1, 3).mean(0).astype(np.uint8)
        mask[h // 4 : 3 * h // 4, w // 4 : 3 * w // 4] = 1
        names = ("pose", "parsing", "agnostic", "warped", "mask") if stages else ()
        return TryOnResult(image, mask, garment.category, dict.fromkeys(names, image[::2, ::2]), {"total": 1.0})
