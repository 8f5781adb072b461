"""The warp network: corrects where the coarse warp lays a garment, and says where each part of it is seen.

All lives in the work frame. Trunk, left limb and right limb (sleeves or legs) have a field each: the coarse warp says
for every pixel which place of the garment it shows, the network by how much that place is off, and each field's share
of the pixel. Corrections are added, not composed: a coarse flow that folds or lies far off cannot bend them. The
network looks twice, the second time at the garment as the first answer laid it (in the line of cascaded appearance
flow, Han et al. 2019, arXiv 1904.09261, Ge et al. 2021, arXiv 2103.04559).
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
MAP_HEIGHT, MAP_WIDTH = 128, 96  # of all inputs: a quarter of the 512x384 work frame
FOLD = 2  # blocks of so many pixels become channels: full-resolution layers are the slow ones
REACH = 0.5  # of the garment's longer side: the furthest that one look moves a place


@dataclass(frozen=True)
class WarperParams:
    """Shape of a Warper. ``channels``: widths at 64, 32, 16 and 8 rows; ``looks``: passes."""

    channels: tuple[int, ...] = (48, 80, 128, 160)
    groups: int = 8
    looks: int = 2


class Warper(nn.Module):
    """U-Net with two heads, applied ``looks`` times.

    Input: person (B, PERSON_CHANNELS, h, w); place (B, FIELDS, 2, h, w), each field's place in the garment's box by the
    coarse warp, the box's longer side being 1; region (B, FIELDS, h, w) 0..1 where the coarse warp draws the field;
    alpha (B, 1, H, W) 0..1, the garment's box, a square. h and w are multiples of 16.
    Returns correction (B, FIELDS, 2, h / 2, w / 2) to be added to the places, and logits (B, 1 + FIELDS, h, w) of what
    each pixel shows: nothing of the garment, trunk, limbs; float32.
    """

    def __init__(self, params: WarperParams | None = None) -> None:
        super().__init__()
        self.params = p = params or WarperParams()
        c, g, fold = p.channels, p.groups, FOLD * FOLD
        self.person = nn.Conv2d(PERSON_CHANNELS * fold, c[0], 3, padding=1)
        # of each field: alpha, alpha in the region, its place and the correction so far
        self.garment = nn.Conv2d(FIELDS * (2 * fold + 4), c[0], 3, padding=1)
        self.stem = ConvBlock(c[0], c[0], g)
        self.downs = nn.ModuleList(
            nn.Sequential(ConvBlock(a, b, g, stride=2), ConvBlock(b, b, g)) for a, b in pairwise(c)
        )
        ups, deep = [], c[-1]
        for skip in reversed(c[:-1]):
            ups.append(nn.Sequential(ConvBlock(deep + skip, skip, g), ConvBlock(skip, skip, g)))
            deep = skip
        self.ups = nn.ModuleList(ups)
        self.move = nn.Conv2d(c[0], 2 * FIELDS, 3, padding=1)
        self.show = nn.Conv2d(c[0], (1 + FIELDS) * fold, 3, padding=1)
        nn.init.zeros_(self.move.weight)  # starts from the coarse warp
        nn.init.zeros_(self.move.bias)

    def forward(self, person: Tensor, place: Tensor, region: Tensor, alpha: Tensor) -> tuple[Tensor, Tensor]:
        return self.looks(person, place, region, alpha)[-1]

    def looks(self, person: Tensor, place: Tensor, region: Tensor, alpha: Tensor) -> list[tuple[Tensor, Tensor]]:
        """The answers of all looks, the last one last (see the class)."""
        b, k, _, h, w = place.shape
        moved = place.new_zeros(b, k, 2, h // FOLD, w // FOLD, dtype=torch.float32)
        seen = self.person(F.pixel_unshuffle(person, FOLD).contiguous(memory_format=torch.channels_last))
        coarse = F.avg_pool2d(place.flatten(1, 2), FOLD).clamp(-0.5, 1.5)
        answers = []
        for _ in range(self.params.looks):
            shown = self._shown(place, moved, alpha)
            folded = [F.pixel_unshuffle(maps, FOLD) for maps in (shown, shown * region)]
            garment = self.garment(
                torch.cat([*folded, coarse, moved.flatten(1, 2)], 1).contiguous(memory_format=torch.channels_last)
            )
            step, logits = self._look(F.leaky_relu(seen + garment, 0.1))
            moved = moved + REACH * torch.tanh(step.float().view_as(moved))
            answers.append((moved, F.pixel_shuffle(logits.float(), FOLD)))
        return answers

    def _shown(self, place: Tensor, moved: Tensor, alpha: Tensor) -> Tensor:
        """(B, FIELDS, h, w): the garment's alpha at the corrected places."""
        at = corrected(place, moved)
        b, k, _, h, w = at.shape
        grid = 2 * at.permute(0, 1, 3, 4, 2).reshape(b, k * h, w, 2) - 1
        # no gradient: the places are taught by their own loss
        return F.grid_sample(alpha, grid.detach(), align_corners=False).view(b, k, h, w)

    def _look(self, x: Tensor) -> tuple[Tensor, Tensor]:
        y = self.stem(x)
        skips = [y]
        for down in self.downs:
            y = down(y)
            skips.append(y)
        y = skips.pop()
        for up in self.ups:
            y = F.interpolate(y, scale_factor=2.0, mode="nearest")
            y = up(torch.cat([y, skips.pop()], 1))
        return self.move(y), self.show(y)


def corrected(place: Tensor, moved: Tensor) -> Tensor:
    """Places (B, FIELDS, 2, h, w) with corrections (B, FIELDS, 2, h', w'), enlarged, added; float32."""
    b, k, _, h, w = place.shape
    fine = F.interpolate(moved.flatten(1, 2), size=(h, w), mode="bilinear", align_corners=False)
    return place.float() + fine.view(b, k, 2, h, w)
