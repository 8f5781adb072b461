"""A garment's picture taken apart: the colours of its cloth, and the light on it (folds, seams, shade).

    I = A x S:  the picture's linear light is the cloth's own colour times the light that falls on it

The cloth of one garment has few dyes, so A is one of a handful of colours (``palette``), and what remains of log I
within one dye is log S. Two colours are two dyes only where they meet at a sharp edge: what changes slowly is a fold
or a wash. Pixels on such edges are mixed and say nothing of the light, which is carried in from beside them. (The
sparsity of dyes follows P. V. Gehler et al., "Recovering Intrinsic Images with a Global Sparsity Prior on
Reflectance", NIPS 2011.)
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.images import srgb_to_linear
from tryon.types import MaskF32, RGBu8

F32 = NDArray[np.float32]
LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)  # of linear light (ITU-R BT.709)


@dataclass(frozen=True)
class LightSettings:
    """Colours in CIE Lab (L 0..100), lengths as shares of the garment's size (the root of its area)."""

    seeds: int = 8  # colours to begin with: more than any print of the gallery needs, merged afterwards
    samples: int = 12_000  # pixels that colours are found on; more change nothing
    lightness: float = 0.55  # weight of L beside a and b: light changes it most
    same: float = 7.0  # colours closer than this are one dye
    edge_px: int = 3  # over so many pixels a printed edge has done its change, a fold has not
    sharp: float = 0.42  # share of the difference that must happen over them
    solid: float = 0.25  # share of a dye's pixels that are clear of edges; mixtures have fewer
    shade: float = 20.0  # L from one shade of plain cloth to the next
    deep: float = 34.0  # L, to a hard shadow
    deep_share: float = 0.15  # of the cloth, at most, that lies in hard shadow
    shade_tint: float = 8.0  # of a and b at an L of 50, between shades of one dye
    plain: float = 0.88  # share that the shades of one dye must have for the cloth to be plain
    area: float = 0.06  # side of a window that a shade of a wash, or of a wide fold, fills
    fold: float = 28.0  # L: a fold's shade is no darker than that
    tint: float = 13.0  # of a and b at an L of 50, within which two wide areas are one dye, washed or in less light
    least: float = 0.004  # of the cloth: rarer colours are buttons, labels and mixed pixels
    mixed: float = 0.0022  # half-width of the mixed rim beside an edge
    smooth: float = 0.011  # sigma within which light is carried from dye to dye
    detail: float = 0.45  # share of finer light kept where the cloth is patterned; a pattern's rest hides in it
    busy: float = 1.2  # times the share of mixed pixels, doubled: how much farther the light of a busy print is carried
    woven: float = 0.33  # contrast in most places over which shades of one tint are a pattern; linen has .15, quilts .3
    alone: float = 0.75  # share of a dye that tells the light by itself
    unsure: float = 0.45  # share of finer light kept where dyes do not agree at all: without any a cut is a flat shape
    coarse: float = 0.035  # sigma of light that is believed where dyes disagree about anything finer
    floor: float = 0.012  # of linear light, added before the logarithm: black cloth is mostly noise
    darkest: float = -1.6  # of the log of the light: holes and hard shadows
    brightest: float = 0.55  # shine


DEFAULT = LightSettings()


@dataclass(frozen=True)
class Parted:
    """Cloth and light of one garment.

    palette_lab: (K, 3) the dyes, most common first; shares: (K,) of the cloth. labels: (H, W) int32, each pixel's
    dye, -1 outside. light_log: (H, W) natural logarithm of the light, 0 where it is the garment's usual one.
    sure: (H, W) bool, pixels of one dye alone.
    """

    palette_lab: F32
    shares: F32
    labels: NDArray[np.int32]
    light_log: F32
    sure: NDArray[np.bool_]

    @property
    def patterned(self) -> bool:
        """Whether there is more than one dye."""
        return len(self.palette_lab) > 1


def to_lab(image_u8: RGBu8) -> F32:
    """(H, W, 3) float32 CIE Lab (D65), L 0..100."""
    return np.asarray(cv2.cvtColor(image_u8.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2LAB), np.float32)


