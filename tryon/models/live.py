"""The live network: a small student of the warp network and of the generator, for video.

It draws in the same layers as its teacher (``tryon.models.generator``): ground, skin, kept clothes, garment, each with
colours carried on from what the frame shows. What is fine comes folded at half resolution, all the rest at a quarter;
nearly all layers work at a quarter and below. On its way up it also says how far the coarse warp lays the garment
beside where it belongs, and goes on with the garment moved. It has batch norms, not the teacher's group norms: they
are folded into the convolutions when the network runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tryon.geometry.limbs import LIMB_COUNT
from tryon.models.generator import LAYERS, MAX_SHADING, SHARPNESS
from tryon.models.inputs import KNOWN_NAMES

# Fine channels, at full resolution
AGNOSTIC, REGION, GARMENT, ALPHA = slice(0, 3), slice(3, 4), slice(4, 7), slice(7, 8)
FINE_CHANNELS = ALPHA.stop
# Coarse channels, at a quarter of it
LIMB_MAPS = slice(0, LIMB_COUNT)
KNOWN = slice(LIMB_MAPS.stop, LIMB_MAPS.stop + len(KNOWN_NAMES))
BASES = slice(KNOWN.stop, KNOWN.stop + 12)  # RGB of ground, skin, kept clothes, garment
COARSE_CHANNELS = BASES.stop
COARSE = 4  # fine pixels for each coarse one
_PRIOR = tuple(KNOWN_NAMES.index(name) for name in ("ground", "skin", "kept"))

OUTPUT_CHANNELS = 3 + 1 + len(LAYERS)  # change of colour RGB, shading, layout
REACH = 0.08  # of the frame's width: what is further off is the coarse warp's to mend


@dataclass(frozen=True)
class LiveParams:
    """Shape of a LiveNet.

    ``channels`` are the widths at 1/2, 1/4, 1/8, 1/16 and 1/32 of the picture on the way down; ``narrow`` is what
    goes up from 1/4 and ``last`` what the picture is drawn from: there each channel costs most.
    """

    channels: tuple[int, ...] = (16, 64, 96, 128, 128)
    narrow: int = 32
    last: int = 32


class LiveDrawn(NamedTuple):
    """What a LiveNet returns, all float32.

    rendering (B, 3, H, W) 0..1; mask (B, 1, H, W), 0 to the moved garment's alpha; shading (B, 1, H, W), a gain around
    1; layout (B, 4, H, W), logits of LAYERS; change (B, 3, H, W) -1..1; garment (B, 4, H, W) 0..1, its colours and
    alpha where they were moved to; displacement (B, 2, H/8, W/8) in shares of the frame's width (x, y).
    """

    rendering: Tensor
    mask: Tensor
    shading: Tensor
    layout: Tensor
    change: Tensor
    garment: Tensor
    displacement: Tensor


class LiveNet(nn.Module):
    """U-Net at five scales.

    Input: fine (B, FINE_CHANNELS, H, W) and coarse (B, COARSE_CHANNELS, H/4, W/4), see
    ``tryon.models.live_inputs``; H and W multiples of 32. Returns ``LiveDrawn``. ``sharpness`` is that of the layout's
    logits where layers are mixed: the generator's in training, more in use.
    """

    def __init__(self, params: LiveParams | None = None) -> None:
        super().__init__()
        self.params = p = params or LiveParams()
        self.sharpness = SHARPNESS
        c0, c1, c2, c3, c4 = p.channels
        self.stem = _block(4 * FINE_CHANNELS, c0)
        self.down1 = _block(c0, c1, 2)
        self.join = _block(c1 + COARSE_CHANNELS, c1)
        self.down2 = nn.Sequential(_block(c1, c2, 2), _block(c2, c2))
        self.down3 = nn.Sequential(_block(c2, c3, 2), _block(c3, c3))
        self.down4 = nn.Sequential(_block(c3, c4, 2), _block(c4, c4))
        self.up3 = _block(c4 + c3, c3)
        self.up2 = nn.Sequential(_block(c3 + c2, c2), _block(c2, c2))
        self.up1 = _block(c2 + c1, p.narrow)
        self.up0 = _block(p.narrow + c0 + 4 * 4, p.last)  # and the moved garment, folded
        self.move = nn.Conv2d(c2, 2, 3, padding=1)
        self.exit = nn.Conv2d(p.last, 4 * OUTPUT_CHANNELS, 1)
        self.apply(_initialise)
        with torch.no_grad():  # starts from the coarse warp and from the layers as they are
            self.move.weight.mul_(0.01)
            self.exit.weight.mul_(0.03)

    def forward(self, fine: Tensor, coarse: Tensor) -> LiveDrawn:
        half = self.stem(_folded(fine, self.exit.weight.dtype))
        seen = coarse.to(half.dtype).contiguous(memory_format=torch.channels_last)
        quarter = self.join(torch.cat([self.down1(half), seen], 1))
        eighth = self.down2(quarter)
        deep = self.down3(eighth)
        y = self.up3(torch.cat([_twice(self.down4(deep)), deep], 1))
        y = self.up2(torch.cat([_twice(y), eighth], 1))
        displacement = REACH * torch.tanh(self.move(y).float())
        garment = move_garment(fine[:, GARMENT.start : ALPHA.stop].float(), displacement)
        y = self.up1(torch.cat([_twice(y), quarter], 1))
        y = self.up0(torch.cat([_twice(y), half, _folded(garment, y.dtype)], 1))
        return _drawn(self.exit(y), coarse.float(), garment, displacement, self.sharpness)


def _drawn(raw: Tensor, coarse: Tensor, garment: Tensor, displacement: Tensor, sharpness: float) -> LiveDrawn:
    """From the last layer's output (B, 32, H/2, W/2) to the drawing.

    All is done folded, four pixels beside each other in a dimension of their own: the smooth bases then need no
    enlarging to full resolution.
    """
    b, _, h, w = raw.shape
    raw = raw.float().contiguous().view(b, OUTPUT_CHANNELS, 4, h, w)
    change, shading = torch.tanh(raw[:, :3]), torch.exp(MAX_SHADING * torch.tanh(raw[:, 3:4]))
    alpha = F.pixel_unshuffle(garment[:, 3:4], 2).unsqueeze(1)
    smooth = F.interpolate(coarse[:, KNOWN.start :], size=(h, w), mode="bilinear", align_corners=False)
    known, bases = smooth.unsqueeze(2).split((len(KNOWN_NAMES), BASES.stop - BASES.start), 1)
    prior = [2 * known[:, i : i + 1].expand(-1, -1, 4, -1, -1) for i in _PRIOR]
    layout = raw[:, 4:8] + torch.cat([*prior, 4 * alpha - 1], 1)
    mask, rendering = mix_bases(bases, alpha, layout, shading, change, sharpness)
    return LiveDrawn(
        _unfolded(rendering), _unfolded(mask), _unfolded(shading), _unfolded(layout), _unfolded(change), garment,
        displacement,
    )  # fmt: skip


def mix_bases(
    bases: Tensor, alpha: Tensor, layout: Tensor, shading: Tensor, change: Tensor, sharpness: float = SHARPNESS
) -> tuple[Tensor, Tensor]:
    """Composite mask and rendering of a layout, as ``generator.mix_layers`` makes them but for the ground.

    Args:
        bases: (B, 12, ...) RGB of ground, skin, kept clothes, garment. alpha: (B, 1, ...) of the garment.
        layout: (B, 4, ...) logits. shading: (B, 1, ...). change: (B, 3, ...). What follows the channels is alike.
        sharpness: of the logits.

    Returns:
        mask (B, 1, ...), rendering (B, 3, ...) 0..1.
    """
    share = torch.softmax(sharpness * layout, 1)
    mask = share[:, 3:4] * alpha
    drawn = share[:, 0:1] * bases[:, 0:3] + share[:, 1:2] * bases[:, 3:6] + share[:, 2:3] * bases[:, 6:9]
    drawn = drawn + (share[:, 3:4] - mask) * (bases[:, 9:12] * shading).clamp(0, 1)
    # the ground as it is carried on is a better guess than what so small a network adds to it: it drew bright rims
    return mask, (drawn / (1 - mask).clamp_min(0.02) + (1 - share[:, 0:1]) * change).clamp(0, 1)


def move_garment(garment: Tensor, displacement: Tensor) -> Tensor:
    """Look a garment up elsewhere: out(x) = garment(x + d(x)), bilinear, the border repeated.

    Args:
        garment: (B, C, H, W). displacement: (B, 2, h, w) in shares of the frame's width (x, y).
    """
    h, w = garment.shape[2:]
    fine = F.interpolate(displacement, size=(h, w), mode="bilinear", align_corners=False)
    x = torch.arange(1, 2 * w, 2, device=fine.device, dtype=torch.float32) / w - 1
    y = torch.arange(1, 2 * h, 2, device=fine.device, dtype=torch.float32)[:, None] / h - 1
    # grid_sample counts from -1 to 1 over each side
    grid = torch.stack([x + 2 * fine[:, 0], y + 2 * w / h * fine[:, 1]], -1)
    return F.grid_sample(garment, grid, mode="bilinear", padding_mode="border", align_corners=False)


def _block(cin: int, cout: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(cin, cout, 3, stride=stride, padding=1, bias=False), nn.BatchNorm2d(cout), nn.ReLU(inplace=True)
    )


def _folded(x: Tensor, dtype: torch.dtype) -> Tensor:
    # as pixel_unshuffle but for the channels' order, and several times faster in the layout that convolutions want
    x = x.to(dtype, memory_format=torch.channels_last)
    return torch.cat([x[:, :, i::2, j::2] for i in (0, 1) for j in (0, 1)], 1)


def _unfolded(x: Tensor) -> Tensor:
    return F.pixel_shuffle(x.flatten(1, 2), 2)


def _twice(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2.0, mode="nearest")


def _initialise(module: nn.Module) -> None:
    if isinstance(module, nn.Conv2d):
        nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
        if module.bias is not None:
            nn.init.zeros_(module.bias)
