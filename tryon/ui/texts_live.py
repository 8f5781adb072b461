"""The words of the live mirror, in both languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LiveTexts:
    """What the live panel says."""

    title: str
    invitation: str
    privacy: str
    start: str
    stop: str
    take: str
    take_later: str
    picture: str
    garments: str
    own: str
    rate: str
    here: str
    starting: str
    waking: str
    nobody: str
    refused: str
    insecure: str
    no_camera: str
    camera_busy: str
    unplugged: str
    too_many: str
    lost: str
    gone: str
    away: str
    failed: str
    no_garment: str


LIVE_ENGLISH = LiveTexts(
    title="A mirror that tries things on",
    invitation="Stand so that your hips are in the picture, and click a garment: it follows you.",
    privacy="Each picture of your camera is drawn in this computer's memory and forgotten at once. Nothing is kept.",
    start="Start the camera",
    stop="Stop",
    take="Take this picture",
    take_later="In 5 seconds",
    picture="Your camera's picture, as in a mirror, with the garment that you chose",
    garments="What to wear in the mirror",
    own="Your garment",
    rate="{rate} pictures a second",
    here="{ms} ms each",
    starting="Opening the camera…",
    waking="Getting ready, a moment…",
    nobody="I see nobody just now. Step back until your hips are in the picture.",
    refused="The camera may not be used. Allow it beside the page's address, then start again.",
    insecure="Browsers open the camera only on a secure page (https). Add a photo in “Try on” instead.",
    no_camera="There is no camera here. Plug one in and start again, or add a photo in “Try on”.",
    camera_busy="Another program uses the camera. Close it, then start again.",
    unplugged="The camera has gone. Plug it in and start again.",
    too_many="Too many people use the mirror just now. Try again in a minute, or add a photo in “Try on”.",
    lost="The connection is lost. Check the network, then start again.",
    gone="The mirror was closed after a pause. Start it again.",
    away="The camera was stopped when you left. Start it again.",
    failed="The mirror could not be opened. Reload the page and try again.",
    no_garment="This garment cannot be worn here. Choose another one.",
)

LIVE_CHINESE = LiveTexts(
    title="会试衣的镜子",
    invitation="站到镜头前，让画面拍到胯部，再点一件衣服：它会随你而动。",
    privacy="摄像头的每一帧只在这台电脑的内存中处理，随即丢弃，不作任何保存。",
    start="打开摄像头",
    stop="停止",
    take="拍下这一张",
    take_later="5 秒后拍",
    picture="镜像显示的摄像头画面，穿着你选的衣服",
    garments="镜子里穿什么",
    own="你的衣服",
    rate="每秒 {rate} 帧",
    here="每帧 {ms} 毫秒",
    starting="正在打开摄像头…",
    waking="正在准备，请稍候…",
    nobody="画面里暂时没有人。请后退几步，直到能拍到胯部。",
    refused="没有摄像头权限。请在地址栏旁允许使用，然后重新开始。",
    insecure="浏览器只在安全页面（https）或本机上开放摄像头。请改到“试穿”里上传照片。",
    no_camera="没有找到摄像头。请接上后重新开始，或到“试穿”里上传照片。",
    camera_busy="摄像头正被其他程序占用。请关闭那个程序，然后重新开始。",
    unplugged="摄像头已断开。请接上后重新开始。",
    too_many="现在使用镜子的人太多了。请一分钟后再试，或到“试穿”里上传照片。",
    lost="网络连接中断。请检查网络，然后重新开始。",
    gone="镜子闲置后已关闭，请重新开始。",
    away="你离开时摄像头已关闭，请重新开始。",
    failed="镜子没能打开。请刷新页面再试。",
    no_garment="这件衣服不能在这里试穿，请换一件。",
)
