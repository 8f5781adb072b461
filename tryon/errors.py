"""Every failure that a visitor or a caller can act on, each saying what happened and what to do."""

from __future__ import annotations


class TryOnError(Exception):
    """Base of all expected failures; ``str(error)`` is a sentence that may be shown to a visitor.

    ``code`` is a short stable word for programs.
    """

    code = "error"


class NotAPictureError(TryOnError):
    """The data is not a picture that can be decoded (or it is truncated)."""

    code = "not_a_picture"


class PictureTooLargeError(TryOnError):
    """More than 40 megapixels or 20 MB, or a decompression bomb."""

    code = "picture_too_large"


class PictureTooSmallError(TryOnError):
    """A side is under 128 pixels."""

    code = "picture_too_small"


class NoPersonError(TryOnError):
    """No person, or too little of one, is in the picture."""

    code = "no_person"


class GarmentNotFoundError(TryOnError):
    """No garment can be told from its background."""

    code = "garment_not_found"


class WeightsError(TryOnError):
    """A weights file is missing, damaged or of another network."""

    code = "weights"


class BadRequestError(TryOnError):
    """An argument is outside what is allowed."""

    code = "bad_request"
