"""Makes records: a person, a pose, a camera and two outfits, all drawn as layers of geometry."""

from __future__ import annotations

import time
import zlib
from collections import defaultdict
from collections.abc import Generator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.person.pose import MediaPipePose
from tryon.synth.bodies import SKIN_END, Body, BodyModel
from tryon.synth.camera import FRAMINGS, PhotoCamera, sample_camera
from tryon.synth.casting import cast_people
from tryon.synth.cloth_choice import ClothChoice
from tryon.synth.collisions import ClashTest
from tryon.synth.compose import compose, sample_look
from tryon.synth.cutkit import CutKit
from tryon.synth.designs import DesignKind, is_held_out, library_design, library_keys, library_name, make_design
from tryon.synth.drapes import DrapeLibrary, Skin, apply_drape
from tryon.synth.far_side import hide_far_side
from tryon.synth.flat_frame import FlatFrame
from tryon.synth.flat_views import garment_info
from tryon.synth.garment_mesh import Fit, Wearable, Worn
from tryon.synth.grounds import GroundLibrary
from tryon.synth.layer_meshes import FoldNoise, sample_folds
from tryon.synth.layers import LayerRenderer, joints_px
from tryon.synth.outfits import bake_own_texture, load_outfit_pieces
from tryon.synth.people import PersonSpec, person_solids
from tryon.synth.pose_library import NamedPose
from tryon.synth.record import HALF, GarmentInfo, GarmentLayer, Record
from tryon.synth.record_codec import pack_garment, unpack_garment
from tryon.synth.shards import ShardWriter
from tryon.synth.solids import Solid
from tryon.synth.synthesize import SynthSettings, split_of
from tryon.synth.wardrobe import SLOTS, Counts, Habits, Outfit, Slot, choose_outfit, choose_wardrobe, slot_of

FRAMING_SHARE = (0.45, 0.25, 0.30)  # full figure, to the knee, to the hip
# designs of the library that a shard may take, by kind
LIBRARY_SHARE: dict[DesignKind, int] = {"upper": 11, "dress": 5, "jacket": 4, "lower": 6, "skirt": 3}
KEPT_DESIGNS = 70  # some 40 MB each with what wearing them needs
# every record has MediaPipe's pose on outfit A, one in so many on B too: two pictures are a third of a record's time
POSE_ON_B_EVERY = 4
# MediaPipe sees 256 px of a picture: more would only cost time
POSE_SIZE, POSE_PAINT = (384, 288), (256, 192)
FIT_LAYER: dict[Slot, int] = {"bottom": 0, "dress": 0, "top": 1, "jacket": 2}


@dataclass(frozen=True)
class Scene:
    """One person before the camera."""

    spec: PersonSpec
    pose: NamedPose
    body: Body
    solids: list[Solid]
    camera: PhotoCamera

    @cached_property
    def skin(self) -> Skin:
        """What folds are pushed out of."""
        return Skin(self.body, self.solids[0].faces)


class Stopwatch:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._last = time.perf_counter()

    def start(self) -> None:
        self._last = time.perf_counter()

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self.seconds[stage] += now - self._last
        self._last = now


