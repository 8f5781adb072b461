"""What other programs may call through ``gradio_client``. These names hold."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import gradio as gr
import numpy as np
from gradio.processing_utils import save_bytes_to_cache
from gradio.utils import get_upload_folder

from tryon.errors import BadRequestError, TryOnError
from tryon.garment.facts import garment_facts
from tryon.images import encode_indexed_png, encode_png, load_picture, load_picture_with_alpha
from tryon.stages import LABEL_COLOURS
from tryon.types import CATEGORIES, LABEL, LABELS, Garment, LabelsU8
from tryon.ui.fitting_room import FittingRoom
from tryon.ui.texts import framing_of
from tryon.ui.visitors import unique

log = logging.getLogger(__name__)
Answer = TypeVar("Answer")
PHOTOS = ("auto", "flat", "worn")
PICTURES = ("labels", "cutout")


def add_api(room: FittingRoom, *, concurrency_id: str) -> None:
    """Add the public endpoints to the page that is being built.

    Args:
        room: gives the pipeline and the gallery.
        concurrency_id: the queue that all events with the networks share.
    """
    answers = _Answers(room)
    with gr.Row(visible=False):
        person, garment, garment_id = gr.File(label="person"), gr.File(label="garment"), gr.Textbox(label="garment_id")
        category = gr.Dropdown(["auto", *CATEGORIES], value="auto", label="category")
        photo = gr.Dropdown(list(PHOTOS), value="auto", label="garment_photo")
        wanted = gr.Dropdown(list(PICTURES), value="labels", label="picture")
        picture, facts = gr.Image(format="png", label="result"), gr.JSON(label="facts")
        endpoints: list[tuple[Callable[..., Any], list[Any], list[Any]]] = [
            (answers.try_on, [person, garment, category, photo], [picture, facts]),
            (answers.try_on_gallery, [person, garment_id], [picture, facts]),
            (answers.gallery, [], [facts]),
            (answers.understand_person, [person], [picture, facts]),
            (answers.understand_garment, [garment, wanted], [picture, facts]),
        ]
        for function, inputs, outputs in endpoints:
            gr.Button().click(
                _in_words(room, function),
                inputs=inputs,
                outputs=outputs,
                api_name=function.__name__,
                api_description=(function.__doc__ or "").strip().splitlines()[0],
                concurrency_id=concurrency_id,
                concurrency_limit=1,
            )


def _in_words(room: FittingRoom, function: Callable[..., Answer]) -> Callable[..., Answer]:
    """Hand expected failures to the caller as a sentence; log the others and say no more than that."""

    @wraps(function)
    def answer(*args: Any) -> Answer:
        try:
            return function(*args)
        except TryOnError as error:
            raise gr.Error(str(error), print_exception=False) from None
        except Exception:
            log.exception("A call of %s failed", function.__name__)
            raise gr.Error(room.texts.unexpected, print_exception=False) from None

    return answer


class _Answers:
    """The endpoints themselves."""

    def __init__(self, room: FittingRoom):
        self._room = room

    def try_on(
        self, person: str, garment: str, category: str = "auto", garment_photo: str = "auto"
    ) -> tuple[str, dict[str, Any]]:
        """Dress the person of one picture in the garment of another."""
        started = time.perf_counter()
        return self._dress(person, self._garment(garment, category, garment_photo), started)

    def try_on_gallery(self, person: str, garment_id: str) -> tuple[str, dict[str, Any]]:
        """Dress the person of a picture in a garment of the gallery."""
        started = time.perf_counter()
        return self._dress(person, self._room.garment(garment_id or "").garment, started)

    def gallery(self) -> list[dict[str, Any]]:
        """List the garments of the gallery."""
        return [
            {"id": item.id, "name": item.name, "category": item.category, "colours": list(item.colours)}
            for item in self._room.gallery.garments.values()
        ]

    def understand_person(self, person: str) -> tuple[str, dict[str, Any]]:
        """Label every pixel of a person's picture (8-bit indexed PNG; the JSON names the values)."""
        found = self._room.engine.get().understand_person(load_picture(_given(person, "person"), what="photo"))
        height, width = found.labels_u8.shape
        shares = np.bincount(found.labels_u8.ravel(), minlength=len(LABELS)) / found.labels_u8.size
        facts = {
            "labels": {str(index): name for index, name in enumerate(LABELS)},
            "shares": {name: round(float(share), 5) for name, share in zip(LABELS, shares)},
            "framing": framing_of(found.pose, height),
            "warnings": list(found.warnings),
            "pose_px": [[round(x, 1), round(y, 1)] for x, y in found.pose.points_px.tolist()],
            "visibility": [round(float(value), 3) for value in found.pose.visibility],
            "size": [width, height],
        }
        return _labels_file(found.labels_u8), facts

    def understand_garment(self, garment: str, picture: str = "labels") -> tuple[str, dict[str, Any]]:
        """Label the garment's pixels in a picture (as for people), or cut it out, and say what kind it is."""
        found = self._garment(garment, "auto", "auto")
        known = garment_facts(found)
        facts = {
            "labels": {str(LABEL[name]): name for name in ("background", found.category)},
            "category": found.category,
            "sleeve": found.sleeve,
            "leg": found.leg,
            "worn": found.worn,
            **known,
            "landmarks_px": known["landmarks"],
        }
        if picture == "cutout":
            alpha_u8 = np.rint(np.clip(found.alpha_f32, 0, 1) * 255).astype(np.uint8)
            return _file(encode_png(np.dstack([found.image_u8, alpha_u8])), "cutout.png"), facts
        labels_u8 = np.where(found.alpha_f32 >= 0.5, LABEL[found.category], LABEL["background"]).astype(np.uint8)
        return _labels_file(labels_u8), facts

    def _garment(self, garment: str, category: str, photo: str) -> Garment:
        if category not in ("auto", *CATEGORIES):
            raise BadRequestError(f"The category {category!r} is none of auto, {', '.join(CATEGORIES)}.")
        if photo not in PHOTOS:
            raise BadRequestError(f"garment_photo {photo!r} is none of {', '.join(PHOTOS)}.")
        image_u8, alpha_f32 = load_picture_with_alpha(_given(garment, "garment"), what="picture of the garment")
        return self._room.engine.get().understand_garment(image_u8, category=category, photo=photo, alpha_f32=alpha_f32)

    def _dress(self, person: str, garment: Garment, started: float) -> tuple[str, dict[str, Any]]:
        pipeline = self._room.engine.get()
        understood = pipeline.understand_person(load_picture(_given(person, "person"), what="photo"))
        result = pipeline.dress(understood, garment)
        facts = {
            "category": result.category,
            "warnings": list(unique((*understood.warnings, *garment.warnings, *result.warnings))),
            "milliseconds": round((time.perf_counter() - started) * 1000, 1),
            "stages": {name: round(float(value), 1) for name, value in result.timings.items()},
        }
        return _file(encode_png(result.image), "result.png"), facts


def _given(path: str | None, name: str) -> str:
    if not path:
        raise BadRequestError(f"The picture {name!r} is missing.")
    return path


def _labels_file(labels_u8: LabelsU8) -> str:
    return _file(encode_indexed_png(labels_u8, LABEL_COLOURS), "labels.png")


def _file(data: bytes, name: str) -> str:
    """A file in the server's own temporary folder, which the page's ``delete_cache`` empties."""
    folder = Path(get_upload_folder())
    return save_bytes_to_cache(data, name, str(folder))
