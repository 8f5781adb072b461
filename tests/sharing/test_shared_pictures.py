"""What is shared: it shows both pictures, says that it is generated, in sight and in its metadata, and is small."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tryon.errors import BadRequestError
from tryon.images import encode_png
from tryon.sharing.cards import PAPER, SIDE_PX, Pair, change_centre, cut, side_by_side, split
from tryon.sharing.films import MOST_BYTES, film_gif, film_webp, shots
from tryon.sharing.kinds import KINDS, make_shared, marked_png
from tryon.sharing.metadata import DESCRIPTION, SOFTWARE, SOURCE_TYPE, Marks, mark_gif, mark_png
from tryon.sharing.words import LANGUAGES, LINE, WORDS_FOLDER, word_mask

TERM = b"digitalsourcetype/compositeWithTrainedAlgorithmicMedia"


@pytest.fixture(scope="module")
def pair(make_picture: Any) -> Pair:
    """Before is textured; after has its middle painted over."""
    before = make_picture(400, 300, 1)
    after = before.copy()
    after[120:300, 90:200] = (30, 140, 90)
    return Pair(before, after)


@pytest.mark.parametrize("name", KINDS)
def test_each_file_is_marked_and_carries_nothing_else(name: str, pair: Pair) -> None:
    data, media_type = make_shared(name, pair.before_u8, pair.after_u8, "zh")
    assert TERM in data  # readable by any program that looks for an XMP packet
    assert SOFTWARE.encode() in data
    assert b"generated picture" in data
    with Image.open(io.BytesIO(data)) as opened:
        assert Image.MIME[str(opened.format)] == media_type
        if opened.format in ("JPEG", "WEBP"):
            exif = opened.getexif()
            assert dict(exif) == {0x0131: SOFTWARE, 0x010E: DESCRIPTION}  # no place, no time, no camera
        if opened.format in ("JPEG", "WEBP", "PNG"):
            assert SOURCE_TYPE.encode() in opened.info["xmp"]
        if opened.format == "GIF":
            assert SOURCE_TYPE.encode() in opened.info["comment"]
            assert DESCRIPTION.encode() in opened.info["comment"]


def test_a_download_is_marked_and_its_pixels_are_not_touched(pair: Pair) -> None:
    plain, marked = encode_png(pair.after_u8), marked_png(pair.after_u8)
    with Image.open(io.BytesIO(marked)) as opened:
        assert (np.asarray(opened) == pair.after_u8).all()
        assert opened.info["Software"] == SOFTWARE
        assert opened.info["Description"] == DESCRIPTION
        assert opened.info["DigitalSourceType"] == SOURCE_TYPE
    assert plain[33:] in marked  # every byte of the picture itself
    with pytest.raises(ValueError, match="PNG"):
        mark_png(b"GIF89a" + bytes(40))
    with pytest.raises(ValueError, match="GIF"):
        mark_gif(plain)


def test_marks_are_escaped(pair: Pair) -> None:
    from xml.etree import ElementTree

    marks = Marks(description='<b> & "quotes" 中文')
    with Image.open(io.BytesIO(marked_png(pair.after_u8, marks))) as opened:
        packet = opened.info["XML:com.adobe.xmp"]
        assert opened.info["Description"] == marks.description
    texts = [node.text for node in ElementTree.fromstring(packet.split("?>", 1)[1].rsplit("<?", 1)[0]).iter()]
    assert marks.description in texts
    assert SOURCE_TYPE in texts


def test_side_by_side_shows_both_whole(pair: Pair) -> None:
    kept = pair.before_u8.copy()
    card = side_by_side(pair)
    margin = (card.shape[1] - 2 * 300 - round(0.014 * 400)) // 2
    rows, columns = slice(margin + 20, margin + 380), slice(20, 280)
    assert (card[rows, margin:][:, columns] == pair.before_u8[20:380, 20:280]).all()
    second = margin + 300 + round(0.014 * 400)
    assert (card[rows, second:][:, columns] == pair.after_u8[20:380, 20:280]).all()
    assert (pair.before_u8 == kept).all()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("height", "width"), [(400, 300), (300, 400), (900, 200), (2400, 1800)])
def test_the_line_below_is_there_and_can_be_read(make_picture: Any, language: Any, height: int, width: int) -> None:
    picture = make_picture(height, width)
    for card in (side_by_side(Pair(picture, picture), language), split(Pair(picture, picture), language)):
        footer = card[-round(0.07 * min(max(height, width), SIDE_PX)) :]
        ink = np.abs(footer.astype(int) - PAPER).max(-1) > 60
        rows = np.nonzero(ink.any(1))[0]
        assert ink.sum() > 40
        assert np.ptp(rows) >= 8  # pixels from the highest to the lowest: no speck
        edges = np.nonzero(ink.any(0))[0]
        assert edges[0] > 1  # the words are not cut off at either side
        assert edges[-1] < card.shape[1] - 2


def test_words_are_drawn_for_all_languages() -> None:
    for language in LANGUAGES:
        for word in ("before", "after", "made"):
            mask = word_mask(word, language, 20)  # type: ignore[arg-type]
            assert len(mask) == round(20 * LINE)
            assert mask.max() > 0.9
    assert len(list(WORDS_FOLDER.glob("*.png"))) == 3 * len(LANGUAGES)


def test_the_cut_shows_before_on_the_left(pair: Pair) -> None:
    assert (cut(pair, 0) == pair.after_u8).all()
    assert (cut(pair, 1) == pair.before_u8).all()
    half = cut(pair, 0.5)
    assert (half[:, :140] == pair.before_u8[:, :140]).all()
    assert (half[:, 160:] == pair.after_u8[:, 160:]).all()
    assert change_centre(pair) == pytest.approx(145 / 300, abs=0.01)
    assert change_centre(Pair(pair.before_u8, pair.before_u8)) == 0.5


@pytest.mark.parametrize("film", [film_webp, film_gif])
def test_a_film_wipes_between_both_and_comes_back(film: Any, pair: Pair) -> None:
    with Image.open(io.BytesIO(film(pair))) as opened:
        script = shots(change_centre(pair))
        assert opened.n_frames == len(script)
        assert opened.info["loop"] == 0
        margin = (opened.width - 300) // 2
        at = {}
        for share in (0.0, 1.0):
            opened.seek(next(index for index, shot in enumerate(script) if shot.share == share))
            at[share] = np.asarray(opened.convert("RGB"))[margin : margin + 400, margin : margin + 300].astype(int)
    inside = (slice(130, 290), slice(100, 190))
    assert np.abs(at[0.0] - pair.after_u8)[inside].mean() < 8
    assert np.abs(at[1.0] - pair.before_u8)[inside].mean() < 16
    assert np.abs(at[0.0] - at[1.0])[inside].mean() > 30


def test_a_film_of_a_busy_picture_is_small_enough_to_send() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (1200, 900, 3), np.uint8)
    for film in (film_webp, film_gif):
        assert len(film(Pair(noise, 255 - noise))) < MOST_BYTES


def test_what_cannot_be_made_is_refused_in_a_sentence(pair: Pair) -> None:
    for arguments in (("poster.jpg", pair.after_u8, "en"), ("side.jpg", pair.after_u8, "xx")):
        with pytest.raises(BadRequestError, match=arguments[0] if arguments[2] == "en" else "xx"):
            make_shared(arguments[0], pair.before_u8, arguments[1], arguments[2])
    with pytest.raises(BadRequestError, match="two sizes"):
        make_shared("side.jpg", pair.before_u8, pair.after_u8[:-2], "en")
