"""Cloth by the metre from a scrap of it: image quilting.

Source: A. A. Efros and W. T. Freeman, "Image Quilting for Texture Synthesis and Transfer", SIGGRAPH 2001, section 2:
blocks of the scrap are laid in rows, each chosen so that it agrees with what lies beside it, and cut along the path
of least difference.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]


@dataclass(frozen=True)
class QuiltSettings:
    """How cloth is quilted."""

    block: float = 0.55  # of the scrap's shorter side: large blocks keep flowers whole and checks square
    least_px: int = 24  # smaller blocks lose the pattern
    most_px: int = 128  # larger ones leave few to choose from
    overlap: float = 0.3  # of a block
    tolerance: float = 1.08  # blocks nearly as good as the best may be taken, so that the repeat does not show


DEFAULT = QuiltSettings()


def quilt(scrap_f32: F32, height: int, width: int, seed: int = 0, settings: QuiltSettings = DEFAULT) -> F32:
    """Make a sheet of cloth.

    Args:
        scrap_f32: (h, w, 3) the sample. height, width: of the sheet. seed: the same seed gives the same sheet.

    Returns:
        (height, width, 3) float32, made of the sample's pixels.
    """
    h, w = scrap_f32.shape[:2]
    if h >= height and w >= width:
        top, left = (h - height) // 2, (w - width) // 2
        return np.ascontiguousarray(scrap_f32[top : top + height, left : left + width])
    s = settings
    # of a tiny scrap no block can be large and still have somewhere else to be taken from
    block = int(np.clip(s.block * min(h, w), min(s.least_px, 0.65 * min(h, w)), s.most_px))
    block = max(4, min(block, h - 1, w - 1))
    lap = max(2, round(s.overlap * block))
    step = block - lap
    rows, columns = -(-max(height - lap, 1) // step), -(-max(width - lap, 1) // step)
    sheet = np.zeros((rows * step + lap, columns * step + lap, 3), np.float32)
    known = np.zeros(sheet.shape[:2], np.float32)
    random = np.random.default_rng(seed)
    small = cv2.resize(scrap_f32, (w // 2, h // 2), interpolation=cv2.INTER_AREA)
    for row in range(rows):
        for column in range(columns):
            y, x = row * step, column * step
            place = (slice(y, y + block), slice(x, x + block))
            patch = _choose(scrap_f32, small, sheet[place], known[place], random, s.tolerance)
            share = _cut(sheet[place], patch, known[place], lap, left=column > 0, above=row > 0)
            sheet[place] = sheet[place] * (1 - share[..., None]) + patch * share[..., None]
            known[place] = 1
    return np.ascontiguousarray(sheet[:height, :width])


def _choose(scrap: F32, small: F32, there: F32, known: F32, random: np.random.Generator, tolerance: float) -> F32:
    """A block of the scrap that agrees with what is there already; ``small`` is the scrap at half the size."""
    h, w = there.shape[:2]
    most_y, most_x = scrap.shape[0] - h, scrap.shape[1] - w
    if not known.any():
        y, x = most_y // 2, most_x // 2
        return scrap[y : y + h, x : x + w]
    size = (w // 2, h // 2)
    mask = cv2.resize(known, size, interpolation=cv2.INTER_NEAREST)
    wanted = cv2.resize(there, size, interpolation=cv2.INTER_AREA) * mask[..., None]
    apart = np.maximum(cv2.matchTemplate(small, wanted, cv2.TM_SQDIFF, mask=np.repeat(mask[..., None], 3, 2)), 0)
    limit = float(apart.min()) * tolerance + 1e-4 * float(mask.sum())
    ys, xs = np.nonzero(apart <= limit)
    pick = int(random.integers(len(ys)))
    # the halved picture tells the place to a pixel or two; its neighbours are compared at full size
    best, found = np.inf, (0, 0)
    for y in range(max(0, 2 * int(ys[pick]) - 1), min(most_y, 2 * int(ys[pick]) + 2) + 1):
        for x in range(max(0, 2 * int(xs[pick]) - 1), min(most_x, 2 * int(xs[pick]) + 2) + 1):
            error = float((((scrap[y : y + h, x : x + w] - there) ** 2).sum(-1) * known).sum())
            if error < best:
                best, found = error, (y, x)
    y, x = found
    return scrap[y : y + h, x : x + w]


def _cut(there: F32, patch: F32, known: F32, lap: int, *, left: bool, above: bool) -> F32:
    """Where the new block shows (h, w) 0..1: beyond the path of least difference in each overlap."""
    error = ((there - patch) ** 2).sum(-1)
    share = np.ones(error.shape, np.float32)
    if left:
        share[:, :lap] = np.minimum(share[:, :lap], _beyond(error[:, :lap]))
    if above:
        share[:lap] = np.minimum(share[:lap], _beyond(error[:lap].T).T)
    share = cv2.GaussianBlur(share, (0, 0), 0.7)
    return np.where(known > 0, share, 1).astype(np.float32)


def _beyond(error: F32) -> F32:
    """Right of the cheapest path from the first row to the last: (n, lap) 0 or 1."""
    n, lap = error.shape
    cost = error.copy()
    for row in range(1, n):
        above = cost[row - 1]
        best = above.copy()
        best[1:] = np.minimum(best[1:], above[:-1])
        best[:-1] = np.minimum(best[:-1], above[1:])
        cost[row] += best
    path = np.zeros(n, np.int64)
    path[-1] = int(cost[-1].argmin())
    for row in range(n - 2, -1, -1):
        low = max(0, path[row + 1] - 1)
        path[row] = low + int(cost[row, low : path[row + 1] + 2].argmin())
    return (np.arange(lap)[None] >= path[:, None]).astype(np.float32)


def largest_rectangle(mask: NDArray[np.bool_], most_narrow: float = 3.0) -> tuple[slice, slice]:
    """The upright rectangle of greatest area inside a mask, not too narrow: rows and columns.

    Args:
        mask: (H, W), some of it True. most_narrow: of the longer side to the shorter; a longer one counts no more.
    """
    longest = 96
    factor = min(1.0, longest / max(mask.shape))
    size = (max(1, int(mask.shape[1] * factor)), max(1, int(mask.shape[0] * factor)))
    small = cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.97
    heights = np.zeros(small.shape[1], np.int64)
    best, box = 0.0, (0, 1, 0, 1)
    for row, line in enumerate(small):
        heights = np.where(line, heights + 1, 0)
        stack: list[tuple[int, int]] = []
        for column, tall in enumerate([*heights.tolist(), 0]):
            start = column
            while stack and stack[-1][1] >= tall:
                start, high = stack.pop()
                wide = column - start
                short, long = sorted((wide, high))
                area = short * min(long, most_narrow * short)
                if area > best:
                    best, box = area, (row - high + 1, row + 1, start, column)
            stack.append((start, tall))
    top, bottom, left, right = (v / factor for v in box)
    if best == 0:  # nothing but rim: the middle of it
        ys, xs = np.nonzero(mask)
        if not len(ys):
            return slice(0, mask.shape[0]), slice(0, mask.shape[1])
        return slice(int(ys.min()), int(ys.max()) + 1), slice(int(xs.min()), int(xs.max()) + 1)
    rows = slice(int(np.ceil(top)), min(mask.shape[0], max(int(np.ceil(top)) + 1, int(bottom))))
    return rows, slice(int(np.ceil(left)), min(mask.shape[1], max(int(np.ceil(left)) + 1, int(right))))
