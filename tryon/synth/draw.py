"""Draw meshes with OpenGL (software EGL is enough): geometry buffers first, then many soft lights.

A studio's large lamps are sums of small ones: each of some hundred directional lights gets its own
shadow map and is added up in linear light, which gives soft shadows, contact shadows and ambient
occlusion without noise. Skin is then softened in the light's domain, as light that enters it spreads.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tryon.synth import shaders

F32 = NDArray[np.float32]
BACKDROP, SKIN, CLOTH, HAIR, EYE, SHOE = range(6)


@dataclass(frozen=True)
class Surface:
    """How a mesh looks. texture: (H, W, 3 or 4) uint8 sRGB or None; tint multiplies it (linear).

    gloss: strength of the highlight 0..1, sharp: its exponent. bump_m: height of the fold noise.
    alpha_cut: fragments below are left out (None: opaque).
    """

    kind: int = CLOTH
    texture: NDArray[np.uint8] | None = None
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)
    gloss: float = 0.04
    sharp: float = 12.0
    bump_m: float = 0.0
    weave: float = 0.0
    grey: float = 0.0  # share of the texture's colour that is taken out before tinting
    alpha_cut: float | None = None


@dataclass(frozen=True)
class Mesh:
    """Triangle corners ready to draw: points, normals (3F, 3), uv (3F, 2), rest (3F, 3) for noise."""

    points: F32
    normals: F32
    uv: F32
    rest: F32
    surface: Surface

    def packed(self) -> bytes:
        return np.concatenate([self.points, self.normals, self.uv, self.rest], 1).astype("f4").tobytes()


@dataclass(frozen=True)
class Camera:
    """A pinhole camera in front of the body, looking along +y (height and distance in m)."""

    distance: float = 4.6
    height: float = 1.05
    look_height: float = 0.93
    field_m: float = 2.15  # height of the picture at the body
    shift_x: float = 0.0

    def matrices(self, aspect: float) -> tuple[F32, F32]:
        """View-projection (4, 4) for column vectors, and the eye's place (3,)."""
        eye = np.array([self.shift_x, -self.distance, self.height])
        forward = np.array([self.shift_x, 0.0, self.look_height]) - eye
        f = forward / np.linalg.norm(forward)
        right = np.cross(f, [0, 0, 1.0])
        right /= np.linalg.norm(right)
        up = np.cross(right, f)
        view = np.eye(4)
        view[:3, :3] = np.stack([right, up, -f])
        view[:3, 3] = -view[:3, :3] @ eye
        focal = 2 * np.linalg.norm(forward) / self.field_m
        near, far = 0.5, 30.0
        projection = np.zeros((4, 4))
        projection[0, 0], projection[1, 1] = focal / aspect, focal
        projection[2, 2], projection[2, 3] = (far + near) / (near - far), 2 * far * near / (near - far)
        projection[3, 2] = -1.0
        return (projection @ view).astype(np.float32), eye.astype(np.float32)


@dataclass(frozen=True)
class Lamp:
    """A soft light: mean direction towards it, half-angle of the cone, samples, linear colour."""

    towards: tuple[float, float, float]
    spread_deg: float
    samples: int
    colour: tuple[float, float, float]
    casts: bool = True


STUDIO = (
    Lamp((-0.55, -0.75, 0.62), 24.0, 40, (1.00, 0.98, 0.95)),
    Lamp((0.80, -0.55, 0.35), 30.0, 20, (0.30, 0.31, 0.33)),
    Lamp((0.35, 0.80, 0.75), 18.0, 10, (0.22, 0.22, 0.23)),
    Lamp((0.0, -0.10, 1.0), 88.0, 64, (0.62, 0.63, 0.65)),
    Lamp((0.0, -0.35, -1.0), 70.0, 16, (0.17, 0.165, 0.16)),
)


@dataclass(frozen=True)
class StillSettings:
    """Size and quality of a drawn still."""

    width: int = 768
    height: int = 1024
    supersample: int = 2
    shadow_px: int = 1024
    lamps: tuple[Lamp, ...] = field(default=STUDIO)
    light_share: float = 1.0  # of the lamps' samples, for quick previews


def _cone(lamp: Lamp, count: int) -> F32:
    """Directions towards a lamp, spread evenly over its cone (Fibonacci spiral), (count, 3)."""
    axis = np.array(lamp.towards) / np.linalg.norm(lamp.towards)
    side = np.cross(axis, [0.0, 1.0, 0.0] if abs(axis[1]) < 0.9 else [1.0, 0.0, 0.0])
    side /= np.linalg.norm(side)
    other = np.cross(axis, side)
    k = np.arange(count) + 0.5
    cos = 1 - k / count * (1 - np.cos(np.radians(lamp.spread_deg)))
    sin, phi = np.sqrt(1 - cos**2), np.pi * (1 + 5**0.5) * k
    return (cos[:, None] * axis + (sin * np.cos(phi))[:, None] * side + (sin * np.sin(phi))[:, None] * other).astype(
        "f4"
    )


