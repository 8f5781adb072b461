"""Held-out garment photos for replays of taste: what the recommender sees of them, and what simulated visitors see."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import torch

from tryon.errors import BadRequestError, GarmentNotFoundError
from tryon.evaluation.garment_figures import validation_photos
from tryon.evaluation.metrics import lite0_features
from tryon.evaluation.taste_visitors import Qualities, hue_circle
from tryon.garment.analyzer import GarmentAnalyzer
from tryon.studio.taste_look import Embedder
from tryon.studio.taste_traits import Traits, traits_of
from tryon.types import GARMENT_LABELS, RGBu8

# A dress code for each of the human labels, other than the recommender's table: by rank, not by degree
RANKS = (
    "Undershirt", "Hoodie", "Shorts", "T-Shirt", "Longsleeve", "Top", "Pants", "Outwear", "Polo", "Skirt", "Dress",
    "Shirt", "Blouse", "Blazer",
)  # fmt: skip
COMPONENTS = 12  # of the features of a network that saw other pictures


def photo_garments(data: Path, count: int) -> tuple[list[Traits], Qualities]:
    """Garments of the fixed validation photos.

    The recommender analyses each photo as the page does. Visitors see the label that people gave it, the hue of the
    middle of the picture, and principal components of ImageNet features (never trained on garments' labels) for what
    no word describes: they stand for pattern and cut.

    Args:
        data: folder of the open data.
        count: photos at most; those where no garment is found are left out.

    Raises:
        BadRequestError: there are no photos.
    """
    analyzer, embed, net = GarmentAnalyzer.from_pretrained(), Embedder(), lite0_features()
    traits, labels, hues, features = [], [], [], []
    if not (data / "garments" / "garments.csv").is_file():
        raise BadRequestError(
            f"There are no garments in {data}. Name the open data's folder with --data or TRYON_DATA."
        )
    for photo in validation_photos(data, count):
        try:
            garment = analyzer(photo.image_u8)
        except GarmentNotFoundError:
            continue
        look = embed(garment.image_u8, garment.alpha_f32)
        traits.append(traits_of(photo.name, garment, look=look))
        labels.append(photo.label)
        hues.append(_middle(photo.image_u8))
        small = cv2.resize(photo.image_u8, (192, 256), interpolation=cv2.INTER_AREA)
        with torch.inference_mode():
            maps = net(torch.from_numpy(small).permute(2, 0, 1)[None].float() / 127.5 - 1)
        features.append(np.concatenate([m[0].float().mean((1, 2)).numpy() for m in maps[2:]]))
    if not traits:
        raise BadRequestError(f"No photo of {data} shows a garment.")
    seen = np.array(features)
    seen = (seen - seen.mean(0)) / np.maximum(seen.std(0), 1e-6)
    u, _, _ = np.linalg.svd(seen, full_matrices=False)
    components = u[:, :COMPONENTS] * np.sqrt(len(seen))
    names = tuple(GARMENT_LABELS)
    kinds = np.array([[2.0 * (label == name) for name in names] for label in labels])
    return traits, Qualities(
        tuple(each.id for each in traits),
        {
            "colour": np.array(hues),
            "pattern": components,
            "cut": np.concatenate([kinds, 0.5 * components[:, :4]], 1),
            "occasion": np.array([[RANKS.index(label) / (len(RANKS) - 1)] for label in labels]),
        },
    )


def _middle(image_u8: RGBu8) -> tuple[float, float, float, float]:
    """The median colour of the picture's middle, where the garment lies."""
    h, w = image_u8.shape[:2]
    part = image_u8[2 * h // 5 : 3 * h // 5, 2 * w // 5 : 3 * w // 5].reshape(-1, 3)
    red, green, blue = np.median(part, 0) / 255
    return hue_circle(float(red), float(green), float(blue))
