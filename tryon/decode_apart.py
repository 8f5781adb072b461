"""Opens one HEIC or AVIF file in a process of its own: a file that crashes the decoder ends this process, not the page.

Run by its path, with the file on standard input (see ``images``). The answer on standard output is a line of JSON
(mode, size, lengths of profile and EXIF block) and then profile, EXIF block and pixels; or a line that says why not.
Imports Pillow and the decoder alone, to be quick.
"""

from __future__ import annotations

import io
import json
import sys

SECONDS = 30  # of work; 40 megapixels take five
MEMORY = 3_000_000_000  # bytes of address space: 40 megapixels with alpha several times over


def main() -> int:
    """Decode standard input; 0 where there is an answer of either kind."""
    most_pixels, least_side = int(sys.argv[1]), int(sys.argv[2])
    _limit()
    from PIL import Image

    try:
        import pi_heif

        pi_heif.register_heif_opener()
        Image.init()
        with Image.open(
            io.BytesIO(sys.stdin.buffer.read()), formats=[k for k in ("HEIF", "AVIF") if k in Image.OPEN]
        ) as image:
            width, height = image.size
            told = {"width": width, "height": height}
            if width * height > most_pixels or min(width, height) < least_side:
                return _answer(told)
            image.load()
            pixels = image if image.mode in ("RGB", "RGBA", "L", "LA") else image.convert("RGBA")
            profile, exif = (image.info.get(name) or b"" for name in ("icc_profile", "exif"))
            data = pixels.tobytes()
            told.update(mode=pixels.mode, profile=len(profile), exif=len(exif), pixels=len(data))
            return _answer(told, profile, exif, data)
    except Exception:  # decoders raise anything at all on damaged files
        return _answer({"damaged": True})


def _answer(told: dict[str, object], *parts: bytes) -> int:
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n")
    for part in parts:
        sys.stdout.buffer.write(part)
    sys.stdout.buffer.flush()
    return 0


def _limit() -> None:
    """Let a file that would take for ever, or all memory, end this process."""
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # no picture in a dump on the disk
    if sys.platform.startswith("linux"):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


if __name__ == "__main__":
    sys.exit(main())
