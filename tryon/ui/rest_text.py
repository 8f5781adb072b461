"""How to use the REST interface: in words for people, in OpenAPI for programs."""

from __future__ import annotations

from typing import Any

from tryon import __version__

_GUIDE = """Try-on, REST interface, version 1

  GET  {root}/api/v1/gallery       garments that can be named: id, name, category, colours
  POST {root}/api/v1/try-on        dress somebody
  GET  {root}/api/v1/openapi.json  this in OpenAPI

Fields of a try-on (a form, as curl -F sends it):
  person         the photo of a person, a file
  garment        the picture of a garment, a file; up to three times for an outfit
  garment_id     or a garment of the gallery by its id; up to three times
  category       auto, upper, lower or dress: one for each picture of a garment, or one for all
  garment_photo  auto, flat, or worn (a photo of someone wearing it)
  tuck           auto, in or out
  fit            from -1 (snug) to 1 (loose)
  keep, change   pictures of the photo's size, white where it must stay as it is, or may change besides

  curl -F person=@me.jpg -F garment_id=tee-breton ADDRESS{root}/api/v1/try-on
  curl -F person=@me.jpg -F garment=@shirt.png -H "Accept: image/png" -o result.png ADDRESS{root}/api/v1/try-on
  curl --data-binary @me.jpg -H "Content-Type: image/jpeg" "ADDRESS{root}/api/v1/try-on?garment_id=tee-breton"

The answer is JSON: links to the picture and the mask (PNG, kept for ten minutes), categories, warnings,
milliseconds. With "Accept: image/png" it is the picture itself, and the JSON is in the header X-Tryon-Facts
(percent-encoded). Pictures: JPEG, PNG, WebP, HEIC, 128 pixels to 40 megapixels, at most 20 MB each and 60 MB
together. They stay in memory and are not written down.

Refusals are JSON, {{"error": a sentence that says what to do, "code": a word}}: 400 for a field, 404 for a garment
that the gallery lacks, 413 for too large, 415 for no picture, 422 where no person or garment is found, 503 when busy.
"""


def guide(root: str) -> str:
    """The interface in words.

    Args:
        root: the path that a proxy puts before ours; usually empty.
    """
    return _GUIDE.format(root=root)


def openapi(root: str) -> dict[str, Any]:
    """The interface in OpenAPI 3.1.

    Args:
        root: the path that a proxy puts before ours; usually empty.
    """
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Try-on",
            "version": __version__,
            "description": "A photo of a person and a picture of a garment become that person wearing it.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": root or "/"}],
        "paths": {
            "/api/v1/gallery": {"get": _operation("List the garments that can be named.", "Gallery")},
            "/api/v1/try-on": {"post": _try_on()},
            "/api/v1/pictures/{token}.png": {
                "get": {
                    **_operation("A finished picture or mask, for ten minutes.", None),
                    "parameters": [{"name": "token", "in": "path", "required": True, "schema": {"type": "string"}}],
                }
            },
        },
        "components": {"schemas": _schemas()},
    }


def _try_on() -> dict[str, Any]:
    refusals = {"400": "a field", "404": "no such garment", "413": "too large", "415": "not a picture"}
    refusals |= {"422": "no person or no garment is found", "503": "busy; see Retry-After"}
    operation = _operation("Dress somebody in one garment or an outfit.", "Result")
    operation["responses"] |= {
        status: {"description": words, "content": _json("Refusal")} for status, words in refusals.items()
    }
    operation["responses"]["200"]["headers"] = {
        "X-Tryon-Facts": {
            "description": "The JSON, percent-encoded, beside a picture",
            "schema": _text(),
        }
    }
    picture = {"schema": {"type": "string", "contentMediaType": "application/octet-stream"}}
    words = ("garment_id", "category", "garment_photo", "tuck", "fit")
    operation["requestBody"] = {
        "required": True,
        "content": {"multipart/form-data": {"schema": _ref("Order")}, "image/*": picture},
    }
    operation["parameters"] = [
        {"name": name, "in": "query", "schema": _schemas()["Order"]["properties"][name]} for name in words
    ]
    return operation


def _operation(summary: str, schema: str | None) -> dict[str, Any]:
    content: dict[str, Any] = {} if schema is None else _json(schema)
    if schema in (None, "Result"):
        content["image/png"] = {}
    return {"summary": summary, "responses": {"200": {"description": "Done", "content": content}}}


def _schemas() -> dict[str, Any]:
    file = {"type": "string", "contentMediaType": "application/octet-stream"}
    texts = {"type": "array", "items": _text()}
    category = {"type": "string", "enum": ["auto", "upper", "lower", "dress"]}
    return {
        "Order": {
            "type": "object",
            "required": ["person"],
            "properties": {
                "person": file,
                "garment": {"type": "array", "items": file, "maxItems": 3},
                "garment_id": {**texts, "maxItems": 3},
                "category": {"type": "array", "items": category, "maxItems": 3},
                "garment_photo": {"type": "string", "enum": ["auto", "flat", "worn"]},
                "tuck": {"type": "string", "enum": ["auto", "in", "out"]},
                "fit": {"type": "number", "minimum": -1, "maximum": 1},
                "keep": file,
                "change": file,
            },
        },
        "Result": _object(
            picture=_text(),
            mask=_text(),
            category=_text(),
            categories=texts,
            warnings=texts,
            milliseconds={"type": "number"},
            stages={"type": "object"},
            size={"type": "array", "items": {"type": "integer"}},
            kept_seconds={"type": "integer"},
        ),
        "Gallery": _object(
            garments={
                "type": "array",
                "items": _object(id=_text(), name=_text(), category=_text(), colours=texts),
            }
        ),
        "Refusal": _object(error=_text(), code=_text()),
    }


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _text() -> dict[str, Any]:
    return {"type": "string"}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _json(name: str) -> dict[str, Any]:
    return {"application/json": {"schema": _ref(name)}}
