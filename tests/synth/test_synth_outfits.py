"""The open outfits as single garments."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tryon.errors import BadRequestError
from tryon.synth.bodies import SKIN_END, BodyModel, BodyShape
from tryon.synth.flat_frame import FlatFrame
from tryon.synth.garment_mesh import PART, Fit
from tryon.synth.outfits import PIECES, OutfitPiece, bake_own_texture, bake_texture
from tryon.synth.poses import BodyPose, LegPose
from tryon.synth.remesh import edge_table
from tryon.types import GARMENT_LABELS

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("TRYON_DATA", ROOT.parent / "shared" / "data"))
LEGS = {"waist_left", "waist_right", "crotch", "leg_out_left", "leg_out_right", "leg_in_left", "leg_in_right"}
UPPER = {
    f"{name}_{side}"
    for name in ("neck", "shoulder", "armpit", "hem", "cuff_out", "cuff_in")
    for side in ("left", "right")
}


class _Made:
    def __init__(self) -> None:
        from tryon.synth.cutkit import CutKit

        self.model = BodyModel()
        self.kit = CutKit(self.model)
        chosen = [("male_casualsuit04", "T-Shirt"), ("male_casualsuit04", "Pants"), ("male_casualsuit01", "Outwear")]
        specs = [s for s in PIECES if (s.folder, s.label) in chosen]
        self.jeans, self.tee, self.jacket = sorted(
            (OutfitPiece(s, self.kit, DATA) for s in specs),
            key=lambda p: ("Pants", "T-Shirt", "Outwear").index(p.spec.label),
        )
        self.all = (self.jeans, self.tee, self.jacket)
        self.walk = self.model.build(
            BodyShape(0.0, weight=0.8),
            BodyPose(left_leg=LegPose((0.06, -0.3, -1), 5), right_leg=LegPose((-0.06, 0.15, -1), 22)),
        )


@pytest.fixture(scope="module")
def made() -> _Made:
    pytest.importorskip("anny", reason="the body model is not installed")
    if not (DATA / "makehuman" / "clothes").is_dir():
        pytest.skip("the open data is not here")
    return _Made()


def test_the_list_names_every_garment_once() -> None:
    assert len({(s.folder, s.label, s.above) for s in PIECES}) == len(PIECES)
    assert all(s.label in GARMENT_LABELS for s in PIECES)
    assert len({s.folder for s in PIECES}) == 12


def test_pieces_are_sound_and_described(made: _Made) -> None:
    for piece in made.all:
        mesh = piece.mesh
        assert edge_table(mesh.faces)[2].max() == 2
        assert mesh.category == GARMENT_LABELS[mesh.label]
        assert set(mesh.landmarks) == (LEGS if mesh.category == "lower" else UPPER)
        assert 0.35 < mesh.front.mean() < 0.65
        for name, vertex in mesh.landmarks.items():
            if name.endswith("_left"):
                other = mesh.landmarks[name.replace("_left", "_right")]
                assert mesh.flat[vertex, 0] < mesh.flat[other, 0], (mesh.id, name)
    assert set(np.unique(made.tee.mesh.part)) == {PART["torso"], PART["left_sleeve"], PART["right_sleeve"]}
    left = np.unique(made.tee.mesh.faces[made.tee.mesh.part == PART["left_sleeve"]])
    assert made.tee.mesh.flat[left, 0].mean() > made.tee.mesh.flat[:, 0].mean() + 0.1  # the viewer's right


def test_a_suit_of_one_mesh_is_cut_at_the_waist(made: _Made) -> None:
    lower = next(s for s in PIECES if s.folder == "male_casualsuit01" and s.label == "Pants")
    trousers = OutfitPiece(lower, made.kit, DATA)
    assert made.jacket.mesh.rest[:, 2].min() == pytest.approx(trousers.mesh.rest[:, 2].max(), abs=1e-6)


def test_pieces_are_worn_alike_twice_and_hide_only_what_they_cover(made: _Made) -> None:
    for piece in made.all:
        one, two = piece.wear(made.walk, Fit()), piece.wear(made.walk, Fit())
        assert np.array_equal(one.points, two.points)
        assert np.isfinite(one.points).all()
        assert one.covered.sum() > 300
        assert not one.covered[SKIN_END:].any()
    z = made.walk.vertices[:SKIN_END, 2]
    hips = made.walk.joint("upperleg01.L")[2]
    upper, lower = (p.wear(made.walk, Fit()).covered[:SKIN_END] for p in (made.tee, made.jeans))
    assert z[upper].min() > hips - 0.12
    assert z[lower].max() < made.walk.joint("spine03")[2] + 0.05


def test_layers_lie_further_out(made: _Made) -> None:
    under, over = (made.tee.wear(made.walk, Fit(layer=k)).points for k in (0, 2))
    assert 0.003 < np.median(np.linalg.norm(over - under, axis=1)) < 0.02


def test_pictures_land_where_their_corners_are(made: _Made) -> None:
    mesh = made.tee.mesh
    assert mesh.uv is not None
    assert mesh.uv_faces is not None
    ramp = np.zeros((256, 256, 3), np.uint8)
    ramp[..., 0] = np.arange(256)[None]
    ramp[..., 1] = np.arange(256)[::-1, None]
    frame = FlatFrame.fit(mesh.flat)
    baked = bake_texture(mesh, ramp, frame)
    assert baked.shape == (512, 384, 3)
    assert baked.dtype == np.uint8
    # the middles of large front triangles show their own texture coordinates
    corners = frame.to_px(mesh.flat)[mesh.faces]
    e, g = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    large = np.flatnonzero(mesh.front & (np.abs(e[:, 0] * g[:, 1] - e[:, 1] * g[:, 0]) > 25))
    x, y = np.round(corners[large].mean(1)).astype(int).T
    wanted = mesh.uv[mesh.uv_faces[large]].mean(1) * 256 - 0.5
    assert np.median(np.abs(baked[y, x, :2].astype(float) - wanted), axis=0).max() < 4.0
    own = bake_own_texture(made.tee)
    assert own is not None
    assert own.std() > 3
    assert bake_own_texture(made.jacket) is None  # its picture is missing


def test_a_garment_without_a_picture_is_refused(made: _Made) -> None:
    bare = replace(made.tee.mesh, uv=None, uv_faces=None)
    with pytest.raises(BadRequestError, match="texture"):
        bake_texture(bare, np.zeros((4, 4, 3), np.uint8), FlatFrame.fit(bare.flat))
