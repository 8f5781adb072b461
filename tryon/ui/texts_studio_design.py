"""The words of the studio's design panel, in both languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class DesignTexts:
    """What the panel says. labels: of GARMENT_LABELS, ``any`` first. cloths: of the designer's CLOTHS, ``any`` first.
    sliders: by the names of ``Sliders``, with their ends in ``ends``. name: what one is called."""

    title: str
    about: str
    kind: str
    cloth: str
    more: str
    ideas: str
    idea: str
    chosen: str
    nothing: str
    drawing: str
    failed: str
    sliders_label: str
    sliders: dict[str, str]
    ends: dict[str, dict[str, str]]
    reset: str
    wear: str
    keep: str
    kept: str
    download: str
    mix: str
    mix_hint: str
    mix_share: str
    unmix: str
    walk: str
    seed: str
    seed_go: str
    name: str
    labels: dict[str, str]
    cloths: dict[str, str]


DESIGN_ENGLISH = DesignTexts(
    title="Design a garment",
    about="Our own network draws garments that nobody has made. Choose one, change it, wear it.",
    kind="Garment",
    cloth="Cloth",
    more="New ideas",
    ideas="Ideas",
    idea="Idea {seed}: {name}",
    chosen="The idea you chose: {name}",
    nothing="Choose an idea to change it.",
    drawing="drawing",
    failed="This idea could not be drawn. Choose another one.",
    sliders_label="Change the idea",
    sliders={
        "sleeve": "Sleeves",
        "length": "Length",
        "fit": "Width",
        "neck": "Neck",
        "style": "Pattern strength",
        "scale": "Pattern size",
        "hue": "Hue",
        "lightness": "Lightness",
        "colour": "Strength of colour",
    },
    ends={
        "sleeve": {"less": "shorter", "more": "longer"},
        "length": {"less": "shorter", "more": "longer"},
        "fit": {"less": "narrower", "more": "wider"},
        "neck": {"less": "narrower", "more": "wider"},
        "style": {"less": "fainter", "more": "bolder"},
        "scale": {"less": "finer", "more": "larger"},
        "hue": {"less": "turned left", "more": "turned right"},
        "lightness": {"less": "darker", "more": "lighter"},
        "colour": {"less": "greyer", "more": "stronger"},
    },
    reset="As it came",
    wear="Wear it",
    keep="Keep it",
    kept="Kept: it is in Made by you, over the gallery.",
    download="Download",
    mix="Mix with another",
    mix_hint="Choose a second idea.",
    mix_share="From the first to the second",
    unmix="Leave the mix",
    walk="Show the way between them",
    seed="Number of the idea",
    seed_go="Show",
    name="{cloth} {label}, idea {seed}",
    labels={
        "any": "Any garment",
        "T-Shirt": "T-shirt",
        "Longsleeve": "long-sleeved top",
        "Shirt": "shirt",
        "Polo": "polo shirt",
        "Undershirt": "vest",
        "Top": "top",
        "Blouse": "blouse",
        "Hoodie": "hoodie",
        "Blazer": "blazer",
        "Outwear": "jacket",
        "Dress": "dress",
        "Skirt": "skirt",
        "Shorts": "shorts",
        "Pants": "trousers",
    },
    cloths={
        "any": "Any cloth",
        "plain": "Plain",
        "stripes": "Striped",
        "pinstripes": "Pinstriped",
        "checks": "Checked",
        "gingham": "Gingham",
        "dots": "Dotted",
        "floral": "Flowered",
        "leaves": "Leafy",
        "zigzag": "Zigzag",
        "melange": "Melange",
        "photo": "Free-style",
    },
)

DESIGN_CHINESE = DesignTexts(
    title="设计一件衣服",
    about="我们自己训练的网络会画出从未有人做过的衣服。选一件，改一改，穿上看看。",
    kind="款式",
    cloth="面料",
    more="换一批灵感",
    ideas="灵感",
    idea="灵感 {seed}：{name}",
    chosen="你选的灵感：{name}",
    nothing="选一个灵感，就可以修改它。",
    drawing="正在绘制",
    failed="这个灵感画不出来，请换一个。",
    sliders_label="修改这个灵感",
    sliders={
        "sleeve": "袖长",
        "length": "衣长",
        "fit": "宽松度",
        "neck": "领口",
        "style": "图案强弱",
        "scale": "图案大小",
        "hue": "色相",
        "lightness": "明暗",
        "colour": "色彩浓淡",
    },
    ends={
        "sleeve": {"less": "更短", "more": "更长"},
        "length": {"less": "更短", "more": "更长"},
        "fit": {"less": "更窄", "more": "更宽"},
        "neck": {"less": "更窄", "more": "更宽"},
        "style": {"less": "更淡", "more": "更鲜明"},
        "scale": {"less": "更细", "more": "更大"},
        "hue": {"less": "向左转", "more": "向右转"},
        "lightness": {"less": "更暗", "more": "更亮"},
        "colour": {"less": "更灰", "more": "更浓"},
    },
    reset="恢复原样",
    wear="穿上它",
    keep="留下它",
    kept="已留下：在衣服列表上方的“你做的衣服”里。",
    download="下载",
    mix="与另一件混合",
    mix_hint="再选第二个灵感。",
    mix_share="从第一件到第二件",
    unmix="取消混合",
    walk="显示两者之间的过渡",
    seed="灵感编号",
    seed_go="显示",
    name="{cloth}{label}，灵感 {seed}",
    labels={
        "any": "任意款式",
        "T-Shirt": "T恤",
        "Longsleeve": "长袖上衣",
        "Shirt": "衬衫",
        "Polo": "Polo衫",
        "Undershirt": "背心",
        "Top": "上衣",
        "Blouse": "女式衬衫",
        "Hoodie": "连帽衫",
        "Blazer": "西装外套",
        "Outwear": "夹克",
        "Dress": "连衣裙",
        "Skirt": "半身裙",
        "Shorts": "短裤",
        "Pants": "长裤",
    },
    cloths={
        "any": "任意面料",
        "plain": "纯色",
        "stripes": "条纹",
        "pinstripes": "细条纹",
        "checks": "格纹",
        "gingham": "方格",
        "dots": "圆点",
        "floral": "花卉",
        "leaves": "叶纹",
        "zigzag": "之字纹",
        "melange": "混色",
        "photo": "自由花纹",
    },
)