def to_lab_of_linear(linear_f32: F32) -> F32:
    """(H, W, 3) CIE Lab of linear light 0..1."""
    return np.asarray(cv2.cvtColor(np.clip(linear_f32, 0, 1).astype(np.float32), cv2.COLOR_LRGB2LAB), np.float32)


def lab_to_linear(lab_f32: F32) -> F32:
    """Linear light (..., 3) 0..1 of CIE Lab colours (..., 3)."""
    flat = np.ascontiguousarray(lab_f32.reshape(-1, 1, 3), np.float32)
    rgb = np.clip(cv2.cvtColor(flat, cv2.COLOR_LAB2LRGB), 0, 1)
    return np.asarray(rgb.reshape(lab_f32.shape), np.float32)


def size_of_cloth(mask: NDArray[np.bool_]) -> float:
    """The root of the garment's area, in pixels: the unit of lengths here."""
    return float(np.sqrt(max(int(mask.sum()), 1)))


def part_light(image_u8: RGBu8, alpha_f32: MaskF32, settings: LightSettings = DEFAULT) -> Parted:
    """Part a garment's picture into dyes and light.

    Args:
        image_u8: (H, W, 3). alpha_f32: (H, W) 0..1, where the garment is.

    Returns:
        Both for the whole picture; outside the garment the light is carried on and the dye is -1.
    """
    s = settings
    mask = alpha_f32 > 0.5
    unit = size_of_cloth(mask)
    lab = to_lab(image_u8)
    inner = _eroded(mask, max(1, round(0.004 * unit)))
    if inner.sum() < 64:
        inner = mask
    palette, labels = _find_dyes(lab, inner, s)
    log = np.log(srgb_to_linear(image_u8) @ LUMA + np.float32(s.floor)).astype(np.float32)
    if len(palette) == 1 and everywhere(log, inner, unit) > s.woven:
        # shades of one tint that are everywhere are a check or a print; folds are here and there
        palette, labels = _find_dyes(lab, inner, replace(s, sharp=0.0, fold=0.0, plain=2.0))
    labels = np.where(mask, labels, -1).astype(np.int32)
    sure = inner & ~_edges(labels, max(1, round(s.mixed * unit)))
    if sure.sum() < 0.1 * mask.sum():  # fine stripes and checks are all edge
        sure = inner & ~_edges(labels, 1)
    if not sure.any():
        sure = inner
    light = _light(log, labels, sure, len(palette), unit, s)
    shares = np.bincount(labels[mask].clip(0), minlength=len(palette)).astype(np.float32)
    return Parted(palette, shares / max(shares.sum(), 1), labels, light, sure)


def _light(
    log: F32, labels: NDArray[np.int32], sure: NDArray[np.bool_], count: int, unit: float, s: LightSettings
) -> F32:
    """The logarithm of the light (H, W)."""
    level = np.array([_median(log[sure & (labels == k)]) for k in range(count)], np.float32)
    # light shows best on bright cloth; on black it is noise and shine
    trust = np.exp(0.5 * (level - level.max())).astype(np.float32)
    weight = np.where(sure, trust[labels.clip(0)], 0).astype(np.float32)
    smooth = np.zeros_like(log)
    clear = float(sure.sum()) / max(int((labels >= 0).sum()), 1)
    busy = float(np.clip(s.busy * (1 - clear) / 0.5, 0, 1)) if count > 2 else 0.0
    sigma = max(1.5, s.smooth * unit * (1 + busy))
    for _ in range(3 if count > 1 else 1):
        rest = log - level[labels.clip(0)]
        smooth = carried(rest, weight, sigma)
        apart = log - smooth
        level = np.array([_median(apart[sure & (labels == k)]) for k in range(count)], np.float32)
    rest = log - level[labels.clip(0)]
    fine = np.where(sure, rest - smooth, 0)
    inside = labels >= 0
    if count > 1:
        main = float((labels[inside] == 0).mean())  # one that is nearly everywhere needs no witness
        agreed = 1.0 if main > s.alone else _agreement(rest, weight, labels, sigma, s.coarse * unit)
        wide = carried(smooth, inside.astype(np.float32), s.coarse * unit)
        believed = s.unsure + (1 - s.unsure) * agreed
        light = wide + believed * (smooth - wide) + s.detail * (1 - 0.5 * busy) * believed * fine
    else:
        light = np.where(inside, rest, smooth)
    light = light - _median(light[inside])
    return np.clip(light, s.darkest, s.brightest).astype(np.float32)


