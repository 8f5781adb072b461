"""Ways to damage a file: blindly, and knowing how pictures are built, so that damage gets past the checksums."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from tryon.trials.picture_seeds import png_chunk

Rng = np.random.Generator
_PNG = b"\x89PNG\r\n\x1a\n"
_BYTES = (0x00, 0x01, 0x7F, 0x80, 0xFE, 0xFF)
_WORDS = (0, 1, 127, 128, 150, 6400, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
MOST_BYTES = 400_000  # of a damaged file; more would only be slow


def damaged(seeds: Sequence[bytes], rng: Rng) -> bytes:
    """A file made from one of the seeds (or two) by one to three damages.

    Args:
        seeds: whole files.
        rng: decides all.
    """
    data = seeds[int(rng.integers(len(seeds)))]
    if data[4:8] == b"ftyp" and rng.random() < 0.9:  # each costs a process of its own: take fewer
        others = [seed for seed in seeds if seed[4:8] != b"ftyp"]
        data = others[int(rng.integers(len(others)))]
    # one most often: after several hardly a file gets past its header
    for _ in range(int(rng.choice([1, 1, 1, 1, 2, 3]))):
        ways: list[Callable[[bytes, Rng], bytes]] = [*_BLIND, partial(_splice, seeds)]
        if data[:8] == _PNG:
            ways += [_png] * 16
        elif data[:2] == b"\xff\xd8":
            ways += [_jpeg] * 16
        elif data[:4] == b"RIFF" or data[4:8] == b"ftyp":
            ways += [_boxes] * 8
        way = ways[int(rng.integers(len(ways)))]
        data = way(data, rng)
    return data[:MOST_BYTES]


def _place(data: bytes, rng: Rng) -> int:
    """A position, most often near the start, where headers are."""
    size = max(len(data), 1)
    return int(rng.integers(size)) if rng.random() < 0.4 else int(rng.integers(min(size, 200)))


def _flip(data: bytes, rng: Rng) -> bytes:
    out = bytearray(data or b"\x00")
    for _ in range(int(rng.integers(1, 9))):
        out[_place(data, rng)] ^= 1 << int(rng.integers(8))
    return bytes(out)


def _set(data: bytes, rng: Rng) -> bytes:
    out = bytearray(data or b"\x00")
    for _ in range(int(rng.integers(1, 5))):
        out[_place(data, rng)] = _BYTES[int(rng.integers(len(_BYTES)))]
    return bytes(out)


def _number(data: bytes, rng: Rng) -> bytes:
    """Put a telling number somewhere, of two or four bytes, in either order."""
    order, (code, mask) = "<>"[int(rng.integers(2))], [("H", 0xFFFF), ("I", 0xFFFFFFFF)][int(rng.integers(2))]
    word, at = struct.pack(order + code, _WORDS[int(rng.integers(len(_WORDS)))] & mask), _place(data, rng)
    return data[:at] + word + data[at + len(word) :]


def _cut(data: bytes, rng: Rng) -> bytes:
    return data[: int(rng.integers(len(data) + 1))]


def _remove(data: bytes, rng: Rng) -> bytes:
    at = _place(data, rng)
    return data[:at] + data[at + int(rng.integers(1, 64)) :]


def _double(data: bytes, rng: Rng) -> bytes:
    at, count = _place(data, rng), int(rng.integers(1, 200))
    return data[:at] + data[at : at + count] * int(rng.integers(2, 9)) + data[at + count :]


def _insert(data: bytes, rng: Rng) -> bytes:
    at = _place(data, rng)
    return data[:at] + rng.bytes(int(rng.integers(1, 300))) + data[at:]


def _splice(seeds: Sequence[bytes], data: bytes, rng: Rng) -> bytes:
    other = seeds[int(rng.integers(len(seeds)))]
    return data[: _place(data, rng)] + other[_place(other, rng) :]


_BLIND: tuple[Callable[[bytes, Rng], bytes], ...] = (_flip, _set, _number, _cut, _remove, _double, _insert)


def _png(data: bytes, rng: Rng) -> bytes:
    """Change a chunk's content and make its checksum right again; or the order and number of chunks."""
    chunks: list[tuple[bytes, bytes]] = []
    at = 8
    while at + 12 <= len(data) and len(chunks) < 200:
        length = int.from_bytes(data[at : at + 4], "big")
        chunks.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + length]))
        at += 12 + length
    if not chunks:
        return data
    number = int(rng.integers(len(chunks)))
    name, body = chunks[number]
    kind = int(rng.integers(8))
    if kind == 0:  # another size, depth, colour type, interlace
        header = [150, 132, 8, 2, 0, 0, 0]
        header[int(rng.integers(7))] = int(_WORDS[int(rng.integers(len(_WORDS)))])
        header[3] = int(rng.integers(7))
        header[2] = int(rng.choice([1, 2, 4, 8, 16, 3]))
        chunks[0] = (b"IHDR", struct.pack(">II5B", *header[:2], *(value & 0xFF for value in header[2:])))
    elif kind == 1:  # other rows: too few, too many, or noise under a right compression
        size = int(rng.choice([0, 10, 5000, 60_000, 2_000_000]))
        chunks[number] = (b"IDAT", zlib.compress(rng.bytes(min(size, 20_000)) + bytes(max(0, size - 20_000))))
    elif kind == 2:  # texts, profiles and EXIF that swell, or are noise
        inner = bytes(int(rng.choice([100, 100_000, 20_000_000]))) if rng.random() < 0.1 else rng.bytes(300)
        kinds = {
            b"zTXt": b"a\x00\x00" + zlib.compress(inner),
            b"iCCP": b"p\x00\x00" + zlib.compress(inner),
            b"iTXt": b"XML:com.adobe.xmp\x00\x01\x00\x00\x00" + zlib.compress(inner),
            b"eXIf": inner[:4000],
            b"tRNS": inner[: int(rng.integers(300))],
            b"PLTE": inner[: int(rng.integers(800))],
            b"acTL": struct.pack(">II", int(rng.choice([0, 1, 2**31 - 1])), 0),
            b"fcTL": inner[:26],
        }
        names = list(kinds)
        chosen = names[int(rng.integers(len(names)))]
        chunks.insert(int(rng.integers(1, len(chunks) + 1)), (chosen, kinds[chosen]))
    elif kind == 3:
        chunks.pop(number)
    elif kind == 4:
        chunks[number:number] = [(name, body)] * int(rng.integers(1, 60))
    elif kind == 5:
        chunks = [chunks[int(i)] for i in rng.permutation(len(chunks))]
    else:
        chunks[number] = (name, _BLIND[int(rng.integers(3))](body, rng))
    return _PNG + b"".join(png_chunk(each, content) for each, content in chunks)


