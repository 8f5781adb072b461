"""Pictures of every kind that strangers bring, and every kind that is refused."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image, ImageCms

from tryon import images
from tryon.errors import (
    BadRequestError,
    NotAPictureError,
    PictureTooLargeError,
    PictureTooSmallError,
    TryOnError,
)
from tryon.images import load_picture, load_picture_with_alpha

HEIC = Path(__file__).parent / "data"
COLOURS = {"nw": (200, 40, 40), "ne": (40, 180, 60), "sw": (40, 60, 200), "se": (230, 210, 60)}


def quadrants(height: int = 192, width: int = 160) -> np.ndarray:
    """(H, W, 3) uint8 with four colours, so that turning and mirroring show."""
    picture = np.zeros((height, width, 3), np.uint8)
    h, w = height // 2, width // 2
    picture[:h, :w], picture[:h, w:], picture[h:, :w], picture[h:, w:] = COLOURS.values()
    return picture


def corners(picture: np.ndarray) -> list[str]:
    """Which of the four colours is nearest at nw, ne, sw, se."""
    h, w = picture.shape[:2]
    found = [
        picture[int(h * fy) - 8 : int(h * fy) + 8, int(w * fx) - 8 : int(w * fx) + 8].reshape(-1, 3).mean(0)
        for fy, fx in ((0.25, 0.25), (0.25, 0.75), (0.75, 0.25), (0.75, 0.75))
    ]
    return [min(COLOURS, key=lambda name: float(np.abs(np.array(COLOURS[name]) - colour).sum())) for colour in found]


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def png_chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


@pytest.mark.parametrize("kind", ["JPEG", "MPO", "PNG", "WEBP", "GIF", "BMP"])
def test_reads_each_kind(kind: str) -> None:
    picture = load_picture(encoded(Image.fromarray(quadrants()), kind))
    assert picture.shape == (192, 160, 3)
    assert picture.dtype == np.uint8
    assert picture.flags.c_contiguous
    assert picture.flags.writeable
    assert corners(picture) == ["nw", "ne", "sw", "se"]


def test_reads_heic_and_turns_it_upright() -> None:
    plain = load_picture(HEIC / "quadrants.heic")
    assert plain.shape == (192, 160, 3)
    assert corners(plain) == ["nw", "ne", "sw", "se"]
    turned = load_picture(HEIC / "quadrants_turned.heic")
    assert turned.shape == (160, 192, 3)
    assert corners(turned) == ["sw", "nw", "se", "ne"]


def test_a_file_that_crashes_the_decoder_is_refused() -> None:
    """Found by ``python -m tryon.trials.fuzz``: libheif ends the process that reads it, which is not this one."""
    with pytest.raises(NotAPictureError, match="damaged"):
        load_picture(HEIC / "crashes_the_decoder.heic")


def test_decoders_that_can_be_crashed_run_apart(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    killer = tmp_path / "killer.py"
    killer.write_text("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    monkeypatch.setattr(images, "APART", killer)
    for file in ("quadrants.heic", "quadrants_alpha.heic"):
        with pytest.raises(NotAPictureError):
            load_picture(HEIC / file)
    sleeper = tmp_path / "sleeper.py"
    sleeper.write_text("import time; time.sleep(60)")
    monkeypatch.setattr(images, "APART", sleeper)
    monkeypatch.setattr(images, "APART_SECONDS", 0.5)
    with pytest.raises(NotAPictureError):
        load_picture(HEIC / "quadrants.heic")


def test_heic_keeps_its_alpha() -> None:
    picture, alpha = load_picture_with_alpha(HEIC / "quadrants_alpha.heic")
    assert alpha is not None
    assert alpha.shape == picture.shape[:2]
    assert alpha[:30].max() < 0.1
    assert alpha[60:].min() > 0.9
    assert (load_picture(HEIC / "quadrants_alpha.heic")[:30] > 240).all()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_exif_orientation_is_applied(orientation: int, kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(Image.fromarray(quadrants()), kind, exif=exif.tobytes())
    expected = {
        1: ["nw", "ne", "sw", "se"],
        2: ["ne", "nw", "se", "sw"],
        3: ["se", "sw", "ne", "nw"],
        4: ["sw", "se", "nw", "ne"],
        5: ["nw", "sw", "ne", "se"],
        6: ["sw", "nw", "se", "ne"],
        7: ["se", "ne", "sw", "nw"],
        8: ["ne", "se", "nw", "sw"],
    }[orientation]
    picture = load_picture(data)
    assert picture.shape[:2] == ((192, 160) if orientation < 5 else (160, 192))
    assert corners(picture) == expected


def test_alpha_turns_with_the_picture() -> None:
    rgba = np.dstack([quadrants(), np.full((192, 160), 255, np.uint8)])
    rgba[:96, :80, 3] = 0
    exif = Image.Exif()
    exif[0x0112] = 6
    picture, alpha = load_picture_with_alpha(encoded(Image.fromarray(rgba), "PNG", exif=exif.tobytes()))
    assert alpha is not None
    assert picture.shape[:2] == alpha.shape == (160, 192)
    assert alpha[:80, 96:].max() == 0
    assert alpha[80:].min() == 1


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_damaged_exif_turns_nothing() -> None:
    data = encoded(Image.fromarray(quadrants()), "JPEG", exif=b"Exif\x00\x00MM\x00*\xff\xff\xff\xff garbage")
    assert corners(load_picture(data)) == ["nw", "ne", "sw", "se"]


@pytest.mark.parametrize("mode", ["CMYK", "L", "YCbCr"])
def test_jpeg_colour_modes(mode: str) -> None:
    source = Image.fromarray(quadrants())
    picture = load_picture(encoded(source.convert(mode), "JPEG", quality=95))
    expected = np.array(source.convert(mode).convert("RGB")).astype(int)
    assert np.abs(picture.astype(int) - expected).mean() < 4


@pytest.mark.parametrize("mode", ["P", "L", "LA", "RGBA", "1"])
def test_png_colour_modes(mode: str) -> None:
    source = Image.fromarray(quadrants())
    expected = np.array(source.convert(mode).convert("RGB"))
    assert np.array_equal(load_picture(encoded(source.convert(mode), "PNG")), expected)


def test_sixteen_bit_grey_is_scaled_not_clipped() -> None:
    ramp = np.repeat(np.linspace(0, 65535, 256).astype(np.uint16)[None], 200, 0)
    picture = load_picture(encoded(Image.fromarray(ramp), "PNG"))
    assert np.array_equal(picture[..., 0], (ramp >> 8).astype(np.uint8))


def test_sixteen_bit_colour() -> None:
    """A 16-bit RGB PNG made by hand, because Pillow cannot write one."""
    high = quadrants().astype(">u2") * 257
    rows = b"".join(b"\x00" + high[y].tobytes() for y in range(high.shape[0]))
    data = b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", struct.pack(">IIBBBBB", 160, 192, 16, 2, 0, 0, 0))
    data += png_chunk(b"IDAT", zlib.compress(rows)) + png_chunk(b"IEND", b"")
    assert np.array_equal(load_picture(data), quadrants())


def test_transparent_parts_lie_on_white() -> None:
    rgba = np.zeros((150, 150, 4), np.uint8)
    rgba[:50] = (10, 20, 30, 255)
    rgba[50:100] = (10, 20, 30, 128)
    picture = load_picture(encoded(Image.fromarray(rgba), "PNG"))
    assert tuple(picture[0, 0]) == (10, 20, 30)
    assert np.abs(picture[75, 0].astype(int) - (132, 137, 142)).max() <= 1
    assert tuple(picture[-1, 0]) == (255, 255, 255)


def test_palette_with_a_transparent_colour_lies_on_white() -> None:
    indexed = Image.new("P", (140, 140), 0)
    indexed.putpalette([0, 0, 0, 255, 0, 0])
    indexed.paste(1, (0, 0, 140, 70))
    picture = load_picture(encoded(indexed, "PNG", transparency=0))
    assert tuple(picture[0, 0]) == (255, 0, 0)
    assert tuple(picture[-1, -1]) == (255, 255, 255)


def test_cut_out_keeps_its_own_colours_to_the_edge() -> None:
    rgba = np.zeros((150, 150, 4), np.uint8)
    rgba[30:120, 30:120] = (10, 20, 30, 255)
    rgba[28:30, 30:120] = (10, 20, 30, 100)
    picture, alpha = load_picture_with_alpha(encoded(Image.fromarray(rgba), "PNG"))
    assert alpha is not None
    assert alpha.dtype == np.float32
    assert float(alpha.min()) == 0
    assert float(alpha.max()) == 1
    assert tuple(picture[28, 60]) == (10, 20, 30)
    assert tuple(picture[0, 0]) == (255, 255, 255)


@pytest.mark.parametrize("hidden", [0, 3])
def test_hardly_transparent_pictures_are_no_cut_out(hidden: int) -> None:
    rgba = np.dstack([quadrants(), np.full((192, 160), 255, np.uint8)])
    rgba[:hidden, :hidden, 3] = 0
    picture, alpha = load_picture_with_alpha(Image.fromarray(rgba))
    assert alpha is None
    assert np.array_equal(picture, load_picture(Image.fromarray(rgba)))


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_animations_give_their_first_frame(kind: str) -> None:
    first, second = Image.fromarray(quadrants()), Image.fromarray(255 - quadrants())
    data = encoded(first, kind, save_all=True, append_images=[second], duration=100, loop=0)
    assert corners(load_picture(data)) == ["nw", "ne", "sw", "se"]


def test_embedded_profile_is_converted_to_srgb() -> None:
    # linear grey light of 0.5 is 188 in sRGB
    data = encoded(Image.new("RGB", (150, 150), (128, 128, 128)), "PNG", icc_profile=_linear_profile())
    assert np.abs(load_picture(data).astype(int) - 188).max() <= 2


def test_alpha_survives_an_embedded_profile() -> None:
    image = Image.new("RGBA", (150, 150), (128, 128, 128, 255))
    image.paste((128, 128, 128, 0), (0, 0, 150, 50))
    picture, alpha = load_picture_with_alpha(encoded(image, "PNG", icc_profile=_linear_profile()))
    assert alpha is not None
    assert np.array_equal(alpha, np.repeat((np.arange(150) >= 50).astype(np.float32)[:, None], 150, 1))
    assert np.abs(picture[60:].astype(int) - 188).max() <= 2


@pytest.mark.parametrize("profile", [b"not a profile", b"\x00" * 4000, None])
def test_useless_profiles_change_nothing(profile: bytes | None) -> None:
    if profile is None:  # an RGB profile on a CMYK picture
        image, profile = Image.fromarray(quadrants()).convert("CMYK"), _linear_profile()
    else:
        image = Image.fromarray(quadrants())
    plain = load_picture(encoded(image, "JPEG", quality=95))
    assert np.array_equal(load_picture(encoded(image, "JPEG", quality=95, icc_profile=profile)), plain)


def _linear_profile() -> bytes:
    """An RGB profile with sRGB's primaries and a straight tone curve."""
    srgb = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = struct.unpack(">I", srgb[128:132])[0]
    for index in range(count):
        entry = 132 + 12 * index
        name, offset, size = struct.unpack(">4sII", srgb[entry : entry + 12])
        if name in (b"rTRC", b"gTRC", b"bTRC"):
            curve = b"curv" + bytes(4) + struct.pack(">I", 0)  # no entries: the identity
            srgb[offset : offset + len(curve)] = curve
            srgb[entry + 8 : entry + 12] = struct.pack(">I", min(size, len(curve)))
        if name == b"desc":
            srgb[offset : offset + size] = bytes(srgb[offset : offset + size]).replace(
                b"\x00s\x00R\x00G\x00B", b"\x00x" * 4
            )
    return bytes(srgb)


