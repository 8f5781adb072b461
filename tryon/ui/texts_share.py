"""The words of the share dialog, in both languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ShareTexts:
    """What the share dialog says. kinds, hints: by ``split``, ``side`` and ``film``."""

    open: str
    title: str
    close: str
    kind: str
    kinds: dict[str, str]
    hints: dict[str, str]
    format: str
    preview: str
    making: str
    marked: str
    send: str
    save: str
    copy: str
    copied: str
    saved: str
    not_copied: str
    failed: str


SHARE_ENGLISH = ShareTexts(
    open="Share",
    title="Share this look",
    close="Close",
    kind="What to share",
    kinds={"split": "Before | after", "side": "Side by side", "film": "Film"},
    hints={
        "split": "One picture: before to the left of the line, after to its right.",
        "side": "Both pictures whole, next to each other.",
        "film": "A few seconds that wipe from before to after and back.",
    },
    format="File format of the film",
    preview="Preview of what is shared",
    making="Making it…",
    marked="Marked as a generated picture, in sight and in the file. Nothing is uploaded; it goes where you send it.",
    send="Send…",
    save="Save",
    copy="Copy",
    copied="Copied. Paste it where you like.",
    saved="Saved with your downloads.",
    not_copied="Your browser did not allow copying. Save it instead.",
    failed="It could not be made, as the look is no longer in memory. Choose the garment again.",
)

SHARE_CHINESE = ShareTexts(
    open="分享",
    title="分享这身穿搭",
    close="关闭",
    kind="分享内容",
    kinds={"split": "前后对比", "side": "左右并排", "film": "动图"},
    hints={
        "split": "一张图：分界线左边是试穿前，右边是试穿后。",
        "side": "试穿前后两张完整的图，左右并排。",
        "film": "几秒钟的动图，在试穿前后之间来回滑动。",
    },
    format="动图格式",
    preview="分享预览",
    making="正在生成…",
    marked="图中和文件信息里都注明了是生成的图片。不会上传到任何地方，只会发到你选择的去处。",
    send="发送…",
    save="保存",
    copy="复制",
    copied="已复制，可以粘贴了。",
    saved="已保存到下载文件夹。",
    not_copied="浏览器不允许复制，请改用保存。",
    failed="这身穿搭已不在内存中，无法生成。请重新选择衣服。",
)
