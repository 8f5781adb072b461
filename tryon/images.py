"""Pictures from strangers: decoding, turning upright, bringing to sRGB, and writing PNG files.

Everything that enters the project as a picture passes through ``load_picture``. It looks at the header before it
decodes a pixel, refuses what is too large or damaged, and returns a bare array: no metadata travels further.
"""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import uuid
import warnings
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from tryon.errors import BadRequestError, NotAPictureError, PictureTooLargeError, PictureTooSmallError
from tryon.types import LabelsU8, MaskF32, RGBu8

PictureSource = bytes | str | Path | Image.Image | np.ndarray

MAX_BYTES = 20 * 1024 * 1024  # a 40 megapixel phone JPEG has 8 to 15 MB
MAX_PIXELS = 40_000_000  # 120 MB decoded: what a 2 GB host can hold beside the networks
MIN_SIDE = 128  # under this neither pose nor garment can be told
MAX_JPEG_SCANS = 200  # real progressive files have about 10; thousands make a small file decode for minutes
CUT_OUT_SHARE = 0.01  # less transparency than this is rounded corners, not a cut-out garment
OPAQUE_ENOUGH = 8  # under this 8-bit alpha the colour is mostly rounding error

# Decoders that may see a stranger's bytes: the asked-for ones and what browsers and phones also make.
# JPEG covers the multi-picture files (MPO) of some phones.
# HEIC and AVIF files, whose decoders can be crashed by a file, are opened in a process of their own.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
APART = Path(__file__).with_name("decode_apart.py")
APART_SECONDS = 60.0  # on a busy machine; alone, 40 megapixels take five

# A JPEG marker: not a stuffed 0xFF of the coded data, a restart, a fill byte or a start of image
_JPEG_MARKER = re.compile(rb"\xff[^\x00\x01\xd0-\xd8\xff]")


def load_picture(source: PictureSource, *, what: str = "picture") -> RGBu8:
    """Decode a picture that comes from anywhere.

    EXIF rotation is applied; embedded colour profiles are converted to sRGB; transparent parts lie
    on white; of animated pictures the first frame is taken; all metadata is dropped.

    Args:
        source: the file's bytes, its path, a Pillow picture, or an array (H, W), (H, W, 1|3|4) of
            uint8, uint16, bool, or float 0..1. It is not changed.
        what: how messages call the picture, such as "person's photo".

    Returns:
        (H, W, 3) uint8 sRGB, a new contiguous array.

    Raises:
        NotAPictureError: no picture, one of an unknown kind, or a truncated one.
        PictureTooLargeError: over 40 megapixels or 20 MB, or a decompression bomb.
        PictureTooSmallError: a side is under 128 pixels.
        BadRequestError: the path names no file that can be read.
    """
    rgb, alpha = _decode(source, what)
    return rgb if alpha is None else _on_white(rgb, alpha)


def load_picture_with_alpha(
    source: PictureSource, *, what: str = "picture", least: int = MIN_SIDE
) -> tuple[RGBu8, MaskF32 | None]:
    """Decode a picture and keep its transparency, for garments that come already cut out.

    Args and errors are those of ``load_picture``; least: pixels that each side must have.

    Returns:
        The picture (H, W, 3) uint8 and its opacity (H, W) float32 0..1, or None where less than 1%
        of the pixels are transparent. With an opacity the colours are the garment's own up to its
        edge (not mixed with a ground), and white where nothing is.
    """
    rgb, alpha = _decode(source, what, least)
    if alpha is None:
        return rgb, None
    if float((alpha < 128).mean()) < CUT_OUT_SHARE:
        return _on_white(rgb, alpha), None
    straight = _on_white(rgb, alpha)
    np.copyto(straight, rgb, where=(alpha >= OPAQUE_ENOUGH)[..., None])
    return straight, alpha.astype(np.float32) / np.float32(255)


def encode_png(image: NDArray[np.uint8]) -> bytes:
    """Encode (H, W), (H, W, 3) RGB or (H, W, 4) RGBA uint8 as a PNG file without metadata."""
    if image.dtype != np.uint8 or image.ndim not in (2, 3) or (image.ndim == 3 and image.shape[2] not in (3, 4)):
        raise ValueError(f"expected uint8 (H, W), (H, W, 3) or (H, W, 4), got {image.dtype} {image.shape}")
    if image.ndim == 3:
        image = cv2.cvtColor(image, cv2.COLOR_RGB2BGR if image.shape[2] == 3 else cv2.COLOR_RGBA2BGRA)
    # level 3: three times faster than zlib's default 6 for 4% more bytes
    ok, data = cv2.imencode(".png", image, [cv2.IMWRITE_PNG_COMPRESSION, 3])
    if not ok:
        raise ValueError(f"a picture of shape {image.shape} could not be encoded")
    return data.tobytes()


