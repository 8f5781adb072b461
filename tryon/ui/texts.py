"""Every sentence and label of the page, in one place, so that another language is one more ``Texts``.

Sentences that explain a refusal come from the library's own errors (``TryOnError``); what is here is
the page's own voice.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tryon.types import Category, LegLength, Pose, SleeveLength


@dataclass(frozen=True)
class Texts:
    """The page's words in one language. Fields with braces are formatted with the named values."""

    name: str
    promise: str
    theme_button: str

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
    filters: dict[str, str]
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

    waking: str
    looking: str
    looking_garment: str
    dressing: str
    uploading: str
    drawing: str

    too_large: str
    upload_failed: str
    upload_gone: str
    photo_gone: str
    look_gone: str
    not_in_gallery: str
    unexpected: str
    not_ready: str

    framings: dict[str, str] = field(default_factory=dict)
    garment_labels: dict[str, str] = field(default_factory=dict)
    garment_kinds: dict[Category, str] = field(default_factory=dict)


ENGLISH = Texts(
    name="Try-on",
    promise="Choose who, choose what, see it at once.",
    theme_button="Light or dark",
    who="Who",
    add_photo="Add your photo",
    change_photo="Use another photo",
    add_photo_hint="Drop it here, paste it, or click. From head to hips or more, facing the camera.",
    camera="Use the camera",
    camera_shoot="Take it in {seconds} seconds",
    camera_close="Close",
    camera_refused="The camera could not be opened. Allow it in your browser, or add a photo instead.",
    camera_insecure="Browsers open the camera only on a secure page (https) or on this computer. Add a photo instead.",
    privacy="Your photo stays in this computer's memory, is written to no disk, and is gone when you close the page.",
    models="or borrow a model",
    your_photo="Your photo",
    what="What",
    filters={"all": "All", "upper": "Tops", "lower": "Bottoms", "dress": "Dresses"},
    add_garment="Add your own garment",
    change_garment="Use another garment",
    add_garment_hint="A picture of one garment, lying flat or worn.",
    your_garment="Your garment",
    understood_garment="I see: {garment}.",
    understood_perhaps="Perhaps: {garment}.",
    understood_person="I see: {framing}.",
    correct="Correct this",
    question="I am not sure: {question}",
    questions={
        "category": "is it a top, trousers or a skirt, or a dress?",
        "sleeve": "how long are the sleeves?",
        "leg": "how far down does it reach?",
        "front": "is it closed or open at the front?",
        "layer": "is it worn by itself or over other clothes?",
    },
    see_details="Show details",
    seen="What we understood",
    seen_pictures={
        "labels": "What is where",
        "mask": "Cut out from the background",
        "pose": "How the body stands",
        "garment": "The garment alone, with its corners",
    },
    seen_alts={
        "labels": "{name}, each part of body and clothes in the colour that the list below names",
        "mask": "{name} without the background",
        "pose": "{name} with lines along arms, legs, shoulders and hips",
        "garment": "{name} without its background, with dots where its corners are",
    },
    landmarks="{count} corners found",
    hidden_landmarks="{hidden} of them hidden (rings)",
    not_sure="not sure",
    answered="your answer",
    properties={
        "framing": "Figure",
        "category": "Kind",
        "label": "Name",
        "sleeve": "Sleeves",
        "leg": "Length",
        "neckline": "Neckline",
        "front": "Front",
        "layer": "Worn",
        "photo": "Photo of",
    },
    values={
        "category": {"upper": "a top", "lower": "trousers or a skirt", "dress": "a dress"},
        "sleeve": {
            "none": "sleeveless",
            "short": "short sleeves",
            "three_quarter": "three-quarter sleeves",
            "long": "long sleeves",
        },
        "leg": {"short": "short", "knee": "knee-length", "long": "full length"},
        "neckline": {
            "round": "round",
            "v": "V-shaped",
            "scoop": "deep and round",
            "square": "square",
            "boat": "wide",
            "high": "high",
            "collar": "with a collar",
            "hood": "with a hood",
        },
        "front": {"closed": "closed", "open": "open"},
        "layer": {"inner": "by itself", "outer": "over other clothes"},
        "photo": {"flat": "the garment alone", "worn": "somebody wearing it"},
    },
    in_picture={
        "whole": "found, from head to toe",
        "knees": "found, down to the knees",
        "hips": "found, down to the hips",
        "chest": "found, the upper body",
    },
    labels={
        "hair": "hair",
        "face": "face",
        "torso_skin": "neck and bare torso",
        "left_arm": "left arm",
        "right_arm": "right arm",
        "left_leg": "left leg",
        "right_leg": "right leg",
        "upper": "top",
        "lower": "trousers or skirt",
        "dress": "dress",
        "footwear": "shoes",
        "accessory": "accessories",
    },
    before="Before",
    after="After",
    slider="Before and after: move to compare",
    result_alt="{who} wearing {what}",
    before_alt="{who} before",
    download="Download PNG",
    undo="Undo",
    visit="This visit",
    return_to="Return to {what}",
    made="How it was made",
    stages={
        "pose": "Pose",
        "parsing": "What is where",
        "agnostic": "Room made for the garment",
        "garment": "The garment and its corners",
        "warped": "Laid on the body",
        "layout": "What each pixel will show",
        "rendering": "Drawn by the network",
        "mask": "Where the garment is kept",
        "shading": "Light and folds",
    },
    waking="Switching on the lights…",
    looking="Looking at the photo…",
    looking_garment="Looking at the garment…",
    dressing="Dressing…",
    uploading="Sending the picture…",
    drawing="Drawing the steps…",
    too_large="This file has more than 20 MB. Please choose a smaller one.",
    upload_failed="The picture did not arrive. Please try again.",
    upload_gone="The picture is no longer in memory. Please add it again.",
    photo_gone="Your photo is no longer in memory, as nothing happened for a while. Add it again to go on with it.",
    look_gone="That look is no longer in memory. Here is what you wear now.",
    not_in_gallery="The gallery has nothing called “{id}”. Ask /gallery for the names.",
    unexpected="Something went wrong on our side, not with your picture. Please try once more.",
    not_ready="The try-on could not start. The server's log says why.",
    framings={
        "whole": "your whole figure",
        "knees": "you down to the knees",
        "hips": "you down to the hips",
        "chest": "your upper body",
    },
    garment_labels={
        "T-Shirt": "T-shirt",
        "Longsleeve": "long-sleeved top",
        "Shirt": "shirt",
        "Polo": "polo shirt",
        "Undershirt": "undershirt",
        "Top": "top",
        "Blouse": "blouse",
        "Hoodie": "hoodie",
        "Blazer": "blazer",
        "Outwear": "jacket or coat",
        "Dress": "dress",
        "Skirt": "skirt",
        "Shorts": "shorts",
        "Pants": "trousers",
    },
    garment_kinds={"upper": "top", "lower": "trousers or skirt", "dress": "dress"},
)


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
    return f"{kind}, {length}" if length and first_word not in kind else kind


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
