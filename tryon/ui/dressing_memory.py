"""The steps of an outfit that was put on last, so that another jacket does not mean other trousers.

``dress_outfit`` asks its pipeline for one step after the other; ``Remembering`` stands in for the pipeline and
answers from a visitor's memory where the same step was asked for before.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, TypeVar

from tryon.outfit import Dresser
from tryon.person.layout_rules import Tuck
from tryon.types import Garment, MaskF32, Person, RGBu8, TryOnResult
from tryon.ui.looks import can_be_tucked

Answer = TypeVar("Answer")
STEPS_KEPT = 6  # two dressed steps and their analyses, and some of the outfit before
MEMORY_BYTES = 120_000_000  # of photos up to 12 megapixels two steps fit; larger ones are dressed from the start


class Memory:
    """Answers by what was asked, the newest few; whatever an answer was made from is kept with it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: OrderedDict[tuple[Any, ...], tuple[tuple[object, ...], Any]] = OrderedDict()

    def once(self, made_from: tuple[object, ...], wishes: tuple[Any, ...], make: Callable[[], Answer]) -> Answer:
        """Return what was made of the same objects with the same wishes before, or make it.

        Args:
            made_from: compared by identity; they are kept, so that no other object can take their place.
            wishes: compared by value.
            make: makes the answer.
        """
        key = (*(id(each) for each in made_from), *wishes)
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
                return self._answers[key][1]
        answer = make()
        with self._lock:
            self._answers[key] = (made_from, answer)
            while len(self._answers) > STEPS_KEPT or self._cost() > MEMORY_BYTES:
                self._answers.popitem(last=False)
        return answer

    def cost(self) -> int:
        """Bytes held, counting each array once."""
        with self._lock:
            return self._cost()

    def clear(self) -> None:
        """Forget all steps."""
        with self._lock:
            self._answers.clear()

    def _cost(self) -> int:
        kept = [answer for _, answer in self._answers.values()]
        arrays: dict[int, int] = {}
        for each in kept:
            of = (each.image_u8, each.mask_f32, each.labels_u8) if isinstance(each, Person) else (each.image, each.mask)
            arrays.update({id(array): array.nbytes for array in of})
        return sum(arrays.values())


class Remembering:
    """A pipeline that does no step twice."""

    def __init__(self, pipeline: Dresser, memory: Memory):
        """Stand in for a pipeline.

        Args:
            pipeline: does what is not remembered.
            memory: of one visitor.
        """
        self._pipeline = pipeline
        self._memory = memory

    def understand_person(self, image_u8: RGBu8) -> Person:
        """See ``TryOnPipeline.understand_person``."""
        return self._memory.once((image_u8,), ("person",), lambda: self._pipeline.understand_person(image_u8))

    def dress(
        self,
        person: Person,
        garment: Garment,
        *,
        stages: bool = False,
        tuck: Tuck = "auto",
        fit: float = 0.0,
        keep_f32: MaskF32 | None = None,
        change_f32: MaskF32 | None = None,
    ) -> TryOnResult:
        """See ``TryOnPipeline.dress``."""
        tuck = tuck if can_be_tucked(garment) else "auto"  # the jacket over a tucked shirt hangs

        def make() -> TryOnResult:
            return self._pipeline.dress(
                person, garment, stages=stages, tuck=tuck, fit=fit, keep_f32=keep_f32, change_f32=change_f32
            )

        return self._memory.once((person, garment, keep_f32, change_f32), (stages, tuck, fit), make)
