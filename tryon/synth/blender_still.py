"""Path-trace a still with Cycles: the script of a process of its own, which alone imports ``bpy``.

Started by ``cycles`` as ``python blender_still.py FOLDER_OF_BPY SCENE.npz OUT.png``. The scene holds for each
mesh k: points_k (N, 3), faces_k (F, 3), uv_k (3F, 2), rest_k (N, 3), look_k (JSON), and one JSON "scene".
It must not import ``tryon``: its interpreter has Blender's packages first.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

BACKDROP, SKIN, CLOTH, HAIR, EYE, SHOE = range(6)  # as ``draw``
Look = dict[str, Any]


class Wires:
    """The node tree of one material, written down briefly."""

    def __init__(self, bpy: Any, name: str) -> None:
        self.bpy = bpy
        self.material = bpy.data.materials.new(name)
        self.material.use_nodes = True
        self.tree = self.material.node_tree
        self.shader = self.tree.nodes["Principled BSDF"]
        self.out = self.tree.nodes["Material Output"]

    def node(self, kind: str, **values: Any) -> Any:
        """A node; values are its properties, or (where it has inputs of that name) its inputs."""
        node = self.tree.nodes.new(kind)
        for key, value in values.items():
            if key in node.inputs:
                node.inputs[key].default_value = value
            else:
                setattr(node, key, value)
        return node

    def join(self, source: Any, target: Any) -> None:
        """Connect an output to an input."""
        self.tree.links.new(source, target)

    def math(self, operation: str, a: Any, b: Any) -> Any:
        """A number computed from two outputs or numbers."""
        node = self.node("ShaderNodeMath", operation=operation)
        for socket, value in zip(node.inputs, (a, b), strict=False):
            if isinstance(value, (int, float)):
                socket.default_value = value
            else:
                self.join(value, socket)
        return node.outputs[0]

    def set(self, **values: Any) -> None:
        """Inputs of the principled shader; underscores stand for blanks."""
        for key, value in values.items():
            self.shader.inputs[key.replace("_", " ")].default_value = value


def albedo(wires: Wires, look: Look, boost: float = 1.0) -> tuple[Any, Any]:
    """The surface's colour (its texture greyed and tinted) and its alpha."""
    tint = (*[min(max(c * boost, 0.0), 8.0) for c in look["tint"]], 1.0)
    if not look["texture"]:
        colour = wires.node("ShaderNodeRGB")
        colour.outputs[0].default_value = tint
        return colour.outputs[0], None
    image = wires.node("ShaderNodeTexImage", interpolation="Cubic")
    image.image = wires.bpy.data.images.load(look["texture"])
    image.image.alpha_mode = "CHANNEL_PACKED"
    grey = wires.node("ShaderNodeHueSaturation", Saturation=1.0 - look["grey"])
    wires.join(image.outputs["Color"], grey.inputs["Color"])
    mixed = wires.node("ShaderNodeVectorMath", operation="MULTIPLY")
    wires.join(grey.outputs[0], mixed.inputs[0])
    mixed.inputs[1].default_value = tint[:3]
    return mixed.outputs[0], image.outputs["Alpha"]


def bump(wires: Wires, scale: float, height_m: float, detail: float = 3.0, roughness: float = 0.6) -> None:
    """Fine relief that sticks to the surface: noise over the rest pose."""
    rest = wires.node("ShaderNodeAttribute", attribute_name="rest")
    noise = wires.node("ShaderNodeTexNoise", Scale=scale, Detail=detail, Roughness=roughness)
    wires.join(rest.outputs["Vector"], noise.inputs["Vector"])
    relief = wires.node("ShaderNodeBump", Strength=1.0, Distance=height_m)
    wires.join(noise.outputs[0], relief.inputs["Height"])
    wires.join(relief.outputs[0], wires.shader.inputs["Normal"])


