"""The library's own sentences (errors, warnings) in the visitor's language.

The library speaks English. A sentence that is not in the table stays English: better that than nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from tryon.ui.languages import TEXTS, Language
from tryon.ui.sentences_rare import RARE_SENTENCES

# English with {fields} where a sentence names something, and the same fields in Chinese.
CHINESE_SENTENCES: dict[str, str] = {
    # the lookbook
    "There is no photo of yours. Add one below Try on.": "还没有你的照片。请先在“试穿”里添加一张。",
    "A look is no longer kept. Take it out and add it again.": "有一个造型已不再保留。请移除后重新添加。",
    "A lookbook of this page has 1 to {n} looks.": "这里的画册可有 1 到 {n} 个造型。",
    "No font on this computer has these letters: {letters}. Write with others.": (
        "这台电脑没有字体能显示这些字：{letters}。请换用其他文字。"
    ),
    "What you wrote ({name}) has {n} characters. Use at most {most}.": "这行文字有 {n} 个字。请最多写 {most} 个。",
    "OpenCV wrote no film. Ask for webp or gif instead.": "没有生成短片。请改用 WebP 或 GIF。",
    "The garments are {what}. {why} If one was taken for the wrong kind, say so with its category.": (
        "这些衣服不能一起穿。{why}如果有衣服被认错了种类，请更正它的类别。"
    ),
    # the brush
    "What was painted is too large. Paint it again.": "涂画的内容太大。请重新涂画。",
    "What was painted belongs to another picture. Paint it again.": "涂画的内容属于另一张图片。请重新涂画。",
    "Nothing is left of the garment. Paint on what belongs to it.": "衣服一点都没剩下。请把属于衣服的部分补涂上去。",
    "The corners cannot be read. Open the window again and move them.": "无法读取这些关键点。请重新打开窗口再移动。",
    "Only a garment of your own can be mended.": "只能修正你自己上传的衣服。",
    # the person
    "No person can be found in this picture. Use a photo of one person, upright, from head to hips at least.": (
        "照片中没有找到人物。请使用一张单人站立、至少从头到臀部的照片。"
    ),
    "I can see only a face here. Step back until your hips are in the picture.": (
        "这里只看到脸部。请后退一些，直到臀部也在画面中。"
    ),
    "Several people are in the picture; the largest one is dressed.": "照片里有多个人，将为其中最大的一位换装。",
    "You are seen from behind; garments are drawn from their front.": "照片拍的是背面，而衣服按正面绘制。",
    "You stand sideways; facing the camera gives a better fit.": "你侧身站着；正对镜头效果更好。",
    "Your hips are outside the picture, so the hem cannot be shown. Step back a little.": (
        "臀部在画面之外，无法显示下摆。请稍微后退。"
    ),
    "You seem to be sitting; standing gives a better result, above all for trousers and skirts.": (
        "你似乎坐着；站立效果更好，裤子和裙子尤其如此。"
    ),
    "Your feet are outside the picture; trousers and dresses are cut off with it.": (
        "脚在画面之外，长裤和连衣裙会随画面截断。"
    ),
    "Your arms are crossed in front of you; with arms at your sides more of the garment shows.": (
        "双臂交叉在身前；双臂自然下垂能看到更多衣服。"
    ),
    # what changes
    "Your sleeves covered your arms until now; how they look bare is a guess.": (
        "原来的袖子遮住了手臂，露出的部分是推测的。"
    ),
    "Your clothes covered your legs until now; how they look bare is a guess.": (
        "原来的衣服遮住了腿，露出的部分是推测的。"
    ),
    "Your top covered your waist until now; how it looks is a guess.": "原来的上衣遮住了腰，露出的部分是推测的。",
    "Your old top hid part of what you wear below it; that part is a guess.": (
        "原来的上衣遮住了一部分下装，那一部分是推测的。"
    ),
    "Your old waistband sat higher than the new one; what shows between them is a guess.": (
        "原来的裤腰比新的高，中间露出的部分是推测的。"
    ),
    "The lower part of your dress is kept as a skirt. Choose a skirt or trousers as well to replace it.": (
        "连衣裙的下半部分保留为半裙。如要替换，请再选一件下装。"
    ),
    "The upper part of your dress is kept as a top. Choose a top as well to replace it.": (
        "连衣裙的上半部分保留为上衣。如要替换，请再选一件上装。"
    ),
    "Nothing can be seen below your coat, so its lower part is kept as a skirt.": (
        "外套下面看不到其他衣物，因此它的下半部分保留为半裙。"
    ),
    "Your top or coat hangs over much of this garment; a photo without it would show more.": (
        "你的上衣或外套遮住了这件衣服的大部分；换一张不穿它的照片能看到更多。"
    ),
    "There are no trousers and no skirt to tuck the top into; it hangs over.": (
        "没有可以塞进去的裤子或半裙，上衣保持放在外面。"
    ),
    "The garment lies outside the picture; nothing of it can be shown.": "这件衣服在画面之外，无法显示。",
    "Nothing in this photo could be changed by this garment.": "这件衣服在这张照片里没有可以替换的地方。",
    # the garment
    "The garment is cut off by the edge of its picture; show all of it for a better result.": (
        "衣服被图片边缘截断；拍下整件衣服效果更好。"
    ),
    "It is not clear what kind of garment this is; choose upper, lower or dress if it looks wrong.": (
        "不确定这是哪一类衣服；如果看起来不对，请选择上装、下装或连衣裙。"
    ),
    "Arms, hair, bags or other clothes hide much of the garment in its photo; those parts are a guess.": (
        "照片中手臂、头发、包或其他衣物遮住了大部分衣服，那些部分是推测的。"
    ),
    "The wearer stands sideways, so only a part of the garment can be seen; a photo from the front fits better.": (
        "穿着者侧身站着，只能看到衣服的一部分；正面照片更合适。"
    ),
    "Several people are in the garment photo; the largest one's clothes are taken.": (
        "衣服照片里有多个人，取其中最大一位的衣服。"
    ),
    "The garment is cut off by the edge of its photo; show all of it for a better result.": (
        "衣服被照片边缘截断；拍下整件衣服效果更好。"
    ),
    "No garment can be told from its background. Use a picture of one garment, laid flat or hung, {rest}": (
        "无法把衣服和背景区分开。请使用一件衣服平铺或悬挂的照片，背景选用另一种颜色。"
    ),
    "No {what} can be seen on the person in the garment photo. Choose another category or another photo.": (
        "衣服照片里的人身上没有看到所选类别的衣物。请换一个类别或换一张照片。"
    ),
    "Nobody can be found who wears the garment. Choose 'flat' for a picture of the garment alone.": (
        "没有找到穿着这件衣服的人。如果照片里只有衣服，请选择“只有衣服”。"
    ),
    # pictures
    "The {what} is not a picture that can be read. Use a JPEG, PNG, WebP or HEIC file.": (
        "无法读取这张图片。请使用 JPEG、PNG、WebP 或 HEIC 文件。"
    ),
    "The {what} is damaged or incomplete. Save or download it again.": "图片已损坏或不完整。请重新保存或下载。",
    "The {what} has {size}x{other} pixels. Use one with at least {side} pixels on each side.": (
        "图片只有 {size}×{other} 像素。请使用每边至少 {side} 像素的图片。"
    ),
    "The {what} has {size} MB. Use a file of at most 20 MB.": "图片有 {size} MB。请使用不超过 20 MB 的文件。",
    "The {what} has far too many pixels. Use one of at most 40 megapixels.": (
        "图片像素过多。请使用不超过 4000 万像素的图片。"
    ),
    "The {what} has {size} pixels. Use one of at most 40 megapixels.": (
        "图片有 {size} 像素。请使用不超过 4000 万像素的图片。"
    ),
    "The {what} is packed so that it would take very long to open. Save it again.": (
        "这张图片的编码方式会让打开耗时很久。请重新保存一次。"
    ),
}


def in_language(language: Language, sentence: str) -> str:
    """A sentence of the library or of the page in a language, or as it is where there is no entry.

    Args:
        language: the visitor's.
        sentence: English.
    """
    if language == "en":
        return sentence
    for pattern, chinese in _patterns():
        found = pattern.fullmatch(sentence)
        if found:
            # what is named may be a sentence itself: the reason for a refusal
            return chinese.format(**{name: in_language(language, each) for name, each in found.groupdict().items()})
    return sentence


def told(language: Language, sentences: Iterable[str]) -> str:
    """Several sentences in a language, one after the other.

    Args:
        language: the visitor's.
        sentences: English.
    """
    said = ""
    for sentence in sentences:
        # one that stayed English needs its space
        space = " " if said.isascii() else TEXTS[language].space
        said += (space if said else "") + in_language(language, sentence)
    return said


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """The table, and the page's own sentences, which programs and visitors share."""
    english, chinese = TEXTS["en"], TEXTS["zh"]
    own = ("upload_gone", "photo_gone", "look_gone", "not_in_gallery", "last_garment", "unexpected", "not_ready")
    table = {**CHINESE_SENTENCES, **RARE_SENTENCES, **{getattr(english, name): getattr(chinese, name) for name in own}}
    return tuple((_pattern(sentence), translated) for sentence, translated in table.items())


def _pattern(sentence: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", sentence)
    return re.compile("".join(f"(?P<{part}>.+?)" if i % 2 else re.escape(part) for i, part in enumerate(parts)))
