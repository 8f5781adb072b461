"""Draw a person and garments as the layers of a ``record``: geometry, labels and flat coordinates, no light.

One OpenGL context (software EGL is enough) with framebuffers that are used again and again. Everything
is drawn twice, in the native and in the half frame, each at its own pixels' centres: nothing is scaled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tryon.errors import BadRequestError
from tryon.synth import layer_shaders as glsl
from tryon.synth.bodies import Body
from tryon.synth.camera import Camera, OrthoCamera, to_half
from tryon.synth.garment_mesh import GarmentMesh, Worn
from tryon.synth.layer_buffers import Box, Frame, GarmentBuffers, Kept, Occluders, Picture, SolidBuffers
from tryon.synth.layer_meshes import NO_FOLDS, FoldNoise, smooth_vertex_normals, squeezed
from tryon.synth.record import HALF, NATIVE, BodyLayer, GarmentLayer, HairLayer
from tryon.synth.solids import BROW, HAIR, Solid

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I8 = NDArray[np.int8]
U8 = NDArray[np.uint8]
U16 = NDArray[np.uint16]
Marks = dict[str, tuple[float, float, int]]
LIFT_M = 0.003  # hair lies over the scalp it grows from
SEEN_M = 0.02  # a landmark this far behind what is drawn there is hidden
HAIR_CORE, HAIR_SHAPE = 0.5, 0.12  # alpha from which hair is opaque, and has a normal and depth of its own


@dataclass(frozen=True)
class FlatDraw:
    """A garment drawn alone: as ``record.FlatView``'s arrays of the same names.

    depth: distance from the camera (from the eye's plane without perspective) in DEPTH_UNIT_M.
    landmarks_px: name to (x, y, visible), half frame.
    """

    part: U8
    half_part: U8
    flat_px: F32
    normal: I8
    depth: U16
    landmarks_px: Marks


def joints_px(body: Body, camera: Camera, names: Sequence[str] | None = None) -> dict[str, tuple[float, float]]:
    """Half-frame x, y of bones' heads by name, wherever they lie; all bones where no names are given."""
    chosen = body.bones if names is None else tuple(names)
    px = to_half(camera.project(body.heads[[body.bones.index(n) for n in chosen]])[:, :2])
    return {name: (float(x), float(y)) for name, (x, y) in zip(chosen, px, strict=True)}


class LayerRenderer:
    """Draws layers; one OpenGL context, not to be shared between threads.

    Raises:
        BadRequestError: there is no OpenGL to be had.
    """

    def __init__(self) -> None:
        import moderngl  # only the data engine needs it

        self._gl = moderngl
        try:
            self.ctx: Any = moderngl.create_standalone_context(backend="egl")
        except Exception as error:  # whatever the driver raises
            raise BadRequestError(
                f"No OpenGL context ({error}); the data engine needs EGL: install libegl1 and libgl1-mesa-dri."
            ) from error
        with self.ctx:
            program = self.ctx.program
            self._garment = [
                program(vertex_shader=glsl.GARMENT_VERTEX, fragment_shader=f)
                for f in (glsl.GARMENT_NATIVE, glsl.GARMENT_HALF)
            ]
            self._body, self._blend, self._shape, self._hair = (
                program(vertex_shader=glsl.VERTEX, fragment_shader=f)
                for f in (glsl.BODY_NATIVE, glsl.BODY_BLEND, glsl.BODY_HALF, glsl.HAIR_NATIVE)
            )
            self._depth = program(vertex_shader=glsl.DEPTH_VERTEX, fragment_shader=glsl.DEPTH_FRAGMENT)
            self._full, self._half = Frame(self.ctx, NATIVE), Frame(self.ctx, HALF)
        # a person has some ten solids, a shard some forty garments; textures are shared by many people
        self._meshes: Kept[GarmentBuffers] = Kept(64, GarmentBuffers.release)
        self._pictures: Kept[Picture] = Kept(24, Picture.release)
        self._solids: Kept[SolidBuffers] = Kept(24, SolidBuffers.release)

    def draw_body(self, solids: Sequence[Solid], camera: Camera) -> BodyLayer:
        """The undressed person with shoes and props, without hair."""
        shown = [s for s in solids if s.kind != HAIR]
        with self.ctx:
            boxes = _pixel_boxes(camera, _points_of(shown))
            self._begin(self._full.body, boxes[0])
            for solid in shown:
                cut = max(solid.alpha_cut or 0.0, 0.5) if solid.kind == BROW else solid.alpha_cut
                self._draw(self._body, solid, camera, cut=cut or 0.0)
            self._begin(self._full.colour, boxes[0], clear=False)
            self._gl_blend()
            for solid in shown:
                if solid.kind == BROW:  # fine hairs are laid over the skin's colour, whose label stays
                    self._draw(self._blend, solid, camera)
            self._full.colour.depth_mask = True
            self._begin(self._half.shape, boxes[1])
            for solid in shown:
                if solid.kind != BROW:
                    self._draw(self._shape, solid, camera, cut=solid.alpha_cut or 0.0)
            labels = self._full.fetch(self._full.body, 0, 2, "u1", boxes[0])
            albedo = self._full.fetch(self._full.body, 1, 3, "f1", boxes[0])
            normal, depth = self._read_shape(boxes[1])
        label, kind = (np.ascontiguousarray(labels[..., k]) for k in range(2))
        return BodyLayer(label, kind, albedo, np.ascontiguousarray(normal[..., :3]), depth)

    def draw_hair(self, solids: Sequence[Solid], camera: Camera) -> HairLayer | None:
        """The hair as far as the body does not hide it; None where there is none to be seen."""
        strands = [s for s in solids if s.kind == HAIR]
        if not strands:
            return None
        with self.ctx:
            boxes = _pixel_boxes(camera, _points_of(strands))
            body = Occluders(self.ctx, self._depth, solids, None, hats=True)
            self._begin(self._full.colour, boxes[0])
            self._hide(self._full, self._full.colour, body, camera)
            for solid in strands:
                self._draw(self._hair, solid, camera, cut=HAIR_CORE, core=True, lift=LIFT_M)
            self._gl_blend()
            for solid in strands:
                self._draw(self._hair, solid, camera, core=False, lift=LIFT_M)
            self._full.colour.depth_mask = True
            self._begin(self._half.shape, boxes[1])
            self._hide(self._half, self._half.shape, body, camera)
            for solid in strands:
                self._draw(self._shape, solid, camera, cut=HAIR_SHAPE, lift=LIFT_M, both=True)
            body.release()
            drawn = self._full.fetch(self._full.colour, 0, 4, "f1", boxes[0])
            normal, depth = self._read_shape(boxes[1])
        alpha = np.ascontiguousarray(drawn[..., 3])
        if not alpha.any():
            return None
        grey = drawn[..., 0] * (255.0 / np.maximum(alpha, 1))  # blended colours are weighted by their alpha
        shade = np.where(alpha > 0, np.clip(np.round(grey), 0, 255), 0).astype(np.uint8)
        return HairLayer(alpha, shade, np.ascontiguousarray(normal[..., :3]), depth)

    def draw_garment(
        self,
        index: int,
        mesh: GarmentMesh,
        worn: Worn,
        solids: Sequence[Solid],
        camera: Camera,
        to_flat_px: F64,
        rank: int = 0,
        folds: FoldNoise | None = None,
    ) -> GarmentLayer:
        """One garment as far as the person without what it covers does not hide it.

        Args:
            index: of the garment in its shard. solids: the person and all that is held.
            to_flat_px: (2, 3) affine from the mesh's flat metres to flat pixels. rank: wearing order.
            folds: creases in the normals; ``NO_FOLDS`` for simulated cloth, None for hanging cloth's.

        Raises:
            BadRequestError: the worn points are not the mesh's, or not finite.
        """
        folds = FoldNoise() if folds is None else folds
        drawn = self._cloth(mesh, worn.points, camera, to_flat_px, folds, solids, worn.covered)
        return GarmentLayer(
            index, drawn.part, drawn.half_part, drawn.flat_px, drawn.normal, drawn.depth, drawn.landmarks_px, rank
        )

    def draw_flat(
        self, mesh: GarmentMesh, points: F64, camera: Camera, to_flat_px: F64, folds: FoldNoise = NO_FOLDS
    ) -> FlatDraw:
        """A garment alone.

        Args:
            points: (N, 3) its vertices in the camera's world: world metres, or flat metres with z = height
                over the ground for ``OrthoCamera.above``.
            to_flat_px: (2, 3) affine from the mesh's flat metres to flat pixels.

        Raises:
            BadRequestError: the points are not the mesh's, or not finite.
        """
        return self._cloth(mesh, points, camera, to_flat_px, folds, (), None)

    def _cloth(
        self,
        mesh: GarmentMesh,
        points: F64,
        camera: Camera,
        to_flat_px: F64,
        folds: FoldNoise,
        solids: Sequence[Solid],
        covered: NDArray[np.bool_] | None,
    ) -> FlatDraw:
        if len(points) != len(mesh.rest) or not np.isfinite(points).all():
            raise BadRequestError(
                f"Garment {mesh.id} has {len(mesh.rest)} vertices and was given {points.shape} points, "
                f"{int((~np.isfinite(points)).sum())} numbers of which are not finite; wear it again."
            )
        with self.ctx:
            kept = self._meshes.get(mesh, lambda: GarmentBuffers(self.ctx, mesh))
            cloth = kept.cloth
            data = np.empty((len(points), 13), np.float32)
            data[:, :3] = points
            data[:, 3:6] = np.sign(np.linalg.det(camera.turn)) * smooth_vertex_normals(points, mesh.faces)
            data[:, 6:8] = mesh.flat @ to_flat_px[:, :2].T + to_flat_px[:, 2]
            data[:, 11:] = squeezed(cloth, points) if folds.squeezed else 0.0
            data = data[cloth.source]
            data[:, 8:11] = cloth.coordinates
            buffer = self.ctx.buffer(data.tobytes())
            body = Occluders(self.ctx, self._depth, solids, covered)
            boxes = _pixel_boxes(camera, points)
            layouts = [(buffer, "3f 40x", "p"), (buffer, "3f 3f 2f 3f 2f", "p", "n", "f", "c", "squeeze")]
            targets = ((self._full, self._full.parts), (self._half, self._half.cloth))
            for (frame, target), box, layout, program in zip(targets, boxes, layouts, self._garment, strict=True):
                self._begin(target, box)
                self._hide(frame, target, body, camera)
                kept.faces.use(1)
                self._aim(program, camera)
                _set(
                    program, faces=1, shift=folds.shift(), per_m=folds.per_m, fold=folds.tilt, fold_tight=folds.squeezed
                )
                array = self.ctx.vertex_array(program, [layout], kept.index)
                array.render()
                array.release()
            body.release()
            buffer.release()
            part = self._full.fetch(self._full.parts, 0, 1, "u1", boxes[0])
            normal = self._half.fetch(self._half.cloth, 0, 4, "i1", boxes[1])
            depth = self._half.fetch(self._half.cloth, 1, 1, "u2", boxes[1])
            flat = self._half.fetch(self._half.cloth, 2, 2, "f4", boxes[1])
            before = self._half.fetch(self._half.cloth, -1, 1, "f4", boxes[1]) if mesh.landmarks else None
        marks = {} if before is None else _landmarks(mesh, points, camera, before)
        half_part, bumps = normal[..., 3].astype(np.uint8), np.ascontiguousarray(normal[..., :3])
        return FlatDraw(part, half_part, flat, bumps, depth, marks)

    def _begin(self, target: Any, box: Box, clear: bool = True) -> None:
        """Draw into a framebuffer's box from now on, nearest first."""
        target.use()
        target.scissor = box if box[2] and box[3] else (0, 0, 1, 1)
        self.ctx.enable_only(self._gl.DEPTH_TEST)
        self.ctx.depth_func = "<="
        if clear:
            target.depth_mask = True
            target.clear()

    def _gl_blend(self) -> None:
        """Lay what comes next over what is there, by its alpha; it hides nothing."""
        gl = self._gl
        self.ctx.enable(gl.BLEND)
        self.ctx.blend_func = gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA, gl.ONE, gl.ONE_MINUS_SRC_ALPHA
        self._full.colour.depth_mask = False

    def _hide(self, frame: Frame, target: Any, body: Occluders, camera: Camera) -> None:
        """Fill the depth buffer that target shares, and nothing else of it."""
        frame.unseen.use()
        frame.unseen.scissor = target.scissor
        self._aim(self._depth, camera)
        body.render()
        target.use()

    def _read_shape(self, box: Box) -> tuple[I8, U16]:
        frame = self._half
        return frame.fetch(frame.shape, 0, 4, "i1", box), frame.fetch(frame.shape, 1, 1, "u2", box)

    def _draw(self, program: Any, solid: Solid, camera: Camera, **values: Any) -> None:
        """One coloured solid with the program's own values."""
        kept = self._solids.get(solid, lambda: SolidBuffers(self.ctx, solid))
        picture = None
        if solid.texture is not None:
            image = solid.texture
            picture = self._pictures.get(image, lambda: Picture(self.ctx, self._gl, image))
            picture.texture.use(0)
        kept.labels.use(1)
        tint = solid.tint
        if solid.kind == HAIR:  # grey around the middle: its colour comes later
            tint = (1.0 / max(picture.mean if picture else 1.0, 0.003),) * 3
        self._aim(program, camera)
        _set(program, tex=0, faces=1, has_tex=picture is not None, tint=tint, grey=solid.grey, kind=solid.kind)
        _set(program, **{"lift": 0.0, "cut": 0.0, "both": False, **values})
        array = self.ctx.vertex_array(program, [(kept.corners, "3f 3f 2f", "p", "n", "t")], skip_errors=True)
        array.render()
        array.release()

    def _aim(self, program: Any, camera: Camera) -> None:
        eye = np.array(camera.eye)
        back = camera.turn[2]
        ortho = isinstance(camera, OrthoCamera)
        row = np.append(-back, back @ eye)
        _set(program, vp=camera.matrix().T, depth_row=row, turn=camera.turn.T, eye=eye, ortho=ortho)


def _set(program: Any, **values: Any) -> None:
    """Uniforms by name; those a program does not have are left out."""
    for name, value in values.items():
        if name in program:
            if isinstance(value, np.ndarray):
                program[name].write(np.ascontiguousarray(value, "f4").tobytes())
            else:
                program[name].value = value


def _landmarks(mesh: GarmentMesh, points: F64, camera: Camera, window_z: F32) -> Marks:
    """Name to half-frame x, y and whether nothing lies before it. window_z: (h, w) depth buffer, 0 outside the box."""
    names = list(mesh.landmarks)
    at = points[[mesh.landmarks[n] for n in names]]
    seen = camera.project(at)
    px = to_half(seen[:, :2])
    h, w = HALF
    inside = (px > -0.5).all(1) & (px[:, 0] < w - 0.5) & (px[:, 1] < h - 0.5) & (seen[:, 2] > 0)
    # where the landmark would be in the depth buffer if it lay SEEN_M nearer
    near = np.column_stack([at + SEEN_M * camera.turn[2], np.ones(len(at))]) @ camera.matrix().T
    own = near[:, 2] / near[:, 3] * 0.5 + 0.5
    # a landmark on a silhouette: any neighbour may be the cloth it belongs to
    padded = np.pad(np.where(window_z == 0, 1.0, window_z), 1, mode="edge")
    column = np.clip(np.round(px[:, 0]), 0, w - 1).astype(int)
    row = np.clip(np.round(px[:, 1]), 0, h - 1).astype(int)
    furthest = np.max([padded[row + i, column + j] for i in range(3) for j in range(3)], axis=0)
    visible = inside & (own <= furthest)
    return {n: (float(p[0]), float(p[1]), int(v)) for n, p, v in zip(names, px, visible, strict=True)}


def _points_of(solids: Sequence[Solid]) -> F64:
    """Points (N, 3) that solids draw; the skin's have helper meshes among them that are not drawn."""
    found = [np.zeros((0, 3))]
    for solid in solids:
        used = np.zeros(len(solid.points), bool)
        used[solid.faces] = True
        found.append(solid.points[used])
    return np.concatenate(found)


def _pixel_boxes(camera: Camera, points: F64, margin: int = 2) -> tuple[Box, Box]:
    """The parts of the native and the half frame that points (N, 3) fall into, as OpenGL counts them."""
    px = camera.project(points)
    px = px[px[:, 2] > 0.05]
    if len(px) == 0:
        return (0, 0, 0, 0), (0, 0, 0, 0)
    low, high = px[:, :2].min(0) + 0.5, px[:, :2].max(0) + 0.5
    boxes: list[Box] = []
    for (h, w), scale in ((NATIVE, 1.0), (HALF, 0.5)):
        x0, x1 = (int(np.clip(v, 0, w)) for v in (low[0] * scale - margin, high[0] * scale + margin + 1))
        y0, y1 = (int(np.clip(v, 0, h)) for v in (low[1] * scale - margin, high[1] * scale + margin + 1))
        boxes.append((x0, h - y1, max(x1 - x0, 0), max(y1 - y0, 0)))
    return boxes[0], boxes[1]
