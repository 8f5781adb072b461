"""What may change from the old garment and the new one: a drawn figure for each rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import pairwise

import cv2
import numpy as np
import pytest

from tryon.person import edit_plan
from tryon.person.agnostic import hands
from tryon.person.edit_plan import is_outer, missed_clothes, plan_edit
from tryon.types import LABEL, Category, Garment, Guess, Pose

H, W = 256, 192
Draw = Callable[[np.ndarray], None]


def pose() -> Pose:
    p = np.zeros((33, 2), np.float32)
    p[:11] = 96, 30
    p[[7, 8]] = (106, 30), (86, 30)
    p[[11, 12, 13, 14, 15, 16]] = (116, 56), (76, 56), (128, 84), (64, 84), (132, 112), (60, 112)
    p[[17, 19, 21]], p[[18, 20, 22]] = (133, 120), (59, 120)
    p[[23, 24, 25, 26, 27, 28]] = (108, 118), (84, 118), (109, 165), (83, 165), (109, 212), (83, 212)
    p[[29, 31]], p[[30, 32]] = (112, 220), (80, 220)
    return Pose(p, np.ones(33, np.float32))


def polygon(picture: np.ndarray, points: list[tuple[int, int]], value: float) -> None:
    cv2.fillPoly(picture, [np.array(points, np.int32)], value)


def limb(picture: np.ndarray, joints: tuple[int, ...], value: float, width: int, share: float = 1.0) -> None:
    """A limb from its root over a share of its length."""
    p = pose().points_px
    chain = [p[j] for j in joints]
    knots, left = [chain[0]], share * (len(chain) - 1)
    for a, b in pairwise(chain):
        if left <= 0:
            break
        knots.append(a + min(1.0, left) * (b - a))
        left -= 1
    cv2.polylines(picture, [np.round(knots).astype(np.int32)], False, value, width)


def trunk(picture: np.ndarray, value: float, hem: int, flare: int = 0, top: int = 50) -> None:
    polygon(picture, [(74, top), (118, top), (116 + flare, hem), (76 - flare, hem)], value)


def bare() -> np.ndarray:
    """A figure without upper and lower clothes."""
    labels = np.zeros((H, W), np.uint8)
    for joints, name in (((23, 25, 27), "left_leg"), ((24, 26, 28), "right_leg")):
        limb(labels, joints, LABEL[name], 18)
    trunk(labels, LABEL["torso_skin"], 122)
    for arm, name in (((11, 13, 15, 19), "left_arm"), ((12, 14, 16, 20), "right_arm")):
        limb(labels, arm, LABEL[name], 11)
    cv2.circle(labels, (96, 30), 12, LABEL["face"], -1)
    cv2.ellipse(labels, (96, 24), (14, 12), 0, 180, 360, LABEL["hair"], -1)
    for x in (109, 83):
        cv2.ellipse(labels, (x, 219), (9, 5), 0, 0, 360, LABEL["footwear"], -1)
    return labels


def sleeves(picture: np.ndarray, value: float, share: float, width: int = 13) -> None:
    for joints in ((11, 13, 15), (12, 14, 16)):
        limb(picture, joints, value, width, share)


def legs(picture: np.ndarray, value: float, share: float = 0.97) -> None:
    polygon(picture, [(74, 108), (118, 108), (120, 134), (72, 134)], value)
    for joints in ((23, 25, 27), (24, 26, 28)):
        limb(picture, joints, value, 22, share)


def trousers(labels: np.ndarray) -> None:
    legs(labels, LABEL["lower"])


def skirt(labels: np.ndarray) -> None:
    polygon(labels, [(74, 108), (118, 108), (126, 150), (66, 150)], LABEL["lower"])


def shirt(labels: np.ndarray, sleeve: float = 0.97, hem: int = 122, name: str = "upper") -> None:
    trunk(labels, LABEL[name], hem)
    if sleeve:
        sleeves(labels, LABEL[name], sleeve)
        for joints, side in (((15, 19), "left_arm"), ((16, 20), "right_arm")):
            limb(labels, joints, LABEL[side], 9)


def coat(labels: np.ndarray, hem: int = 170) -> None:
    shirt(labels, hem=hem)
    polygon(labels, [(74, 110), (118, 110), (130, hem), (62, hem)], LABEL["upper"])


def dress(labels: np.ndarray, hem: int = 165) -> None:
    trunk(labels, LABEL["dress"], 122)
    polygon(labels, [(76, 110), (116, 110), (128, hem), (64, hem)], LABEL["dress"])


def wearing(*clothes: Draw) -> np.ndarray:
    labels = bare()
    for draw in clothes:
        draw(labels)
    return labels


def new_top(sleeve: float, hem: int, **kw: object) -> tuple[Garment, np.ndarray]:
    alpha = np.zeros((H, W), np.float32)
    trunk(alpha, 1.0, hem)
    if sleeve:
        sleeves(alpha, 1.0, sleeve)
    word = "none" if sleeve == 0 else "short" if sleeve < 0.5 else "long"
    points = {} if sleeve == 0 else {"cuff_out_left": (0.0, 0.0)}
    return garment("upper", sleeve=word, landmarks_px=points, **kw), alpha


def new_trousers(share: float = 0.97) -> tuple[Garment, np.ndarray]:
    alpha = np.zeros((H, W), np.float32)
    legs(alpha, 1.0, share)
    return garment("lower", leg="long"), alpha


def new_skirt(hem: int = 150, top: int = 108) -> tuple[Garment, np.ndarray]:
    alpha = np.zeros((H, W), np.float32)
    polygon(alpha, [(74, top), (118, top), (126, hem), (66, hem)], 1.0)
    return garment("lower", leg="short"), alpha


def new_dress(hem: int) -> tuple[Garment, np.ndarray]:
    alpha = np.zeros((H, W), np.float32)
    trunk(alpha, 1.0, 122)
    polygon(alpha, [(76, 110), (116, 110), (126, hem), (66, hem)], 1.0)
    return garment("dress", sleeve="none", leg="knee"), alpha


def garment(category: Category, **kw: object) -> Garment:
    blank = np.zeros((4, 4), np.float32)
    base = Garment(np.zeros((4, 4, 3), np.uint8), blank, category, {category: 1.0}, "not sure", {}, {})
    return replace(base, **kw)  # type: ignore[arg-type]


ARM, SHIN, THIGH, BELLY, LAP = (130, 98), (109, 190), (109, 145), (96, 104), (96, 124)


@dataclass(frozen=True)
class Case:
    """What is worn, what is put on, and what must come of it: points (x, y) in and outside of the masks."""

    worn: tuple[Draw, ...]
    new: tuple[Garment, np.ndarray]
    changes: tuple[tuple[int, int], ...] = ()
    stays: tuple[tuple[int, int], ...] = ()
    bare: tuple[tuple[int, int], ...] = ()
    hidden: tuple[tuple[int, int], ...] = ()
    says: tuple[str, ...] = field(default=())


def short_shirt(labels: np.ndarray) -> None:
    shirt(labels, sleeve=0.4)


def crop_top(labels: np.ndarray) -> None:
    shirt(labels, sleeve=0, hem=92)


def crop_top_with_trousers(labels: np.ndarray) -> None:
    legs(labels, LABEL["lower"])
    labels[:112][labels[:112] == LABEL["lower"]] = LABEL["torso_skin"]
    crop_top(labels)


def coat_alone(labels: np.ndarray) -> None:
    coat(labels, hem=195)


def shirt_tucked(labels: np.ndarray) -> None:
    shirt(labels, hem=100)
    polygon(labels, [(75, 96), (117, 96), (118, 120), (74, 120)], LABEL["lower"])


CASES = {
    "long sleeves to none bares the arms": Case(
        (trousers, shirt),
        new_top(0, 122),
        changes=(ARM, BELLY),
        stays=(SHIN,),
        bare=(ARM,),
        says=(edit_plan.BARE_ARMS,),
    ),
    "short sleeves to long cover the arms": Case((trousers, short_shirt), new_top(0.97, 122), changes=(ARM, BELLY)),
    "a sleeveless top leaves bare arms": Case((trousers, crop_top), new_top(0, 122), stays=(ARM, (62, 98))),
    "a crop top to a long one covers the belly": Case(
        (crop_top_with_trousers,), new_top(0, 122), changes=(BELLY,), stays=(SHIN, THIGH)
    ),
    "a long top to a crop top bares the belly": Case(
        (trousers, shirt),
        new_top(0.97, 84),
        changes=(BELLY,),
        bare=((96, 92),),
        stays=(SHIN,),
    ),
    "a long top over trousers to a shorter one shows the waistband": Case(
        (trousers, lambda labels: shirt(labels, hem=140)),
        new_top(0.97, 112),
        changes=((96, 125),),
        hidden=((96, 128),),
        stays=(SHIN,),
        says=(edit_plan.HIDDEN_BELOW,),
    ),
    "a dress to a shirt keeps its skirt": Case(
        (dress,), new_top(0.4, 120), changes=(BELLY,), stays=(THIGH, (96, 150)), says=(edit_plan.DRESS_AS_SKIRT,)
    ),
    "a dress to a crop top keeps its waist": Case(
        (dress,), new_top(0, 90), stays=((96, 112), THIGH), says=(edit_plan.DRESS_AS_SKIRT,)
    ),
    "a dress to trousers keeps its bodice": Case(
        (dress,), new_trousers(), changes=(THIGH, (96, 150)), stays=((96, 80),), says=(edit_plan.DRESS_AS_TOP,)
    ),
    "trousers to a skirt bare the legs": Case(
        (trousers, shirt),
        new_skirt(),
        changes=(THIGH, SHIN),
        bare=(SHIN,),
        stays=(BELLY,),
        says=(edit_plan.BARE_LEGS,),
    ),
    "a skirt to trousers covers the legs": Case((skirt, short_shirt), new_trousers(), changes=(THIGH, SHIN)),
    "a coat gives way to a top, trousers come up": Case(
        (trousers, coat), new_top(0.4, 122), changes=(ARM, THIGH), hidden=(THIGH,), says=(edit_plan.HIDDEN_BELOW,)
    ),
    "a coat with nothing below it stays as a skirt": Case(
        (coat_alone,), new_top(0.97, 118), changes=(BELLY,), stays=((96, 150),), says=(edit_plan.COAT_AS_SKIRT,)
    ),
    "a dress takes the place of everything": Case(
        (trousers, shirt), new_dress(150), changes=(ARM, THIGH, SHIN), bare=(SHIN, ARM), says=(edit_plan.BARE_LEGS,)
    ),
    "tights stay under a dress as long as the old one": Case(
        (trousers, dress), new_dress(168), changes=(BELLY, THIGH), stays=(SHIN,)
    ),
    "tights go under a shorter dress": Case((trousers, dress), new_dress(140), changes=(THIGH, SHIN)),
    "a lower waistband leaves a strip to the top": Case(
        (trousers, shirt_tucked),
        new_skirt(top=122),
        changes=((96, 112),),
        hidden=((96, 112),),
        stays=((96, 80),),
    ),
    "a coat hides new trousers": Case((trousers, coat), new_skirt(), stays=(LAP,), says=(edit_plan.UNDER_THE_TOP,)),
}


def test_arms_beside_the_hips_hang_before_new_trousers() -> None:
    labels = wearing(trousers, crop_top)
    arms = np.isin(labels, [LABEL["left_arm"], LABEL["right_arm"]])
    garment, alpha = new_trousers()
    wide = alpha.copy()
    wide[108:140, 40:150] = 1  # laid over both forearms
    assert (wide[arms] > 0).any()
    plan = edit_plan.plan_edit(labels, pose(), garment, wide)
    assert not (plan.region_f32[arms] > 0).any()
    assert not edit_plan.has_sleeves(garment)


@pytest.mark.parametrize("name", CASES)
def test_rules(name: str) -> None:
    case = CASES[name]
    labels = wearing(*case.worn)
    before, alpha_before = labels.copy(), case.new[1].copy()
    plan = plan_edit(labels, pose(), *case.new)

    def at(mask: np.ndarray, point: tuple[int, int]) -> bool:
        return bool(mask[point[1], point[0]] > 0)

    for point in case.changes:
        assert at(plan.region_f32, point), f"{point} must change"
    for point in case.stays:
        assert not at(plan.region_f32, point), f"{point} must stay"
    for point in case.bare:
        assert at(plan.bare, point), f"{point} is bare skin"
    for point in case.hidden:
        assert at(plan.hidden_cloth, point), f"{point} is cloth that was hidden"
        assert plan.cloth_source.any()
    for sentence in case.says:
        assert sentence in plan.warnings
    if not case.says:
        assert not set(plan.warnings) & {edit_plan.DRESS_AS_SKIRT, edit_plan.DRESS_AS_TOP, edit_plan.COAT_AS_SKIRT}
    # what holds for every rule
    assert np.array_equal(labels, before)
    assert np.array_equal(case.new[1], alpha_before)
    region = plan.region_f32 > 0
    assert not (region & plan.protected).any()
    kept = hands(labels, pose()) | np.isin(labels, [LABEL[n] for n in ("face", "hair", "footwear")])
    assert hands(labels, pose()).sum() > 30
    assert not (region & kept & (labels != LABEL["footwear"])).any()
    shoes_changed = region & (labels == LABEL["footwear"])  # none but what a long hem hangs over
    assert not shoes_changed[221:].any()  # the sole stays
    if case.new[0].category == "upper":
        assert not shoes_changed.any()
    for part in (plan.bare, plan.hidden_cloth):
        assert not (part & ~plan.invented).any()
    assert not (plan.bare & plan.hidden_cloth).any()
    assert not (plan.invented & ~region).any()


def test_nothing_is_said_where_nothing_is_uncovered() -> None:
    labels = wearing(trousers, short_shirt)
    assert plan_edit(labels, pose(), *new_top(0.45, 123)).warnings == ()


def test_a_bag_and_loose_hair_stay_in_front() -> None:
    labels = wearing(trousers, shirt)
    labels[60:96, 104:112] = LABEL["hair"]
    labels[110:160, 120:150] = LABEL["accessory"]
    plan = plan_edit(labels, pose(), *new_top(0.97, 125))
    assert plan.region_f32[60:96, 104:112].max() == 0
    assert plan.region_f32[112:158, 122:148].max() == 0


def test_an_open_jacket_shows_the_top_under_it() -> None:
    worn, alpha = new_top(0.97, 122)
    alpha[52:, 88:104] = 0  # open in front
    labels = wearing(trousers, shirt)
    outer = replace(worn, attributes={"layer": Guess("outer", {"inner": 0.1, "outer": 0.9})})
    over, instead = (plan_edit(labels, pose(), g, alpha).region_f32 > 0 for g in (outer, worn))
    assert not over[80, 96]
    assert instead[80, 96]
    assert over[80, 80]
    assert over[98, 130]


@pytest.mark.parametrize(
    ("label", "guess", "expected"),
    [
        ("Blazer", None, True),
        ("T-Shirt", None, False),
        ("T-Shirt", Guess("outer", {"inner": 0.2, "outer": 0.8}), True),
        ("Outwear", Guess("inner", {"inner": 0.9, "outer": 0.1}), False),
        ("Outwear", Guess("not sure", {"inner": 0.5, "outer": 0.5}), True),
    ],
)
def test_layer_is_read_from_attribute_then_label(label: str, guess: Guess | None, expected: bool) -> None:
    attributes = {} if guess is None else {"layer": guess}
    assert is_outer(garment("upper", label=label, attributes=attributes)) is expected


def test_clothes_that_the_soft_mask_misses_are_told_from_rims() -> None:
    labels = wearing(trousers, coat)
    plan = plan_edit(labels, pose(), *new_top(0.97, 122))
    known = (labels > 0).astype(np.float32)
    assert not missed_clothes(plan, known, pose()).any()
    rim = cv2.erode(known, np.ones((3, 3), np.uint8))
    assert not missed_clothes(plan, rim, pose()).any()
    cut = known.copy()
    cut[130:, :84] = 0
    missed = missed_clothes(plan, cut, pose())
    assert missed[150, 70] == 1
    assert missed[80, 96] == 0


def test_spots_inside_a_coat_are_the_coats() -> None:
    labels = wearing(trousers, coat)
    clean, alpha = labels.copy(), new_trousers()[1]
    cv2.circle(labels, (90, 130), 4, LABEL["lower"], -1)  # a pocket's flap
    new = new_trousers()[0]
    plan = plan_edit(labels, pose(), new, alpha)
    assert plan.protected[126:135, 86:95].all()
    assert plan.region_f32[128:133, 88:93].max() == 0
    assert plan_edit(clean, pose(), new, alpha).old[180:200].any()
    assert plan.old[180:200].any()  # the trousers below the coat still go


def test_socks_stay_on_below_shorts_but_not_under_trousers() -> None:
    labels = wearing(skirt)
    leg = np.isin(labels, [LABEL["left_leg"], LABEL["right_leg"]])
    socks = leg & (np.arange(H)[:, None] > 185)
    labels[socks] = LABEL["lower"]
    short = plan_edit(labels, pose(), *new_skirt(140))
    assert not short.old[socks].any()
    assert short.old[120:145].any()  # the skirt goes
    long = plan_edit(labels, pose(), *new_trousers())
    assert long.region_f32[socks].mean() > 0.9


def test_trousers_cut_in_two_by_a_bag_go_as_a_whole() -> None:
    labels = wearing(trousers)
    labels[160:185][labels[160:185] > 0] = LABEL["accessory"]
    plan = plan_edit(labels, pose(), *new_skirt(140))
    assert plan.old[195:205].any()


def test_a_neighbours_clothes_stay() -> None:
    labels = wearing(lambda p: shirt(p), trousers)
    labels[90:200, 165:190] = LABEL["upper"]  # somebody at the picture's edge
    plan = plan_edit(labels, pose(), *new_top(0.3, 122))
    assert not plan.old[90:200, 165:190].any()
    assert plan.region_f32[100:190, 168:188].max() == 0
    assert plan.old[60:105, 84:108].all()


def test_tails_of_a_coat_called_trousers_in_between_go_with_them() -> None:
    labels = wearing(trousers, shirt)
    tail = np.zeros((H, W), bool)
    tail[170:190, 55:72] = True
    labels[tail] = LABEL["upper"]
    plan = plan_edit(labels, pose(), *new_trousers())
    assert plan.old[tail].all()
    assert plan.region_f32[tail].min() == 1
    joined = labels.copy()
    joined[118:172, 60:70] = LABEL["upper"]  # hangs together with the top: a coat that is worn open
    assert not plan_edit(joined, pose(), *new_trousers()).old[tail].any()


def test_below_a_shorter_hem_there_is_nothing_but_legs() -> None:
    labels = wearing(shirt, lambda picture: dress(picture, 205))
    for new in (new_skirt(140), new_dress(150)):
        plan = plan_edit(labels, pose(), *new)
        assert plan.legs_alone[160:200, 90:102].all()
        assert not plan.legs_alone[:118].any()
        assert not (plan.legs_alone & plan.protected).any()
    assert not plan_edit(labels, pose(), *new_top(0.97, 122)).legs_alone.any()


def test_what_stays_may_go_on_beside_bare_legs() -> None:
    labels = wearing(trousers)
    labels[150:170, 112:140] = LABEL["accessory"]
    plan = plan_edit(labels, pose(), *new_skirt(140))
    near = plan.legs_alone[150:170, 104:112]
    assert not near[:, -3:].any()
    assert plan.legs_alone[190:205, 80:88].any()