def encode_indexed_png(labels_u8: LabelsU8, palette: Sequence[tuple[int, int, int]]) -> bytes:
    """Encode labels (H, W) uint8 as an 8-bit indexed PNG whose pixel values are the labels.

    Args:
        labels_u8: values below ``len(palette)``.
        palette: one sRGB colour for each label.
    """
    if labels_u8.size and int(labels_u8.max()) >= len(palette):
        raise ValueError(f"label {int(labels_u8.max())} has no colour in a palette of {len(palette)}")
    image = Image.fromarray(np.ascontiguousarray(labels_u8))  # mode L
    image.putpalette([value for colour in palette for value in colour])  # becomes mode P, values kept
    buffer = io.BytesIO()
    image.save(buffer, "PNG", bits=8)
    return buffer.getvalue()


def save_png(image: NDArray[np.uint8], path: str | Path) -> None:
    """Write a picture as PNG in one step: a reader sees the old file or the whole new one.

    Raises:
        BadRequestError: the file cannot be written there.
    """
    write_atomically(path, encode_png(image))


def write_atomically(path: str | Path, data: bytes) -> None:
    """Write bytes to a file in one step, making its folder where needed.

    Raises:
        BadRequestError: the file cannot be written there.
    """
    path = Path(path)
    # not tempfile: its files are private to the user, and a result is an ordinary file
    part = path.with_name(f".{path.name[:80]}.{uuid.uuid4().hex}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(part, "xb") as file:
            file.write(data)
        part.replace(path)
    except OSError as error:
        raise BadRequestError(f"Cannot write {path}: {error.strerror or error}. Choose another place.") from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def srgb_to_linear(image_u8: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Decode sRGB 0..255 to linear light 0..1 float32 (IEC 61966-2-1), any shape."""
    return _linear_table()[image_u8]


def linear_to_srgb(linear_f32: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Encode linear light to sRGB 0..255 uint8; values outside 0..1 are clipped. Inverts ``srgb_to_linear``."""
    table = _srgb_table()
    index = np.clip(linear_f32, 0, 1) * np.float32(len(table) - 1) + np.float32(0.5)
    return table[index.astype(np.uint16)]


def shrink_to(image_u8: NDArray[np.uint8], longest_px: int) -> NDArray[np.uint8]:
    """Shrink a picture (area average) so that its longer side has at most ``longest_px`` pixels."""
    h, w = image_u8.shape[:2]
    factor = longest_px / max(h, w)
    if factor >= 1:
        return image_u8
    return cv2.resize(image_u8, (max(1, round(w * factor)), max(1, round(h * factor))), interpolation=cv2.INTER_AREA)


def _decode(source: PictureSource, what: str, least: int = MIN_SIDE) -> tuple[RGBu8, NDArray[np.uint8] | None]:
    """The picture's own colours (H, W, 3) uint8 and its alpha (H, W) uint8 where it has one."""
    if isinstance(source, np.ndarray):
        return _from_array(source, what, least)
    if isinstance(source, Image.Image):
        return _from_pillow(source, what, least)
    data = bytes(source) if isinstance(source, (bytes, bytearray, memoryview)) else _read(source, what)
    if len(data) > MAX_BYTES:
        raise PictureTooLargeError(_too_many_bytes(what, len(data)))
    if _jpeg_scans(data) > MAX_JPEG_SCANS:
        raise PictureTooLargeError(f"The {what} is packed so that it would take very long to open. Save it again.")
    if data[4:8] == b"ftyp":  # ISO base media: HEIC, AVIF
        return _from_pillow(_decoded_apart(data, what, least), what, least)
    formats = _prepare_pillow()
    try:
        image = Image.open(io.BytesIO(data), formats=formats)
    except Image.DecompressionBombError as error:
        raise PictureTooLargeError(_too_many_pixels(what, None)) from error
    except Exception as error:  # decoders raise anything at all on damaged files
        message = f"The {what} is not a picture that can be read. Use a JPEG, PNG, WebP or HEIC file."
        raise NotAPictureError(message) from error
    with image:
        return _from_pillow(image, what, least)


def _decoded_apart(data: bytes, what: str, least: int) -> Image.Image:
    """A HEIC or AVIF file as a Pillow picture with its profile and EXIF block, decoded in another process."""
    command = [sys.executable, "-I", str(APART), str(MAX_PIXELS), str(least)]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=APART_SECONDS, check=False)
        head, _, rest = done.stdout.partition(b"\n")
        told = json.loads(head) if done.returncode == 0 else {"damaged": True}
    except (OSError, subprocess.TimeoutExpired, ValueError):
        told = {"damaged": True}
    if told.get("damaged"):
        raise NotAPictureError(f"The {what} is damaged or incomplete. Save or download it again, as a JPEG if you can.")
    _check_size(told["width"], told["height"], what, least)
    profile, exif = rest[: told["profile"]], rest[told["profile"] : told["profile"] + told["exif"]]
    pixels = memoryview(rest)[-told["pixels"] :]
    image = Image.frombytes(told["mode"], (told["width"], told["height"]), pixels)
    image.info.update({name: value for name, value in (("icc_profile", profile), ("exif", exif)) if value})
    return image


def _read(source: str | Path, what: str) -> bytes:
    path = Path(source)
    try:
        if not path.is_file():
            state = "is a folder" if path.is_dir() else "was not found"
            raise BadRequestError(f"The {what} {str(source)!r} {state}. Check the path.")
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise PictureTooLargeError(_too_many_bytes(what, size))
        return path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a null byte in the path
        raise BadRequestError(f"The {what} {str(source)!r} cannot be read: {error}. Check the path.") from error


def _jpeg_scans(data: bytes) -> int:
    """How many scans a JPEG has, counted no further than one past the limit; 0 for other files.

    Markers are walked as ISO/IEC 10918-1 B.1.1 has them, so that neither an embedded thumbnail nor a
    video behind the picture (phones' "motion photos") counts.
    """
    scans, at = 0, 2
    while data[:2] == b"\xff\xd8" and scans <= MAX_JPEG_SCANS:
        found = _JPEG_MARKER.search(data, at)
        if found is None or found[0][1] == 0xD9:  # the end of the picture
            break
        scans += found[0][1] == 0xDA
        at = found.end() + int.from_bytes(data[found.end() : found.end() + 2], "big")
    return scans


def _from_pillow(image: Image.Image, what: str, least: int) -> tuple[RGBu8, NDArray[np.uint8] | None]:
    _check_size(image.width, image.height, what, least)
    try:
        image.load()
        pixels = _to_eight_bit(image) if image.mode in ("I;16", "I;16B", "I;16L", "I", "F") else image
        alpha = None
        if pixels.has_transparency_data:
            channels = pixels if pixels.mode in ("RGBA", "LA") else pixels.convert("RGBA")
            alpha = np.array(_upright(channels.getchannel("A"), image), np.uint8)
        rgb = np.array(_upright(_to_srgb(pixels), image), np.uint8)
    except Exception as error:  # decoders raise anything at all on damaged files
        raise NotAPictureError(f"The {what} is damaged or incomplete. Save or download it again.") from error
    return rgb, None if alpha is None or int(alpha.min()) == 255 else alpha


def _from_array(array: np.ndarray, what: str, least: int) -> tuple[RGBu8, NDArray[np.uint8] | None]:
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[..., 0]
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (3, 4)):
        raise NotAPictureError(f"The {what} is an array of shape {array.shape}. Use (H, W), (H, W, 3) or (H, W, 4).")
    _check_size(array.shape[1], array.shape[0], what, least)
    if array.dtype == np.bool_:
        array = array.astype(np.uint8) * np.uint8(255)
    elif array.dtype == np.uint16:
        array = (array >> 8).astype(np.uint8)
    elif np.issubdtype(array.dtype, np.floating):
        if not np.isfinite(array).all() or array.min() < 0 or array.max() > 1:
            raise NotAPictureError(f"The {what} is an array of floats outside 0..1. Scale it to 0..1, or use uint8.")
        array = np.rint(array * 255).astype(np.uint8)
    elif array.dtype != np.uint8:
        raise NotAPictureError(f"The {what} is an array of {array.dtype}. Use uint8, uint16 or float 0..1.")
    if array.ndim == 2:
        return np.repeat(array[..., None], 3, axis=2), None
    alpha = array[..., 3].copy() if array.shape[2] == 4 else None
    return array[..., :3].copy(), None if alpha is None or int(alpha.min()) == 255 else alpha


