"""Trimmings of uppers, dresses and jackets, read off their cut edges and set at places of the body.

Edges give neckbands, hems and cuffs exactly; a place on the front is named by its height and its distance
from the middle on the reference body, and looked up in the flat shape.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tryon.synth.bodice import Bodice, BodiceCut
from tryon.synth.cutkit import CutKit, border_edges
from tryon.synth.even_mesh import locate
from tryon.synth.garment_mesh import Feature, GarmentMesh

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bool = NDArray[np.bool_]
STITCH_M = 0.0012
Side = Literal["front", "back"]


@dataclass(frozen=True)
class TrimPlan:
    """Which trimmings a garment gets; widths in m, 0: none.

    neckband: a rib around the neck (else stitches). hem_rib, cuff_rib: heights of ribs. placket: length from the
    neckline down, "full" for all of it. buttons: distance between them. zip: in the middle of the front.
    """

    neckband: float = 0.0
    hem_rib: float = 0.0
    cuff_rib: float = 0.0
    placket: float = 0.0
    buttons: float = 0.0
    zip: bool = False
    kangaroo: bool = False
    chest_pocket: Literal["none", "patch", "welt"] = "none"
    side_pockets: Literal["none", "flap", "slit", "patch"] = "none"
    front_edge: Literal["none", "stitch", "band", "zip", "buttons"] = "none"


class Tailor:
    """Knows a garment's edges and places in its flat shape."""

    def __init__(self, mesh: GarmentMesh, bodice: Bodice, cut: BodiceCut, kit: CutKit) -> None:
        count = len(bodice.points)
        own = (mesh.faces < count).all(1)
        self.flat, self.points, self.cut, self.kit = mesh.flat, bodice.points, cut, kit
        self.faces, self.front, self.bodice = mesh.faces[own], mesh.front[own], bodice
        self._tree = cKDTree(mesh.flat)
        self._rim = border_edges(self.faces)
        # the face of each border edge: edges are directed, so each stands in one face alone
        sides = np.concatenate([self.faces[:, [0, 1]], self.faces[:, [1, 2]], self.faces[:, [2, 0]]])
        key = sides[:, 0] * count + sides[:, 1]
        order = np.argsort(key)
        found = order[np.searchsorted(key[order], self._rim[:, 0] * count + self._rim[:, 1])]
        self._owner = found % len(self.faces)

    def at(self, x: F64, height: F64) -> F64:
        """Flat places (K, 2) of the front at distances x from the middle (m, the subject's left positive) and
        heights over the crotch, on the reference body."""
        chosen = self.faces[self.front]
        z = np.asarray(height, float) + self.kit.crotch_z
        x = np.broadcast_to(np.asarray(x, float), z.shape)
        # straight onto the front: the nearest in x and z alone
        flatten = self.points.copy()
        flatten[:, 1] = 0.0
        face, share = locate(np.stack([x, np.zeros_like(z), z], 1), flatten, chosen)
        return np.asarray((share[..., None] * self.flat[chosen[face]]).sum(1))

    def edge(self, name: str, side: Side) -> list[tuple[F64, F64]]:
        """Runs of a border ("neck", "hem", "cuff_L", "cuff_R", "front") on one side of the flat garment: points (K, 2)
        and directions into the garment (K, 2)."""
        use = self.bodice.border[name]
        keep = use[self._rim].all(1) & (self.front[self._owner] == (side == "front"))
        rim, owner = self._rim[keep], self._owner[keep]
        runs = []
        for chain in _chains(rim):
            if len(chain) < 4:
                continue
            points = _calm(self.flat[chain], 2)
            inward = np.zeros((len(self.flat), 2))
            middle = self.flat[self.faces[owner]].mean(1)
            for k in (0, 1):
                np.add.at(inward, rim[:, k], middle - self.flat[rim[:, k]])
            tangent = np.gradient(points, axis=0)
            normal = np.stack([-tangent[:, 1], tangent[:, 0]], 1)
            normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
            if np.einsum("ki,ki->", normal, inward[chain]) < 0:
                normal = -normal
            runs.append((points, normal))
        return runs

    def along(
        self, name: str, label: str, width: float, inset: float, kind: str, sides: tuple[Side, ...]
    ) -> list[Feature]:
        """A trimming that follows a border at a distance."""
        out = []
        for side in sides:
            for points, normal in self.edge(name, side):
                line = _calm(points + inset * _calm(normal, 8), 3)
                line = line[self._tree.query(line)[0] < 0.014]  # ends may lie outside where the outline narrows
                if len(line) < 3:
                    continue
                out.append(Feature(label, kind, line[::2] if len(line) > 12 else line, width, side))  # type: ignore[arg-type]
        return out


def _chains(rim: I64) -> list[I64]:
    """Ordered vertex runs of directed border edges (E, 2)."""
    follow = {int(a): int(b) for a, b in rim}
    starts = [a for a in follow if a not in set(follow.values())] or list(follow)[:1]
    out = []
    for start in starts:
        chain, now = [start], follow.get(start)
        while now is not None and now != start:
            chain.append(now)
            now = follow.get(now)
        if now == start:
            chain.append(start)
        out.append(np.array(chain, np.int64))
    return out


def _calm(points: F64, steps: int) -> F64:
    for _ in range(steps):
        points = np.concatenate([points[:1], 0.25 * points[:-2] + 0.5 * points[1:-1] + 0.25 * points[2:], points[-1:]])
    return points


