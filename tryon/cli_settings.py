"""Options of the command line made from a frozen dataclass of settings.

Each field becomes ``--field-name``; its type, default and ``metadata["help"]`` become the option's.
So a trainer's settings are written down once, with the reason beside each number.
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import click

_SIMPLE: dict[Any, click.ParamType] = {
    int: click.INT,
    float: click.FLOAT,
    str: click.STRING,
    Path: click.Path(path_type=Path),
}


def settings_command(name: str, settings: type, work: Callable[[Any], Any]) -> click.Command:
    """A command whose options are the fields of a dataclass, and which does the work with an instance.

    Args:
        name: the command's name; its help is the dataclass's docstring.
        settings: a dataclass; its fields may be int, float, str, bool, Path, Literal of strings, ``X | None``
            of these, and tuples of one of these.
        work: called with the instance that was made; its result is the command's.

    Raises:
        TypeError: a field's type is none of these.
    """
    hints = get_type_hints(settings)
    options = [_option(field, hints[field.name]) for field in dataclasses.fields(settings) if field.init]

    def make_and_work(**values: Any) -> Any:
        return work(settings(**values))

    text = (settings.__doc__ or "").strip()
    return click.Command(name, params=list(options), callback=make_and_work, help=text)


def _option(field: dataclasses.Field[Any], hint: Any) -> click.Option:
    default: Any = field.default
    if field.default_factory is not dataclasses.MISSING:
        default = field.default_factory()
    required = default is dataclasses.MISSING
    flag = "--" + field.name.replace("_", "-")
    text = str(field.metadata.get("help", ""))
    shared: dict[str, Any] = {"help": text, "required": required, "show_default": default is not None}
    if not required:
        shared["default"] = default
    inner = _without_none(hint)
    if inner is bool:
        return click.Option([f"{flag}/--no-{flag[2:]}", field.name], **shared)
    if get_origin(inner) is tuple:
        parts = get_args(inner)
        if len(parts) == 2 and parts[1] is Ellipsis:
            return click.Option([flag, field.name], type=_Several(_simple(parts[0], field.name)), **shared)
        return click.Option([flag, field.name], type=tuple(_simple(part, field.name) for part in parts), **shared)
    return click.Option([flag, field.name], type=_simple(inner, field.name), **shared)


def _without_none(hint: Any) -> Any:
    """X for ``X | None``, anything else as it is."""
    if get_origin(hint) in (Union, types.UnionType):
        parts = [part for part in get_args(hint) if part is not type(None)]
        if len(parts) == 1:
            return parts[0]
    return hint


def _simple(hint: Any, name: str) -> click.ParamType:
    if get_origin(hint) is Literal:
        return click.Choice([str(value) for value in get_args(hint)])
    if hint in _SIMPLE:
        return _SIMPLE[hint]
    raise TypeError(f"the setting {name!r} has a type that no option can have: {hint}")


class _Several(click.ParamType):
    """Values parted by commas, as a tuple of any length."""

    name = "list"

    def __init__(self, inner: click.ParamType) -> None:
        self._inner = inner

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(value, tuple):
            return value
        return tuple(self._inner.convert(part.strip(), param, ctx) for part in str(value).split(",") if part.strip())
