"""The warp network: corrects where the coarse warp lays a garment, and says where each part of it is seen.

All lives in the work frame. Trunk, left limb and right limb (sleeves or legs) have a field each: the coarse warp says
for every pixel which place of the garment it shows and how far the field reaches, the network how far the field is to
be moved there. The movement is a smooth surface over a few nodes, so threads and stripes stay lines and a field moves
with its outline. The network looks twice, coarse to fine in what it knows: the second time at the garment as the first
answer laid it (in the line of cascaded appearance flow, Han et al. 2019, arXiv 1904.09261, Ge et al. 2021, arXiv
2103.04559).
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
FOLD = 4  # blocks of so many pixels become channels: full-resolution layers are the slow ones
NODE_HEIGHT, NODE_WIDTH = MAP_HEIGHT // 8, MAP_WIDTH // 8  # between nodes movements are cubic
REACH = 0.12  # of the frame's height: the furthest that one look moves a field


@dataclass(frozen=True)
class WarperParams:
    """Shape of a Warper. ``channels``: widths at 32, 16 and 8 rows; ``looks``: passes."""

    channels: tuple[int, int, int] = (64, 112, 160)
    groups: int = 8
    looks: int = 2


class Warper(nn.Module):
    """U-Net with two heads, applied ``looks`` times.

    Input: person (B, PERSON_CHANNELS, h, w); place (B, FIELDS, 2, h, w), each field's place in the garment's box by the
    coarse warp, the box's longer side being 1; region (B, FIELDS, h, w) 0..1 where the coarse warp draws the field;
    alpha (B, 1, H, W) 0..1, the garment's box, a square. h and w are multiples of 16.
    Returns movement (B, FIELDS, 2, h / 8, w / 8) in frame heights: a pixel shows what the coarse warp has at its place
    plus the movement, see ``moved_maps``; and logits (B, 1 + FIELDS, h, w) of what each pixel shows: nothing of the
    garment, trunk, limbs; float32.
    """

    def __init__(self, params: WarperParams | None = None) -> None:
        super().__init__()
        self.params = p = params or WarperParams()
        c, g, fold = p.channels, p.groups, FOLD * FOLD
        self.person = nn.Conv2d(PERSON_CHANNELS * fold // 4, c[0], 3, padding=1)  # at half of its size
        # of each field: alpha in its region, the region, its place and the movement so far
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
        self.move = nn.Conv2d(c[1], 2 * FIELDS, 3, padding=1)
        self.show = nn.Conv2d(c[0], (1 + FIELDS) * fold, 3, padding=1)
        nn.init.zeros_(self.move.weight)  # starts from the coarse warp
        nn.init.zeros_(self.move.bias)

    def forward(self, person: Tensor, place: Tensor, region: Tensor, alpha: Tensor) -> tuple[Tensor, Tensor]:
        moved, logits = self.looks(person, place, region, alpha)
        return moved[-1], logits

    def moves(self, person: Tensor, place: Tensor, region: Tensor, alpha: Tensor) -> Tensor:
        """The movement alone, in half the time."""
        return self.looks(person, place, region, alpha, show=False)[0][-1]

    def looks(
        self, person: Tensor, place: Tensor, region: Tensor, alpha: Tensor, *, show: bool = True
    ) -> tuple[list[Tensor], Tensor]:
        """The movements of all looks, the last one last, and the last look's logits (empty without ``show``)."""
        b, k, _, h, w = place.shape
        moved = place.new_zeros(b, k, 2, h // 8, w // 8, dtype=torch.float32)
        seen = self.person(_folded(F.avg_pool2d(person, 2), FOLD // 2))
        answers, logits = [], moved.new_zeros(0)
        for look in range(self.params.looks):
            with torch.no_grad():  # places are taught by their own loss
                at, reach = (place.float(), region.float()) if look == 0 else moved_maps(place, region, moved)
                shown = shown_alpha(at, alpha.float()) * reach
                coarse = F.avg_pool2d(at.clamp(-0.5, 1.5).flatten(1, 2), FOLD)
                nodes = F.interpolate(moved.flatten(1, 2), scale_factor=2.0, mode="nearest") * 8
            told = torch.cat([_folded(shown), _folded(reach), coarse, nodes], 1)
            garment = self.garment(told.contiguous(memory_format=torch.channels_last))
            step, told_of = self._look(F.leaky_relu(seen + garment, 0.1), show and look == self.params.looks - 1)
            moved = moved + REACH * torch.tanh(step.float().view_as(moved))
            answers.append(moved)
            logits = logits if told_of is None else F.pixel_shuffle(told_of.float(), FOLD)
        return answers, logits

    def _look(self, x: Tensor, show: bool) -> tuple[Tensor, Tensor | None]:
        y = self.stem(x)
        skips = [y]
        for down in self.downs:
            y = down(y)
            skips.append(y)
        y = skips.pop()
        *rest, last = self.ups
        for up in rest:
            y = up(_joined(y, skips.pop()))
        return self.move(y), self.show(last(_joined(y, skips.pop()))) if show else None


def _joined(deep: Tensor, skip: Tensor) -> Tensor:
    return torch.cat([F.interpolate(deep, scale_factor=2.0, mode="nearest"), skip], 1)


def _folded(maps: Tensor, fold: int = FOLD) -> Tensor:
    return F.pixel_unshuffle(maps, fold).contiguous(memory_format=torch.channels_last)


def surface(moved: Tensor, height: int, width: int) -> Tensor:
    """Movements at nodes (B, FIELDS, 2, h', w') as smooth surfaces (B, FIELDS, 2, height, width)."""
    b, k = moved.shape[:2]
    fine = F.interpolate(moved.flatten(1, 2), size=(height, width), mode="bicubic", align_corners=False)
    return fine.view(b, k, 2, height, width)


def moved_maps(place: Tensor, region: Tensor, moved: Tensor) -> tuple[Tensor, Tensor]:
    """Places (B, FIELDS, 2, h, w) and regions (B, FIELDS, h, w) after a movement (B, FIELDS, 2, h', w'); float32."""
    b, k, _, h, w = place.shape
    step = surface(moved.float(), h, w)
    y = (torch.arange(h, device=place.device, dtype=torch.float32) + 0.5) * 2 / h - 1
    x = (torch.arange(w, device=place.device, dtype=torch.float32) + 0.5) * 2 / w - 1
    grid = torch.stack([x + step[:, :, 0] * (2 * h / w), y[:, None] + step[:, :, 1] * 2], -1).view(b * k, h, w, 2)
    maps = torch.cat([place.float(), region.float()[:, :, None]], 2).view(b * k, 3, h, w)
    found = F.grid_sample(maps, grid, padding_mode="border", align_corners=False).view(b, k, 3, h, w)
    return found[:, :, :2], found[:, :, 2]


def shown_alpha(place: Tensor, alpha: Tensor) -> Tensor:
    """What fields show of a garment: place (B, FIELDS, 2, h, w), alpha (B, 1, H, W) of its box; (B, FIELDS, h, w)."""
    b, k, _, h, w = place.shape
    grid = 2 * place.permute(0, 1, 3, 4, 2).reshape(b, k * h, w, 2) - 1
    return F.grid_sample(alpha, grid, align_corners=False).view(b, k, h, w)