def skin(wires: Wires, look: Look) -> None:
    """Light enters skin and leaves it reddened millimetres away."""
    colour, _ = albedo(wires, look)
    wires.join(colour, wires.shader.inputs["Base Color"])
    wires.set(Subsurface_Weight=0.22, Subsurface_Scale=0.006, Roughness=0.48, Specular_IOR_Level=0.38)
    wires.shader.inputs["Subsurface Radius"].default_value = (1.0, 0.36, 0.2)
    bump(wires, 900.0, 0.00025, detail=2.0)


def cloth(wires: Wires, look: Look) -> None:
    """Matt, with a shimmer of fibres at grazing angles and a weave too fine to count."""
    colour, _ = albedo(wires, look)
    wires.join(colour, wires.shader.inputs["Base Color"])
    wires.set(Roughness=0.88, Specular_IOR_Level=0.22, Sheen_Weight=0.12, Sheen_Roughness=0.5)
    bump(wires, 700.0, 0.0005, detail=4.0)


def hair(wires: Wires, look: Look) -> None:
    """Cards with strands painted on; the alpha lets light through between them."""
    colour, alpha = albedo(wires, look)
    wires.join(colour, wires.shader.inputs["Base Color"])
    wires.set(Roughness=0.55, Specular_IOR_Level=0.2 if look["gloss"] > 0 else 0.1)
    if alpha is not None:
        wires.join(alpha, wires.shader.inputs["Alpha"])


def eye(wires: Wires, look: Look) -> None:
    """A painted ball under a wet film."""
    colour, _ = albedo(wires, look)
    wires.join(colour, wires.shader.inputs["Base Color"])
    wires.set(Roughness=0.25, Specular_IOR_Level=0.5, Coat_Weight=1.0, Coat_Roughness=0.03)


def shoe(wires: Wires, look: Look) -> None:
    """Leather and rubber."""
    colour, _ = albedo(wires, look)
    wires.join(colour, wires.shader.inputs["Base Color"])
    wires.set(Roughness=0.55, Specular_IOR_Level=0.4)


def paper(wires: Wires, look: Look) -> None:
    """The backdrop."""
    colour, _ = albedo(wires, look)
    wires.join(colour, wires.shader.inputs["Base Color"])
    wires.set(Roughness=1.0, Specular_IOR_Level=0.0)


PAINTERS: dict[int, Callable[[Wires, Look], None]] = {
    BACKDROP: paper, SKIN: skin, CLOTH: cloth, HAIR: hair, EYE: eye, SHOE: shoe,
}  # fmt: skip


def add_mesh(bpy: Any, scene: dict[str, np.ndarray], number: int) -> None:
    """One mesh of the scene with its material."""
    points, faces = scene[f"points_{number}"], scene[f"faces_{number}"]
    look = json.loads(str(scene[f"look_{number}"]))
    mesh = bpy.data.meshes.new(f"mesh{number}")
    mesh.vertices.add(len(points))
    mesh.vertices.foreach_set("co", points.astype(np.float32).ravel())
    mesh.loops.add(faces.size)
    mesh.loops.foreach_set("vertex_index", faces.astype(np.int32).ravel())
    mesh.polygons.add(len(faces))
    mesh.polygons.foreach_set("loop_start", np.arange(0, faces.size, 3, dtype=np.int32))
    layer = mesh.uv_layers.new(name="uv")
    layer.data.foreach_set("uv", scene[f"uv_{number}"].astype(np.float32).ravel())
    rest = mesh.attributes.new("rest", "FLOAT_VECTOR", "POINT")
    rest.data.foreach_set("vector", scene[f"rest_{number}"].astype(np.float32).ravel())
    mesh.update(calc_edges=True)
    mesh.polygons.foreach_set("use_smooth", np.ones(len(faces), bool))
    thing = bpy.data.objects.new(f"mesh{number}", mesh)
    bpy.context.scene.collection.objects.link(thing)
    wires = Wires(bpy, f"material{number}")
    PAINTERS[look["kind"]](wires, look)
    mesh.materials.append(wires.material)
    if look["kind"] in (SKIN, CLOTH):
        rounder = thing.modifiers.new("rounder", "SUBSURF")
        rounder.levels = rounder.render_levels = 1
        rounder.boundary_smooth = "PRESERVE_CORNERS"
        rounder.use_limit_surface = False  # its patch tables take gigabytes for triangles
    if look["kind"] == CLOTH:
        thick = thing.modifiers.new("thick", "SOLIDIFY")
        thick.thickness, thick.offset = look["thick_m"], 1.0


