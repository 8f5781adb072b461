"""How an open front is laid flat: both edges upright, side by side, with a small gap."""

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
class FrontSettings:
    """Lengths in m; the weight is against the cloth's own stiffness (a vertex's is about 4)."""

    gap_m: float = 0.012  # between the edges
    least_m: float = 0.22  # height of an edge: a shorter slit is a placket, whose cloth stays as it is
    reach_m: float = 0.16  # from the middle, as far as edges stand open on the body
    steep: float = 2.0  # rise against run of an edge: necklines and hems are flatter
    lower_share: float = 0.75  # of an edge which stands upright; above it collar and lapels bend away
    weight: float = 0.4


class Fronts:
    """Where the edges of an open front are wanted while cloth is pressed flat; see ``flat_legs.Legs``.

    weight: (N,) how firmly each vertex is held to its ``target``.
    """

    def __init__(
        self, points: F64, faces: I64, up: NDArray[np.bool_], part: NDArray[np.uint8], settings: FrontSettings
    ) -> None:
        s = self._settings = settings
        self.weight = np.zeros(len(points))
        self._edges: list[tuple[I64, float]] = []
        trunk = up & np.isin(part, [PART["torso"], PART["skirt"]])
        if not trunk.any():
            return
        middle = 0.5 * (points[:, 0].min() + points[:, 0].max())
        pairs, _ = border_vertices(faces[trunk], len(points))
        other, _ = border_vertices(faces, len(points))
        free = np.intersect1d(pairs[:, 0] * len(points) + pairs[:, 1], other[:, 0] * len(points) + other[:, 1])
        a, b = free // len(points), free % len(points)
        run, rise = np.abs(points[a, 0] - points[b, 0]), np.abs(points[a, 2] - points[b, 2])
        steep = (rise > s.steep * run) & (np.abs(points[a, 0] - middle) < s.reach_m)
        beyond = _opposite(faces[trunk], a, b, len(points))
        found = []
        for sign in (1.0, -1.0):
            # cloth lies outwards of an open front, inwards of an armhole
            outer = sign * (points[beyond, 0] - 0.5 * (points[a, 0] + points[b, 0])) > 0
            here = steep & outer & (sign * (points[a, 0] - middle) > -0.02)
            edge = np.unique(np.concatenate([a[here], b[here]]))
            if len(edge) < 8 or np.ptp(points[edge, 2]) < s.least_m:
                return
            low, high = points[edge, 2].min(), points[edge, 2].max()
            found.append((edge[points[edge, 2] < low + s.lower_share * (high - low)], sign))
        self._middle = float(middle)
        self._edges = found
        for edge, _ in found:
            self.weight[edge] = s.weight

    def begin(self, place: C128) -> C128:
        """Nothing needs to be moved to begin with."""
        return place

    def target(self, place: C128) -> C128:
        """Where each held vertex should be (x + iz), given where all are now; others stay."""
        out = place.copy()
        for edge, sign in self._edges:
            x, z = place[edge].real, place[edge].imag
            slope, level = np.polyfit(z, x, 1)
            out[edge] = x - (slope * z + level) + self._middle + sign * 0.5 * self._settings.gap_m + 1j * z
        return out


def _opposite(faces: I64, a: I64, b: I64, count: int) -> I64:
    """The third corner of the one face at each free edge (a < b)."""
    first, second, third = (np.concatenate([faces[:, (k + j) % 3] for k in range(3)]) for j in range(3))
    key = np.minimum(first, second) * count + np.maximum(first, second)
    order = np.argsort(key, kind="stable")
    return np.asarray(third[order][np.searchsorted(key[order], a * count + b)])
