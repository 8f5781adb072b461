"""The words of the privacy page: each promise has a name under which SECURITY.md lists the tests that hold it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PrivacyTexts:
    """promises: a heading for each name. told: what is promised, under the same names."""

    link: str
    title: str
    intro: str
    promises: dict[str, str]
    told: dict[str, str]
    limits: str
    limits_told: str


PRIVACY_ENGLISH = PrivacyTexts(
    link="How your photo is treated",
    title="How your photo is treated",
    intro="Each sentence here is held by automatic tests, which are named in SECURITY.md of this program's source.",
    promises={
        "memory": "In memory alone",
        "end": "Gone when you go",
        "idle": "Gone when you are away",
        "metadata": "No place, no camera",
        "elsewhere": "Sent nowhere",
        "fetched": "Nothing is fetched for you",
        "log": "Not in the log",
        "marked": "Generated pictures say so",
        "programs": "Pictures that programs send",
        "rates": "Sizes and rates are limited",
        "apart": "Others do not see it",
    },
    told={
        "memory": "What you add on this page, photos and garments, is kept in this computer's memory and not "
        "written to its disk.",
        "end": "When you close the page, your pictures and what was made of them are let go: at once, or where "
        "your last click is still being worked on, within a minute after it.",
        "idle": "After half an hour without a click they go as well, and earlier where memory runs short.",
        "metadata": "Place, time and camera that a photo's file may name are dropped as the file is opened; no "
        "result has them.",
        "elsewhere": "The page loads nothing from other servers and sends nothing to them; your browser is told "
        "to forbid it. There are no statistics and no cookies of advertisers.",
        "fetched": "An address in place of a picture is refused: this computer asks no other server on anybody's "
        "behalf.",
        "log": "The program's log holds no picture, no file's name and no word that you typed.",
        "marked": "Every picture that can be downloaded here, or comes from the program's interfaces and "
        "commands, says in its metadata that it was generated.",
        "programs": "Programs that use gradio_client have to leave files: they lie in a folder that this program "
        "alone can read, and go after at most eleven minutes, or when it ends. The REST interface keeps results "
        "in memory for ten minutes.",
        "rates": "A picture has at most 20 MB and 40 megapixels. Who asks too often is asked to wait.",
        "apart": "Your pictures have addresses that cannot be guessed; another visitor is never shown yours.",
    },
    limits="What no test can promise",
    limits_told="Whoever runs this computer could change the program or look into its memory. Your browser keeps "
    "its own history and downloads. The page shows generated pictures of people: use photos only of those who "
    "agree.",
)

PRIVACY_CHINESE = PrivacyTexts(
    link="你的照片会怎样处理",
    title="你的照片会怎样处理",
    intro="以下每一句都有自动测试保证，测试名称列在本程序源代码的 SECURITY.md 中。",
    promises={
        "memory": "只在内存中",
        "end": "离开即清除",
        "idle": "久不操作即清除",
        "metadata": "不留地点和相机信息",
        "elsewhere": "不发送到别处",
        "fetched": "不替任何人抓取网址",
        "log": "不写入日志",
        "marked": "生成的图片都有标记",
        "programs": "程序发来的图片",
        "rates": "限制大小和频率",
        "apart": "别人看不到",
    },
    told={
        "memory": "你在本页添加的照片和衣服只保存在这台电脑的内存里，不写入磁盘。",
        "end": "关闭页面后，你的图片和由它们生成的内容立即释放；如果最后一次点击仍在处理，则在处理完后一分钟内释放。",
        "idle": "半小时没有点击也会清除；内存不足时会更早。",
        "metadata": "照片文件中可能含有的地点、时间和相机信息在打开文件时即被丢弃，任何结果都不含这些信息。",
        "elsewhere": "本页不从其他服务器加载任何内容，也不向其发送任何内容，并要求浏览器禁止这样做。"
        "没有统计，也没有广告 Cookie。",
        "fetched": "用网址代替图片会被拒绝：这台电脑不会替任何人访问其他服务器。",
        "log": "程序日志中没有图片，没有文件名，也没有你输入的文字。",
        "marked": "这里可以下载的每张图片，以及程序接口和命令生成的图片，都在元数据中注明是生成的。",
        "programs": "使用 gradio_client 的程序会留下文件：它们放在只有本程序可读的文件夹里，最多十一分钟后或程序"
        "结束时删除。REST 接口把结果在内存中保留十分钟。",
        "rates": "每张图片最大 20 MB、4000 万像素。请求过于频繁时会请你稍候。",
        "apart": "你的图片地址无法猜到，也绝不会显示给其他访客。",
    },
    limits="测试无法保证的事",
    limits_told="运行这台电脑的人可以修改程序或查看其内存。你的浏览器会保留自己的历史记录和下载内容。本页会生成人"
    "物图片：请只使用本人同意的照片。",
)