def add_lamp(bpy: Any, lamp: Look) -> None:
    """A softbox: a rectangle that shines on what it is aimed at."""
    from mathutils import Vector

    data = bpy.data.lights.new("softbox", "AREA")
    data.shape, data.size, data.size_y = "RECTANGLE", lamp["size"][0], lamp["size"][1]
    data.energy, data.color = lamp["watts"], lamp["colour"]
    thing = bpy.data.objects.new("softbox", data)
    thing.location = lamp["place"]
    aim = Vector(lamp["aim"]) - Vector(lamp["place"])
    thing.rotation_euler = aim.to_track_quat("-Z", "Y").to_euler()
    thing.visible_camera = False
    bpy.context.scene.collection.objects.link(thing)


def add_camera(bpy: Any, camera: Look) -> None:
    """A pinhole at ``eye`` that sees ``field_m`` metres of height at ``look_at``."""
    from mathutils import Vector

    data = bpy.data.cameras.new("camera")
    thing = bpy.data.objects.new("camera", data)
    eye_at, look_at = Vector(camera["eye"]), Vector(camera["look_at"])
    thing.location = eye_at
    thing.rotation_euler = (look_at - eye_at).to_track_quat("-Z", "Y").to_euler()
    data.sensor_fit = "VERTICAL"
    data.angle = 2 * float(np.arctan(0.5 * camera["field_m"] / (look_at - eye_at).length))
    bpy.context.scene.collection.objects.link(thing)
    bpy.context.scene.camera = thing


def set_up(bpy: Any, settings: Look, out: Path) -> None:
    """Cycles on the processor, few samples, denoised."""
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    cycles = scene.cycles
    cycles.device = "CPU"
    cycles.samples = settings["samples"]
    cycles.use_adaptive_sampling = True
    cycles.adaptive_threshold = settings["noise"]
    cycles.use_denoising = True
    cycles.denoiser = "OPENIMAGEDENOISE"
    cycles.max_bounces, cycles.transparent_max_bounces = 4, 24
    cycles.diffuse_bounces, cycles.glossy_bounces = 2, 2
    cycles.seed = settings["seed"]
    scene.render.threads_mode, scene.render.threads = "FIXED", settings["threads"]
    scene.render.resolution_x, scene.render.resolution_y = settings["width"], settings["height"]
    scene.render.resolution_percentage = 100
    scene.render.filepath = str(out)
    scene.render.image_settings.file_format = "PNG"
    scene.view_settings.view_transform = settings["view"]
    scene.view_settings.look = settings["look"]
    scene.view_settings.exposure = settings["exposure"]
    world = bpy.data.worlds.new("studio")
    world.use_nodes = True
    shine = world.node_tree.nodes["Background"]
    shine.inputs[0].default_value = (*settings["ambient"], 1.0)
    shine.inputs[1].default_value = 1.0
    scene.world = world


def main() -> None:
    """Draw one scene."""
    folder, source, out = sys.argv[1:4]
    sys.path[0] = folder  # instead of our own: modules of ours are named as some of Blender's
    import bpy

    bpy.ops.wm.read_factory_settings(use_empty=True)
    with np.load(source) as file:
        scene = dict(file)
    settings = json.loads(str(scene["scene"]))
    set_up(bpy, settings, Path(out))
    for number in range(settings["meshes"]):
        add_mesh(bpy, scene, number)
    for lamp in settings["lamps"]:
        add_lamp(bpy, lamp)
    add_camera(bpy, settings["camera"])
    bpy.ops.render.render(write_still=True)


if __name__ == "__main__":
    main()
