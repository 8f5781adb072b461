"""PatchGAN: judges overlapping patches of a picture together with what it was drawn from."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Judged = tuple[Tensor, list[Tensor]]  # logits of patches, features of each layer


class PatchDiscriminator(nn.Module):
    """Four layers, three of them strided, on the folded picture (Isola et al. 2017, the 70-pixel PatchGAN).

    Group norm, since batches are small. Spectral norm (Miyato et al. 2018) was tried in its place: its
    logits stayed near zero for a thousand steps, and nothing was told apart.
    Input: picture (B, 3, H, W) 0..1 and condition (B, C, H, W). Output: logits (B, 1, H/16, W/16) and the
    features of each layer, for feature matching.
    """

    def __init__(self, condition_channels: int, width: int = 48) -> None:
        super().__init__()
        cin = (3 + condition_channels) * 4
        layers: list[nn.Module] = []
        for cout, stride in ((width, 1), (2 * width, 2), (4 * width, 2), (4 * width, 2)):
            kernel = 3 if stride == 1 else 4
            conv = nn.Conv2d(cin, cout, kernel, stride=stride, padding=1)
            # not on the first layer: there the picture's own contrast is what is judged
            layers.append(conv if stride == 1 else nn.Sequential(conv, nn.GroupNorm(8, cout)))
            cin = cout
        self.layers = nn.ModuleList(layers)
        self.judge = nn.Conv2d(cin, 1, 3, padding=1)

    def forward(self, picture: Tensor, condition: Tensor) -> tuple[Tensor, list[Tensor]]:
        x = F.pixel_unshuffle(torch.cat([picture * 2 - 1, condition], 1), 2)
        features = []
        for layer in self.layers:
            x = F.leaky_relu(layer(x), 0.2)
            features.append(x)
        return self.judge(x), features


class ScaledDiscriminator(nn.Module):
    """A PatchDiscriminator for each of several sizes of the picture (Wang et al. 2018, pix2pixHD).

    At full size it judges edges and cloth, halved it sees a whole limb. Input as PatchDiscriminator's; returns its
    answer for each size, logits and features in float32, the full size first.
    """

    def __init__(self, condition_channels: int, scales: int = 2, width: int = 48) -> None:
        super().__init__()
        self.scales = nn.ModuleList(PatchDiscriminator(condition_channels, width) for _ in range(scales))

    def forward(self, picture: Tensor, condition: Tensor) -> list[Judged]:
        answers = []
        for judge in self.scales:
            logits, features = judge(picture, condition)
            answers.append((logits.float(), [f.float() for f in features]))
            picture, condition = F.avg_pool2d(picture, 2), F.avg_pool2d(condition, 2)
        return answers
