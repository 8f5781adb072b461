"""Which landmarks a garment gets: the network's peaks where they are clear, chains along the outline elsewhere.

The chains are as in ``landmarks.find_landmarks``, but the costs are the network's: minus the log-probability of
each landmark's place, read along the outline, so that every point lies on the outline and in order. A clear peak
is right more often (a cuff on the torso, an armpit under a sleeve, legs that touch); near the outline it is
pulled onto it. Where peaks of a sleeved garment contradict one another, a set that fits together is chosen
(``tryon.garment.sides``).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tryon.garment.attributes import LEAST
from tryon.garment.contour import outline, sample_outline
from tryon.garment.hung_sleeves import hung_sleeves
from tryon.garment.landmarks import LANDMARKS, Kind, cheapest_chain, find_landmarks
from tryon.garment.mask import BoolMask
from tryon.garment.network import SLEEVES
from tryon.garment.reading import Reading
from tryon.garment.sides import sides_together
from tryon.types import PointsF32

TRUST = 0.10  # mean heat mass around the peaks under which the outline's own programme is asked
SAMPLES = 560  # of the outline: about 2 px of a 512 px picture apart
MAX_COST = 14.0  # nats; farther from a peak all places are alike
FAR_COST = 8.5  # nats; a place that is hardly better than any other (9.4)
CLEAR = 0.05  # heat mass from which a peak stands; chosen on rendered validation garments
ASTRAY = 0.05  # of the garment's size: a peak so far off the garment is another thing's
ONTO = 0.018  # of the garment's size: a peak so near the outline belongs on it
NO_SLEEVES = 0.2  # probability of a waistcoat from which no sleeves are looked for along its trunk
BEYOND = 0.04  # of the picture's longer side: a corner so far off it is a guess
UNEVEN = 1.15  # longer than the other side by which it is a bad one
HALF = 0.56  # of the outline that belongs to one side, at most: a leg's end looks like the other leg's
Points = dict[str, tuple[float, float]]
CHAINS: dict[Kind, tuple[str, ...]] = {
    "upper": ("neck", "shoulder", "armpit", "hem"),
    "dress": ("neck", "shoulder", "armpit", "hem"),
    "trousers": ("waist", "leg_out", "leg_in"),
    "skirt": ("waist", "hem"),
}
SLEEVED = ("neck", "shoulder", "cuff_out", "cuff_in", "armpit", "hem")


def has_sleeves(reading: Reading) -> bool:
    """Whether a garment gets sleeves: unless the network is as sure that there are none as for it to be told."""
    return float(reading.attributes["sleeve"][SLEEVES.index("none")]) < LEAST["sleeve"]


def choose_points(front: BoolMask, reading: Reading, kind: Kind) -> Points:
    """The landmarks of a garment in the pixels of the picture that was read.

    Args:
        front: (h, w), the garment without the inside of its back.
        reading: the network's answer.
        kind: landmark scheme of the label.
    """
    sleeved = kind in ("upper", "dress") and has_sleeves(reading)
    chain = SLEEVED if sleeved else CHAINS[kind]
    names = [f"{n}_{side}" for side in ("left", "right") for n in chain] + (["crotch"] if kind == "trousers" else [])
    index = [LANDMARKS.index(n) for n in names]
    peaks, mass = reading.points[index], reading.confidence[index]
    border = outline(front)
    if len(border) < 40:
        return {n: (float(p[0]), float(p[1])) for n, p in zip(names, peaks, strict=True)}
    if float(mass.mean()) < TRUST:
        templates = None if kind in ("trousers", "skirt") else (("short", "long") if sleeved else ("none",))
        found = find_landmarks(front, kind, templates)
        if found is not None:
            return found.points_px
    placed = _along_outline(border, reading, chain, kind == "trousers")
    size = max(float(np.ptp(border[:, 1])), float(np.ptp(border[:, 0])), 1.0)
    for name, peak, sure in zip(names, peaks, mass, strict=True):
        if sure < CLEAR:
            continue
        apart = np.linalg.norm(border - peak, axis=1)
        x, y = (round(float(v)) for v in np.clip(peak, 0, [front.shape[1] - 1, front.shape[0] - 1]))
        if not front[y, x] and float(apart.min()) > ASTRAY * size:
            continue
        placed[name] = _point(peak if name == "crotch" else _onto(border, peak, size))
    together = sides_together(reading, front) if sleeved else {}
    for name, peak in together.items():
        placed[name] = _point(_onto(border, peak, size))
    if sleeved and _are_long(reading):
        placed = hung_sleeves(placed, front)
    return _level_hems(placed, front.shape) if kind in ("upper", "dress") else placed


def _are_long(reading: Reading) -> bool:
    """Whether sleeves reach below the elbow, and are surely there."""
    share = dict(zip(SLEEVES, (float(p) for p in reading.attributes["sleeve"]), strict=True))
    return share["none"] < NO_SLEEVES and share["long"] + share["three_quarter"] > 0.5


def _level_hems(placed: Points, size: tuple[int, ...]) -> Points:
    """A hem corner guessed beyond the picture's edge (h, w) is no farther from its armpit than the other one is.

    The network tells where the hem of a garment goes on that the picture cuts off. Told of one side alone, the
    garment would hang aslant.
    """
    corners = {side: np.array(placed[f"hem_{side}"]) for side in ("left", "right")}
    drops = {side: corners[side] - placed[f"armpit_{side}"] for side in corners}
    length = {side: max(float(np.linalg.norm(drop)), 1.0) for side, drop in drops.items()}
    out = dict(placed)
    for side, other in (("left", "right"), ("right", "left")):
        x, y = corners[side]
        beyond = max(-x, x - size[1], -y, y - size[0])
        if beyond > BEYOND * max(size) and length[side] > UNEVEN * length[other]:
            out[f"hem_{side}"] = _point(placed[f"armpit_{side}"] + drops[side] * (length[other] / length[side]))
    return out


def _onto(border: PointsF32, point: PointsF32, size: float) -> PointsF32:
    """The outline's point where it is near, the point itself elsewhere."""
    apart = np.linalg.norm(border - point, axis=1)
    return border[int(apart.argmin())] if float(apart.min()) < ONTO * size else point


