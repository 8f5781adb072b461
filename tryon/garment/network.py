"""The garment network at run time: one forward pass on a 256x192 picture."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from tryon.garment.landmarks import LANDMARKS
from tryon.models.folding import fold_norms
from tryon.models.lite_unet import LiteUNet, LiteUNetParams
from tryon.models.precision import inference_dtype, with_working_weights, working
from tryon.models.weights import WEIGHTS_DIR, load_into, read_weights
from tryon.types import ATTRIBUTES, GARMENT_LABELS, MaskF32, RGBu8

NET_HEIGHT, NET_WIDTH = 256, 192
SLEEVES = ATTRIBUTES["sleeve"]
MASK, INSIDE, POINTS = 0, 1, 2  # dense channels; heat maps of LANDMARKS follow
PARAMS = LiteUNetParams(
    dense_channels=POINTS + len(LANDMARKS),
    # label, each attribute, and whether each landmark is seen
    class_heads=(len(GARMENT_LABELS), *(len(values) for values in ATTRIBUTES.values()), len(LANDMARKS)),
    decoder_channels=(128, 96, 64, 48),
)
WEIGHTS_NAME = "garment.safetensors"


@dataclass(frozen=True)
class NetworkAnswer:
    """What the network says of one 256x192 picture.

    mask, inside: (128, 96) float32 probabilities; inside is the wrong side of the back. points: (19, 2)
    in the picture's pixels, sub-pixel peaks of the heat maps; confidence: (19,) mass of the heat
    map around its peak, 0..1. label: (14,) probabilities. attributes: by name, of each of its values in
    ``ATTRIBUTES``. visible: (19,), probability that each landmark is seen. heat: (19, 128, 96),
    log-probabilities of each landmark's place.
    """

    mask: MaskF32
    inside: MaskF32
    points: NDArray[np.float32]
    confidence: NDArray[np.float32]
    label: NDArray[np.float32]
    attributes: dict[str, NDArray[np.float32]]
    visible: NDArray[np.float32]
    heat: NDArray[np.float32]


def log_heat(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Log-probabilities of the spatial softmax of heat maps (K, h, w)."""
    flat = logits.reshape(len(logits), -1)
    flat = flat - flat.max(1, keepdims=True)
    return np.asarray(flat - np.log(np.exp(flat).sum(1, keepdims=True)), np.float32).reshape(logits.shape)


def peaks(logits: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Sub-pixel peaks of heat maps (K, h, w): points (K, 2) in map pixels, and the mass around them."""
    k, h, w = logits.shape
    flat = logits.reshape(k, -1)
    heat = np.exp(flat - flat.max(1, keepdims=True))
    heat = (heat / heat.sum(1, keepdims=True)).reshape(k, h, w)
    points, mass = np.zeros((k, 2), np.float32), np.zeros(k, np.float32)
    for i in range(k):
        smooth = cv2.GaussianBlur(heat[i], (0, 0), 1.0)
        y, x = divmod(int(smooth.argmax()), w)
        y0, y1, x0, x1 = max(0, y - 3), min(h, y + 4), max(0, x - 3), min(w, x + 4)
        window = heat[i, y0:y1, x0:x1]
        total = float(window.sum())
        yy, xx = np.mgrid[y0:y1, x0:x1]
        points[i] = ((window * xx).sum() / max(total, 1e-9), (window * yy).sum() / max(total, 1e-9))
        mass[i] = total
    return points, mass


class GarmentNetwork:
    """LiteUNet for garments, with bf16 where it is faster; not thread-safe (its owner locks)."""

    def __init__(self, net: LiteUNet, *, device: str = "cpu") -> None:
        folded = fold_norms(net, torch.zeros(1, 3, 64, 64))
        self._device = device
        folded = folded.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._net = with_working_weights(folded, inference_dtype(device)).to(device)

    @classmethod
    def load(cls, weights_dir: Path | None = None, *, device: str = "cpu") -> GarmentNetwork:
        """Read ``garment.safetensors``.

        Raises:
            WeightsError: missing, damaged or of another network.
        """
        tensors, _ = read_weights((weights_dir or WEIGHTS_DIR) / WEIGHTS_NAME)
        net = LiteUNet(PARAMS)
        load_into(net, tensors, WEIGHTS_NAME)
        return cls(net, device=device)

    def __call__(self, image_u8: RGBu8) -> NetworkAnswer:
        """Answer for a (256, 192, 3) uint8 picture."""
        x = torch.from_numpy(np.ascontiguousarray(image_u8)).permute(2, 0, 1)[None].float() / 255
        with torch.inference_mode(), working(self._device):
            dense, heads = self._net(x.to(self._device).contiguous(memory_format=torch.channels_last))
        dense, heads = dense.cpu(), tuple(head.cpu() for head in heads)
        maps = dense[0].float().numpy()
        points, mass = peaks(maps[POINTS:])
        probability = 1 / (1 + np.exp(-np.clip(maps[:POINTS], -30, 30)))
        return NetworkAnswer(
            probability[MASK].astype(np.float32),
            probability[INSIDE].astype(np.float32),
            ((points + 0.5) * 2 - 0.5).astype(np.float32),
            mass,
            torch.softmax(heads[0][0].float(), 0).numpy(),
            *_attributes(heads[1:]),
            log_heat(maps[POINTS:]),
        )

    def embed(self, image_u8: RGBu8) -> NDArray[np.float32]:
        """What the encoder makes of a (256, 192, 3) uint8 picture before it is named: (320,) float32, means over it."""
        x = torch.from_numpy(np.ascontiguousarray(image_u8)).permute(2, 0, 1)[None].float() / 255
        x = x.to(self._device)
        with torch.inference_mode(), working(self._device):
            maps = self._net.encoder((x - self._net.mean) / self._net.std)
        return np.asarray(maps[-1][0].float().mean((1, 2)).cpu().numpy(), np.float32)


def _attributes(heads: tuple[torch.Tensor, ...]) -> tuple[dict[str, NDArray[np.float32]], NDArray[np.float32]]:
    """Probabilities of each attribute's values, and of each landmark being seen."""
    found = {n: torch.softmax(h[0].float(), 0).numpy() for n, h in zip(ATTRIBUTES, heads[:-1], strict=True)}
    return found, torch.sigmoid(heads[-1][0].float()).numpy()
