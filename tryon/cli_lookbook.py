"""The command ``lookbook``: a TOML file becomes pages, a film and a zip under a brand's name."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tryon.cli_common import DeviceOption, RecentlySeen, WeightsOption, as_json, check_choice, load_pipeline
from tryon.errors import BadRequestError, TryOnError

if TYPE_CHECKING:
    from tryon.studio.lookbook.book import Book
    from tryon.studio.lookbook.lettering import Lettering
    from tryon.studio.lookbook.making import Made
    from tryon.studio.lookbook.spec import Spec
    from tryon.types import Garment, Person
    from tryon.ui.engine import TryOn
    from tryon.ui.gallery import Gallery


def lookbook(
    spec: Annotated[Path | None, typer.Argument(help="TOML file; --example prints one.")] = None,
    out_dir: Annotated[Path | None, typer.Option(help="Where the files go; else output.folder of the file.")] = None,
    formats: Annotated[
        list[str] | None, typer.Option("--format", help="png, pdf, webp, gif, mp4 or zip; again for several.")
    ] = None,
    example: Annotated[bool, typer.Option("--example", help="Print a file to begin with, and stop.")] = False,
    assets: Annotated[Path | None, typer.Option(help="Assets folder of the gallery; the repository's own.")] = None,
    as_json_: Annotated[bool, typer.Option("--json", help="Print looks, errors and files as JSON.")] = False,
    device: DeviceOption = "cpu",
    weights: WeightsOption = None,
) -> None:
    """Make a lookbook: people in garments or outfits on pages, as a film and in a zip.

    A look that fails is reported and does not stop the rest; the status is then 1.
    """
    from tryon.studio.lookbook.files import FORMATS
    from tryon.studio.lookbook.spec import EXAMPLE, read_spec

    if example:
        typer.echo(EXAMPLE, nl=False)
        return
    if spec is None:
        raise BadRequestError("Name a TOML file. `python -m tryon lookbook --example` prints one to begin with.")
    wanted = read_spec(spec)
    chosen = tuple(dict.fromkeys(check_choice("--format", each, FORMATS) for each in formats or wanted.formats))
    lettering = _lettering(wanted)
    folder = out_dir or wanted.out
    started = time.perf_counter()
    made = _dress(wanted, Closet(load_pipeline(weights, device), wanted, assets))
    book = _book(wanted, made)
    files: list[str] = []
    errors: list[str] = []
    for form in chosen if book.looks else ():
        try:
            files += _write(folder, book, lettering, form)
        except TryOnError as error:
            errors.append(f"{form}: {error}")
    _tell(made, files, errors, time.perf_counter() - started, as_json_)
    if errors or any(each.look is None for each in made):
        raise typer.Exit(1)


@dataclass
class Closet:
    """Finds a spec's people and garments: ids of the gallery, or files beside the spec; the last are kept."""

    pipeline: TryOn
    spec: Spec
    assets: Path | None

    def __post_init__(self) -> None:
        self._people: RecentlySeen[Person] = RecentlySeen()
        self._garments: RecentlySeen[Garment] = RecentlySeen()

    @cached_property
    def gallery(self) -> Gallery:
        """The gallery, read when a look first needs it."""
        from tryon.ui.gallery import load_gallery

        return load_gallery(self.assets or Path(__file__).resolve().parents[1] / "assets")

    def person(self, name: str) -> Person:
        """Somebody, understood.

        Raises:
            TryOnError: there is nobody of this name, or nobody to be dressed.
        """
        from tryon.images import load_picture

        item = self.gallery.models.get(name) or self.gallery.builds.get(name)
        file = item.file if item else self._file(name, "model", list(self.gallery.models))
        return self._people.get(
            file,
            lambda: self.pipeline.understand_person(load_picture(file, what="photo of the person")),
            lambda value: value.mask_f32.size,
        )

    def garment(self, name: str, category: str) -> tuple[Garment, str]:
        """A garment, understood, and what it is called.

        Raises:
            TryOnError: there is none of this name, or it cannot be understood.
        """
        from tryon.images import load_picture_with_alpha
        from tryon.ui.gallery import build_garment
        from tryon.ui.gallery_folder import name_from_file

        item = self.gallery.garments.get(name)
        chinese = self.spec.layout.language == "zh"
        if item is not None:
            garment = self._garments.get(
                name, lambda: build_garment(item, self.pipeline), lambda value: value.alpha_f32.size
            )
            return garment, (item.name_zh if chinese else "") or item.name
        file = self._file(name, "garment", list(self.gallery.garments))

        def understand() -> Garment:
            image_u8, alpha_f32 = load_picture_with_alpha(file, what="garment picture")
            return self.pipeline.understand_garment(image_u8, category=category, alpha_f32=alpha_f32)

        return self._garments.get((file, category), understand, lambda value: value.alpha_f32.size), name_from_file(
            file
        )

    def _file(self, name: str, what: str, known: list[str]) -> Path:
        from difflib import get_close_matches

        file = self.spec.find(name)
        if file.is_file():
            return file
        near = get_close_matches(name, known, 3)
        hint = f"Perhaps {' or '.join(near)}?" if near else f"The gallery has {', '.join(known[:5])} and others."
        raise BadRequestError(f"There is no {what} {name!r}, neither in the gallery nor as a file {file}. {hint}")