def _jpeg(data: bytes, rng: Rng) -> bytes:
    """Change what is in a segment: size and components, tables, EXIF, profile; or double and reorder segments."""
    segments: list[tuple[int, bytes]] = []
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != 0xDA and len(segments) < 200:
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        segments.append((data[at + 1], data[at + 4 : at + 2 + length]))
        at += 2 + max(length, 2)
    rest = data[at:]
    if not segments:
        return data
    number = int(rng.integers(len(segments)))
    marker, body = segments[number]
    kind = int(rng.integers(7))
    if kind == 0:  # the frame's header: precision, height, width, components and their sampling
        for index, (each, content) in enumerate(segments):
            if each in (0xC0, 0xC1, 0xC2):
                segments[index] = (int(rng.choice([0xC0, 0xC1, 0xC2, 0xC3, 0xC9])), _set(content, rng))
    elif kind == 1:
        noise = rng.bytes(int(rng.integers(400)))
        orders = (b"MM\x00*\x00\x00\x00\x08", b"II*\x00\x08\x00\x00\x00")
        segments.insert(0, (0xE1, b"Exif\x00\x00" + orders[int(rng.integers(2))] + noise))
    elif kind == 2:
        part = bytes([int(rng.integers(256)), int(rng.integers(256))])
        segments.insert(0, (0xE2, b"ICC_PROFILE\x00" + part + rng.bytes(300)))
    elif kind == 3:
        segments.pop(number)
    elif kind == 4:
        segments[number:number] = [(marker, body)] * int(rng.integers(1, 40))
    elif kind == 5:
        rest = rest[: int(rng.integers(len(rest) + 1))] + rng.bytes(int(rng.integers(40)))
    else:
        segments[number] = (marker, _BLIND[int(rng.integers(3))](body, rng))
    head = b"".join(b"\xff" + bytes([m]) + struct.pack(">H", (len(b) + 2) & 0xFFFF) + b for m, b in segments)
    return b"\xff\xd8" + head + rest


def _boxes(data: bytes, rng: Rng) -> bytes:
    """Change a number where WebP's and HEIC's boxes have their sizes: near one of their four-letter names."""
    known: tuple[bytes, ...] = (
        b"VP8 ",
        b"VP8L",
        b"VP8X",
        b"ALPH",
        b"ANIM",
        b"ANMF",
        b"ICCP",
        b"EXIF",
        b"ispe",
        b"iloc",
        b"iinf",
        b"ipma",
    )
    known += (
        b"meta",
        b"mdat",
        b"pitm",
        b"irot",
        b"pixi",
        b"hvcC",
        b"av1C",
        b"auxC",
        b"colr",
        b"iprp",
        b"ipco",
        b"iref",
    )
    present = [name for name in known if name in data]
    if not present:
        return _number(data, rng)
    at = data.index(present[int(rng.integers(len(present)))]) + int(rng.integers(-4, 20))
    word = struct.pack("<>"[int(rng.integers(2))] + "I", _WORDS[int(rng.integers(len(_WORDS)))])
    at = max(at, 0)
    return data[:at] + word[: int(rng.integers(1, 5))] + data[at + 4 :]
