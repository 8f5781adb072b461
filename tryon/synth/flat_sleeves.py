"""How sleeves are laid flat: at a slant, and the cloth under the arms not one layer over the other.

A worn sleeve runs into the trunk like a saddle: around the armpit there is more cloth than fits into a
plane. It has to crumple there; what is kept apart here is the sleeve's side and the trunk's side of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tryon.synth.flat_legs import border_vertices
from tryon.synth.garment_mesh import PART

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
C128 = NDArray[np.complex128]


@dataclass(frozen=True)
class SleeveSettings:
    """Lengths in m, angles in degrees; weights against the cloth's own stiffness (a vertex's is about 4)."""

    long_m: float = 0.36  # from here on a sleeve is laid as a long one
    long_deg: float = 35.0  # of a long sleeve from the vertical; shorter ones lie as they are sewn
    ramp_m: float = 0.12  # from the armhole, over which a sleeve is turned to begin with
    end_share: float = 0.7  # of a sleeve, which is turned as one: it bends at the armhole
    end_weight: float = 0.1
    pit_m: float = 0.16  # around the armpit: where sleeve and trunk are kept apart
    pit_weight: float = 1.0
    corner_weight: float = 3.0  # of the armpit itself, which is drawn out to the outline
    cuff_weight: float = 2.0
    cuff_curve: float = 0.25  # share of a cuff's unevenness that is left


class Sleeves:
    """Where sleeves are wanted while cloth is pressed flat; see ``flat_legs.Legs`` for the same of legs.

    weight: (N,) how firmly each vertex is held to its ``target``.
    """

    def __init__(self, points: F64, faces: I64, part: NDArray[np.uint8], settings: SleeveSettings) -> None:
        self._settings = settings
        self.weight = np.zeros(len(points))
        border = border_vertices(faces, len(points))[1]
        self._sleeves: list[_Sleeve] = []
        for name, sign in (("left_sleeve", 1.0), ("right_sleeve", -1.0)):
            on = part == PART[name]
            sleeve, rest = np.unique(faces[on]), np.unique(faces[~on])
            seam = np.intersect1d(sleeve, rest)
            if len(seam) < 8:
                continue
            found = _Sleeve.of(points, sleeve, np.setdiff1d(rest, seam), seam, border, sign, settings)
            self._sleeves.append(found)
            self.weight[found.under] = settings.pit_weight
            self.weight[found.side] = settings.pit_weight
            self.weight[found.pit] = settings.corner_weight
            self.weight[found.end] += settings.end_weight * found.long
            self.weight[found.cuff] = settings.cuff_weight

    def begin(self, place: C128) -> C128:
        """Turn long sleeves about their armholes towards where they are wanted."""
        out = place.copy()
        for one in self._sleeves:
            if one.long:
                angle = one.missing(place, self._settings)
                out[one.sleeve] = one.pivot(place) + (place[one.sleeve] - one.pivot(place)) * np.exp(
                    1j * angle * one.share
                )
        return out

    def target(self, place: C128) -> C128:
        """Where each held vertex should be (x + iz), given where all are now; others stay."""
        out = place.copy()
        for one in self._sleeves:
            pivot = one.pivot(place)
            if one.long:
                turn = np.exp(1j * one.missing(place, self._settings))
                out[one.end] = pivot + (place[one.end] - pivot) * turn
            one.part(place, out)
            if len(one.cuff) > 3:
                along = place[one.end].mean() - pivot
                way = along / max(abs(along), 1e-9)
                ahead = (out[one.cuff] * np.conj(way)).real
                out[one.cuff] -= (1 - self._settings.cuff_curve) * (ahead - ahead.mean()) * way
        return out


@dataclass(frozen=True)
class _Sleeve:
    sleeve: I64
    seam: I64
    end: I64
    cuff: I64  # the sleeve's free edge
    under: I64  # the sleeve's vertices around the armpit
    side: I64  # the trunk's
    pit: int
    share: F64
    long: bool
    sign: float

    @staticmethod
    def of(
        points: F64, sleeve: I64, rest: I64, seam: I64, border: NDArray[np.bool_], sign: float, s: SleeveSettings
    ) -> _Sleeve:
        pit = int(seam[np.argmin(points[seam, 2])])
        start = points[seam].mean(0)
        axis = points[sleeve].mean(0) - start
        along = (points[sleeve] - start) @ (axis / max(float(np.linalg.norm(axis)), 1e-6))
        length = float(along.max())
        near = lambda v: v[np.linalg.norm(points[v] - points[pit], axis=1) < s.pit_m]  # noqa: E731
        share = np.clip(along / s.ramp_m, 0, 1)
        inner = near(np.setdiff1d(sleeve, seam))
        end = sleeve[along > (1 - s.end_share) * length]
        cuff = sleeve[border[sleeve] & (along > 0.7 * length)]
        return _Sleeve(
            sleeve, seam, end, cuff, inner, near(rest), pit, share * share * (3 - 2 * share), length > s.long_m, sign
        )

    def pivot(self, place: C128) -> np.complex128:
        return np.complex128(place[self.seam].mean())

    def missing(self, place: C128, s: SleeveSettings) -> float:
        """Radians by which the sleeve's end must still be turned."""
        along = place[self.end].mean() - self.pivot(place)
        now = np.arctan2(self.sign * along.real, -along.imag)
        return float(self.sign * min(np.radians(s.long_deg) - now, 0.0))

    def part(self, place: C128, out: C128) -> None:
        """Sleeve and trunk to their own sides of the line from the armpit outwards between them."""
        along = place[self.end].mean() - self.pivot(place)
        way = along / max(abs(along), 1e-9) - 1j
        way /= max(abs(way), 1e-9)
        outwards = 1j * self.sign * way  # across that line, towards the sleeve
        corner = place[self.pit]
        reach = 0.0
        for vertices, keep in ((self.under, 1.0), (self.side, -1.0)):
            local = place[vertices] - corner
            down, off = (local * way.conjugate()).real, keep * (local * outwards.conjugate()).real
            wrong = (down > 0) & (off < 0)
            out[vertices[wrong]] = place[vertices[wrong]] - keep * off[wrong] * outwards
            if wrong.any():
                reach = max(reach, float(np.percentile(down[wrong], 90)))
        out[self.pit] = corner + reach * way
