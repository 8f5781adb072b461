"""The command ``design``: draw garments that nobody has made, mix them, walk between them, keep them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tryon.cli_common import WeightsOption, as_json
from tryon.errors import BadRequestError

if TYPE_CHECKING:
    from tryon.studio.designer import Design
    from tryon.studio.ideas import Idea

MOST = 60  # garments a call; a sheet of more is no overview


def design(
    out: Annotated[Path, typer.Option(help="PNG: the garment, or a sheet of several.")] = Path("design.png"),
    seed: Annotated[int, typer.Option(help="Of the first idea; the same seed draws the same garment.")] = 1,
    count: Annotated[int, typer.Option(help=f"Ideas to draw, of this seed and the next ones; 1 to {MOST}.")] = 12,
    label: Annotated[str, typer.Option(help="T-Shirt, Dress, Pants, …; auto: any.")] = "auto",
    cloth: Annotated[str, typer.Option(help="plain, stripes, floral, …; auto: any.")] = "auto",
    sleeve: Annotated[float, typer.Option(help="-1 shorter to 1 longer.")] = 0.0,
    length: Annotated[float, typer.Option(help="-1 shorter to 1 longer.")] = 0.0,
    fit: Annotated[float, typer.Option(help="-1 narrower to 1 wider.")] = 0.0,
    neck: Annotated[float, typer.Option(help="-1 narrower to 1 wider.")] = 0.0,
    style: Annotated[float, typer.Option(help="-1 pattern fainter to 1 bolder.")] = 0.0,
    hue: Annotated[float, typer.Option(help="-180 to 180 degrees.")] = 0.0,
    lightness: Annotated[float, typer.Option(help="-1 darker to 1 lighter.")] = 0.0,
    colour: Annotated[float, typer.Option(help="-1 grey to 1 strong.")] = 0.0,
    scale: Annotated[float, typer.Option(help="-1 pattern half as large to 1 twice.")] = 0.0,
    mix_with: Annotated[int | None, typer.Option(help="Seed of a second idea to mix the first with.")] = None,
    share: Annotated[float, typer.Option(help="Of the second idea in the mix, 0 to 1.")] = 0.5,
    walk_to: Annotated[int | None, typer.Option(help="Seed of an idea to walk to, in --count steps.")] = None,
    idea: Annotated[Path | None, typer.Option(help="A kept idea (JSON), in place of --seed.")] = None,
    keep: Annotated[Path | None, typer.Option(help="Keep the first idea here (JSON).")] = None,
    out_dir: Annotated[Path | None, typer.Option(help="Write each garment and its mask here, too.")] = None,
    as_json_: Annotated[bool, typer.Option("--json", help="Print what was drawn as JSON.")] = False,
    weights: WeightsOption = None,
) -> None:
    """Draw new garments; the result is a picture like those of the gallery, with its mask and landmarks."""
    from tryon.studio.designer import Designer

    if not 1 <= count <= MOST:
        raise BadRequestError(f"--count is {count}. Use 1 to {MOST}.")
    if mix_with is not None and walk_to is not None:
        raise BadRequestError("--mix-with and --walk-to are two things; use one of them.")
    sliders = {"sleeve": sleeve, "length": length, "fit": fit, "neck": neck, "style": style, "hue": hue,
               "lightness": lightness, "colour": colour, "scale": scale}  # fmt: skip
    ideas = _ideas(seed, count, label, cloth, idea)
    if mix_with is not None:
        from tryon.studio.ideas import mix

        ideas = [mix(ideas[0], _one(mix_with, label, cloth), share)]
    if walk_to is not None:
        from tryon.studio.ideas import walk

        ideas = walk(ideas[0], _one(walk_to, label, cloth), max(2, count))
    if any(sliders.values()):
        ideas = [each.moved(**sliders) for each in ideas]
    designer = Designer.from_pretrained(weights)
    designs = designer.draw(ideas, height=800 if len(ideas) == 1 or out_dir else 320)
    _write(out, designs)
    if keep is not None:
        keep.write_text(ideas[0].to_json() + "\n", "utf-8")
    if out_dir is not None:
        _write_each(out_dir, designs)
    if as_json_:
        typer.echo(as_json([facts(d) for d in designs]))
    else:
        typer.echo(f"{len(designs)} drawn: {out}")


def _ideas(seed: int, count: int, label: str, cloth: str, kept: Path | None) -> list[Idea]:
    from tryon.studio.ideas import idea_from_json

    if kept is None:
        return [_one(seed + k, label, cloth) for k in range(count)]
    if not kept.is_file():
        raise BadRequestError(f"There is no idea at {kept}. Keep one with --keep.")
    try:
        text = kept.read_text("utf-8")
    except UnicodeDecodeError:
        text = ""
    return [idea_from_json(text)]


def _one(seed: int, label: str, cloth: str) -> Idea:
    from tryon.studio.ideas import new_idea

    return new_idea(seed, None if label == "auto" else label, None if cloth == "auto" else cloth)


def facts(design: Design) -> dict[str, Any]:
    """What is known of a design, as plain values."""
    from tryon.garment.facts import garment_facts

    idea = design.idea
    measures = {name: round(value, 1) for name, value in design.measures_cm.items()}
    known = garment_facts(design.garment())
    return {
        "seed": idea.seed, "label": idea.label, "category": design.category, "cloth": idea.cloth,
        "measures_cm": measures, "landmarks": known["landmarks"], "attributes": known["attributes"],
    }  # fmt: skip


def _write(path: Path, designs: list[Design]) -> None:
    from tryon.studio.design_sheet import marked_png, sheet_of

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(marked_png(designs[0].image_u8 if len(designs) == 1 else sheet_of(designs)))
    except OSError as error:
        raise BadRequestError(f"{path} cannot be written ({error.strerror}). Choose another --out.") from None


def _write_each(folder: Path, designs: list[Design]) -> None:
    import cv2

    from tryon.studio.design_sheet import marked_png

    folder.mkdir(parents=True, exist_ok=True)
    for number, each in enumerate(designs):
        stem = f"{number:02d}-{each.idea.label.lower()}-{each.idea.seed}"
        (folder / f"{stem}.png").write_bytes(marked_png(each.image_u8))
        (folder / f"{stem}.mask.png").write_bytes(cv2.imencode(".png", each.mask_u8)[1].tobytes())
        (folder / f"{stem}.json").write_text(as_json(facts(each)) + "\n", "utf-8")
