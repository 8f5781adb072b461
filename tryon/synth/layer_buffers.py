"""What the layer renderer keeps on the card: framebuffers, textures, garments and the people's solids."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from tryon.synth.garment_mesh import GarmentMesh
from tryon.synth.layer_meshes import Cloth, cloth_of, corner_buffer, face_texture, part_bytes, shown_faces, skin_push
from tryon.synth.solids import BROW, HAIR, HAT, SKIN, UNDERWEAR, Solid

U8 = NDArray[np.uint8]
Box = tuple[int, int, int, int]  # OpenGL's x, y (from below), width, height
_DTYPES = {"u1": np.uint8, "f1": np.uint8, "i1": np.int8, "u2": np.uint16, "f4": np.float32}
PUSH_M, REACH_M = 0.008, 0.015  # skin beside covered skin gives way to cloth by this much, within this reach
HAIR_UNDER_HAT_M = 0.04  # hair is modelled without hats and sticks out of them by up to this much
NO_OCCLUDERS = (HAIR, BROW, UNDERWEAR)  # hair is drawn apart, lashes are thin, underwear lies under everything
T = TypeVar("T")


class Kept(Generic[T]):
    """Things on the card by the identity of what they were made from; the oldest go first."""

    def __init__(self, most: int, release: Callable[[T], None]) -> None:
        self._most, self._release = most, release
        self._items: dict[int, tuple[Any, T]] = {}  # the source is held, so that its id stays its own

    def get(self, source: Any, make: Callable[[], T]) -> T:
        """What was made from this very object, made now if need be."""
        if id(source) not in self._items:
            if len(self._items) >= self._most:
                self._release(self._items.pop(next(iter(self._items)))[1])
            self._items[id(source)] = (source, make())
        return self._items[id(source)][1]


class Frame:
    """Framebuffers of one resolution; they share one depth buffer."""

    def __init__(self, ctx: Any, size_hw: tuple[int, int]) -> None:
        self.hw = size_hw
        self.size = (size_hw[1], size_hw[0])
        self._depth = ctx.depth_renderbuffer(self.size)
        self._ctx = ctx
        labels, albedo, normal, depth = (self._make(*k) for k in ((2, "u1"), (4, "f1"), (4, "i1"), (1, "u2")))
        flat, part = self._make(2, "f4"), self._make(1, "u1")
        self.unseen = ctx.framebuffer(depth_attachment=self._depth)
        self.body = ctx.framebuffer([labels, albedo], self._depth)
        self.colour = ctx.framebuffer([albedo], self._depth)
        self.parts = ctx.framebuffer([part], self._depth)
        self.shape = ctx.framebuffer([normal, depth], self._depth)
        self.cloth = ctx.framebuffer([normal, depth, flat], self._depth)

    def _make(self, channels: int, dtype: str) -> Any:
        return self._ctx.texture(self.size, channels, dtype=dtype)

    def fetch(self, target: Any, attachment: int, channels: int, dtype: str, box: Box) -> Any:
        """Pixels of a framebuffer, top row first: (H, W) or (H, W, channels), zero outside the box."""
        x, y, w, h = box
        out = np.zeros(self.hw if channels == 1 else (*self.hw, channels), _DTYPES[dtype])
        if w and h:
            raw = target.read(viewport=box, components=channels, attachment=attachment, dtype=dtype, alignment=1)
            part = np.frombuffer(raw, _DTYPES[dtype]).reshape((h, w) if channels == 1 else (h, w, channels))
            top = self.hw[0] - y - h
            out[top : top + h, x : x + w] = part[::-1]
        return out


class GarmentBuffers:
    """A garment's buffers that are the same on every body."""

    def __init__(self, ctx: Any, mesh: GarmentMesh) -> None:
        size, data = face_texture(part_bytes(mesh))
        self.faces = ctx.texture(size, 1, data, alignment=1, dtype="u1")
        self.cloth: Cloth = cloth_of(mesh)
        self.index = ctx.buffer(self.cloth.faces.astype("i4").tobytes())

    def release(self) -> None:
        """Free the card's memory."""
        self.faces.release()
        self.index.release()


class Picture:
    """A texture with its mean light where it is opaque (linear)."""

    def __init__(self, ctx: Any, gl: Any, image: U8) -> None:
        flipped = np.ascontiguousarray(image[::-1])
        self.texture = ctx.texture((image.shape[1], image.shape[0]), image.shape[2], flipped.tobytes(), alignment=1)
        self.texture.build_mipmaps()
        self.texture.filter = (gl.LINEAR_MIPMAP_LINEAR, gl.LINEAR)
        small = image[::4, ::4].astype(np.float32)
        light = (small[..., :3] / 255) ** 2.2 @ np.array([0.2126, 0.7152, 0.0722], np.float32)
        dense = small[..., 3] > 128 if image.shape[2] == 4 else np.ones(light.shape, bool)
        self.mean = float(light[dense].mean()) if dense.any() else 1.0

    def release(self) -> None:
        """Free the card's memory."""
        self.texture.release()


class SolidBuffers:
    """A solid's corners and its faces' labels."""

    def __init__(self, ctx: Any, solid: Solid) -> None:
        self.solid = solid
        self.corners = ctx.buffer(corner_buffer(solid))
        size, data = face_texture(solid.label)
        self.labels = ctx.texture(size, 1, data, alignment=1, dtype="u1")

    def release(self) -> None:
        """Free the card's memory."""
        self.corners.release()
        self.labels.release()


class Occluders:
    """What may hide a garment, ready for the depth buffer."""

    def __init__(
        self, ctx: Any, program: Any, solids: Sequence[Solid], covered: NDArray[np.bool_] | None, hats: bool = False
    ) -> None:
        """covered: see ``Worn.covered``. hats: whether hats press down what they are worn over (hair)."""
        self._held: list[Any] = []
        self._arrays: list[Any] = []
        for solid in solids:
            faces = shown_faces(solid, covered)
            if solid.kind in NO_OCCLUDERS or len(faces) == 0:
                continue
            data = np.zeros((len(solid.points), 4), np.float32)
            data[:, :3] = solid.points
            if solid.kind == SKIN:
                data[:, 3] = skin_push(solid, covered, PUSH_M, REACH_M)
            elif solid.kind == HAT and hats:
                data[:, 3] = -HAIR_UNDER_HAT_M
            points, index = ctx.buffer(data.tobytes()), ctx.buffer(faces.astype("i4").tobytes())
            array = ctx.vertex_array(program, [(points, "3f 1f", "p", "push")], index)
            self._arrays.append(array)
            self._held += [array, points, index]

    def render(self) -> None:
        """Draw into the framebuffer in use, with the program as it is aimed."""
        for array in self._arrays:
            array.render()

    def release(self) -> None:
        """Free the card's memory."""
        for item in self._held:
            item.release()