def _agreement(rest: F32, weight: F32, labels: NDArray[np.int32], sigma: float, coarse: float) -> float:
    """How far dyes agree on the light between two sizes, 0..1: each half of them tells it by itself.

    Where they do not, it is the pattern that shines through. r of two halves is 2 r / (1 + r) of both together
    (Spearman and Brown).
    """
    halves = []
    for first in (0, 1):
        own = weight * ((labels >= 0) & (labels % 2 == first))
        near = cv2.GaussianBlur(own, (0, 0), sigma)
        halves.append((carried(rest, own, sigma) - carried(rest, own, coarse), near))
    seen = np.minimum(halves[0][1], halves[1][1]) > 0.1 * float(np.quantile(weight[labels >= 0], 0.9))
    if seen.sum() < 200:
        return 1.0
    a, b = halves[0][0][seen], halves[1][0][seen]
    r = float(np.clip(np.corrcoef(a, b)[0, 1], 0, 1)) if a.std() > 1e-4 and b.std() > 1e-4 else 1.0
    return 2 * r / (1 + r)


def everywhere(log: F32, inner: NDArray[np.bool_], unit: float, window: float = 0.05, smooth: float = 0.0175) -> float:
    """The contrast of fine changes of a logarithm (H, W) that most places of a garment have."""
    weight = inner.astype(np.float32)
    fine = log - carried(log, weight, max(2.0, smooth * unit))
    side = max(5, round(window * unit))
    near = cv2.boxFilter(weight, -1, (side, side)) + 1e-6
    mean, square = (cv2.boxFilter(np.where(inner, m, 0), -1, (side, side)) / near for m in (fine, fine * fine))
    return _median(np.sqrt(np.maximum(square - mean * mean, 0))[inner])


def carried(values_f32: F32, weight_f32: F32, sigma_px: float) -> F32:
    """Values (H, W) or (H, W, C) blurred over where they are known, and carried on to where they are not."""
    channel = values_f32 if values_f32.ndim == 2 else values_f32.reshape(*values_f32.shape[:2], -1)
    weighted = channel * (weight_f32 if channel.ndim == 2 else weight_f32[..., None])
    total, near = cv2.GaussianBlur(weighted, (0, 0), sigma_px), cv2.GaussianBlur(weight_f32, (0, 0), sigma_px)
    far_total, far = (_wide_blur(m, 5 * sigma_px) for m in (weighted, weight_f32))
    near, far = (m if channel.ndim == 2 else m[..., None] for m in (near, far))
    # a little of the wide blur everywhere: where nothing is near it alone speaks
    return np.asarray((total + 0.02 * far_total) / (near + 0.02 * far + 1e-6), np.float32)