def test_metadata_is_dropped_from_results(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Camera"
    exif[0x8825] = {1: "N", 2: (52.0, 31.0, 0.0)}
    picture = load_picture(encoded(Image.fromarray(quadrants()), "JPEG", exif=exif.tobytes(), comment=b"secret"))
    images.save_png(picture, tmp_path / "out.png")
    written = (tmp_path / "out.png").read_bytes()
    assert b"Camera" not in written
    with Image.open(io.BytesIO(written)) as image:
        image.load()
        assert not image.info
        assert not image.getexif()


@pytest.mark.parametrize(
    "junk", [b"", b"hello", b"\x89PNG\r\n\x1a\n", b"<svg xmlns='x'/>", b"%PDF-1.4", b"\xff\xd8\xff\xe0"]
)
def test_what_is_no_picture_is_refused(junk: bytes) -> None:
    with pytest.raises(NotAPictureError, match="JPEG, PNG, WebP or HEIC"):
        load_picture(junk)


@pytest.mark.parametrize("kind", ["TIFF", "PPM", "ICO", "EPS", "PDF"])
def test_kinds_outside_the_list_are_refused(kind: str) -> None:
    with pytest.raises(NotAPictureError):
        load_picture(encoded(Image.fromarray(quadrants()), kind))


@pytest.mark.parametrize("share", [0.1, 0.3, 0.6, 0.9])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "HEIC"])
def test_truncated_files_are_refused(kind: str, share: float, make_picture) -> None:
    data = (
        (HEIC / "quadrants.heic").read_bytes()
        if kind == "HEIC"
        else encoded(Image.fromarray(make_picture(300, 300)), kind)
    )
    with pytest.raises(NotAPictureError):
        load_picture(data[: int(len(data) * share)])


