"""What a phone does to light before it is a file: blur, vignette, noise, gain, curve, sharpening, JPEG."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.errors import BadRequestError

F32 = NDArray[np.float32]
U8 = NDArray[np.uint8]
_TOP = 4.0  # linear light above is clipped: two stops over white
_STEPS = 32768


@dataclass(frozen=True)
class Lens:
    """One phone's way of seeing. Lengths in pixels of a picture 512 high; they grow with it.

    blur: sigma. vignette: light lost in the corners 0..1. fringe: shift of red against blue at the edge.
    noise: standard deviation at mid grey, of sRGB 0..1. gain: exposure. balance: factors of red and blue.
    contrast: 1 linear; curve about mid grey. black: lifted black, sRGB. saturation. sharpen: amount.
    shrink: resampled down to this share and back. jpeg: quality, 0: none.
    """

    blur: float = 0.5
    vignette: float = 0.05
    fringe: float = 0.0
    noise: float = 0.012
    gain: float = 1.0
    balance: tuple[float, float] = (1.0, 1.0)
    contrast: float = 1.0
    black: float = 0.0
    saturation: float = 1.0
    sharpen: float = 0.3
    shrink: float = 1.0
    jpeg: int = 88


@dataclass(frozen=True)
class LensSettings:
    """Which ingredients are used; a study of realism turns them off one by one."""

    blur: bool = True
    vignette: bool = True
    noise: bool = True
    tone: bool = True  # gain, balance, contrast, saturation
    sharpen: bool = True
    jpeg: bool = True


def sample_lens(rng: np.random.Generator) -> Lens:
    """A lens and its processing at random, most of them good."""
    return Lens(
        blur=float(np.clip(rng.lognormal(-0.85, 0.3), 0.25, 1.2)),
        vignette=float(rng.uniform(0, 0.22)),
        fringe=float(max(0.0, rng.normal(0, 0.35))),
        noise=float(np.clip(rng.lognormal(-5.1, 0.55), 0.0025, 0.025)),
        gain=float(np.exp(rng.normal(0.0, 0.16))),
        balance=(float(np.exp(rng.normal(0.01, 0.035))), float(np.exp(rng.normal(-0.01, 0.045)))),
        contrast=float(np.exp(rng.normal(0.18, 0.12))),
        black=float(max(0.0, rng.normal(0.008, 0.016))),
        saturation=float(np.exp(rng.normal(0.0, 0.14))),
        sharpen=float(rng.uniform(0.4, 1.8)),
        shrink=float(rng.uniform(0.55, 1.0)) if rng.random() < 0.25 else 1.0,
        jpeg=int(rng.integers(60, 96)),
    )


def _tone_table(lens: Lens, tone: bool) -> F32:
    """sRGB 0..1 of linear light 0.._TOP in _STEPS even steps: curve with a shoulder, then sRGB."""
    light = np.linspace(0, _TOP, _STEPS, dtype=np.float64) * (lens.gain if tone else 1.0)
    knee = 0.75
    over = np.maximum(light - knee, 0)
    light = np.minimum(light, knee) + (1 - knee) * (1 - np.exp(-over / (1 - knee) / 1.2))
    srgb = np.where(light <= 0.0031308, light * 12.92, 1.055 * np.maximum(light, 1e-9) ** (1 / 2.4) - 0.055)
    if tone:
        if lens.contrast != 1.0:
            # a curve through 0, middle grey and 1 (Schlick's gain)
            middle, k = 0.46, lens.contrast
            low, high = np.minimum(srgb / middle, 1), np.minimum((1 - srgb) / (1 - middle), 1)
            srgb = np.where(srgb < middle, middle * low**k, 1 - (1 - middle) * high**k)
        srgb = lens.black + (1 - lens.black) * srgb
    return srgb.astype(np.float32)


def develop(light: F32, lens: Lens, settings: LensSettings, rng: np.random.Generator) -> U8:
    """Linear light to a phone's picture.

    Args:
        light: (H, W, 3) float32 >= 0, 1 is white paper in full light. rng: of the noise.

    Returns:
        (H, W, 3) uint8 sRGB.
    """
    if light.ndim != 3 or light.shape[2] != 3:
        raise BadRequestError(f"A picture of shape {light.shape} cannot be developed; it must be (H, W, 3).")
    h, w = light.shape[:2]
    unit = h / 512
    if settings.blur:
        sigma = lens.blur * unit
        if lens.shrink < 1:
            small = cv2.resize(light, (round(w * lens.shrink), round(h * lens.shrink)), interpolation=cv2.INTER_AREA)
            light = cv2.resize(small, (w, h), interpolation=cv2.INTER_LINEAR)
        if sigma > 0.25:
            light = cv2.GaussianBlur(light, (0, 0), sigma)
        if lens.fringe > 0.15:
            light = _fringe(light, lens.fringe * unit)
    if settings.vignette and lens.vignette > 0.01:
        y, x = np.linspace(-1, 1, h, dtype=np.float32), np.linspace(-1, 1, w, dtype=np.float32) * (w / h)
        light = light * (1 - lens.vignette * (y[:, None] ** 2 + x[None] ** 2) / 1.56)[..., None]
    balance = (lens.balance[0], 1.0, lens.balance[1]) if settings.tone else (1.0, 1.0, 1.0)
    index = light * (np.array(balance, np.float32) * np.float32((_STEPS - 1) / _TOP))
    np.minimum(index, np.float32(_STEPS - 1), out=index)
    picture = np.take(_tone_table(lens, settings.tone), index.astype(np.uint16))
    if settings.tone and lens.saturation != 1.0:
        grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[..., None]
        picture = grey + np.float32(lens.saturation) * (picture - grey)
    if settings.sharpen and lens.sharpen > 0.05:
        # as phones do it: fine detail fully, strong edges only a little, so that no halo shows
        detail = picture - cv2.GaussianBlur(picture, (0, 0), 1.0 * unit)
        detail *= np.float32(lens.sharpen) / (1 + np.abs(detail) * np.float32(14))
        picture = picture + detail
    if settings.noise:
        picture = picture + _noise(picture, lens.noise, unit, rng)
    out = np.clip(picture * 255 + 0.5, 0, 255).astype(np.uint8)
    if settings.jpeg and lens.jpeg:
        data = cv2.imencode(".jpg", out[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, int(lens.jpeg)])[1]
        out = np.ascontiguousarray(cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1])
    return out


def _fringe(light: F32, shift: float) -> F32:
    """Red a little larger, blue a little smaller than green."""
    h, w = light.shape[:2]
    out = light.copy()
    for channel, sign in ((0, 1.0), (2, -1.0)):
        k = 1 + sign * shift / (h / 2)
        warp = np.array([[k, 0, (1 - k) * (w - 1) / 2], [0, k, (1 - k) * (h - 1) / 2]])
        out[..., channel] = cv2.warpAffine(light[..., channel], warp, (w, h), borderMode=cv2.BORDER_REPLICATE)
    return out


def _noise(picture: F32, level: float, unit: float, rng: np.random.Generator) -> F32:
    """Noise that is stronger in the dark, mostly grey and a little coloured, blotched by the phone's smoothing."""
    h, w = picture.shape[:2]
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    # one random tile, laid side by side with random shifts: normal numbers are dear
    side = 192
    tile = rng.standard_normal((side, side, 4)).astype(np.float32)
    coarse = cv2.GaussianBlur(tile[..., 1:], (0, 0), 0.9 * max(unit, 0.6))
    tile = (0.8 * tile[..., :1] + 1.2 * coarse) * np.float32(level)
    out = np.empty((h, w, 3), np.float32)
    for y in range(0, h, side):
        for x in range(0, w, side):
            there = out[y : y + side, x : x + side]
            dy, dx = (int(v) for v in rng.integers(0, side, 2))
            there[:] = np.roll(tile, (dy, dx), (0, 1))[: there.shape[0], : there.shape[1]]
    out *= (1.25 - 0.75 * np.clip(grey, 0, 1))[..., None]
    return out
