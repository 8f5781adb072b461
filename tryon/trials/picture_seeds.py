"""Whole picture files of every kind that may be read, small and made in memory: what the fuzzer damages."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms

from tryon.images import load_picture

WIDTH, HEIGHT = 150, 132  # over the least that is taken, so that the decoders are reached, and quick
_ORIENTATION = 0x0112


def picture_seeds(folder: Path | None = None) -> dict[str, bytes]:
    """Files by a name that says what is in them.

    Args:
        folder: more files to take in, such as HEIC, which cannot be written here.
    """
    rgb = _drawn()
    makers: dict[str, Callable[[], bytes]] = {
        "jpeg": lambda: _saved(rgb, "JPEG"),
        "jpeg-progressive": lambda: _saved(rgb, "JPEG", progressive=True, quality=70),
        "jpeg-444-restarts": lambda: _saved(rgb, "JPEG", subsampling=0, restart_marker_blocks=4),
        "jpeg-cmyk": lambda: _saved(rgb.convert("CMYK"), "JPEG"),
        "jpeg-grey": lambda: _saved(rgb.convert("L"), "JPEG"),
        "jpeg-exif": lambda: _saved(rgb, "JPEG", exif=_exif(6)),
        "jpeg-profile": lambda: _saved(rgb, "JPEG", icc_profile=_profile("sRGB")),
        "jpeg-lab-profile": lambda: _saved(rgb, "JPEG", icc_profile=_profile("LAB")),
        "mpo": lambda: _saved(rgb, "MPO", save_all=True, append_images=[rgb.rotate(90, expand=True)]),
        "png": lambda: _saved(rgb, "PNG"),
        "png-alpha": lambda: _saved(_with_alpha(rgb), "PNG"),
        "png-palette": lambda: _saved(rgb.quantize(16), "PNG"),
        "png-palette-clear": lambda: _saved(rgb.quantize(16), "PNG", transparency=3),
        "png-grey-alpha": lambda: _saved(_with_alpha(rgb).convert("LA"), "PNG"),
        "png-bits": lambda: _saved(rgb.convert("1"), "PNG"),
        "png-16": lambda: _saved(Image.fromarray(np.asarray(rgb.convert("L")).astype(np.uint16) * 257), "PNG"),
        "png-16-colour": lambda: _sixteen_bit_png(np.asarray(rgb)),
        "png-exif-profile": lambda: _saved(rgb, "PNG", exif=_exif(5), icc_profile=_profile("sRGB")),
        "png-animated": lambda: _saved(rgb, "PNG", save_all=True, append_images=[rgb.rotate(180)], duration=40),
        "webp": lambda: _saved(rgb, "WEBP", quality=60),
        "webp-lossless": lambda: _saved(_with_alpha(rgb), "WEBP", lossless=True),
        "webp-exif": lambda: _saved(rgb, "WEBP", exif=_exif(8), icc_profile=_profile("sRGB")),
        "webp-animated": lambda: _saved(rgb, "WEBP", save_all=True, append_images=[rgb.rotate(180)], duration=40),
        "gif": lambda: _saved(rgb.quantize(32), "GIF"),
        "gif-animated": lambda: _saved(
            rgb.quantize(8), "GIF", save_all=True, append_images=[rgb.rotate(180).quantize(8)], transparency=1
        ),
        "bmp": lambda: _saved(rgb, "BMP"),
        "bmp-palette": lambda: _saved(rgb.quantize(16), "BMP"),
        "bmp-bits": lambda: _saved(rgb.convert("1"), "BMP"),
        "bmp-runs": lambda: _run_length_bmp(WIDTH, HEIGHT),
        "avif": lambda: _saved(rgb, "AVIF", speed=10),
        "tiff": lambda: _saved(rgb, "TIFF"),  # a kind that is refused
        "ppm": lambda: _saved(rgb, "PPM"),
    }
    seeds = {name: make() for name, make in makers.items() if name != "avif" or "AVIF" in _writable()}
    for path in sorted(folder.glob("*.hei[cf]")) if folder else []:
        seeds[f"heic-{path.stem}"] = path.read_bytes()
    return seeds


def _drawn() -> Image.Image:
    rng = np.random.default_rng(4)
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    waves = [128 + 90 * np.sin(x / rng.uniform(9, 30)) * np.cos(y / rng.uniform(9, 30)) for _ in range(3)]
    return Image.fromarray(np.stack(waves, -1).astype(np.uint8))


def _with_alpha(rgb: Image.Image) -> Image.Image:
    result = rgb.convert("RGBA")
    result.putalpha(Image.linear_gradient("L").resize(rgb.size))
    return result


def _writable() -> set[str]:
    load_picture(_saved(_drawn(), "PNG"))  # registers the decoders
    return set(Image.SAVE)


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def _exif(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[_ORIENTATION] = orientation
    exif[0x010F] = "a camera"  # make
    return exif.tobytes()


def _profile(space: str) -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile(space)).tobytes()  # type: ignore[arg-type]


def png_chunk(name: bytes, data: bytes) -> bytes:
    """A PNG chunk with its length and checksum (PNG, 5.3)."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _sixteen_bit_png(rgb_u8: np.ndarray) -> bytes:
    """Made by hand, because Pillow writes none."""
    high = rgb_u8.astype(">u2") * 257
    rows = b"".join(b"\x00" + row.tobytes() for row in high)
    header = struct.pack(">IIBBBBB", high.shape[1], high.shape[0], 16, 2, 0, 0, 0)
    chunks = png_chunk(b"IHDR", header) + png_chunk(b"IDAT", zlib.compress(rows)) + png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def _run_length_bmp(width: int, height: int) -> bytes:
    """A BMP of 8 bits in runs (BI_RLE8), which Pillow reads by code of its own."""
    row = bytes([width - 20, 3, 20, 7, 0, 0])
    coded = row * height + b"\x00\x01"
    palette = b"".join(bytes([i, 255 - i, i // 2, 0]) for i in range(256))
    start = 14 + 40 + len(palette)
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, 1, len(coded), 2835, 2835, 256, 0)
    return b"BM" + struct.pack("<IHHI", start + len(coded), 0, 0, start) + info + palette + coded
