"""How legs are laid flat: side by side with a small gap, not one over the other, their hems level."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tryon.synth.garment_mesh import PART

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
C128 = NDArray[np.complex128]


@dataclass(frozen=True)
class LegSettings:
    """Lengths in m; weights against the cloth's own stiffness (a vertex's is about 4)."""

    gap_m: float = 0.015  # between the hems
    gap_share: float = 0.09  # of the inseam that is added to it: long legs are laid a little apart
    short_m: float = 0.42  # legs with less of an inseam may lie further apart, the shortest by
    short_gap_m: float = 0.24  # this: turned in further their hems would slope
    end_share: float = 0.15  # of the inseam, by which a leg is moved
    end_weight: float = 0.05  # of that move: hips bend before hems do
    shortest_m: float = 0.04  # legs with less of an inseam lie as they fall
    crotch_m: float = 0.16  # over and under the crotch, where cloth of one leg would lie over the other
    inner_m: float = 0.12  # from the middle: cloth that may cross it below
    crotch_weight: float = 1.0
    turn_m: float = 0.12  # over and under the crotch, within which legs are turned to begin with
    hem_weight: float = 2.0
    hem_curve: float = 0.15  # share of a hem's unevenness that is left
    waist_weight: float = 3.0
    waist_curve: float = 0.45  # share of the waistband's: hips wider than the waist bend it


class Legs:
    """Where legs are wanted while cloth is pressed flat; without legs nothing is.

    weight: (N,) how firmly each vertex is held to its ``target``.
    """

    def __init__(
        self, points: F64, faces: I64, up: NDArray[np.bool_], part: NDArray[np.uint8], settings: LegSettings
    ) -> None:
        s = self._settings = settings
        self.weight = np.zeros(len(points))
        self._middle, self._inseam = 0.0, 0.0
        self._waists: list[I64] = []
        self._whole = [np.zeros(0, np.int64)] * 2
        self._legs: list[tuple[I64, I64, I64, float]] = []
        self._whole = [np.unique(faces[part == PART[name]]) for name in ("left_leg", "right_leg")]
        legs = self._whole
        shared = np.intersect1d(legs[0], legs[1])
        if not len(shared):
            return
        border = border_vertices(faces, len(points))[1]
        both = np.unique(np.concatenate(legs))
        self._middle = float(points[shared, 0].mean())
        self._crotch = int(shared[np.argmin(points[shared, 2])])
        crotch = float(points[self._crotch, 2])
        waist = both[border[both] & (points[both, 2] > crotch + s.crotch_m)]
        # each side for itself: the back reaches higher than the front
        self._waists = [np.setdiff1d(waist, faces[side]) for side in (up, ~up)]
        for line in self._waists:
            self.weight[line] = s.waist_weight
        for leg, sign in zip(legs, (1.0, -1.0), strict=True):
            z, off = points[leg, 2], np.abs(points[leg, 0] - self._middle)
            self._inseam = max(crotch - float(z.min()), 0.0)
            long = self._inseam > s.shortest_m
            end = leg[z < z.min() + s.end_share * self._inseam] if long else leg[:0]
            near = leg[(np.abs(z - crotch) < s.crotch_m) | ((z < crotch) & (off < s.inner_m))]
            hem = leg[border[leg] & (z < crotch)] if long else leg[:0]
            self.weight[near] = s.crotch_weight
            self.weight[end] += s.end_weight
            self.weight[hem] = s.hem_weight
            self._legs.append((end, near, hem, sign))

    def begin(self, place: C128) -> C128:
        """Turn the legs straight about the hips towards where their ends are wanted: cloth bends slowly."""
        s, out = self._settings, place.copy()
        gap = self._gap() + 0.5 * self._slack()
        for leg, (end, _, _, sign) in zip(self._whole, self._legs):  # no legs: nothing to turn
            if not len(end):
                continue
            down = place[self._crotch].imag - place[leg].imag
            share = np.clip(0.5 + 0.5 * down / s.turn_m, 0, 1)
            share = share * share * (3 - 2 * share)
            side = sign * (place[leg].real - self._middle)
            pivot = self._middle + sign * 0.5 * float(side.max()) + 1j * (place[self._crotch].imag + 0.5 * s.turn_m)
            wide = 0.5 * np.pi * 0.5 * float(np.ptp(place[end].real))  # half of it, once it is pressed flat
            wanted = self._middle + sign * (0.5 * gap + wide)
            low = place[end].mean()
            angle = np.arctan2((wanted - pivot).real, (pivot - low).imag) - np.arctan2(
                (low - pivot).real, (pivot - low).imag
            )
            out[leg] = pivot + (place[leg] - pivot) * np.exp(1j * angle * share)
        return out

    def _gap(self) -> float:
        return self._settings.gap_m + self._settings.gap_share * self._inseam

    def _slack(self) -> float:
        s = self._settings
        return s.short_gap_m * float(np.clip(1 - self._inseam / s.short_m, 0, 1))

    def target(self, place: C128) -> C128:
        """Where each held vertex should be (x + iz), given where all are now; others stay."""
        s, out = self._settings, place.copy()
        gap = self._gap()
        slope = 0.3 + 0.7 * float(np.clip(self._inseam / s.short_m, 0, 1))  # hems of shorts are laid level
        for end, near, hem, sign in self._legs:
            beside = sign * (place[near].real - self._middle)
            below = np.maximum(place[self._crotch].imag - place[near].imag, 0.0)
            least = np.where(below > 0.005, 0.5 * gap * np.minimum(below / max(self._inseam, 0.05), 1.0), 0.0)
            out[near] = self._middle + sign * np.maximum(beside, least) + 1j * place[near].imag
            if len(end):
                inner = float((sign * (place[end].real - self._middle)).min())
                out[end] += sign * (float(np.clip(inner, 0.5 * gap, 0.5 * gap + 0.5 * self._slack())) - inner)
            if len(hem):
                out[hem] = out[hem].real + 1j * _levelled(place[hem], s.hem_curve, slope)
        for line in self._waists:
            if len(line) > 3:
                out[line] = place[line].real + 1j * _levelled(place[line], s.waist_curve)
        return out


def _levelled(line: C128, share: float, slope: float = 1.0) -> F64:
    """Heights (N,) of points whose distance from the straight line through them, and its slope, are cut to shares."""
    middle = line.mean()
    rise = np.polyfit((line - middle).real, (line - middle).imag, 1)[0]
    straight = rise * (line - middle).real
    return np.asarray(middle.imag + slope * straight + share * ((line - middle).imag - straight))


def border_vertices(faces: I64, count: int) -> tuple[I64, NDArray[np.bool_]]:
    """Free edges (E, 2) of a mesh of ``count`` vertices, and whether a vertex lies on one (N,)."""
    pairs = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
    key, times = np.unique(pairs[:, 0] * count + pairs[:, 1], return_counts=True)
    free = np.stack([key[times == 1] // count, key[times == 1] % count], 1)
    out = np.zeros(count, bool)
    out[free.ravel()] = True
    return free, out