def _wide_blur(values: F32, sigma_px: float) -> F32:
    """A wide blur at a quarter of the size."""
    h, w = values.shape[:2]
    small = cv2.resize(values, (max(1, w // 4), max(1, h // 4)), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), max(0.6, sigma_px / 4))
    return np.asarray(cv2.resize(small, (w, h), interpolation=cv2.INTER_LINEAR), np.float32)


def _find_dyes(lab: F32, inner: NDArray[np.bool_], s: LightSettings) -> tuple[F32, NDArray[np.int32]]:
    """The dyes (K, 3) in Lab, most common first, and each pixel's (H, W)."""
    weigh = np.array([s.lightness, 1, 1], np.float32)
    pixels = lab[inner]
    step = max(1, len(pixels) // s.samples)
    points = np.ascontiguousarray(pixels[::step] * weigh)
    seeds = min(s.seeds, len(points))
    cv2.setRNGSeed(7)
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 0.2)
    _, _, centres = cv2.kmeans(points, seeds, None, stop, 1, cv2.KMEANS_PP_CENTERS)  # type: ignore[call-overload]
    labels = nearest(lab * weigh, centres)
    centres = _unmixed(labels, centres, inner, s)
    labels = nearest(lab * weigh, centres)
    group = _merge(lab * weigh, labels, centres, inner, s)
    labels = group[labels].astype(np.int32)
    labels = _without_shadows(lab, labels, inner, s)
    counts = np.bincount(labels[inner], minlength=int(group.max()) + 1)
    order = [int(k) for k in np.argsort(-counts) if counts[k] >= s.least * inner.sum()] or [int(counts.argmax())]
    palette = np.array([np.median(lab[inner & (labels == k)], axis=0) for k in order], np.float32)
    place = np.full(len(counts), -1, np.int32)
    place[order] = np.arange(len(order))
    labels = place[labels]
    rare = labels < 0
    if rare.any():
        labels[rare] = nearest((lab[rare] * weigh)[None], palette * weigh)[0]
    return palette, labels


def nearest(values_f32: F32, centres_f32: F32) -> NDArray[np.int32]:
    """Which of the centres (K, C) is nearest to each value (H, W, C): (H, W) int32."""
    # |v - c|^2 = |v|^2 - 2 (v c - |c|^2 / 2): one product instead of K differences
    flat = values_f32.reshape(-1, values_f32.shape[-1])
    score = flat @ centres_f32.T - 0.5 * (centres_f32**2).sum(1)
    return score.argmax(1).reshape(values_f32.shape[:2]).astype(np.int32)


def _unmixed(labels: NDArray[np.int32], centres: F32, inner: NDArray[np.bool_], s: LightSettings) -> F32:
    """The seeds without those that are mixtures of two others, seen at their edges alone."""
    count = len(centres)
    total = np.bincount(labels[inner], minlength=count)
    core = np.bincount(labels[inner & ~_edges(labels, 1)], minlength=count)
    solid = core / np.maximum(total, 1)
    kept = list(range(count))
    for k in np.argsort(solid).tolist():
        others = [j for j in kept if j != k]
        if solid[k] > s.solid or len(others) < 2:
            continue
        for i, j in ((i, j) for i in others for j in others if i < j):
            axis = centres[j] - centres[i]
            at = float(np.clip((centres[k] - centres[i]) @ axis / max(float(axis @ axis), 1e-3), 0.1, 0.9))
            if np.linalg.norm(centres[i] + at * axis - centres[k]) < s.same:
                kept.remove(k)
                break
    return np.ascontiguousarray(centres[kept])


def _merge(
    values: F32, labels: NDArray[np.int32], centres: F32, inner: NDArray[np.bool_], s: LightSettings
) -> NDArray[np.int32]:
    """For each seed the dye it belongs to: seeds that are close, or that pass into each other slowly, are one.

    The closest pair is joined first and then counts as one colour, so that no chain of greys joins black to white.
    """
    count = len(centres)
    step, pairs = _meetings(values, labels, inner, count, s.edge_px)
    wide = _wide(labels, inner, count, s)
    amount = np.bincount(labels[inner], minlength=count).astype(np.float64) + 1e-3
    middle, group = centres.astype(np.float64), np.arange(count)
    alive = list(range(count))
    while len(alive) > 1:
        best: tuple[float, int, int] | None = None
        for i in alive:
            for j in (j for j in alive if j < i):
                axis = middle[j] - middle[i]
                apart = float(np.linalg.norm(axis))
                both = bool(wide[i] and wide[j])
                change = float(step[i, j] @ axis) / max(apart**2 * pairs[i, j], 1e-3)
                slow = pairs[i, j] > 20 and change < s.sharp and apart < 6 * s.same
                # wide areas of one tint are a wash or a fold, however sharp a coarse weave makes their border
                light_only = (
                    both and abs(float(axis[0])) / s.lightness < s.fold and _tint(middle[i], middle[j], s) < s.tint
                )
                if (apart < s.same or slow or light_only) and (best is None or apart < best[0]):
                    best = apart, i, j
        if best is None:
            break
        _, i, j = best
        middle[j] = (amount[i] * middle[i] + amount[j] * middle[j]) / (amount[i] + amount[j])
        amount[j] += amount[i]
        for table in (step, pairs):
            table[j] += table[i]
            table[:, j] += table[:, i]
        wide[j] |= wide[i]
        group[group == i] = j
        alive.remove(i)
    return np.unique(group, return_inverse=True)[1].reshape(-1).astype(np.int32)


def _without_shadows(
    lab: F32, labels: NDArray[np.int32], inner: NDArray[np.bool_], s: LightSettings
) -> NDArray[np.int32]:
    """Labels in which plain cloth has one dye: shades of one tint, step by step darker, are folds and not a pattern."""
    count = int(labels.max()) + 1
    share = np.bincount(labels[inner], minlength=count) / max(int(inner.sum()), 1)
    colours = [np.median(lab[inner & (labels == k)], axis=0) if share[k] > 0 else None for k in range(count)]
    weigh = np.array([s.lightness, 1, 1])
    one = {int(share.argmax())}
    for _ in range(count):
        for k in set(range(count)) - one:
            for j in tuple(one):
                here, there = colours[k], colours[j]
                if here is None or there is None or _tint(here * weigh, there * weigh, s) > s.shade_tint:
                    continue
                deep = here[0] < there[0] and share[k] < s.deep_share
                if abs(float(here[0] - there[0])) < (s.deep if deep else s.shade):
                    one.add(k)
                    break
    if sum(share[k] for k in one) < s.plain:
        return labels
    merged = np.where(np.isin(labels, sorted(one)), min(one), labels)
    return np.unique(merged, return_inverse=True)[1].reshape(labels.shape).astype(np.int32)


def _wide(labels: NDArray[np.int32], inner: NDArray[np.bool_], count: int, s: LightSettings) -> NDArray[np.bool_]:
    """Which seeds (K,) lie in wide areas rather than in lines, dots or flowers."""
    side = max(5, round(s.area * size_of_cloth(inner)))
    found = np.zeros(count, bool)
    for k in range(count):
        own = (labels == k) & inner
        around = cv2.boxFilter(own.astype(np.float32), -1, (side, side))
        found[k] = own.any() and float((around[own] > 0.6).mean()) > 0.4
    return found


def _tint(one: NDArray[np.float64], other: NDArray[np.float64], s: LightSettings) -> float:
    """How far two colours' tints are apart: a and b at an L of 50, as they go down with the light."""
    tints = [colour[1:] * 66 / (colour[0] / s.lightness + 16) for colour in (one, other)]
    return float(np.linalg.norm(tints[0] - tints[1]))


def _meetings(
    values: F32, labels: NDArray[np.int32], inner: NDArray[np.bool_], count: int, d: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sums (K, K, 3) of how values change over d pixels from one seed to another, and how often that is (K, K)."""
    step, pairs = np.zeros((count, count, 3)), np.zeros((count, count))
    for one, other in (
        ((slice(None), slice(None, -d)), (slice(None), slice(d, None))),
        ((slice(None, -d), slice(None)), (slice(d, None), slice(None))),
    ):
        i, j = labels[one], labels[other]
        meet = (i != j) & inner[one] & inner[other]
        change = values[other][meet] - values[one][meet]
        place = i[meet] * count + j[meet]
        for channel in range(3):
            step[..., channel] += np.bincount(place, change[:, channel], count**2).reshape(count, count)
        pairs += np.bincount(place, minlength=count**2).reshape(count, count)
    return step - step.transpose(1, 0, 2), pairs + pairs.T


def _edges(labels: NDArray[np.int32], radius: int) -> NDArray[np.bool_]:
    """Pixels within a radius of another dye."""
    as_f32 = labels.astype(np.float32)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    return np.asarray(cv2.dilate(as_f32, kernel) != cv2.erode(as_f32, kernel))


def _eroded(mask: NDArray[np.bool_], radius: int) -> NDArray[np.bool_]:
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    return np.asarray(cv2.erode(mask.astype(np.uint8), kernel) > 0)


def _median(values: F32) -> float:
    return float(np.median(values)) if values.size else 0.0
