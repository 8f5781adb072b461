"""EfficientNet-Lite0 as an encoder: five maps, from stride 2 to stride 32.

Tan and Le 2019 (arXiv 1905.11946) without squeeze-and-excitation and with ReLU6. Layers, padding and names of tensors
are those of ``timm``'s ``tf_efficientnet_lite0`` (a test holds both against each other), so weights go from one to
the other. It is written out here because importing timm brings torchvision, Triton and SymPy along: a second and
a hundred megabytes for each program that looks at a picture.
"""

from __future__ import annotations

from typing import NamedTuple

import torch.nn.functional as F
from torch import Tensor, nn

EPSILON = 1e-3  # of the batch norms, as the weights were trained


class _Stage(NamedTuple):
    """Blocks of one size: channels, how many, kernel, stride of the first, how much wider they are inside."""

    channels: int
    blocks: int
    kernel: int
    stride: int
    expansion: int


_STEM = 32
_STAGES = (
    _Stage(16, 1, 3, 1, 1),
    _Stage(24, 2, 3, 2, 6),
    _Stage(40, 2, 5, 2, 6),
    _Stage(80, 3, 3, 2, 6),
    _Stage(112, 3, 5, 1, 6),
    _Stage(192, 4, 5, 2, 6),
    _Stage(320, 1, 3, 1, 6),
)
_LAST_OF_SIZE = (0, 1, 2, 4, 6)  # stages whose answers are handed out
CHANNELS = tuple(_STAGES[k].channels for k in _LAST_OF_SIZE)  # at strides 2, 4, 8, 16, 32


class _SameConv(nn.Conv2d):
    """A convolution padded as TensorFlow does: with stride 2 on even sizes one more at the right and below."""

    def __init__(self, cin: int, cout: int, kernel: int, stride: int, groups: int = 1) -> None:
        super().__init__(cin, cout, kernel, stride, padding=0 if stride > 1 else kernel // 2, groups=groups, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        if self.stride[0] > 1:
            h, w = (_missing(n, self.kernel_size[0], self.stride[0]) for n in x.shape[-2:])
            x = F.pad(x, (w // 2, w - w // 2, h // 2, h - h // 2))
        return super().forward(x)


def _missing(size: int, kernel: int, stride: int) -> int:
    return max(0, (-(-size // stride) - 1) * stride + kernel - size)


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=EPSILON)


class _Separable(nn.Module):
    """Depthwise, then pointwise."""

    def __init__(self, cin: int, cout: int, kernel: int, stride: int) -> None:
        super().__init__()
        self.conv_dw = _SameConv(cin, cin, kernel, stride, groups=cin)
        self.bn1 = _norm(cin)
        self.conv_pw = nn.Conv2d(cin, cout, 1, bias=False)
        self.bn2 = _norm(cout)

    def forward(self, x: Tensor) -> Tensor:
        return self.bn2(self.conv_pw(F.relu6(self.bn1(self.conv_dw(x)), inplace=True)))


class _Inverted(nn.Module):
    """Wider, depthwise, narrow again; added to what came in where sizes are the same (Sandler et al. 2018)."""

    def __init__(self, cin: int, cout: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        inner = cin * expansion
        self.conv_pw = nn.Conv2d(cin, inner, 1, bias=False)
        self.bn1 = _norm(inner)
        self.conv_dw = _SameConv(inner, inner, kernel, stride, groups=inner)
        self.bn2 = _norm(inner)
        self.conv_pwl = nn.Conv2d(inner, cout, 1, bias=False)
        self.bn3 = _norm(cout)
        self.added = stride == 1 and cin == cout

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu6(self.bn1(self.conv_pw(x)), inplace=True)
        y = F.relu6(self.bn2(self.conv_dw(y)), inplace=True)
        y = self.bn3(self.conv_pwl(y))
        return y + x if self.added else y


class Lite0Encoder(nn.Module):
    """(B, in_channels, H, W) float, -1..1 for the pre-trained weights -> five maps of ``CHANNELS``, strides 2 to 32."""

    def __init__(self, in_channels: int = 3) -> None:
        super().__init__()
        self.conv_stem = _SameConv(in_channels, _STEM, 3, 2)
        self.bn1 = _norm(_STEM)
        cin, stages = _STEM, []
        for stage in _STAGES:
            blocks: list[nn.Module] = []
            for k in range(stage.blocks):
                stride = stage.stride if k == 0 else 1
                if stage.expansion == 1:
                    blocks.append(_Separable(cin, stage.channels, stage.kernel, stride))
                else:
                    blocks.append(_Inverted(cin, stage.channels, stage.kernel, stride, stage.expansion))
                cin = stage.channels
            stages.append(nn.Sequential(*blocks))
        self.blocks = nn.Sequential(*stages)

    def forward(self, x: Tensor) -> list[Tensor]:
        y = F.relu6(self.bn1(self.conv_stem(x)), inplace=True)
        out = []
        for k, stage in enumerate(self.blocks):
            y = stage(y)
            if k in _LAST_OF_SIZE:
                out.append(y)
        return out
