"""The words of the studio's suggestions panel, in both languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TasteTexts:
    """What the panel says.

    reason: fields traits, whom. near: field whom. counted: by kind of event, field n. numbers: one, two, three, four.
    """

    title: str
    hint: str
    privacy: str
    privacy_lasting: str
    remember: str
    erase: str
    erased: str
    nothing_to_erase: str
    liked: str
    like: str
    unlike: str
    dislike: str
    wear: str
    wear_with: str
    with_title: str
    with_none: str
    with_close: str
    suggestions: str
    more: str
    fresh: str
    wanted: str
    said_like: str
    said_dislike: str
    like_look: str
    own_only: str
    noted_like: str
    noted_dislike: str
    taken_back: str
    failed: str
    none_left: str

    start: str
    spared: str
    curious: str
    reason: str
    near: str
    and_: str
    counted: dict[str, str]
    numbers: dict[str, str]
    patterns: dict[str, str]
    occasions: dict[str, str]
    harmonies: dict[str, str]
    match_reasons: dict[str, str]


TASTE_ENGLISH = TasteTexts(
    title="Picked for you",
    hint="Say what you like and what not; each answer changes what stands here.",
    privacy="Your taste stays in this computer's memory and is gone when you leave. No picture is kept with it.",
    privacy_lasting="This host keeps your taste on its disk, under a random key in your browser, until you erase it.",
    remember="Note what I try on and keep",
    erase="Erase my taste",
    erased="Erased. Nothing of your taste is left here.",
    nothing_to_erase="There is nothing to erase.",
    liked="What you like",
    like="Like: {name}",
    unlike="No longer like: {name}",
    dislike="Not for me: {name}",
    wear="Wear: {name}",
    wear_with="Goes with",
    with_title="Goes with: {name}",
    with_none="Nothing in the gallery goes with it.",
    with_close="Back to the suggestions",
    suggestions="Suggestions, the best first",
    more="Show more",
    fresh="Suggest anew",
    wanted="Take back: {name}",
    said_like="You like this.",
    said_dislike="Not for you: it will not come back.",
    like_look="I like this look",
    own_only="Your own pictures are not noted.",
    noted_like="Noted: more like this.",
    noted_dislike="Noted: this will not come back.",
    taken_back="Taken back.",
    failed="The suggestions could not be made. Try again.",
    none_left="You have judged all there is. Erase your taste to begin anew.",
    start="To begin with: quite different things, to find out what you like",
    spared="Unlike what you did not want",
    curious="Something new: little is known yet of what you think of its kind",
    reason="{traits}, like {whom}",
    near="much like {whom}",
    and_="{one} and {other}",
    counted={"kept": "{n} you kept", "like": "{n} you liked", "tried": "{n} you tried on"},
    numbers={"1": "one", "2": "two", "3": "three", "4": "four"},
    patterns={"plain": "plain", "striped": "striped", "checked": "checked", "patterned": "patterned"},
    occasions={"casual": "casual", "smart": "smart"},
    harmonies={
        "neutral": "a quiet colour goes with any",
        "tone": "the same colour in two tones",
        "contrast": "opposite colours",
        "neighbours": "related colours",
    },
    match_reasons={
        "both_casual": "both casual",
        "both_smart": "both smart",
        "calm_pattern": "one pattern, one plain",
    },
)

TASTE_CHINESE = TasteTexts(
    title="为你挑选",
    hint="告诉我们喜欢什么、不要什么，每次回答都会改变下面的推荐。",
    privacy="你的喜好只留在这台电脑的内存中，离开页面后即清除，也不会连同任何图片保存。",
    privacy_lasting="这台服务器会把你的喜好存在磁盘上，只用浏览器里的随机编号标识，直到你清除为止。",
    remember="记下我试穿和保存的衣服",
    erase="清除我的喜好",
    erased="已清除，这里不再留有你的任何喜好。",
    nothing_to_erase="没有可清除的内容。",
    liked="你喜欢的",
    like="喜欢：{name}",
    unlike="不再喜欢：{name}",
    dislike="不适合我：{name}",
    wear="试穿：{name}",
    wear_with="搭配",
    with_title="与它相配：{name}",
    with_none="衣橱里没有与它相配的。",
    with_close="回到推荐",
    suggestions="推荐，最合适的在前",
    more="显示更多",
    fresh="重新推荐",
    wanted="取消：{name}",
    said_like="你喜欢这件。",
    said_dislike="不适合你，不会再出现。",
    like_look="喜欢这个造型",
    own_only="你自己的图片不会被记录。",
    noted_like="记下了，会多推荐这样的。",
    noted_dislike="记下了，不会再出现。",
    taken_back="已取消。",
    failed="推荐没能生成，请再试一次。",
    none_left="全部衣服你都评价过了。清除喜好即可重新开始。",
    start="先看看差别大的几件，好了解你喜欢什么",
    spared="与你不要的不同",
    curious="换个新鲜的：还不知道你怎么看这一类",
    reason="{traits}，像{whom}",
    near="很像{whom}",
    and_="{one}和{other}",
    counted={"kept": "你保存过的{n}件", "like": "你喜欢的{n}件", "tried": "你试穿过的{n}件"},
    numbers={"1": "一", "2": "两", "3": "三", "4": "四"},
    patterns={"plain": "素色", "striped": "条纹", "checked": "格纹", "patterned": "有图案"},
    occasions={"casual": "休闲", "smart": "正式"},
    harmonies={
        "neutral": "素净的颜色百搭",
        "tone": "同一颜色的深浅搭配",
        "contrast": "对比色搭配",
        "neighbours": "相近色搭配",
    },
    match_reasons={"both_casual": "都很休闲", "both_smart": "都很正式", "calm_pattern": "一件有图案，一件素色"},
)
