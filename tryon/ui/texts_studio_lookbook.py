"""The words of the studio's lookbook panel, in both languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LookbookTexts:
    """What the panel says. pages, columns, files: by the names that programs use. fits: by how loose.

    Fields in braces are filled.
    """

    title: str
    about: str
    who: str
    own: str
    what: str
    each: str
    outfit: str
    how: str
    add: str
    add_one: str
    choose: str
    full: str
    looks: str
    dressing: str
    look_title: str
    look_price: str
    look_caption: str
    look_tuck: str
    look_fit: str
    fits: dict[str, str]
    remove: str
    up: str
    brand: str
    name: str
    book_title: str
    subtitle: str
    colour: str
    logo: str
    no_logo: str
    page: str
    pages: dict[str, str]
    columns: str
    cover: str
    preview: str
    page_alt: str
    save_page: str
    nothing: str
    save: str
    files: dict[str, str]
    making: str
    saved: str
    failed: str
    gone: str
    marked: str


LOOKBOOK_ENGLISH = LookbookTexts(
    title="Make a lookbook",
    about="People in garments become pages with your name on them, a short film and a zip.",
    who="Who wears it",
    own="Your photo",
    what="What they wear",
    each="each garment by itself",
    outfit="all as one outfit",
    how="How the garments are worn",
    add="Add {n} looks",
    add_one="Add this look",
    choose="Choose people and garments",
    full="A lookbook here has at most {n} looks. Take some out first.",
    looks="The looks, in the order of the pages",
    dressing="Dressing {done} of {n}",
    look_title="Title of look {n}",
    look_price="Price of look {n}",
    look_caption="Line below look {n}",
    look_tuck="Tuck of look {n}",
    look_fit="Fit of look {n}",
    fits={
        "snug": "snug",
        "snugger": "a little snug",
        "own": "fit as it is",
        "looser": "a little loose",
        "loose": "loose",
    },
    remove="Take out look {n}",
    up="Move look {n} forward",
    brand="Name and look",
    name="Brand",
    book_title="Title",
    subtitle="Line below the title",
    colour="Colour",
    logo="Add a logo",
    no_logo="Remove the logo",
    page="Page",
    pages={
        "a4": "A4 upright",
        "a4-landscape": "A4 wide",
        "letter": "Letter upright",
        "letter-landscape": "Letter wide",
        "square": "Square",
        "story": "Phone",
    },
    columns="Columns",
    cover="With a cover",
    preview="The pages",
    page_alt="Page {n} of the lookbook",
    save_page="Download page {n} (PNG)",
    nothing="Your pages appear here as soon as there is a look.",
    save="Download",
    files={"pdf": "Pages (PDF)", "webp": "Film (WebP)", "gif": "Film (GIF)", "zip": "Everything (zip)"},
    making="Being made; a film takes some seconds…",
    saved="Downloaded.",
    failed="That did not work. Try again.",
    gone="This lookbook is no longer kept. Add the looks again.",
    marked="Every picture says that it was generated. All of it stays in memory and is gone when you leave.",
)

LOOKBOOK_CHINESE = LookbookTexts(
    title="制作画册",
    about="让人物穿上衣服，变成带有你品牌名称的页面、短片和压缩包。",
    who="谁来穿",
    own="你的照片",
    what="穿什么",
    each="每件单独穿",
    outfit="合为一套穿",
    how="衣服的穿法",
    add="添加 {n} 个造型",
    add_one="添加这个造型",
    choose="请选择人物和衣服",
    full="这里的画册最多 {n} 个造型。请先移除一些。",
    looks="造型，按页面顺序",
    dressing="正在试穿第 {done} 个，共 {n} 个",
    look_title="第 {n} 个造型的标题",
    look_price="第 {n} 个造型的价格",
    look_caption="第 {n} 个造型下方的一行字",
    look_tuck="第 {n} 个造型的下摆",
    look_fit="第 {n} 个造型的松紧",
    fits={"snug": "紧身", "snugger": "稍紧", "own": "原版松紧", "looser": "稍松", "loose": "宽松"},
    remove="移除第 {n} 个造型",
    up="将第 {n} 个造型前移",
    brand="名称与外观",
    name="品牌",
    book_title="标题",
    subtitle="标题下的一行字",
    colour="颜色",
    logo="添加标志",
    no_logo="移除标志",
    page="页面",
    pages={
        "a4": "A4 竖版",
        "a4-landscape": "A4 横版",
        "letter": "信纸竖版",
        "letter-landscape": "信纸横版",
        "square": "方形",
        "story": "手机屏",
    },
    columns="列数",
    cover="带封面",
    preview="页面",
    page_alt="画册第 {n} 页",
    save_page="下载第 {n} 页（PNG）",
    nothing="添加造型后，页面会显示在这里。",
    save="下载",
    files={"pdf": "页面（PDF）", "webp": "短片（WebP）", "gif": "短片（GIF）", "zip": "全部（zip）"},
    making="正在制作，短片需要几秒钟……",
    saved="已下载。",
    failed="没有成功，请再试一次。",
    gone="这本画册已不再保留。请重新添加造型。",
    marked="每张图片都注明由 AI 生成。所有内容只保存在内存中，离开页面后即清除。",
)