def _check_size(width: int, height: int, what: str, least: int) -> None:
    if width * height > MAX_PIXELS:
        raise PictureTooLargeError(_too_many_pixels(what, (width, height)))
    if min(width, height) < least:
        raise PictureTooSmallError(
            f"The {what} has {width}x{height} pixels. Use one with at least {least} pixels on each side."
        )


def _too_many_bytes(what: str, size: int) -> str:
    return f"The {what} has {size / 1e6:.1f} MB. Use a file of at most 20 MB."


def _too_many_pixels(what: str, size: tuple[int, int] | None) -> str:
    if size is None:
        return f"The {what} has far too many pixels. Use one of at most 40 megapixels."
    return f"The {what} has {size[0]}x{size[1]} pixels. Use one of at most 40 megapixels."


def _to_eight_bit(image: Image.Image) -> Image.Image:
    """Grey pictures of 16 or 32 bits by their high byte; Pillow's own conversion clips at 255."""
    values = np.array(image)
    if image.mode == "F":
        values = np.nan_to_num(values)
    elif image.mode != "I" or int(values.max()) > 255:
        values = np.clip(values, 0, 65535).astype(np.int64) >> 8
    return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))


def _to_srgb(image: Image.Image) -> Image.Image:
    """The picture as RGB, through its embedded profile where that one is sane; alpha is left out."""
    profile = _embedded_profile(image)
    if image.mode not in ("RGB", "L", "CMYK"):
        grey = image.mode in ("LA", "La", "1")
        if image.has_transparency_data and image.mode != "RGBA":
            image = image.convert("RGBA")  # the way from palettes to colours that keeps them as they are
        image = image.convert("L" if grey and profile and profile[1] == "GRAY" else "RGB")
    if profile is not None and profile[1] == {"RGB": "RGB", "L": "GRAY", "CMYK": "CMYK"}[image.mode]:
        try:
            converted = ImageCms.profileToProfile(image, profile[0], _srgb_profile(), outputMode="RGB")
            if converted is not None:
                return converted
        except ImageCms.PyCMSError:
            pass  # a profile that cannot be used says nothing: take the values as sRGB
    return image.convert("RGB")