class RecordMaker:
    """All that makes records, loaded once a process (some 15 s)."""

    def __init__(self, settings: SynthSettings) -> None:
        self.settings = settings
        self.model = BodyModel()
        self.kit = CutKit(self.model)
        self.clash = ClashTest(self.model)
        self.renderer = LayerRenderer()
        self.pieces = load_outfit_pieces(self.model, settings.data)
        self.drapes = DrapeLibrary(settings.drapes)
        self.grounds = GroundLibrary.open(settings.grounds)
        self.cloths = ClothChoice.open(settings.photo_textures)
        self._pose_cloths = ClothChoice(self.cloths.photos, POSE_PAINT)
        self.pose = MediaPipePose() if settings.pose else None
        self.watch = Stopwatch()
        self._designs: dict[tuple[DesignKind, int], Wearable] = {}
        self._packed: dict[str, bytes] = {}  # garments' blobs: drawing flats again would cost as much as records

    def wardrobe(self, rng: np.random.Generator, split: str, counts: Counts = Counts()) -> list[Wearable]:
        """The garments of one shard: of the library mostly those whose folds are simulated."""
        whole = Counts()
        few = sum(getattr(counts, slot) for slot in SLOTS) / sum(getattr(whole, slot) for slot in SLOTS)
        draped = set(self.drapes.designs)
        library = []
        for kind, count in LIBRARY_SHARE.items():
            keys = [key for key in library_keys() if key[0] == kind and is_held_out(key[1]) == (split == "validation")]
            keys = [keys[int(k)] for k in rng.permutation(len(keys))]
            keys.sort(key=lambda key: library_name(*key) not in draped)
            library += [self._library_design(*key) for key in keys[: round(few * count) or 1]]
        pieces = [w for k, w in enumerate(self.pieces) if (k % 10 == 9) == (split == "validation")]
        return choose_wardrobe(counts, library, pieces, self._new_design, rng)

    def _library_design(self, kind: DesignKind, number: int) -> Wearable:
        made = self._designs.pop((kind, number), None) or library_design(kind, number, self.kit)
        self._designs[kind, number] = made  # the latest last
        while len(self._designs) > KEPT_DESIGNS:
            del self._designs[next(iter(self._designs))]
        return made

    def _new_design(self, slot: Slot, rng: np.random.Generator) -> Wearable:
        kinds: dict[Slot, tuple[DesignKind, ...]] = {
            "top": ("upper",), "bottom": ("lower", "lower", "skirt"), "dress": ("dress",), "jacket": ("jacket",),
        }  # fmt: skip
        for _ in range(20):
            made = make_design(kinds[slot][int(rng.integers(len(kinds[slot])))], rng, self.kit)
            if slot_of(made) == slot:
                return made
        return made

    def garment(self, wearable: Wearable) -> GarmentInfo:
        """What a shard keeps of a garment; drawn once a process."""
        key = wearable.mesh.id
        if key not in self._packed:
            rng = np.random.default_rng(zlib.crc32(key.encode()))
            info = garment_info(wearable, self.renderer, self.model, rng, texture=bake_own_texture(wearable))
            self._packed[key] = pack_garment(info)
        return unpack_garment(self._packed[key])

    def make_shard(self, number: int) -> Generator[int, None, None]:
        """Make one shard; yields 1 for every record. Nothing is left behind when it is stopped."""
        split = split_of(number)
        self.drapes = DrapeLibrary(self.settings.drapes)  # it may have grown
        rng = np.random.default_rng([self.settings.seed, number])
        self.watch.start()
        wardrobe = self.wardrobe(rng, split)
        self.watch.lap("designs")
        garments = [self.garment(wearable) for wearable in wardrobe]
        self.watch.lap("flat views")
        writer = ShardWriter(self.settings.out, number, {"split": split, "settings": self.settings.facts()})
        try:
            for info in garments:
                writer.add_garment(info)
            for k in range(self.settings.per_shard):
                record = self.make_record(f"{number:04d}-{k:04d}", wardrobe, garments, [self.settings.seed, number, k])
                if not writer.add_record(record):
                    break
                self.watch.lap("packing")
                yield 1
            writer.finish()
        except BaseException:
            writer.drop()
            raise

    def make_record(
        self,
        name: str,
        wardrobe: list[Wearable],
        garments: list[GarmentInfo],
        seed: list[int],
        family: str | None = None,
    ) -> Record:
        """One record; equal seeds and wardrobes give equal records."""
        rng = np.random.default_rng(seed)
        self.watch.start()
        scene = self.scene(rng, family)
        man = scene.spec.sex == "male"
        a = choose_outfit(wardrobe, Habits(), rng, man=man)
        separates = True if len(a.garments) > 1 and rng.random() < 0.6 else None  # mixed outfits need two
        b = choose_outfit(wardrobe, Habits(), rng, avoid=a.garments, separates=separates, man=man)
        body = self.renderer.draw_body(scene.solids, scene.camera)
        hair = self.renderer.draw_hair(scene.solids, scene.camera)
        self.watch.lap("draw person")
        layers, places, simulated = self._layers(scene, wardrobe, garments, (a, b), rng)
        layers = tuple(hide_far_side(layer, body) for layer in layers)
        outfits = {"undressed": (), "a": self._order(a, places), "b": self._order(b, places)}
        mixed = _mix(a, b, wardrobe)
        if mixed is not None:
            outfits["mixed"] = self._order(mixed, places)
        meta = {
            "seed": seed, "pose": scene.pose.family, "turn_deg": round(float(scene.pose.turn_deg), 1),
            "person": scene.spec.meta(), "camera": _camera_facts(scene.camera),
            "tucked": {"a": a.tucked, "b": b.tucked}, "simulated": simulated,
        }  # fmt: skip
        record = Record(name, body, hair, layers, outfits, joints_px(scene.body, scene.camera), {}, {}, meta)
        return self._with_pose(record, garments, rng)

    def scene(self, rng: np.random.Generator, family: str | None = None) -> Scene:
        """A person in a clean pose before a camera."""
        sitter = cast_people(rng, 1, self.model, self.clash, self.settings.data, (family,))[0]
        spec, pose, body = sitter.spec, sitter.named, sitter.body
        self.watch.lap("body")
        solids = person_solids(spec, pose, body, self.model, self.settings.data)
        framing = FRAMINGS[int(rng.choice(3, p=FRAMING_SHARE))]
        camera = sample_camera(rng, body.vertices[:SKIN_END], framing)
        self.watch.lap("solids")
        return Scene(spec, pose, body, solids, camera)

    def _layers(
        self,
        scene: Scene,
        wardrobe: list[Wearable],
        garments: list[GarmentInfo],
        outfits: tuple[Outfit, ...],
        rng: np.random.Generator,
    ) -> tuple[tuple[GarmentLayer, ...], dict[int, int], list[bool]]:
        """Layers of all garments of the outfits, garment -> layer, and which have simulated folds."""
        layers: list[GarmentLayer] = []
        from_library: list[bool] = []
        places: dict[int, int] = {}
        for outfit in outfits:
            for rank, index in enumerate(outfit.garments):
                wearable = wardrobe[index]
                slot = slot_of(wearable)
                fit = Fit(FIT_LAYER[slot], 0.0, outfit.tucked and slot == "top", int(rng.integers(1 << 31)))
                worn, simulated = self.wear(wearable, scene, fit)
                self.watch.lap("wear")
                frame = FlatFrame.fit(wearable.mesh.flat)
                folds = FoldNoise(tilt=0.0, squeezed=0.1, seed=fit.seed) if simulated else sample_folds(rng)
                layer = self.renderer.draw_garment(
                    index, wearable.mesh, worn, scene.solids, scene.camera, frame.affine(), rank, folds
                )
                self.watch.lap("draw garments")
                places[index] = len(layers)
                layers.append(layer)
                from_library.append(simulated)
        return tuple(layers), places, from_library

    def wear(self, wearable: Wearable, scene: Scene, fit: Fit) -> tuple[Worn, bool]:
        """A garment on the person, with simulated folds where there are any for the pose."""
        worn = wearable.wear(scene.body, fit)
        drape = self.drapes.find(wearable.mesh, scene.pose.family, scene.spec.shape.gender)
        if drape is None:
            return worn, False
        return apply_drape(worn, wearable.mesh, drape, scene.skin, tucked=fit.tucked), True

    def _order(self, outfit: Outfit, places: dict[int, int]) -> tuple[int, ...]:
        return tuple(places[index] for index in outfit.garments)

    def _with_pose(self, record: Record, garments: list[GarmentInfo], rng: np.random.Generator) -> Record:
        """Run MediaPipe on the pictures of both outfits, as it would see them."""
        poses: dict[str, NDArray[np.float32] | None] = {}
        masks: dict[str, NDArray[np.uint8]] = {}
        both = int(rng.integers(POSE_ON_B_EVERY)) == 0
        for name in (("a", "b") if both else ("a",)) if self.pose else ():
            outfit = record.outfits[name]
            look = sample_look(rng, record, garments, outfit, paint=self._pose_cloths.any, library=self.grounds)
            view = compose(record, garments, outfit, look, POSE_SIZE, library=self.grounds)
            self.watch.lap("compose")
            assert self.pose is not None
            found = self.pose.detect(view.image_u8)
            self.watch.lap("mediapipe")
            poses[name] = None
            if found is not None:
                points = (found.pose.points_px + 0.5) * (HALF[0] / POSE_SIZE[0]) - 0.5
                parts = [points, np.zeros((33, 1)), found.pose.visibility[:, None]]
                poses[name] = np.concatenate(parts, 1).astype(np.float32)
                mask = cv2.resize(found.mask_f32, (HALF[1], HALF[0]), interpolation=cv2.INTER_LINEAR)
                masks[name] = np.round(mask * 255).astype(np.uint8)
        return Record(**{**record.__dict__, "pose": poses, "mask": masks})


def _mix(a: Outfit, b: Outfit, wardrobe: list[Wearable]) -> Outfit | None:
    """A's top with B's bottom, where both are separates."""
    top = next((k for k in a.garments if slot_of(wardrobe[k]) == "top"), None)
    bottom = next((k for k in b.garments if slot_of(wardrobe[k]) == "bottom"), None)
    if top is None or bottom is None:
        return None
    return Outfit((top, bottom) if a.tucked else (bottom, top), a.tucked)


def _camera_facts(camera: PhotoCamera) -> dict[str, Any]:
    return {
        "eye": [round(float(v), 4) for v in camera.eye],
        "axes": [[round(float(v), 5) for v in row] for row in camera.axes],
        "focal_px": round(float(camera.focal_px), 2),
        "centre_px": [round(float(v), 2) for v in camera.centre_px],
    }
