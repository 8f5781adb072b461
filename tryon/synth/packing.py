"""Arrays as few bytes: pictures as JPEG and PNG, smooth maps as compressed second differences.

A *blob* is ``header length (4 bytes, little endian), header (JSON), payloads``; the header holds plain
values and, for every array, its codec, shape and place among the payloads. Everything is
deterministic: the same arrays give the same bytes.
"""

from __future__ import annotations

import json
import struct
import zlib
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.errors import TryOnError

Array = NDArray[Any]
_LEVEL = 6  # of zlib: 9 saves 2% for twice the time


class BrokenShardError(TryOnError):
    """A file of rendered records is damaged or incomplete."""


class BlobWriter:
    """Collects named values and arrays, then gives one blob."""

    def __init__(self) -> None:
        self._values: dict[str, Any] = {}
        self._arrays: dict[str, dict[str, Any]] = {}
        self._payloads: list[bytes] = []
        self._end = 0

    def value(self, name: str, value: Any) -> None:
        """Anything that JSON holds."""
        self._values[name] = value

    def _add(self, name: str, payload: bytes, **facts: Any) -> None:
        self._arrays[name] = {"at": self._end, "bytes": len(payload), **facts}
        self._payloads.append(payload)
        self._end += len(payload)

    def labels(self, name: str, image: Array) -> None:
        """(H, W) uint8 kept exactly; the empty border is cut off first."""
        y0, y1, x0, x1 = _box(image > 0)
        part = np.ascontiguousarray(image[y0:y1, x0:x1])
        payload = _encode(".png", part, [cv2.IMWRITE_PNG_COMPRESSION, 6]) if part.size else b""
        self._add(name, payload, codec="labels", shape=list(image.shape), box=[y0, y1, x0, x1])

    def picture(self, name: str, image: Array, mask: Array, quality: int = 92) -> None:
        """(H, W) or (H, W, 3) uint8 where mask (H, W) is set; lossy, 0 elsewhere up to the codec's blocks."""
        y0, y1, x0, x1 = _box(mask > 0)
        part = image[y0:y1, x0:x1]
        payload = b""
        if part.size:
            inside = mask[y0:y1, x0:x1] > 0
            # the mean colour around the figure costs fewer bits than black, and rings less at its edge
            fill = np.round(part[inside].mean(0)).astype(np.uint8)
            part = np.where(inside[..., None] if part.ndim == 3 else inside, part, fill)
            options = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, _FULL_COLOUR]
            payload = _encode(".jpg", np.ascontiguousarray(part[..., ::-1] if part.ndim == 3 else part), options)
        self._add(name, payload, codec="picture", shape=list(image.shape), box=[y0, y1, x0, x1])

    def smooth(self, name: str, values: Array, mask: Array, step: float) -> None:
        """(h, w) or (h, w, C) numbers where mask (h, w) is set, kept to half a step; NaN elsewhere."""
        y0, y1, x0, x1 = _box(mask > 0)
        inside = np.ascontiguousarray(mask[y0:y1, x0:x1] > 0)
        part = (values if values.ndim == 3 else values[..., None])[y0:y1, x0:x1]
        payload = b""
        if inside.size:
            whole = np.round(np.where(inside[..., None], part, 0.0) / step).astype(np.int32)
            residual = np.stack([_differences(_hold(whole[..., c], inside)) for c in range(whole.shape[2])])
            zigzag = ((residual << 1) ^ (residual >> 31)).astype("<u4").view(np.uint8).reshape(-1, 4)
            payload = zlib.compress(zigzag.T.tobytes(), _LEVEL)  # low bytes first: the others are mostly 0
        self._add(name, payload, codec="smooth", shape=list(values.shape), box=[y0, y1, x0, x1], step=step)

    def exact(self, name: str, values: Array) -> None:
        """Any small array, bit for bit."""
        data = np.ascontiguousarray(values)
        payload = zlib.compress(data.tobytes(), _LEVEL)
        self._add(name, payload, codec="exact", shape=list(values.shape), dtype=data.dtype.str)

    def finish(self) -> bytes:
        """The blob."""
        header = json.dumps({"values": self._values, "arrays": self._arrays}, sort_keys=True).encode()
        return struct.pack("<I", len(header)) + header + b"".join(self._payloads)


