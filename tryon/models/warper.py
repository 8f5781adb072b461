"""The warp network: corrects where the coarse warp lays a garment, and says where each part of it is seen.

Input and output live in the work frame. Trunk, left limb and right limb (sleeves or legs) have a field each: a
displacement d, by which the part's coarse flow C is looked up elsewhere, C(x + d(x)), and a share of each pixel.
The network looks twice: the second time at the garment as the first answer moved it (in the line of cascaded
appearance flow, Han et al. 2019, arXiv 1904.09261, Ge et al. 2021, arXiv 2103.04559).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tryon.geometry.limbs import LIMB_COUNT
from tryon.models.blocks import ConvBlock
from tryon.types import LABELS

FIELDS = 3  # trunk, limb on the viewer's left, limb on the viewer's right
PERSON_CHANNELS = len(LABELS) + LIMB_COUNT + 1  # labels, limb maps, person mask
FIELD_CHANNELS = 1 + 3 + 2  # alpha, colour, place in the garment's box
MAP_HEIGHT, MAP_WIDTH = 128, 96  # of all inputs: a quarter of the 512x384 work frame
REACH = 0.25  # of the frame's width: the furthest that one look moves anything


@dataclass(frozen=True)
class WarperParams:
    """Shape of a Warper. ``channels``: widths at 128, 64, 32, 16 and 8 rows; ``looks``: passes."""

    channels: tuple[int, ...] = (64, 112, 160, 208, 208)
    groups: int = 8
    looks: int = 2


class Warper(nn.Module):
    """U-Net with two heads, applied ``looks`` times.

    Input: person (B, PERSON_CHANNELS, h, w) and garment (B, FIELDS, FIELD_CHANNELS, h, w), the coarsely warped parts,
    float, h and w multiples of 16. Returns displacement (B, FIELDS, 2, h / 2, w / 2) in shares of the frame's width
    (x, y), and logits (B, 1 + FIELDS, h, w) of what each pixel shows: nothing of the garment, trunk, limbs; float32.
    """

    def __init__(self, params: WarperParams | None = None) -> None:
        super().__init__()
        self.params = p = params or WarperParams()
        c, g = p.channels, p.groups
        # the fields' present displacement is seen, too
        self.stem = ConvBlock(PERSON_CHANNELS + FIELDS * (FIELD_CHANNELS + 2), c[0], g)
        self.downs = nn.ModuleList(
            nn.Sequential(ConvBlock(a, b, g, stride=2), ConvBlock(b, b, g)) for a, b in pairwise(c)
        )
        ups, deep = [], c[-1]
        for skip in reversed(c[:-1]):
            ups.append(nn.Sequential(ConvBlock(deep + skip, skip, g), ConvBlock(skip, skip, g)))
            deep = skip
        self.ups = nn.ModuleList(ups)
        self.move = nn.Conv2d(c[1], 2 * FIELDS, 3, padding=1)
        self.show = nn.Conv2d(c[0], 1 + FIELDS, 3, padding=1)
        nn.init.zeros_(self.move.weight)  # starts from the coarse warp
        nn.init.zeros_(self.move.bias)

    def forward(self, person: Tensor, garment: Tensor) -> tuple[Tensor, Tensor]:
        return self.looks(person, garment)[-1]

    def looks(self, person: Tensor, garment: Tensor) -> list[tuple[Tensor, Tensor]]:
        """The answers of all looks, the last one last (see the class)."""
        b, k, _, h, w = garment.shape
        moved = garment.new_zeros(b, k, 2, h // 2, w // 2, dtype=torch.float32)
        answers = []
        for _ in range(self.params.looks):
            fine = F.interpolate(moved.flatten(1, 2), size=(h, w), mode="bilinear", align_corners=False)
            fine = fine.view(b, k, 2, h, w)
            seen = displaced(garment.flatten(0, 1).float(), fine.flatten(0, 1)).view_as(garment)
            x = torch.cat([person, seen.flatten(1, 2).to(person.dtype), fine.flatten(1, 2).to(person.dtype)], 1)
            step, logits = self._look(x.contiguous(memory_format=torch.channels_last))
            moved = moved + REACH * torch.tanh(step.float().view_as(moved))
            answers.append((moved, logits.float()))
        return answers

    def _look(self, x: Tensor) -> tuple[Tensor, Tensor]:
        y = self.stem(x)
        skips = [y]
        for down in self.downs:
            y = down(y)
            skips.append(y)
        y = skips.pop()
        step = y
        for number, up in enumerate(self.ups):
            y = F.interpolate(y, scale_factor=2.0, mode="nearest")
            y = up(torch.cat([y, skips.pop()], 1))
            if number == len(self.ups) - 2:
                step = self.move(y)
        return step, self.show(y)


def displaced(maps: Tensor, displacement: Tensor) -> Tensor:
    """Look maps up elsewhere: out(x) = maps(x + d(x)), bilinear, the border repeated.

    Args:
        maps: (B, C, h, w). displacement: (B, 2, H, W) in shares of the frame's width (x, y); (H, W) may be finer.

    Returns:
        (B, C, H, W).
    """
    h, w = displacement.shape[2:]
    y, x = torch.meshgrid(
        torch.arange(h, device=maps.device, dtype=torch.float32),
        torch.arange(w, device=maps.device, dtype=torch.float32),
        indexing="ij",
    )
    grid = torch.stack([(2 * x + 1) / w - 1, (2 * y + 1) / h - 1], -1)
    # grid_sample counts from -1 to 1 over each side
    scale = torch.tensor([2.0, 2.0 * w / h], device=maps.device)
    grid = grid + displacement.permute(0, 2, 3, 1) * scale
    return F.grid_sample(maps, grid, mode="bilinear", padding_mode="border", align_corners=False)