def test_too_many_bytes(tmp_path: Path) -> None:
    data = encoded(Image.fromarray(quadrants()), "PNG") + bytes(21_000_000)
    with pytest.raises(PictureTooLargeError, match="20 MB"):
        load_picture(data)
    (tmp_path / "big.png").write_bytes(data)
    with pytest.raises(PictureTooLargeError, match="20 MB"):
        load_picture(tmp_path / "big.png")


@pytest.mark.parametrize("size", [(6400, 6300), (20_000, 20_000), (60_000, 60_000)])
def test_too_many_pixels_are_refused_from_the_header_alone(size: tuple[int, int]) -> None:
    """40.3, 400 and 3600 megapixels: Pillow itself lets the first through and stops at the last."""
    rows = zlib.compress(bytes(1000))
    data = b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", struct.pack(">IIBBBBB", *size, 8, 2, 0, 0, 0))
    data += png_chunk(b"IDAT", rows) + png_chunk(b"IEND", b"")
    with pytest.raises(PictureTooLargeError, match="40 megapixels"):
        load_picture(data)


def test_bomb_in_a_text_chunk_is_refused() -> None:
    whole = encoded(Image.fromarray(quadrants()), "PNG")
    bomb = png_chunk(b"zTXt", b"Comment\x00\x00" + zlib.compress(bytes(80_000_000), 9))
    with pytest.raises(TryOnError):
        load_picture(whole[:33] + bomb + whole[33:])