@dataclass
class Buffers:
    """What was drawn: albedo (H, W, 3) linear, kind (H, W) (-1: nothing), place
    (H, W, 4), diffuse and gloss light (H, W, 3); all float32."""

    albedo: F32
    kind: F32
    place: F32
    diffuse: F32
    gloss: F32


class Renderer:
    """One OpenGL context; not to be shared between threads."""

    def __init__(self) -> None:
        import moderngl  # only the data engine needs it

        self._gl = moderngl
        self.ctx: Any = moderngl.create_standalone_context(backend="egl")
        self._paint = self.ctx.program(vertex_shader=shaders.VERTEX, fragment_shader=shaders.GBUFFER)
        self._depth = self.ctx.program(vertex_shader=shaders.VERTEX, fragment_shader=shaders.DEPTH_FRAGMENT)
        self._light = self.ctx.program(vertex_shader=shaders.QUAD, fragment_shader=shaders.LIGHT)
        self._quad = self.ctx.buffer(np.array([-1, -1, 3, -1, -1, 3], "f4").tobytes())
        self._quad_array = self.ctx.vertex_array(self._light, [(self._quad, "2f", "q")])

    def draw(self, meshes: list[Mesh], camera: Camera, settings: StillSettings) -> list[Buffers]:
        """Draw and light meshes as three layers.

        Returns:
            [figure with dense hair only, figure with all hair (lit at hair alone), backdrop alone at a
            quarter of the resolution: light on paper is soft].
        """
        with self.ctx:  # whoever drew before may have made another context the current one
            return self._draw(meshes, camera, settings)

    def _draw(self, meshes: list[Mesh], camera: Camera, settings: StillSettings) -> list[Buffers]:
        s = settings.supersample
        size = (settings.width * s, settings.height * s)
        loaded = [self._load(mesh) for mesh in meshes]
        small = (settings.width // 2, settings.height // 2)
        layers = [_Layer(self.ctx, size, 0), _Layer(self.ctx, size, 1), _Layer(self.ctx, small, 2)]
        vp, eye = camera.matrices(settings.width / settings.height)
        self._set(self._paint, vp=vp.T, eye=eye)
        for layer, cut in zip(layers, (0.55, 0.06, 1.0), strict=True):
            layer.frame.use()
            self.ctx.enable(self._gl.DEPTH_TEST)
            self.ctx.disable(self._gl.BLEND)
            layer.frame.clear(0.0, 0.0, 0.0, -1.0)
            for mesh, (buffer, texture) in zip(meshes, loaded, strict=True):
                if (mesh.surface.kind == BACKDROP) == (layer.only == 2):
                    self._draw_surface(mesh, buffer, texture, cut)
        self._shine(meshes, loaded, layers, vp, eye, settings)
        out = [layer.read() for layer in layers]
        for buffer, texture in loaded:
            buffer.release()
            if texture is not None:
                texture.release()
        return out

    def _load(self, mesh: Mesh) -> tuple[Any, Any]:
        buffer = self.ctx.buffer(mesh.packed())
        image = mesh.surface.texture
        if image is None:
            return buffer, None
        flipped = np.ascontiguousarray(image[::-1])
        texture = self.ctx.texture((image.shape[1], image.shape[0]), image.shape[2], flipped.tobytes(), alignment=1)
        texture.build_mipmaps()
        texture.filter = (self._gl.LINEAR_MIPMAP_LINEAR, self._gl.LINEAR)
        texture.anisotropy = 8.0
        return buffer, texture

    @staticmethod
    def _set(program: Any, **values: Any) -> None:
        for name, value in values.items():
            if name in program:
                if isinstance(value, np.ndarray):
                    program[name].write(np.ascontiguousarray(value, "f4").tobytes())
                else:
                    program[name].value = value

    def _draw_surface(self, mesh: Mesh, buffer: Any, texture: Any, hair_cut: float) -> None:
        s = mesh.surface
        cut = hair_cut if s.kind == HAIR else (s.alpha_cut or 0.0)
        if texture is not None:
            texture.use(0)
        self._set(
            self._paint, tex=0, has_tex=texture is not None, tint=s.tint, grey=s.grey, kind=float(s.kind),
            gloss=s.gloss, sharp=s.sharp, bump=s.bump_m, weave=s.weave, cut=cut,
        )  # fmt: skip
        array = self.ctx.vertex_array(self._paint, [(buffer, "3f 3f 2f 3f", "p", "n", "t", "r")])
        array.render()
        array.release()

    def _shine(
        self,
        meshes: list[Mesh],
        loaded: list[tuple[Any, Any]],
        layers: list[_Layer],
        vp: F32,
        eye: F32,
        settings: StillSettings,
    ) -> None:
        """Add up all lamps: a shadow map each, then one pass over every layer."""
        ctx = self.ctx
        shadow = ctx.depth_texture((settings.shadow_px, settings.shadow_px))
        shadow.compare_func = "<="
        shadow.repeat_x = shadow.repeat_y = False
        shadow_frame = ctx.framebuffer(depth_attachment=shadow)
        body = [(m, b) for m, b in zip(meshes, loaded, strict=True) if m.surface.kind != BACKDROP]
        points = np.concatenate([m.points for m, _ in body])
        arrays = [(m, t, ctx.vertex_array(self._depth, [(b, "3f 12x 2f 12x", "p", "t")])) for m, (b, t) in body]
        box = _screen_box(points, vp)
        for layer in layers:
            layer.light_frame.clear()
            if layer.only != 2:
                layer.light_frame.scissor = layer.pixels(box)
        for lamp in settings.lamps:
            count = max(1, round(lamp.samples * settings.light_share))
            for towards in _cone(lamp, count):
                casts = bool(lamp.casts and towards[2] >= 0)
                light_vp = _light_matrix(towards, points)
                if casts:
                    shadow_frame.use()
                    shadow_frame.clear()
                    ctx.enable(self._gl.DEPTH_TEST)
                    ctx.disable(self._gl.BLEND)
                    self._set(self._depth, vp=light_vp.T)
                    for mesh, texture, array in arrays:
                        if texture is not None:
                            texture.use(0)
                        cut = 0.4 if mesh.surface.kind == HAIR else (mesh.surface.alpha_cut or 0.0)
                        self._set(self._depth, tex=0, has_tex=texture is not None, cut=cut)
                        array.render()
                colour = tuple(c / count for c in lamp.colour)
                self._set(self._light, light_vp=light_vp.T, towards=towards, colour=colour, eye=eye, casts=casts)
                self._set(self._light, albedo=0, normal=1, place=2, shadow=3)
                ctx.disable(self._gl.DEPTH_TEST)
                ctx.enable(self._gl.BLEND)
                ctx.blend_func = self._gl.ONE, self._gl.ONE
                shadow.use(3)
                for layer in layers:
                    layer.light_frame.use()
                    self._set(self._light, only=layer.only)
                    for unit, target in enumerate(layer.targets):
                        target.use(unit)
                    self._quad_array.render()
        for item in (shadow_frame, shadow, *(array for _, _, array in arrays)):
            item.release()


class _Layer:
    """The buffers of one drawing: albedo, normal and place, and the light added up on them."""

    def __init__(self, ctx: Any, size: tuple[int, int], only: int) -> None:
        self.size, self.only = size, only
        self.targets = [ctx.texture(size, 4, dtype="f4") for _ in range(3)]
        self.depth = ctx.depth_renderbuffer(size)
        self.frame = ctx.framebuffer(self.targets, self.depth)
        self.sums = [ctx.texture(size, 4, dtype="f4") for _ in range(2)]
        self.light_frame = ctx.framebuffer(self.sums)

    def pixels(self, box: tuple[float, float, float, float]) -> tuple[int, int, int, int]:
        """A box of 0..1 (left, bottom, right, top) as OpenGL's (x, y, width, height)."""
        w, h = self.size
        x0, y0 = max(0, int(box[0] * w) - 2), max(0, int(box[1] * h) - 2)
        return x0, y0, min(w, int(box[2] * w) + 3) - x0, min(h, int(box[3] * h) + 3) - y0

    def read(self) -> Buffers:
        """Fetch everything, top row first, and free the memory."""
        w, h = self.size
        kept = (self.targets[0], self.targets[2], *self.sums)
        albedo, place, diffuse, gloss = (np.frombuffer(t.read(), "f4").reshape(h, w, 4)[::-1] for t in kept)
        for item in (self.frame, self.light_frame, self.depth, *self.targets, *self.sums):
            item.release()
        return Buffers(
            albedo[..., :3].copy(), albedo[..., 3].copy(), place.copy(), diffuse[..., :3].copy(), gloss[..., :3].copy()
        )


def _screen_box(points: F32, vp: F32) -> tuple[float, float, float, float]:
    """The part of the picture (left, bottom, right, top in 0..1) that points (N, 3) fall into."""
    clip = np.concatenate([points, np.ones((len(points), 1), np.float32)], 1) @ vp.T
    ndc = clip[:, :2] / clip[:, 3:]
    low, high = ndc.min(0) * 0.5 + 0.5, ndc.max(0) * 0.5 + 0.5
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def _light_matrix(towards: F32, points: F32) -> F32:
    """Orthographic view-projection (4, 4) of a light that just holds all points (N, 3)."""
    f = -towards / np.linalg.norm(towards)
    right = np.cross(f, [0.0, 0.0, 1.0] if abs(f[2]) < 0.95 else [0.0, 1.0, 0.0])
    right /= np.linalg.norm(right)
    axes = np.stack([right, np.cross(right, f), f])
    local = points @ axes.T
    low, high = local.min(0) - 0.02, local.max(0) + 0.02
    scale = 2.0 / (high - low)
    out = np.eye(4)
    out[:3, :3] = axes * scale[:, None]
    out[:3, 3] = -(low + high) / 2 * scale
    return out.astype(np.float32)
