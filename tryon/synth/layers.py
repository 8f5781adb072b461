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

from tryon.synth import layer_shaders as glsl
from tryon.synth.camera import Camera, OrthoCamera, to_half
from tryon.synth.garment_mesh import GarmentMesh, Worn
from tryon.synth.layer_meshes import (
    NO_FOLDS,
    Edges,
    FoldNoise,
    corner_buffer,
    face_texture,
    mesh_edges,
    part_bytes,
    shown_faces,
    skin_push,
    smooth_vertex_normals,
    squeezed,
)
from tryon.synth.record import DEPTH_UNIT_M, HALF, NATIVE, BodyLayer, GarmentLayer, HairLayer
from tryon.synth.solids import BROW, HAIR, SKIN, UNDERWEAR, Solid

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
U8 = NDArray[np.uint8]
Box = tuple[int, int, int, int]  # OpenGL's x, y (from below), width, height
PUSH_M, REACH_M = 0.008, 0.015  # skin beside covered skin gives way to cloth by this much, within this reach
LIFT_M = 0.003  # hair lies over the scalp it grows from
SEEN_M = 0.02  # a landmark this far behind what is drawn there is hidden
KEPT = 24  # textures and garments kept on the card


@dataclass(frozen=True)
class FlatDraw:
    """A garment drawn alone: as ``record.FlatView``'s arrays of the same names.

    depth: distance from the camera (from the eye's plane without perspective) in DEPTH_UNIT_M.
    landmarks_px: name to (x, y, visible), half frame.
    """

    part: U8
    half_part: U8
    flat_px: F32
    normal: NDArray[np.int8]
    depth: NDArray[np.uint16]
    landmarks_px: dict[str, tuple[float, float, int]]


@dataclass(frozen=True)
class SkinThrough:
    """Shares of a garment's pixels, 0..1. poked: skin less than 1.5 cm before the cloth hides it, though no
    hand or arm lies there; rim: covered skin that looks out beside the cloth, within 4 pixels of it."""

    poked: float
    rim: float


class _Frame:
    """Framebuffers of one resolution."""

    def __init__(self, ctx: Any, size_hw: tuple[int, int]) -> None:
        self.size = (size_hw[1], size_hw[0])
        depth = ctx.depth_renderbuffer(self.size)
        make = lambda n, dtype: ctx.texture(self.size, n, dtype=dtype)  # noqa: E731
        self.labels, self.albedo = make(2, "u1"), make(4, "f1")
        self.normal, self.depth, self.flat = make(4, "i1"), make(1, "u2"), make(2, "f4")
        self.part = make(1, "u1")
        self.body = ctx.framebuffer([self.labels, self.albedo], depth)
        self.colour = ctx.framebuffer([self.albedo], depth)
        self.parts = ctx.framebuffer([self.part], depth)
        self.shape = ctx.framebuffer([self.normal, self.depth], depth)
        self.cloth = ctx.framebuffer([self.normal, self.depth, self.flat], depth)


def _fetch(frame: Any, attachment: int, channels: int, dtype: str, box: Box, full_hw: tuple[int, int]) -> Any:
    """Pixels of a framebuffer, top row first: (H, W) or (H, W, channels), zero outside the box."""
    x, y, w, h = box
    kind = {"u1": np.uint8, "f1": np.uint8, "i1": np.int8, "u2": np.uint16, "f4": np.float32}[dtype]
    shape = full_hw if channels == 1 else (*full_hw, channels)
    out = np.zeros(shape, kind)
    if w and h:
        raw = frame.read(viewport=box, components=channels, attachment=attachment, dtype=dtype, alignment=1)
        part = np.frombuffer(raw, kind).reshape((h, w) if channels == 1 else (h, w, channels))
        top = full_hw[0] - y - h
        out[top : top + h, x : x + w] = part[::-1]
    return out