class BlobReader:
    """Gives back what a BlobWriter took; arrays are decoded when asked for.

    Raises:
        BrokenShardError: the bytes are no blob.
    """

    def __init__(self, blob: bytes, source: str = "blob") -> None:
        try:
            (size,) = struct.unpack_from("<I", blob)
            header = json.loads(blob[4 : 4 + size])
            self.values: dict[str, Any] = header["values"]
            self._arrays: dict[str, dict[str, Any]] = header["arrays"]
        except (struct.error, ValueError, KeyError) as error:
            raise BrokenShardError(f"{source} is damaged: its header cannot be read. Make it again.") from error
        self._blob, self._start, self._source = blob, 4 + size, source

    def __contains__(self, name: str) -> bool:
        return name in self._arrays

    def array(self, name: str, mask: Array | None = None) -> Array:
        """An array by name; ``mask`` is the one it was written with (smooth maps and pictures only).

        Raises:
            BrokenShardError: it cannot be decoded.
        """
        facts = self._arrays[name]
        at = self._start + facts["at"]
        payload = self._blob[at : at + facts["bytes"]]
        try:
            return _DECODERS[facts["codec"]](payload, facts, mask)
        except (ValueError, zlib.error, cv2.error) as error:
            raise BrokenShardError(f"{name} in {self._source} is damaged ({error}). Make the shard again.") from error


_FULL_COLOUR = int(getattr(cv2, "IMWRITE_JPEG_SAMPLING_FACTOR_444", 0x111111))


def _box(mask: Array) -> tuple[int, int, int, int]:
    """(y0, y1, x0, x1) of what is set; all 0 where nothing is."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        return 0, 0, 0, 0
    return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1


def _encode(kind: str, image: Array, options: list[int]) -> bytes:
    done, data = cv2.imencode(kind, image, options)
    if not done:
        raise BrokenShardError(f"OpenCV could not write a {kind} of shape {image.shape}.")
    return data.tobytes()


def _hold(plane: Array, inside: Array) -> Array:
    """Values carried on from the left (and, before the first, from the right) into what is outside, so that
    nothing changes there; rows without any take 0."""
    columns = np.arange(inside.shape[1])
    last = np.maximum.accumulate(np.where(inside, columns, -1), axis=1)
    first = np.where(inside.any(1), inside.argmax(1), 0)
    return np.take_along_axis(plane, np.where(last < 0, first[:, None], last), axis=1)


def _differences(plane: Array) -> Array:
    """Second differences (across, then down) of a whole plane (h, w): near 0 on smooth surfaces."""
    across = np.diff(plane, axis=1, prepend=0)
    return np.diff(across, axis=0, prepend=0).astype(np.int32)


def _decode_labels(payload: bytes, facts: dict[str, Any], _mask: Array | None) -> Array:
    out = np.zeros(facts["shape"], np.uint8)
    y0, y1, x0, x1 = facts["box"]
    if y1 > y0:
        out[y0:y1, x0:x1] = _picture_of(payload, cv2.IMREAD_GRAYSCALE)
    return out


def _picture_of(payload: bytes, flag: int) -> Array:
    image = cv2.imdecode(np.frombuffer(payload, np.uint8), flag) if payload else None
    if image is None:
        raise ValueError("no picture")
    return np.asarray(image)


def _decode_picture(payload: bytes, facts: dict[str, Any], mask: Array | None) -> Array:
    shape = facts["shape"]
    out = np.zeros(shape, np.uint8)
    y0, y1, x0, x1 = facts["box"]
    if y1 > y0:
        grey = len(shape) == 2
        part = _picture_of(payload, cv2.IMREAD_GRAYSCALE if grey else cv2.IMREAD_COLOR)
        out[y0:y1, x0:x1] = part if grey else part[..., ::-1]
    if mask is not None:
        out[mask == 0] = 0
    return out


def _decode_smooth(payload: bytes, facts: dict[str, Any], mask: Array | None) -> Array:
    shape = facts["shape"]
    out = np.full((shape[0], shape[1], shape[2] if len(shape) == 3 else 1), np.nan, np.float32)
    y0, y1, x0, x1 = facts["box"]
    if y1 > y0:
        size = (out.shape[2], y1 - y0, x1 - x0)
        raw = np.frombuffer(zlib.decompress(payload), np.uint8)
        zigzag = np.ascontiguousarray(raw.reshape(4, -1).T).view("<u4").reshape(size).astype(np.int64)
        residual = (zigzag >> 1) ^ -(zigzag & 1)
        whole = residual.cumsum(1).cumsum(2)
        out[y0:y1, x0:x1] = whole.transpose(1, 2, 0) * facts["step"]
    if mask is not None:
        out[mask == 0] = np.nan
    return out.reshape(shape)


def _decode_exact(payload: bytes, facts: dict[str, Any], _mask: Array | None) -> Array:
    return np.frombuffer(zlib.decompress(payload), np.dtype(facts["dtype"])).reshape(facts["shape"]).copy()


_DECODERS = {
    "labels": _decode_labels,
    "picture": _decode_picture,
    "smooth": _decode_smooth,
    "exact": _decode_exact,
}
