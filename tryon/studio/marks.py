"""What files that leave the studio say of themselves: that they were generated, and how."""

from __future__ import annotations

from tryon.sharing.metadata import Marks

STYLE_MARKS = Marks(
    description="Made with Try-on: generated picture. A garment in the colours or the pattern of another."
)
LOOKBOOK_MARKS = Marks(
    description="Made with Try-on: generated pictures. The clothes on these people were put on by a program."
)