class _Mesh:
    """A garment's buffers that are the same on every body."""

    def __init__(self, ctx: Any, mesh: GarmentMesh) -> None:
        self.mesh = mesh  # held, so that its id stays its own
        size, data = face_texture(part_bytes(mesh))
        self.faces = ctx.texture(size, 1, data, alignment=1, dtype="u1")
        self.index = ctx.buffer(mesh.faces.astype("i4").tobytes())
        self.edges: Edges = mesh_edges(mesh)

    def release(self) -> None:
        self.faces.release()
        self.index.release()


class LayerRenderer:
    """Draws layers; one OpenGL context, not to be shared between threads."""

    def __init__(self) -> None:
        import moderngl  # only the data engine needs it

        self._gl = moderngl
        self.ctx: Any = moderngl.create_standalone_context(backend="egl")
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
            self._frames = [_Frame(self.ctx, NATIVE), _Frame(self.ctx, HALF)]
        self._meshes: dict[int, _Mesh] = {}
        self._textures: dict[int, tuple[U8, Any]] = {}
        self._solids: tuple[Solid, ...] = ()
        self._corners: list[tuple[Any, Any]] = []

    def draw_flat(
        self, mesh: GarmentMesh, points: F64, camera: Camera, to_flat_px: F64, folds: FoldNoise = NO_FOLDS
    ) -> FlatDraw:
        """A garment alone.

        Args:
            points: (N, 3) its vertices in the camera's world: world metres, or flat metres with z = height
                over the ground for ``OrthoCamera.above``.
            to_flat_px: (2, 3) affine from flat metres to flat pixels.
        """
        part, half = self._cloth(mesh, points, camera, to_flat_px, (), None, folds)
        marks = self._landmarks(mesh, points, camera, half[4])
        return FlatDraw(part, half[0], half[1], half[2], half[3], marks)

    def _cloth(
        self,
        mesh: GarmentMesh,
        points: F64,
        camera: Camera,
        to_flat_px: F64,
        solids: Sequence[Solid],
        covered: NDArray[np.bool_] | None,
        folds: FoldNoise,
    ) -> tuple[U8, tuple[Any, ...]]:
        """Part bytes, and (part bytes, flat_px, normal, depth, depth buffer) of the half frame."""
        gl, ctx = self._gl, self.ctx
        with ctx:
            kept = self._mesh(mesh)
            data = np.empty((len(points), 12), np.float32)
            data[:, :3] = points
            mirror = np.sign(np.linalg.det(camera.turn))
            data[:, 3:6] = mirror * smooth_vertex_normals(points, mesh.faces)
            data[:, 6:8] = mesh.flat @ to_flat_px[:, :2].T + to_flat_px[:, 2]
            data[:, 8:11] = mesh.rest
            data[:, 11] = squeezed(kept.edges, points) if folds.squeezed else 0.0
            buffer = ctx.buffer(data.tobytes())
            boxes = [_pixel_box(camera, points, frame.size) for frame in self._frames]
            kept.faces.use(1)
            results: list[Any] = []
            for k, (frame, box) in enumerate(zip(self._frames, boxes, strict=True)):
                target = frame.cloth if k else frame.parts
                target.use()
                target.scissor = box
                target.clear()
                ctx.enable_only(gl.DEPTH_TEST)
                self._hide(solids, covered, camera)
                program = self._garment[k]
                self._aim(program, camera)
                self._set(program, faces=1, shift=folds.shift(), freq=folds.per_m)
                self._set(program, fold=folds.tilt, fold_tight=folds.squeezed)
                layout = [
                    (buffer, "3f 3f 2f 3f 1f" if k else "3f 36x", *(("p", "n", "f", "r", "squeeze") if k else ("p",)))
                ]
                array = ctx.vertex_array(program, layout, kept.index, skip_errors=True)
                array.render()
                array.release()
                target.scissor = None
            buffer.release()
            full, half = self._frames
            part = _fetch(full.parts, 0, 1, "u1", boxes[0], NATIVE)
            normal = _fetch(half.cloth, 0, 4, "i1", boxes[1], HALF)
            depth = _fetch(half.cloth, 1, 1, "u2", boxes[1], HALF)
            flat = _fetch(half.cloth, 2, 2, "f4", boxes[1], HALF)
        results = [normal[..., 3].astype(np.uint8), flat, np.ascontiguousarray(normal[..., :3]), depth, depth]
        return part, tuple(results)

    def _mesh(self, mesh: GarmentMesh) -> _Mesh:
        if id(mesh) not in self._meshes:
            if len(self._meshes) >= KEPT:
                self._meshes.pop(next(iter(self._meshes))).release()
            self._meshes[id(mesh)] = _Mesh(self.ctx, mesh)
        return self._meshes[id(mesh)]

    def _aim(self, program: Any, camera: Camera) -> None:
        ortho = isinstance(camera, OrthoCamera)
        eye = np.array(getattr(camera, "eye", (0.0, 0.0, 0.0)))
        back = camera.turn[2]
        row = np.append(-back, back @ eye)
        self._set(program, vp=camera.matrix().T, depth_row=row, turn=camera.turn.T, eye=eye, ortho=ortho)

    @staticmethod
    def _set(program: Any, **values: Any) -> None:
        for name, value in values.items():
            if name in program:
                if isinstance(value, np.ndarray):
                    program[name].write(np.ascontiguousarray(value, "f4").tobytes())
                else:
                    program[name].value = value

    def _hide(self, solids: Sequence[Solid], covered: NDArray[np.bool_] | None, camera: Camera) -> None:
        """Fill the depth buffer in use with what may hide a garment."""

    def _landmarks(
        self, mesh: GarmentMesh, points: F64, camera: Camera, nearest: NDArray[np.uint16]
    ) -> dict[str, tuple[float, float, int]]:
        """Name to half-frame x, y and whether nothing lies before it. nearest: (h, w) drawn depth, 0 nothing."""
        names = list(mesh.landmarks)
        if not names:
            return {}
        seen = camera.project(points[[mesh.landmarks[n] for n in names]])
        px = to_half(seen[:, :2])
        h, w = HALF
        inside = (px > -0.5).all(1) & (px[:, 0] < w - 0.5) & (px[:, 1] < h - 0.5)
        ground = np.where(nearest == 0, np.inf, nearest * DEPTH_UNIT_M)
        # a landmark on a silhouette: any neighbour may be the cloth it belongs to
        padded = np.pad(ground, 1, mode="edge")
        column = np.clip(np.round(px[:, 0]), 0, w - 1).astype(int)
        row = np.clip(np.round(px[:, 1]), 0, h - 1).astype(int)
        furthest = np.max([padded[row + i, column + j] for i in range(3) for j in range(3)], axis=0)
        visible = inside & (seen[:, 2] <= furthest + SEEN_M) & (seen[:, 2] > 0)
        return {n: (float(p[0]), float(p[1]), int(v)) for n, p, v in zip(names, px, visible, strict=True)}


def _pixel_box(camera: Camera, points: F64, size: tuple[int, int], margin: int = 2) -> Box:
    """The part of a frame of size (w, h) that points (N, 3) fall into, as OpenGL counts it."""
    w, h = size
    px = camera.project(points)
    px = px[px[:, 2] > 0.05]
    if len(px) == 0:
        return 0, 0, 0, 0
    scale = w / NATIVE[1]
    low, high = (px[:, :2].min(0) + 0.5) * scale, (px[:, :2].max(0) + 0.5) * scale
    x0, x1 = (int(np.clip(v, 0, w)) for v in (low[0] - margin, high[0] + margin + 1))
    y0, y1 = (int(np.clip(v, 0, h)) for v in (low[1] - margin, high[1] + margin + 1))
    return x0, h - y1, max(x1 - x0, 0), max(y1 - y0, 0)
