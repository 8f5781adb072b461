"""What a file says of itself: that it was altered by a trained network, by which program, and nothing else.

The terms are those of the IPTC (https://cv.iptc.org/newscodes/digitalsourcetype/) in an XMP packet
(ISO 16684-1), which PNG, JPEG, WebP and GIF files each carry in their own way. Nothing of the photo's
own metadata is known here: pictures arrive as bare arrays.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from xml.sax.saxutils import escape

from PIL import Image

from tryon import __version__

SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
SOFTWARE = f"Try-on {__version__}"
DESCRIPTION = "Made with Try-on: generated picture. The clothes in it were put on by a program."
EXIF_DESCRIPTION, EXIF_SOFTWARE, EXIF_COMMENT = 0x010E, 0x0131, 0x9286
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PNG_IHDR_END = 8 + 25  # IHDR has 13 bytes of content and comes first (PNG, 5.6)
_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/">
   <Iptc4xmpExt:DigitalSourceType>{source}</Iptc4xmpExt:DigitalSourceType>
   <xmp:CreatorTool>{software}</xmp:CreatorTool>
   <dc:description><rdf:Alt><rdf:li xml:lang="x-default">{description}</rdf:li></rdf:Alt></dc:description>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"""


@dataclass(frozen=True)
class Marks:
    """What is written into a file.

    source_type: address of an IPTC term. software: name and version. description: one sentence, any language.
    """

    source_type: str = SOURCE_TYPE
    software: str = SOFTWARE
    description: str = DESCRIPTION


MARKS = Marks()


def xmp_packet(marks: Marks = MARKS) -> bytes:
    """The XMP packet, UTF-8.

    Args:
        marks: what it says.
    """
    said = (marks.source_type, marks.software, marks.description)
    source, software, description = map(escape, said)
    return _XMP.format(source=source, software=software, description=description).encode("utf-8")


def exif_block(marks: Marks = MARKS) -> bytes:
    """An EXIF block of two entries: the software and the description (ASCII, as EXIF has it).

    Args:
        marks: what it says; a description in other letters is left to the XMP packet.
    """
    exif = Image.Exif()
    exif[EXIF_SOFTWARE] = marks.software
    exif[EXIF_DESCRIPTION] = marks.description if marks.description.isascii() else DESCRIPTION
    return exif.tobytes()


def mark_png(png: bytes, marks: Marks = MARKS) -> bytes:
    """Add the marks to a PNG file as text chunks; the pixels' own bytes are not touched.

    Args:
        png: a whole file.
        marks: what is said.

    Raises:
        ValueError: this is no PNG file.
    """
    if png[:8] != _PNG_SIGNATURE or png[12:16] != b"IHDR":
        raise ValueError("marks can be added to a PNG file only")
    texts = {
        "XML:com.adobe.xmp": xmp_packet(marks).decode("utf-8"),
        "Software": marks.software,
        "Description": marks.description,
        "DigitalSourceType": marks.source_type,
    }
    chunks = b"".join(_international_text(name, text) for name, text in texts.items())
    return png[:_PNG_IHDR_END] + chunks + png[_PNG_IHDR_END:]


def mark_jpeg(jpeg: bytes, marks: Marks = MARKS) -> bytes:
    """Add the marks to a JPEG file that was encoded here, as EXIF and XMP; the pixels' own bytes are not touched.

    Args:
        jpeg: a whole file without metadata.
        marks: what is said.

    Raises:
        ValueError: this is no JPEG file.
    """
    if jpeg[:2] != b"\xff\xd8":
        raise ValueError("marks can be added to a JPEG file only")
    bodies = (exif_block(marks), b"http://ns.adobe.com/xap/1.0/\x00" + xmp_packet(marks))
    segments = b"".join(b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body for body in bodies)
    # behind APP0, which comes first where there is one (JFIF)
    start = 4 + int.from_bytes(jpeg[4:6], "big") if jpeg[2:4] == b"\xff\xe0" else 2
    return jpeg[:start] + segments + jpeg[start:]


def gif_comment(marks: Marks = MARKS) -> bytes:
    """What a GIF's comment says: description, software and source type in one line."""
    return f"{marks.description} ({marks.software}; {marks.source_type})".encode()


def mark_gif(gif: bytes, marks: Marks = MARKS) -> bytes:
    """Add the XMP packet to a GIF file, as Adobe's XMP specification (part 3, 1.1.2) has it.

    Args:
        gif: a whole file of version 89a.
        marks: what is said.

    Raises:
        ValueError: this is no such file.
    """
    if gif[:6] != b"GIF89a":
        raise ValueError("marks can be added to a GIF89a file only")
    flags = gif[10]
    start = 13 + (3 << ((flags & 7) + 1) if flags & 0x80 else 0)  # behind the screen's descriptor and its colours
    # the trailer lets decoders that read the packet as sub-blocks find its end from any byte
    trailer = b"\x01" + bytes(range(255, -1, -1)) + b"\x00"
    return gif[:start] + b"\x21\xff\x0bXMP DataXMP" + xmp_packet(marks) + trailer + gif[start:]


def _international_text(keyword: str, text: str) -> bytes:
    """An iTXt chunk, not compressed (PNG, 11.3.3.4)."""
    content = keyword.encode("latin-1") + b"\x00\x00\x00\x00\x00" + text.encode("utf-8")
    checked = b"iTXt" + content
    return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))