def _along_outline(border: PointsF32, reading: Reading, chain: tuple[str, ...], legs: bool) -> Points:
    samples = sample_outline(border, SAMPLES)
    first = [LANDMARKS.index(f"{chain[0]}_{side}") for side in ("left", "right")]
    top = reading.points[first].mean(0)
    samples = np.roll(samples, -int(np.linalg.norm(samples - top, axis=1).argmin()), axis=0)
    cost = np.minimum(-reading.heat_at(samples), MAX_COST)
    found: Points = {}
    ends: dict[str, int] = {}
    for side in ("left", "right"):
        # the outline runs down the viewer's left side; the right one is walked from its other end
        order = (np.arange(SAMPLES) if side == "left" else np.arange(SAMPLES)[::-1])[: int(HALF * SAMPLES)]
        rows: NDArray[np.float32] = cost[[LANDMARKS.index(f"{n}_{side}") for n in chain]][:, order]
        picks, _ = cheapest_chain(np.ascontiguousarray(rows), 2)
        for name, pick in zip(chain, picks, strict=True):
            found[f"{name}_{side}"] = _point(samples[order[pick]])
        ends[side] = int(order[picks[-1]])
    if legs:
        low, high = sorted(ends.values())
        between = np.arange(low, high + 1) if high - low > 2 else np.arange(SAMPLES)
        crotch = LANDMARKS.index("crotch")
        best = between[int(cost[crotch, between].argmin())]
        # legs that touch leave no outline there: then the peak itself, inside the garment
        found["crotch"] = _point(samples[best] if cost[crotch, best] < FAR_COST else reading.points[crotch])
    return found


def _point(p: PointsF32) -> tuple[float, float]:
    return float(p[0]), float(p[1])
