"""Let cloth fall with Blender: the script of a process of its own, which alone imports ``bpy``.

Started by ``simulate.BlenderCloth`` as ``python blender_cloth.py FOLDER_OF_BPY``. Each line on its input is a
JSON object {"job": path of an .npz, "out": path of an .npz to write, "settings": {...}}; each answer a line
{"seconds": s, "processor_seconds": s} or {"error": text}. It must not import ``tryon``: its interpreter has
Blender's packages first.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

import numpy as np

PIN_GROUP = "held"
MEMORY_BYTES = 4 << 30  # cloth that explodes meets itself everywhere and would take all there is; 1.3 GB are usual


def mesh_object(bpy: Any, name: str, points: np.ndarray, faces: np.ndarray) -> Any:
    """A triangle mesh as an object of the scene; points (N, 3) m, faces (F, 3)."""
    mesh = bpy.data.meshes.new(name)
    mesh.vertices.add(len(points))
    mesh.vertices.foreach_set("co", points.astype(np.float32).ravel())
    mesh.loops.add(faces.size)
    mesh.loops.foreach_set("vertex_index", faces.astype(np.int32).ravel())
    mesh.polygons.add(len(faces))
    mesh.polygons.foreach_set("loop_start", np.arange(0, faces.size, 3, dtype=np.int32))
    mesh.update(calc_edges=True)
    thing = bpy.data.objects.new(name, mesh)
    bpy.context.scene.collection.objects.link(thing)
    return thing


def add_body(bpy: Any, job: dict[str, np.ndarray], settings: dict[str, Any]) -> None:
    """What the cloth lies on."""
    body = mesh_object(bpy, "body", job["body_points"], job["body_faces"])
    body.modifiers.new("collision", "COLLISION")
    body.collision.thickness_outer = settings["gap_m"]
    body.collision.thickness_inner = settings["inner_m"]
    body.collision.cloth_friction = settings["friction"]
    body.collision.damping = 0.5


def add_cloth(bpy: Any, job: dict[str, np.ndarray], settings: dict[str, Any]) -> Any:
    """The garment; it starts at ``points`` and wants the edge lengths of ``rest_points``."""
    thing = mesh_object(bpy, "cloth", job["points"], job["faces"])
    group = thing.vertex_groups.new(name=PIN_GROUP)
    pins = job["pins"]
    for level in np.unique(pins[pins > 0]):
        group.add(np.flatnonzero(pins == level).tolist(), float(level), "REPLACE")
    thing.shape_key_add(name="Basis")
    rest = thing.shape_key_add(name="rest")
    rest.data.foreach_set("co", job["rest_points"].astype(np.float32).ravel())
    modifier = thing.modifiers.new("cloth", "CLOTH")
    cloth, touch = modifier.settings, modifier.collision_settings
    cloth.rest_shape_key = rest
    cloth.vertex_group_mass = PIN_GROUP
    cloth.pin_stiffness = settings["pin_stiffness"]
    cloth.quality = settings["quality"]
    cloth.mass = settings["mass"]
    cloth.air_damping = settings["air"]
    cloth.bending_model = "ANGULAR"
    for kind in ("tension", "compression", "shear", "bending"):
        setattr(cloth, f"{kind}_stiffness", settings[kind])
        setattr(cloth, f"{kind}_damping", settings[f"{'bending' if kind == 'bending' else 'stretch'}_damping"])
    cloth.shrink_min = cloth.shrink_max = -settings["slack"]
    touch.distance_min = settings["gap_m"]
    touch.collision_quality = settings["collision_quality"]
    touch.friction = settings["friction"]
    touch.use_self_collision = settings["self_gap_m"] > 0
    touch.self_distance_min = max(settings["self_gap_m"], 1e-3)
    modifier.point_cache.frame_start = 1
    modifier.point_cache.frame_end = settings["frames"] + 1
    return thing


def fall(bpy: Any, job: dict[str, np.ndarray], settings: dict[str, Any]) -> np.ndarray:
    """Vertices (N, 3) float32 m after ``frames`` frames."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.fps = settings["fps"]
    scene.frame_start, scene.frame_end = 1, settings["frames"] + 1
    scene.gravity = (0.0, 0.0, -9.81 * settings["gravity"])
    add_body(bpy, job, settings)
    cloth = add_cloth(bpy, job, settings)
    for frame in range(1, settings["frames"] + 2):
        scene.frame_set(frame)
    fallen = cloth.evaluated_get(bpy.context.evaluated_depsgraph_get()).data
    points = np.empty(len(fallen.vertices) * 3, np.float32)
    fallen.vertices.foreach_get("co", points)
    return points.reshape(-1, 3)


def main() -> None:
    """Answer jobs until the input ends."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # Blender's own words go to the log
    sys.path[0] = sys.argv[1]  # instead of our own: modules of ours are named as some of Blender's
    import bpy

    for line in sys.stdin:
        order = json.loads(line)
        start, work = time.perf_counter(), time.process_time()
        try:
            with np.load(order["job"]) as job:
                points = fall(bpy, dict(job), order["settings"])
            np.savez(order["out"], points=points)
            answer: dict[str, Any] = {
                "seconds": time.perf_counter() - start,
                "processor_seconds": time.process_time() - work,
            }
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
