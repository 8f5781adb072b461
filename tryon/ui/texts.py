"""Every sentence and label of the page, so that another language is one more ``Texts``.

``texts_english.py`` and ``texts_chinese.py`` fill it; parts with many words have a dataclass of their own in
a file of their own, as a field here. What is here is the page's own voice; the library's sentences
(``TryOnError``, warnings) are English, and ``sentences.py`` translates them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tryon.types import Category, LegLength, Pose, SleeveLength
from tryon.ui.texts_build import BuildTexts
from tryon.ui.texts_edit import EditTexts
from tryon.ui.texts_gallery import GalleryTexts
from tryon.ui.texts_live import LiveTexts
from tryon.ui.texts_privacy import PrivacyTexts
from tryon.ui.texts_share import ShareTexts
from tryon.ui.texts_studio import StudioTexts
from tryon.ui.texts_wear import WearTexts


@dataclass(frozen=True)
class Texts:
    """The page's words in one language. Fields with braces are formatted with the named values."""

    gallery: GalleryTexts
    wear: WearTexts

    name: str
    promise: str
    theme_button: str
    language_button: str
    comma: str  # between parts of a sentence
    space: str  # between sentences
    tabs_label: str
    tabs: dict[str, str]

    who: str
    add_photo: str
    change_photo: str
    add_photo_hint: str
    camera: str
    camera_shoot: str
    camera_close: str
    camera_refused: str
    camera_insecure: str
    privacy: str
    models: str
    your_photo: str

    what: str
    add_garment: str
    change_garment: str
    add_garment_hint: str
    your_garment: str
    understood_garment: str
    understood_perhaps: str
    understood_person: str

    correct: str
    question: str
    questions: dict[str, str]
    see_details: str
    seen: str
    seen_pictures: dict[str, str]
    seen_alts: dict[str, str]
    landmarks: str
    hidden_landmarks: str
    not_sure: str
    answered: str
    properties: dict[str, str]
    values: dict[str, dict[str, str]]
    in_picture: dict[str, str]
    labels: dict[str, str]

    before: str
    after: str
    slider: str
    result_alt: str
    before_alt: str
    download: str
    undo: str
    visit: str
    return_to: str
    made: str
    stages: dict[str, str]

    before_you: str
    waking: str
    looking: str
    looking_garment: str
    dressing: str
    uploading: str
    drawing: str

    too_large: str
    too_fast: str
    upload_failed: str
    upload_gone: str
    photo_gone: str
    look_gone: str
    not_in_gallery: str
    last_garment: str
    unexpected: str
    not_ready: str

    privacy_page: PrivacyTexts
    live: LiveTexts
    build: BuildTexts
    share: ShareTexts
    edit: EditTexts
    studio: StudioTexts

    framings: dict[str, str] = field(default_factory=dict)
    garment_labels: dict[str, str] = field(default_factory=dict)
    garment_kinds: dict[Category, str] = field(default_factory=dict)


def word_at(texts: object, path: str) -> str:
    """The word that a path such as "values.category.upper" names.

    Args:
        texts: a dataclass of words.
        path: names of fields and keys, joined by dots.
    """
    found = texts
    for name in path.split("."):
        found = found[name] if isinstance(found, dict) else getattr(found, name)
    assert isinstance(found, str), path
    return found


def describe_garment(
    texts: Texts, *, category: Category, label: str, sleeve: SleeveLength | None, leg: LegLength | None
) -> str:
    """Say what a garment was taken for, such as "T-shirt, short sleeves".

    Args:
        texts: the language.
        category: the garment's category, used where the label is not sure.
        label: one of ``GARMENT_LABELS`` or "not sure".
        sleeve: sleeve length, or None.
        leg: leg or skirt length, or None.
    """
    kind = texts.garment_labels.get(label, texts.garment_kinds[category])
    length = texts.values["sleeve"].get(sleeve or "") or texts.values["leg"].get(leg or "") or ""
    first_word = length.replace("-", " ").split(" ")[0]
    return f"{kind}{texts.comma}{length}" if length and first_word not in kind else kind


def framing_of(pose: Pose, height: int) -> str:
    """How much of a person is in the picture: a key of ``Texts.framings``.

    Args:
        pose: photo frame.
        height: of the photo, pixels.
    """
    joints = {"whole": (27, 28), "knees": (25, 26), "hips": (23, 24)}  # MediaPipe's numbers, from below
    for framing, pair in joints.items():
        if all(pose.points_px[joint, 1] < height and pose.visibility[joint] > 0.5 for joint in pair):
            return framing
    return "chest"


def describe_person(texts: Texts, pose: Pose, height: int) -> str:
    """Say how much of the person is in the picture, such as "you down to the hips".

    Args:
        texts: the language.
        pose: photo frame.
        height: of the photo, pixels.
    """
    return texts.framings[framing_of(pose, height)]
