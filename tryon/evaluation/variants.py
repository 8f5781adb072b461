"""What is compared: the coarse warp pasted, today's generator, the first release's, and any other weights."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from tryon.errors import BadRequestError
from tryon.evaluation.first_generator import FIRST_CHANNELS, FirstGenerator, FirstGeneratorParams
from tryon.models.drawing import Drawing, TryOnGenerator
from tryon.models.generator import LAYERS, SHARPNESS, Drawn, Generator, GeneratorParams, compose
from tryon.models.inputs import AGNOSTIC, ALPHA, GARMENT, REGION
from tryon.models.weights import from_json, load_into, read_weights

PASTED = "garment pasted"
SHADED = (0.5, 1.12)  # the shading that the composite lets through
OFF = -20.0  # logit of a layer that shows nowhere


class PastedWarp(nn.Module):
    """The baseline: the warped garment as it lies, the rest of the region inpainted from its rim (Telea 2004).

    It takes and returns what a Generator does, has no weights, and runs on the CPU alone.
    """

    def forward(self, x: Tensor) -> Drawn:
        filled = []
        for item in x:
            photo = (item[AGNOSTIC].permute(1, 2, 0).numpy() * 255).round().astype(np.uint8)
            hole = (item[REGION][0].numpy() > 0.5).astype(np.uint8)
            done = cv2.inpaint(np.ascontiguousarray(photo), hole, 3, cv2.INPAINT_TELEA)
            filled.append(torch.from_numpy(done).permute(2, 0, 1).float() / 255)
        b, _, h, w = x.shape
        alpha = x[:, ALPHA] * x[:, REGION]
        return Drawn(
            torch.stack(filled),
            alpha,
            torch.ones(b, 1, h, w),
            torch.zeros(b, len(LAYERS), h, w),
            torch.zeros(b, 3, h, w),
        )


class FlatDrawing(TryOnGenerator):
    """Puts a network that knows no layers into today's pipeline, which mixes layers anew at the photo's resolution.

    What the network rendered becomes one layer, the garment as far as it kept it the other; nothing else shows.
    """

    def draw(self, x: NDArray[np.float32]) -> Drawing:
        """As ``TryOnGenerator.draw``."""
        drawn = super().draw(x)
        alpha = x[ALPHA][0]
        share = np.where(alpha > 0.05, drawn.mask_f32 / np.maximum(alpha, 0.05), 1.0).clip(1e-4, 1 - 1e-4)
        layout = np.full((*alpha.shape, len(LAYERS)), OFF, np.float32)
        layout[..., LAYERS.index("skin")] = 0
        layout[..., LAYERS.index("garment")] = np.log(share / (1 - share)) / SHARPNESS
        # beside the garment the network's shading means nothing, and what is drawn there is shaded again
        shading = np.where(alpha > 0.05, drawn.shading_f32, 1).clip(*SHADED).astype(np.float32)
        spread = np.clip(drawn.rendering_f32 / shading[..., None], 0, 1).astype(np.float32)
        return replace(
            drawn, shading_f32=shading, layout_f32=layout, change_f32=np.zeros_like(drawn.change_f32),
            skin_f32=drawn.rendering_f32, spread_f32=spread,
        )  # fmt: skip


def load_generator(path: Path) -> nn.Module:
    """A generator of today's make or the first release's, by how many channels its weights take.

    Raises:
        WeightsError: the file is missing, damaged or of another network.
    """
    tensors, info = read_weights(path)
    net: nn.Module
    if info["params"].get("in_channels") == FIRST_CHANNELS:
        net = FirstGenerator(from_json(FirstGeneratorParams, info["params"]))
    else:
        net = Generator(from_json(GeneratorParams, info["params"]))
    load_into(net, tensors, path.name)
    return net.eval()


def drawing_of(net: nn.Module) -> TryOnGenerator:
    """A network as the pipeline takes it."""
    return TryOnGenerator(net) if isinstance(net, Generator) else FlatDrawing(net)  # type: ignore[arg-type]


def find_networks(weights: Path, others: str) -> dict[str, nn.Module]:
    """All that is compared by name, the baseline first.

    Args:
        weights: folder with generator.safetensors. others: further files, name=path separated by commas.

    Raises:
        BadRequestError: a name without a path, or one that is taken.
        WeightsError: a file is missing, damaged or of another network.
    """
    networks: dict[str, nn.Module] = {
        PASTED: PastedWarp(),
        "generator": load_generator(weights / "generator.safetensors"),
    }
    for item in filter(None, (part.strip() for part in others.split(","))):
        name, _, path = (part.strip() for part in item.partition("="))
        if not name or not path or name in networks:
            raise BadRequestError(f"{item!r} does not name other weights. Write name=path, each name once.")
        networks[name] = load_generator(Path(path))
    return networks


@torch.no_grad()
def draw_pictures(net: nn.Module, x: Tensor) -> Tensor:
    """Finished pictures (B, 3, H, W) 0..1 of generator inputs (B, GENERATOR_CHANNELS, H, W)."""
    drawn: Drawn = net(x)
    return compose(x[:, AGNOSTIC], x[:, REGION], x[:, GARMENT], drawn.rendering, drawn.mask, drawn.shading)


def paste_garment(x: Tensor) -> Tensor:
    """The baseline's pictures (B, 3, H, W) 0..1; see ``PastedWarp``."""
    return draw_pictures(PastedWarp(), x)
