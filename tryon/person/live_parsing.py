"""Labels of a video's frames: the parsing network once, at a small size, in the work frame itself."""

from __future__ import annotations

import threading
from pathlib import Path

import cv2
import numpy as np
import torch

from tryon.models.folding import fold_norms
from tryon.models.lite_unet import LiteUNet, LiteUNetParams
from tryon.models.precision import inference_dtype
from tryon.models.weights import WEIGHTS_DIR, from_json, load_into, read_weights
from tryon.person.parsing import PARSER_CHANNELS, parser_input
from tryon.types import LabelsU8, MaskF32, Pose, RGBu8


class LiveParser:
    """The parsing network without its look at the mirror image; one object may be used by many threads."""

    def __init__(self, net: LiteUNet) -> None:
        # folded and wholly in bfloat16 it takes three quarters of what it takes for photos
        folded = fold_norms(net, torch.zeros(1, PARSER_CHANNELS, 64, 64))
        self._dtype = inference_dtype()
        self._net = folded.to(self._dtype).to(memory_format=torch.channels_last)
        self._lock = threading.Lock()

    @classmethod
    def from_pretrained(cls, weights_dir: Path | None = None) -> LiveParser:
        """Load ``parser.safetensors``.

        Raises:
            WeightsError: missing, damaged or foreign weights.
        """
        path = (weights_dir or WEIGHTS_DIR) / "parser.safetensors"
        tensors, info = read_weights(path)
        net = LiteUNet(from_json(LiteUNetParams, info["params"]))
        load_into(net, tensors, path.name)
        return cls(net)

    def __call__(self, rgb_u8: RGBu8, mask_f32: MaskF32, pose: Pose) -> LabelsU8:
        """Label every pixel of a work frame.

        Args:
            rgb_u8: (h, w, 3) crop, h and w multiples of 32. mask_f32: (h, w) person mask of it. pose: in its pixels.

        Returns:
            (h, w) uint8 indices into LABELS.
        """
        x = torch.from_numpy(parser_input(rgb_u8, mask_f32, pose))[None]
        with self._lock, torch.inference_mode():
            logits, _ = self._net(x.to(self._dtype).contiguous(memory_format=torch.channels_last))
        small = np.ascontiguousarray(logits[0].float().permute(1, 2, 0).numpy())
        fine = cv2.resize(small, (mask_f32.shape[1], mask_f32.shape[0]), interpolation=cv2.INTER_LINEAR)
        return fine.argmax(2).astype(np.uint8)