def test_jpeg_with_thousands_of_scans_is_refused() -> None:
    data = encoded(Image.fromarray(quadrants()), "JPEG", progressive=True)
    scan = data[data.rindex(b"\xff\xda") : -2]
    with pytest.raises(PictureTooLargeError, match="very long"):
        load_picture(data[:-2] + scan * 3000 + data[-2:])


def test_scans_of_the_picture_alone_count() -> None:
    """Neither a thumbnail in the metadata nor a video behind the picture makes a photo suspicious."""
    data = encoded(Image.fromarray(quadrants()), "JPEG", progressive=True, exif=b"Exif\x00\x00" + b"\xff\xda" * 30_000)
    assert corners(load_picture(data + b"\xff\xda" * 100_000)) == ["nw", "ne", "sw", "se"]


@pytest.mark.parametrize("size", [(127, 400), (400, 127), (1, 1)])
def test_too_small(size: tuple[int, int]) -> None:
    with pytest.raises(PictureTooSmallError, match="128"):
        load_picture(encoded(Image.new("RGB", size), "PNG"))
    with pytest.raises(PictureTooSmallError):
        load_picture(np.zeros((*size, 3), np.uint8))


def test_paths(tmp_path: Path) -> None:
    for bad in (tmp_path / "missing.jpg", tmp_path, "", "a\x00b"):
        with pytest.raises(BadRequestError):
            load_picture(bad)
    file = tmp_path / "Ünïcode 名.png"
    file.write_bytes(encoded(Image.fromarray(quadrants()), "PNG"))
    assert np.array_equal(load_picture(str(file)), load_picture(file))


def test_messages_name_the_picture() -> None:
    with pytest.raises(NotAPictureError, match="garment picture"):
        load_picture(b"x", what="garment picture")


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_arrays_of_every_kind(data: st.DataObject) -> None:
    shape = data.draw(st.sampled_from([(128, 130), (128, 130, 1), (128, 130, 3), (128, 130, 4)]))
    kind = data.draw(st.sampled_from([np.uint8, np.uint16, np.bool_, np.float32, np.float64]))
    fill = data.draw(st.integers(0, 255))
    if np.issubdtype(kind, np.floating):
        array = np.full(shape, fill / 255, kind)
    elif kind == np.uint16:
        array = np.full(shape, fill * 257, kind)
    else:
        array = np.full(shape, fill > 127 if kind == np.bool_ else fill, kind)
    before = array.copy()
    picture = load_picture(array)
    assert picture.shape == (128, 130, 3)
    assert picture.dtype == np.uint8
    assert np.array_equal(array, before)
    assert not np.shares_memory(picture, array)
    if array.ndim == 2 and kind != np.bool_:
        assert int(picture[0, 0, 0]) == fill


