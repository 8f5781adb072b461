"""The command ``style``: one garment's colours and pattern, or any picture, on another garment's cut."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tryon.cli_common import (
    DeviceOption,
    WeightsOption,
    as_json,
    check_category,
    check_choice,
    load_pipeline,
    rounded,
    stopwatch,
)
from tryon.cli_items import check_item, garment_of_gallery, open_gallery
from tryon.errors import GarmentNotFoundError

if TYPE_CHECKING:
    from tryon.pipeline import TryOnPipeline
    from tryon.types import Garment, RGBu8
    from tryon.ui.gallery import Gallery

KINDS = ("auto", "garment", "picture")


def style(
    cut: Annotated[
        str, typer.Option(help="The garment whose shape, folds and seams stay: a picture, or a gallery id.")
    ],
    from_: Annotated[
        str, typer.Option("--from", help="Whose style is taken: a garment's picture or id, or any picture.")
    ],
    mode: Annotated[str, typer.Option(help="both, pattern (in the cut's own colours) or colours.")] = "both",
    strength: Annotated[float, typer.Option(help="From 0 (as it was) to 1.")] = 1.0,
    scale: Annotated[float, typer.Option(help="Of the pattern, 0.25 to 4; 1 is its true size.")] = 1.0,
    offset: Annotated[
        tuple[float, float], typer.Option(help="How far a picture is moved right and down, in heights of the garment.")
    ] = (0.0, 0.0),
    kind: Annotated[str, typer.Option(help="What --from shows: garment, picture, or auto to find out.")] = "auto",
    category: Annotated[str, typer.Option(help="Of the cut: auto, upper, lower or dress.")] = "auto",
    keep_trims: Annotated[
        bool, typer.Option("--keep-trims/--dye-trims", help="Whether buttons and strings keep their colour.")
    ] = True,
    out: Annotated[Path, typer.Option(help="Where the picture goes, a PNG of the cut's size.")] = Path("styled.png"),
    mask: Annotated[Path | None, typer.Option(help="Where the garment's mask goes, a grey PNG.")] = None,
    as_json_: Annotated[bool, typer.Option("--json", help="Print category, landmarks, milliseconds as JSON.")] = False,
    assets: Annotated[
        Path | None, typer.Option(help="Assets folder of the gallery; the repository's by default.")
    ] = None,
    device: DeviceOption = "cpu",
    weights: WeightsOption = None,
) -> None:
    """Give one garment the style of another, or of a picture; the result can be worn like any garment."""
    from tryon.images import save_png, write_atomically
    from tryon.sharing.kinds import marked_png
    from tryon.studio.marks import STYLE_MARKS
    from tryon.studio.style import StyleSettings, transfer_style

    check_choice("--mode", mode, ("both", "pattern", "colours"))
    check_choice("--kind", kind, KINDS)
    wanted = check_category(category)
    settings = StyleSettings(mode, strength, scale, offset, keep_trims)  # type: ignore[arg-type]
    started, milliseconds = time.perf_counter(), dict[str, float]()
    reader = _Reader(open_gallery(assets), weights, device)
    reader.check(cut)
    reader.check(from_)
    with stopwatch(milliseconds, "understand_cut"):
        shape = reader.garment(cut, wanted)
    with stopwatch(milliseconds, "understand_source"):
        source, seen = reader.source(from_, kind)
    with stopwatch(milliseconds, "style"):
        styled = transfer_style(shape, source, settings)
    write_atomically(out, marked_png(styled.image_u8, STYLE_MARKS))
    if mask is not None:
        save_png((styled.alpha_f32 * 255 + 0.5).astype("uint8"), mask)
    milliseconds["total"] = (time.perf_counter() - started) * 1000
    if as_json_:
        typer.echo(as_json(_facts(styled, seen, milliseconds, out)))
    else:
        typer.echo(f"{out}  ({styled.category}, {milliseconds['style'] / 1000:.1f} s)")


def _facts(styled: Garment, seen: str, milliseconds: dict[str, float], out: Path) -> dict[str, Any]:
    points = {name: [round(x, 1), round(y, 1)] for name, (x, y) in styled.landmarks_px.items()}
    return {
        "category": styled.category,
        "label": styled.label,
        "source": seen,
        "landmarks": points,
        "size": [styled.image_u8.shape[1], styled.image_u8.shape[0]],
        "milliseconds": rounded(milliseconds),
        "out": str(out),
    }


class _Reader:
    """Garments and pictures by id or file; the networks are loaded when first needed."""

    def __init__(self, gallery: Gallery, weights: Path | None, device: str) -> None:
        self._gallery, self._weights, self._device = gallery, weights, device
        self._pipeline: TryOnPipeline | None = None

    def check(self, name: str) -> None:
        """Refuse what is neither a file nor an id."""
        check_item(name, self._gallery, of="garment")

    def pipeline(self) -> TryOnPipeline:
        """The networks."""
        if self._pipeline is None:
            self._pipeline = load_pipeline(self._weights, self._device)
        return self._pipeline

    def garment(self, name: str, category: str) -> Garment:
        """A garment by id or file."""
        from tryon.images import load_picture_with_alpha

        path = check_item(name, self._gallery, of="garment")
        if path is None:
            return garment_of_gallery(name, self._gallery, self.pipeline)
        image, alpha = load_picture_with_alpha(path, what="garment picture")
        return self.pipeline().understand_garment(image, category=category, alpha_f32=alpha)

    def source(self, name: str, kind: str) -> tuple[Garment | RGBu8, str]:
        """What the style is taken from, and whether it is a garment or a picture."""
        from tryon.images import load_picture
        from tryon.studio.style_kind import shows_garment

        path = check_item(name, self._gallery, of="garment")
        if path is None and kind != "picture":
            return self.garment(name, "auto"), "garment"
        if path is None:
            return load_picture(self._gallery.garments[name.strip()].file), "picture"
        if kind != "picture":
            try:
                found = self.garment(name, "auto")
            except GarmentNotFoundError:
                if kind == "garment":
                    raise
            else:
                if kind == "garment" or shows_garment(found):
                    return found, "garment"
        return load_picture(path, what="picture of the style"), "picture"