def _lettering(spec: Spec) -> Lettering:
    """The fonts, after a look at every text of the spec."""
    from tryon.studio.lookbook.lettering import Lettering

    lettering = Lettering(spec.font)
    lettering.check(spec.brand.name.upper(), "brand.name")
    for key in ("title", "subtitle"):
        lettering.check(getattr(spec.layout, key), key)
    for wish in spec.wishes:
        for key in ("title", "price", "caption"):
            lettering.check(getattr(wish.words, key), f"{wish.key}.{key}")
    return lettering


def _dress(spec: Spec, closet: Closet) -> list[Made]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from tryon.studio.lookbook.making import make_looks

    console = Console(stderr=True, highlight=False, soft_wrap=True)
    columns = (TextColumn("dressing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    made = []
    with Progress(*columns, console=console) as progress:
        looks = make_looks(closet.pipeline, closet, spec.wishes)
        for each in progress.track(looks, total=len(spec.wishes)):
            if each.look is None:
                console.print(f"{each.wish.key} ({each.wish.model}): {each.error}", markup=False)
            made.append(each)
    return made


def _book(spec: Spec, made: list[Made]) -> Book:
    from tryon.studio.lookbook.book import Book

    return Book(spec.brand, spec.layout, tuple(each.look for each in made if each.look is not None))


def _write(folder: Path, book: Book, lettering: Lettering, form: str) -> list[str]:
    """Write the files of one format; their paths."""
    from tryon.studio.lookbook.files import make_files

    paths = []
    for name, data in make_files(book, lettering, form).items():
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        except OSError as error:
            reason = error.strerror or error
            raise BadRequestError(f"{path} cannot be written ({reason}). Choose another --out-dir.") from None
        paths.append(str(path))
    return paths


def _tell(made: list[Made], files: list[str], errors: list[str], seconds: float, as_json_: bool) -> None:
    say: Callable[[str], None] = typer.echo
    done = sum(each.look is not None for each in made)
    if as_json_:
        say(as_json({"looks": [_facts(each) for each in made], "files": files, "errors": errors,
                     "seconds": round(seconds, 1)}))  # fmt: skip
        return
    for sentence in errors:
        typer.echo(f"error: {sentence}", err=True)
    for path in files:
        say(path)
    say(f"{done} of {len(made)} looks, {len(files)} files  ({seconds:.1f} s)")


def _facts(made: Made) -> dict[str, Any]:
    words = made.look.words if made.look else made.wish.words
    return {
        "key": made.wish.key,
        "model": made.wish.model,
        "garments": list(made.wish.garments),
        "title": words.title,
        "price": words.price,
        "status": "ok" if made.look else "error",
        "error": made.error,
        "warnings": list(made.warnings),
    }