def make_features(
    plan: TrimPlan, mesh: GarmentMesh, bodice: Bodice, cut: BodiceCut, kit: CutKit
) -> tuple[Feature, ...]:
    """All trimmings of a garment in flat metres."""
    t = Tailor(mesh, bodice, cut, kit)
    both: tuple[Side, ...] = ("front", "back")
    out: list[Feature] = []
    if cut.collar is None:
        if plan.neckband:
            out += t.along("neck", "neckband", plan.neckband, plan.neckband / 2, "band", both)
        else:
            out += t.along("neck", "neckline", STITCH_M, 0.010, "stitch", both)
    if plan.hem_rib:
        out += t.along("hem", "hem_rib", plan.hem_rib, plan.hem_rib / 2, "band", both)
        out += t.along("hem", "hem", STITCH_M, plan.hem_rib + 0.002, "stitch", both)
    else:
        out += t.along("hem", "hem", STITCH_M, 0.022, "stitch", both)
    for side in "LR":
        if cut.sleeve is None:
            out += t.along(f"cuff_{side}", "armband", STITCH_M, 0.010, "stitch", both)
        elif plan.cuff_rib:
            out += t.along(f"cuff_{side}", "cuff", plan.cuff_rib, plan.cuff_rib / 2, "band", both)
        else:
            out += t.along(f"cuff_{side}", "cuff", STITCH_M, 0.020, "stitch", both)
    out += _front_edges(plan, t) if cut.gap is not None else _closure(plan, t)
    return (*out, *_pockets(plan, t))


def _middle_top(t: Tailor) -> float:
    """Height over the crotch of the neckline on the front's middle line."""
    p = t.points[t.bodice.border["neck"]]
    near = p[p[:, 1] < np.median(p[:, 1])]
    return float(near[np.abs(near[:, 0]).argmin(), 2]) - t.kit.crotch_z


def _closure(plan: TrimPlan, t: Tailor) -> list[Feature]:
    top, bottom = _middle_top(t) - 0.004, t.cut.hem + 0.004
    out = []
    if plan.zip:
        z = np.linspace(top, bottom, 24)
        out.append(Feature("zip", "zip", t.at(np.zeros_like(z), z), 0.012))
    if plan.placket:
        z = np.linspace(top, max(bottom, top - plan.placket), 16)
        out.append(Feature("placket", "placket", t.at(np.zeros_like(z), z), 0.032))
    if plan.buttons:
        low = max(bottom + 0.05, top - (plan.placket or 9.0) + 0.012)
        z = np.arange(top - 0.014, low, -plan.buttons)
        out.append(Feature("front_button", "button", t.at(np.zeros_like(z), z), 0.011))
    return out


def _front_edges(plan: TrimPlan, t: Tailor) -> list[Feature]:
    if plan.front_edge == "none":
        return []
    kind, width, inset = {
        "stitch": ("stitch", STITCH_M, 0.008), "band": ("band", 0.03, 0.015), "zip": ("zip", 0.009, 0.004),
        "buttons": ("stitch", STITCH_M, 0.008),
    }[plan.front_edge]  # fmt: skip
    name = {"band": "front_band", "zip": "zip"}.get(plan.front_edge, "front_edge")
    out = t.along("front", name, width, inset, kind, ("front",))
    if plan.buttons:
        for points, normal in t.edge("front", "front"):
            if points[:, 0].mean() < t.flat[:, 0].mean():
                continue  # buttons on one side
            line = points + 0.016 * normal
            step = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
            at = np.arange(0.08, step[-1] - 0.06, plan.buttons)
            line = line if line[0, 1] < line[-1, 1] else line[::-1]
            place = np.stack([np.interp(at, step, line[:, k]) for k in (0, 1)], 1)
            out.append(Feature("front_button", "button", place, 0.016))
    return out


def _pockets(plan: TrimPlan, t: Tailor) -> list[Feature]:
    out: list[Feature] = []
    hem = t.cut.hem
    chest = t.kit.armpit_z - t.kit.crotch_z
    if plan.kangaroo:
        low, high = hem + (plan.hem_rib or 0.03), min(hem + (plan.hem_rib or 0.03) + 0.19, chest - 0.05)
        x = np.array([-0.12, -0.12, -0.072, 0.072, 0.12, 0.12])
        z = np.array([low, low + 0.30 * (high - low), high, high, low + 0.30 * (high - low), low])
        out.append(Feature("kangaroo", "pocket", t.at(x, z), STITCH_M))
    if plan.chest_pocket == "patch":
        x = 0.075 + np.array([-0.05, 0.05, 0.05, 0.0, -0.05])
        z = chest + np.array([0.03, 0.03, -0.075, -0.09, -0.075])
        out.append(Feature("chest_pocket", "pocket", t.at(x, z), STITCH_M))
    if plan.chest_pocket == "welt":
        out.append(
            Feature("chest_pocket", "line", t.at(np.array([0.055, 0.145]), chest + np.array([0.0, 0.012])), 0.012)
        )
    middle = hem + 0.38 * (chest - hem)
    for sign in (-1.0, 1.0):
        if plan.side_pockets == "flap":
            x, z = np.array([0.085, 0.165, 0.165, 0.085]), middle + np.array([0.0, 0.0, -0.05, -0.05])
            out.append(Feature("flap_pocket", "pocket", t.at(sign * x, z), STITCH_M))
        elif plan.side_pockets == "patch":
            x, z = np.array([0.075, 0.17, 0.17, 0.075]), middle + np.array([0.03, 0.03, -0.11, -0.11])
            out.append(Feature("patch_pocket", "pocket", t.at(sign * x, z), STITCH_M))
        elif plan.side_pockets == "slit":
            x, z = np.array([0.105, 0.145]), middle + np.array([0.06, -0.07])
            out.append(Feature("side_pocket", "line", t.at(sign * x, z), 0.010))
    return out