def _embedded_profile(image: Image.Image) -> tuple[ImageCms.ImageCmsProfile, str] | None:
    """The embedded colour profile and its colour space ("RGB", "GRAY", "CMYK"), if it changes anything."""
    data = image.info.get("icc_profile")
    if not isinstance(data, bytes) or not data:
        return None
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(data))
        space = profile.profile.xcolor_space.strip()
        if space == "RGB" and "srgb" in ImageCms.getProfileDescription(profile).lower():
            return None  # converting sRGB to sRGB costs time and a rounding step
    except Exception:  # damaged profiles fail in many ways; the picture itself is fine
        return None
    return profile, space


def _upright(image: Image.Image, original: Image.Image) -> Image.Image:
    """Turn by the original's EXIF orientation; a damaged EXIF block turns nothing."""
    try:
        orientation = int(original.getexif().get(0x0112, 1))
    except Exception:  # parsing strangers' metadata fails in many ways; the picture itself is fine
        return image
    turned = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }.get(orientation)
    return image if turned is None else image.transpose(turned)


def _on_white(rgb: RGBu8, alpha: NDArray[np.uint8]) -> RGBu8:
    result = np.empty_like(rgb)
    for top in range(0, len(rgb), 256):  # in strips: 16-bit copies of 40 megapixels would take 480 MB
        strip = slice(top, top + 256)
        share = alpha[strip].astype(np.uint16)[..., None]
        result[strip] = (rgb[strip] * share + np.uint16(255) * (255 - share) + 127) // 255
    return result


@cache
def _prepare_pillow() -> tuple[str, ...]:
    """Once, and not at import: silence Pillow; the kinds that can be read here."""
    Image.init()
    # what Pillow says of damaged files is refused or ignored here, and they would print it beside our own sentence
    warnings.simplefilter("ignore", Image.DecompressionBombWarning)
    warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")
    return tuple(kind for kind in FORMATS if kind in Image.OPEN)


@cache
def _srgb_profile() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


@cache
def _linear_table() -> NDArray[np.float32]:
    value = np.arange(256) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4).astype(np.float32)


@cache
def _srgb_table() -> NDArray[np.uint8]:
    linear = np.arange(1 << 14) / ((1 << 14) - 1)  # steps far finer than sRGB's smallest, 1 / (255 * 12.92)
    value = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.rint(value * 255).astype(np.uint8)
