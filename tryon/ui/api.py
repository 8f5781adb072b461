"""What other programs may call through ``gradio_client``. These names hold."""

from __future__ import annotations

import logging
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
from tryon.images import encode_indexed_png, encode_png, load_picture
from tryon.sharing.kinds import marked_png
from tryon.stages import LABEL_COLOURS
from tryon.types import CATEGORIES, LABEL, LABELS, LabelsU8
from tryon.ui.fitting_room import FittingRoom
from tryon.ui.orders import PHOTOS, TUCKS, Delivery, Order, fulfil, gallery_list, mask_u8, understand_garment
from tryon.ui.texts import framing_of

log = logging.getLogger(__name__)
Answer = TypeVar("Answer")
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
        # custom values: ``fulfil`` refuses them in a sentence, where Gradio writes a traceback into the log
        category = gr.Dropdown(["auto", *CATEGORIES], value="auto", label="category", allow_custom_value=True)
        photo = gr.Dropdown(list(PHOTOS), value="auto", label="garment_photo", allow_custom_value=True)
        tuck = gr.Dropdown(list(TUCKS), value="auto", label="tuck", allow_custom_value=True)
        fit = gr.Slider(-1, 1, value=0, label="fit")
        chosen = gr.Textbox(label="garment_id", value="")  # with a value, so that it may be left out
        ids = gr.JSON(label="garment_ids", value=[])
        garments = gr.File(label="garments", file_count="multiple", value=None)
        wanted = gr.Dropdown(list(PICTURES), value="labels", label="picture", allow_custom_value=True)
        picture, facts = gr.Image(format="png", label="result"), gr.JSON(label="facts")
        mask = gr.Image(format="png", label="mask")
        endpoints: list[tuple[Callable[..., Any], list[Any], list[Any]]] = [
            (answers.try_on, [person, garment, category, photo], [picture, facts]),
            (answers.try_on_gallery, [person, garment_id], [picture, facts]),
            (answers.try_on_full, [person, garment, chosen, category, photo, tuck, fit], [picture, mask, facts]),
            (answers.try_on_outfit, [person, ids, garments, tuck, fit], [picture, mask, facts]),
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
        order = Order(person, (_given(garment, "garment"),), categories=(category,), photo=garment_photo)
        done = fulfil(self._room, order)
        return _result(done), _promised(done)

    def try_on_gallery(self, person: str, garment_id: str) -> tuple[str, dict[str, Any]]:
        """Dress the person of a picture in a garment of the gallery."""
        done = fulfil(self._room, Order(person, ids=(garment_id or "",)))
        return _result(done), _promised(done)

    def try_on_full(
        self,
        person: str,
        garment: str | None = None,
        garment_id: str = "",
        category: str = "auto",
        garment_photo: str = "auto",
        tuck: str = "auto",
        fit: float = 0.0,
    ) -> tuple[str, str, dict[str, Any]]:
        """Dress a person in a garment, from a picture or the gallery, and give the mask of what changed too."""
        if garment and garment_id:
            raise BadRequestError("Both a garment's picture and a garment's id were given. Give one of them.")
        pictures, ids = ((garment,) if garment else ()), ((garment_id,) if garment_id else ())
        order = Order(person, pictures, ids, categories=(category,), photo=garment_photo, tuck=tuck, fit=fit)
        return self._with_mask(order)

    def try_on_outfit(
        self,
        person: str,
        garment_ids: list[str] | None = None,
        garments: list[str] | None = None,
        tuck: str = "auto",
        fit: float = 0.0,
    ) -> tuple[str, str, dict[str, Any]]:
        """Dress a person in one to three garments at once: ids of the gallery, pictures, or both."""
        named = [garment_ids] if isinstance(garment_ids, str) else garment_ids or []
        if not isinstance(named, list) or not all(isinstance(each, str) for each in named):
            raise BadRequestError("garment_ids is a list of names, such as ['jeans-blue', 'tee-coral'].")
        return self._with_mask(Order(person, tuple(garments or ()), tuple(named), tuck=tuck, fit=fit))

    def gallery(self) -> list[dict[str, Any]]:
        """List the garments of the gallery."""
        return gallery_list(self._room)

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
        if picture not in PICTURES:
            raise BadRequestError(f"The picture {str(picture)[:40]!r} is none of {', '.join(PICTURES)}.")
        found = understand_garment(self._room, _given(garment, "garment"), "auto", "auto")
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

    def _with_mask(self, order: Order) -> tuple[str, str, dict[str, Any]]:
        done = fulfil(self._room, order)
        return _result(done), _file(encode_png(mask_u8(done.mask_f32)), "mask.png"), done.facts


def _promised(done: Delivery) -> dict[str, Any]:
    """The facts that the first endpoints have always given."""
    return {name: done.facts[name] for name in ("category", "warnings", "milliseconds", "stages")}


def _result(done: Delivery) -> str:
    return _file(marked_png(done.image_u8), "result.png")


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
