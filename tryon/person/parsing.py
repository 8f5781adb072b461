"""Labels of every pixel of a person's photo, by the parsing network."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from tryon.geometry.crops import Crop, crop_for, size_of
from tryon.geometry.limbs import LIMB_COUNT, MIRRORED_LIMBS, limb_maps
from tryon.models.folding import fold_norms
from tryon.models.lite_unet import LiteUNet, LiteUNetParams
from tryon.models.precision import inference_dtype, with_working_weights, working
from tryon.models.weights import WEIGHTS_DIR, from_json, load_into, read_weights
from tryon.person.colour_evidence import with_evidence
from tryon.types import LABEL, MIRRORED_LABELS, LabelsU8, MaskF32, Pose, RGBu8

PARSER_CHANNELS = 3 + 1 + LIMB_COUNT  # RGB, person mask, limb maps
MIRRORED_INPUTS = (0, 1, 2, 3, *(4 + i for i in MIRRORED_LIMBS))  # channels of a mirror image
# A whole figure at 512 px: thin straps, fingers and strands survive, and it still takes under 100 ms.
PARSER_HEIGHT, PARSER_WIDTH = 512, 384
SMALLER = (256, 384)  # heights that do for figures of no more photo pixels: frames of a video
NEAR = 0.18  # of the joints' window: how far around it the mask is looked at
FIGURE_ROOM = 0.03  # of the figure's longer side, left around it


class Kind(NamedTuple):
    """Labels that are one kind of thing, and what their probability counts for against other kinds."""

    names: tuple[str, ...]
    weight: float = 1.0


# The parser was taught with bags pasted over people, and sees more of them than there are. Old cloth that is missed
# shows in every result, other things taken for cloth are drawn anew.
KINDS = (
    Kind(("hair",)),
    Kind(("face", "torso_skin", "left_arm", "right_arm", "left_leg", "right_leg")),
    Kind(("upper", "lower", "dress"), 1.25),
    Kind(("footwear",)),
    Kind(("accessory",), 0.7),
)
LEAST_PEAK, LEAST_SHARE = 0.2, 0.04  # of a label anywhere in the picture; of a pixel, to be counted


def parser_input(rgb_u8: RGBu8, mask_f32: MaskF32, pose: Pose) -> NDArray[np.float32]:
    """Stack what the parser sees.

    Args:
        rgb_u8: (h, w, 3) crop. mask_f32: (h, w) person mask of the crop.
        pose: landmarks in the crop's pixels.

    Returns:
        (17, h, w) float32: RGB 0..1, mask, limb maps.
    """
    h, w = mask_f32.shape
    out = np.empty((PARSER_CHANNELS, h, w), np.float32)
    out[:3] = rgb_u8.transpose(2, 0, 1) * np.float32(1 / 255)
    out[3] = mask_f32
    # ridges are wide, so a quarter of the resolution holds them
    small = limb_maps((pose.points_px + 0.5) / 4 - 0.5, pose.visibility, -(-h // 4), -(-w // 4))
    for i, ridge in enumerate(small):
        out[4 + i] = cv2.resize(ridge, (w, h), interpolation=cv2.INTER_LINEAR)
    return out


def figure_crop(pose: Pose, mask_f32: MaskF32, width: int, height: int) -> Crop:
    """The window that shows a whole figure: what the mask shows of it, with little room around.

    Joints end at the ankles and the ears; shoes, hats and wide coats go on, and labels off the window are lost.

    Args:
        pose: landmarks in photo pixels. mask_f32: (H, W) person mask of the photo.
        width, height: size of the window in pixels.

    Returns:
        A 3:4 window when ``width``:``height`` is; the joints' own where the mask shows nothing near them.
    """
    crop = crop_for(pose, "dress", size_of(mask_f32), width, height)
    x0, y0, w, h = crop.x0, crop.y0, crop.width / crop.scale, crop.height / crop.scale
    # masks of bystanders and of mistakes further away do not count
    left, top = max(0, round(x0 - NEAR * w)), max(0, round(y0 - NEAR * h))
    near = mask_f32[top : max(0, round(y0 + (1 + NEAR) * h)), left : max(0, round(x0 + (1 + NEAR) * w))]
    step = max(1, round(max(near.shape) / 400))
    count, _, stats, _ = cv2.connectedComponentsWithStats((near[::step, ::step] > 0.5).astype(np.uint8))
    if count < 2 or stats[1:, cv2.CC_STAT_AREA].max() * step * step < 0.02 * w * h:
        return crop
    bx, by, bw, bh = (step * int(v) for v in stats[1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())][:4])
    bx, by, room = bx + left, by + top, FIGURE_ROOM * max(bw, bh)
    # elbows that the mask misses stay inside, but not far-off guesses of joints outside the picture
    x0, x1 = min(bx - room, max(x0, bx - 3 * room)), max(bx + bw + room, min(x0 + w, bx + bw + 3 * room))
    tall = max(bh + 2 * room, (x1 - x0) * height / width, 16.0)
    scale, cx, cy = height / tall, (x0 + x1) / 2, by + bh / 2
    return Crop(cx - width / scale / 2, cy - tall / 2, scale, width, height)


class Parser:
    """The parsing network with its weights; one object may be used by many threads.

    Args:
        net: the network. twice: look at the mirror image too and average, which tells dresses from tops with skirts
            more surely (two points of IoU) for twice the network's time; False for video. device: "cpu" or "cuda".
    """

    def __init__(self, net: LiteUNet, *, twice: bool = True, device: str = "cpu") -> None:
        self.twice, self._device = twice, device
        folded = fold_norms(net, torch.zeros(1, PARSER_CHANNELS, 64, 64))
        folded = folded.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._net = with_working_weights(folded, inference_dtype(device)).to(device)
        self._lock = threading.Lock()

    @classmethod
    def from_pretrained(cls, weights_dir: Path | None = None, *, device: str = "cpu") -> Parser:
        """Load ``parser.safetensors``.

        Raises:
            WeightsError: missing, damaged or foreign weights.
        """
        path = (weights_dir or WEIGHTS_DIR) / "parser.safetensors"
        tensors, info = read_weights(path)
        net = LiteUNet(from_json(LiteUNetParams, info["params"]))
        load_into(net, tensors, path.name)
        return cls(net, device=device)

    def probabilities(self, image_u8: RGBu8, mask_f32: MaskF32, pose: Pose) -> tuple[NDArray[np.float32], Crop]:
        """Probabilities (13, h, w) float32 in a crop of the whole figure, and that crop; small for small figures."""
        crop = figure_crop(pose, mask_f32, PARSER_WIDTH, PARSER_HEIGHT)
        shown = crop.height / crop.scale  # photo pixels
        for height in SMALLER:
            if shown <= height:
                crop = crop.resized(height * 3 // 4, height)
                break
        local = Pose(crop.to_crop(pose.points_px), pose.visibility)
        x = parser_input(crop.cut(image_u8), crop.cut(mask_f32, border=cv2.BORDER_CONSTANT), local)
        x[:3] = 2 * x[:3] - 1  # as the network normalises it
        shares = self._look(cv2.merge(list(x)))
        if self.twice:  # one after the other: both at once take a hundred megabytes more and no less time
            mirrored = self._look(cv2.flip(cv2.merge([x[k] for k in MIRRORED_INPUTS]), 1))
            shares = (shares + mirrored[:, list(MIRRORED_LABELS)].flip(-1)) / 2
        p = shares[0].contiguous().numpy()
        return p, crop.resized(p.shape[2], p.shape[1])

    def _look(self, x: NDArray[np.float32]) -> torch.Tensor:
        """(1, 13, h, w) float32 probabilities of one normalised input (H, W, PARSER_CHANNELS).

        It is handed over pixel by pixel and in the network's own format: each other way copies it once more.
        """
        told = torch.from_numpy(x).to(inference_dtype(self._device)).permute(2, 0, 1)[None]
        with self._lock, torch.inference_mode(), working(self._device):
            logits, _ = self._net.answer(told.to(self._device))
        return torch.softmax(logits.float(), 1).cpu()

    def parse(self, image_u8: RGBu8, mask_f32: MaskF32, pose: Pose) -> LabelsU8:
        """Label every pixel of the photo.

        Args:
            image_u8: (H, W, 3) photo. mask_f32: (H, W) person mask. pose: landmarks in photo pixels.

        Returns:
            (H, W) uint8 indices into LABELS; outside the figure's crop all is background.
        """
        p, crop = self.probabilities(image_u8, mask_f32, pose)
        p = with_evidence(p, crop.cut(image_u8), crop.cut(mask_f32, border=cv2.BORDER_CONSTANT))
        return enlarge_labels(p, crop, size_of(image_u8))


def enlarge_labels(p: NDArray[np.float32], crop: Crop, photo_size: tuple[int, int]) -> LabelsU8:
    """The likeliest labels at the photo's resolution (H, W), from probabilities (13, h, w) of a crop.

    First which of ``KINDS`` a pixel is, then which label of that kind: where a network wavers between top, dress and
    bag it is cloth, whichever of the three has the most by itself. Shares are enlarged bilinearly, each only where
    it counts.
    """
    inverse = cv2.invertAffineTransform(crop.matrix())
    labels = np.full(photo_size, LABEL["background"], np.uint8)
    most = cv2.warpAffine(
        p[LABEL["background"]], inverse, photo_size[::-1], flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT, borderValue=1.0,
    )  # fmt: skip
    for kind in KINDS:
        found = [_Share(LABEL[name], p[LABEL[name]], inverse, photo_size) for name in kind.names]
        found = [share for share in found if share.inside]
        if not found:
            continue
        x0, y0 = (min(share.box[k] for share in found) for k in (0, 1))
        x1, y1 = (max(share.box[k] for share in found) for k in (2, 3))
        total, first = (np.zeros((y1 - y0, x1 - x0), np.float32) for _ in range(2))
        which = np.zeros(total.shape, np.uint8)
        for share in found:
            window = (slice(share.box[1] - y0, share.box[3] - y0), slice(share.box[0] - x0, share.box[2] - x0))
            big = share.enlarged()
            total[window] += big
            better = big > first[window]
            np.copyto(first[window], big, where=better)
            which[window][better] = share.label
        total *= kind.weight
        place = (slice(y0, y1), slice(x0, x1))
        wins = total > most[place]
        np.copyto(most[place], total, where=wins)
        np.copyto(labels[place], which, where=wins)
    return labels


class _Share:
    """The probability of one label, and where in the photo it counts: left, top, right, bottom."""

    def __init__(self, label: int, p: NDArray[np.float32], matrix: NDArray[np.float64], size: tuple[int, int]) -> None:
        self.label, self._p, self._matrix = label, p, matrix
        on = p > LEAST_SHARE
        self.inside = bool(p.max() >= LEAST_PEAK)
        self.box = _window_of(on, matrix, size) if self.inside else (0, 0, 0, 0)
        self.inside = self.inside and self.box[2] > self.box[0] and self.box[3] > self.box[1]

    def enlarged(self) -> NDArray[np.float32]:
        """In its box, float32."""
        x0, y0, x1, y1 = self.box
        shifted = self._matrix.copy()
        shifted[:, 2] -= (x0, y0)
        return np.asarray(cv2.warpAffine(self._p, shifted, (x1 - x0, y1 - y0), flags=cv2.INTER_LINEAR), np.float32)


def _window_of(on: NDArray[np.bool_], matrix: NDArray[np.float64], size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Left, top, right and bottom in a picture of ``size`` (H, W) of what is on, moved there by a matrix (2, 3)."""
    rows, columns = np.flatnonzero(on.any(1)), np.flatnonzero(on.any(0))
    reach = 1.5  # pixels that an interpolation still sees
    corners = np.array([[columns[0] - reach, rows[0] - reach, 1], [columns[-1] + reach, rows[-1] + reach, 1]])
    (x0, y0), (x1, y1) = corners @ matrix.T
    left, top = max(0, int(np.floor(x0))), max(0, int(np.floor(y0)))
    return left, top, min(size[1], int(np.ceil(x1)) + 1), min(size[0], int(np.ceil(y1)) + 1)