@pytest.mark.parametrize(
    "array",
    [np.zeros((200, 200, 2), np.uint8), np.zeros(200, np.uint8), np.zeros((200, 200, 3), np.int64)]
    + [np.full((200, 200, 3), value, np.float32) for value in (2.0, -1.0, np.nan)],
)
def test_arrays_that_are_no_picture(array: np.ndarray) -> None:
    with pytest.raises(NotAPictureError):
        load_picture(array)


def test_pillow_pictures_are_not_changed() -> None:
    image = Image.fromarray(quadrants()).convert("P")
    image.info["icc_profile"] = _linear_profile()
    before = image.copy()
    load_picture(image)
    assert image.mode == before.mode
    assert image.info == before.info
    assert np.array_equal(np.array(image), np.array(before))


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["JPEG", "PNG", "WEBP", "GIF", "BMP", "HEIC", ""]), st.data())
def test_damaged_files_raise_nothing_but_our_errors(junk: bytes, kind: str, data: st.DataObject) -> None:
    whole = {"": b"", "HEIC": (HEIC / "quadrants.heic").read_bytes()}.get(kind)
    if whole is None:
        whole = encoded(Image.fromarray(quadrants()), kind)
    at = data.draw(st.integers(0, len(whole)))
    damaged = whole[:at] + junk + whole[at + len(junk) :]
    try:
        picture = load_picture(damaged)
    except TryOnError:
        return
    assert picture.ndim == 3
    assert picture.dtype == np.uint8
    assert min(picture.shape[:2]) >= 128


@settings(max_examples=20, deadline=None)
@given(arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 40), st.sampled_from([3, 4]))))
def test_png_round_trip(picture: np.ndarray) -> None:
    with Image.open(io.BytesIO(images.encode_png(picture))) as image:
        assert np.array_equal(np.array(image), picture)


@settings(max_examples=20, deadline=None)
@given(arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 40)), elements=st.integers(0, 12)))
def test_indexed_png_keeps_values_and_palette(labels: np.ndarray) -> None:
    palette = [(i * 20, 255 - i * 20, i) for i in range(13)]
    with Image.open(io.BytesIO(images.encode_indexed_png(labels, palette))) as image:
        assert image.mode == "P"
        assert np.array_equal(np.array(image), labels)
        assert np.array_equal(np.array(image.convert("RGB")), np.array(palette, np.uint8)[labels])


def test_indexed_png_refuses_labels_without_a_colour() -> None:
    with pytest.raises(ValueError, match="no colour"):
        images.encode_indexed_png(np.full((4, 4), 3, np.uint8), [(0, 0, 0)])


def test_srgb_round_trip_is_exact_and_monotonic() -> None:
    values = np.arange(256, dtype=np.uint8)
    linear = images.srgb_to_linear(values)
    assert linear.dtype == np.float32
    assert linear[0] == 0
    assert linear[-1] == 1
    assert (np.diff(linear) > 0).all()
    assert abs(float(linear[188]) - 0.5029) < 1e-3
    assert np.array_equal(images.linear_to_srgb(linear), values)
    assert images.linear_to_srgb(np.array([-1.0, 2.0], np.float32)).tolist() == [0, 255]


def test_saving_makes_folders_and_leaves_no_parts(tmp_path: Path) -> None:
    target = tmp_path / "a" / "b" / "out.png"
    images.save_png(quadrants(), target)
    images.save_png(255 - quadrants(), target)
    assert np.array_equal(load_picture(target), 255 - quadrants())
    assert [entry.name for entry in target.parent.iterdir()] == ["out.png"]
    with pytest.raises(BadRequestError, match="Cannot write"):
        images.save_png(quadrants(), target / "under_a_file.png")
    with pytest.raises(BadRequestError, match="Cannot write"):
        images.save_png(quadrants(), target.parent)
    assert [entry.name for entry in target.parent.iterdir()] == ["out.png"]


def test_shrinking() -> None:
    assert images.shrink_to(quadrants(), 96).shape == (96, 80, 3)
    assert images.shrink_to(quadrants(), 500).shape == (192, 160, 3)
    assert corners(images.shrink_to(quadrants(), 96)) == ["nw", "ne", "sw", "se"]
