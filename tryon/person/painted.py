"""What a visitor painted on a photo: pixels that must stay as they are, and pixels that may change besides.

What may change counts as part of the clothes that go, whatever the parser took it for; what must stay is protected
like a face. Where both were painted, it stays.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tryon.errors import BadRequestError
from tryon.person.agnostic import Mask
from tryon.person.edit_plan import EditPlan
from tryon.types import LABEL, Category, MaskF32, Person

PAINTED = 0.5  # a brush's rim is soft; from here on it counts


def check_painted(painted_f32: MaskF32 | None, person: Person, name: str) -> Mask | None:
    """(H, W) bool of what was painted; None where nothing was.

    Raises:
        BadRequestError: it is not a picture of the photo's size.
    """
    if painted_f32 is None:
        return None
    if painted_f32.shape != person.labels_u8.shape:
        raise BadRequestError(
            f"{name} has the shape {painted_f32.shape}, the photo {person.labels_u8.shape}. Both must be equal."
        )
    painted: Mask = np.asarray(painted_f32) > PAINTED
    return painted if painted.any() else None


def with_painted(person: Person, category: Category, change: Mask | None, keep: Mask | None) -> Person:
    """The person with what may change labelled as clothes of the garment's kind; not changed itself.

    Args:
        change, keep: (H, W) bool at the photo's size, from ``check_painted``.
    """
    if change is None:
        return person
    goes = change if keep is None else change & ~keep
    labels, mask = person.labels_u8.copy(), person.mask_f32.copy()
    labels[goes] = LABEL[category]
    mask[goes] = 1.0
    return replace(person, labels_u8=labels, mask_f32=mask)


def without_kept(plan: EditPlan, kept: Mask) -> EditPlan:
    """The same plan without the pixels that the visitor wants kept: (h, w) bool of the frame."""
    away = ~kept
    return replace(
        plan,
        region_f32=plan.region_f32 * away,
        protected=plan.protected | kept,
        bare=plan.bare & away,
        hidden_cloth=plan.hidden_cloth & away,
        invented=plan.invented & away,
        old=plan.old & away,
        feet=plan.feet & away,
    )
