"""The words of the brush and of correcting one's own garment, in both languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class EditTexts:
    """What the brush says. points: by the name of a garment's landmark."""

    person: str
    person_title: str
    person_hint: str
    garment: str
    garment_title: str
    garment_hint: str
    tools: str
    keep: str
    change: str
    erase: str
    add: str
    remove: str
    move: str
    move_hint: str
    size: str
    undo: str
    undo_label: str
    clear: str
    clear_label: str
    restart: str
    restart_label: str
    see_photo: str
    see_result: str
    apply: str
    cancel: str
    canvas: str
    failed: str
    gone: str
    points: dict[str, str]


EDIT_ENGLISH = EditTexts(
    person="Brush",
    person_title="What may change",
    person_hint="The tinted part is what changes now. Paint what must stay as it is, or what may change besides.",
    garment="Mend the cut-out",
    garment_title="Is this your garment?",
    garment_hint="Only what is in full colour is worn. Add what is missing, or take away what does not belong.",
    tools="Brushes",
    keep="Must stay",
    change="May change",
    erase="Erase",
    add="Add",
    remove="Take away",
    move="Move corners",
    move_hint="Drag a dot, or choose it with Tab and move it with the arrow keys.",
    size="Size of the brush",
    undo="Undo",
    undo_label="Undo the last stroke",
    clear="Clear",
    clear_label="Clear all marks, so that the program decides alone what changes",
    restart="Start again",
    restart_label="Start again from the cut-out and the corners as they were when this window opened",
    see_photo="Photo",
    see_result="Result",
    apply="See the result",
    cancel="Cancel",
    canvas="Painting needs a mouse, a pen or a finger. By keyboard, the buttons below undo, clear and apply.",
    failed="Your marks did not arrive. Check the connection and try again.",
    gone="This picture is no longer kept. Choose it again, then paint.",
    points={
        "neck_left": "Neck, left",
        "neck_right": "Neck, right",
        "shoulder_left": "Shoulder, left",
        "shoulder_right": "Shoulder, right",
        "cuff_out_left": "Outer cuff, left",
        "cuff_out_right": "Outer cuff, right",
        "cuff_in_left": "Inner cuff, left",
        "cuff_in_right": "Inner cuff, right",
        "armpit_left": "Armpit, left",
        "armpit_right": "Armpit, right",
        "hem_left": "Hem, left",
        "hem_right": "Hem, right",
        "waist_left": "Waist, left",
        "waist_right": "Waist, right",
        "crotch": "Crotch",
        "leg_out_left": "Outer leg end, left",
        "leg_out_right": "Outer leg end, right",
        "leg_in_left": "Inner leg end, left",
        "leg_in_right": "Inner leg end, right",
        "elbow_left": "Elbow, left",
        "elbow_right": "Elbow, right",
        "knee_left": "Knee, left",
        "knee_right": "Knee, right",
    },
)

EDIT_CHINESE = EditTexts(
    person="画笔",
    person_title="哪里可以改变",
    person_hint="着色的部分是现在会改变的地方。涂出必须保留的部分，或者另外可以改变的部分。",
    garment="修正抠图",
    garment_title="这是你的衣服吗？",
    garment_hint="只有保持原色的部分会穿上身。补上缺少的，去掉多余的，也可以移动衣服的关键点。",
    tools="画笔",
    keep="必须保留",
    change="可以改变",
    erase="擦除",
    add="补上",
    remove="去掉",
    move="移动关键点",
    move_hint="拖动圆点；也可以用 Tab 键选中，再用方向键移动。",
    size="画笔大小",
    undo="撤销",
    undo_label="撤销上一笔",
    clear="清空",
    clear_label="清空：去掉所有标记，由程序自行决定哪里改变",
    restart="重来",
    restart_label="重来：恢复到打开窗口时的抠图和关键点",
    see_photo="原照",
    see_result="效果",
    apply="查看效果",
    cancel="取消",
    canvas="涂画需要鼠标、触控笔或手指。使用键盘时，可以用下方的按钮撤销、清空和确认。",
    failed="标记没有送达。请检查网络后重试。",
    gone="这张图片已不再保留。请重新选择，然后再涂。",
    points={
        "neck_left": "领口左侧",
        "neck_right": "领口右侧",
        "shoulder_left": "左肩",
        "shoulder_right": "右肩",
        "cuff_out_left": "左袖口外侧",
        "cuff_out_right": "右袖口外侧",
        "cuff_in_left": "左袖口内侧",
        "cuff_in_right": "右袖口内侧",
        "armpit_left": "左腋下",
        "armpit_right": "右腋下",
        "hem_left": "下摆左侧",
        "hem_right": "下摆右侧",
        "waist_left": "腰部左侧",
        "waist_right": "腰部右侧",
        "crotch": "裆部",
        "leg_out_left": "左裤脚外侧",
        "leg_out_right": "右裤脚外侧",
        "leg_in_left": "左裤脚内侧",
        "leg_in_right": "右裤脚内侧",
        "elbow_left": "左肘",
        "elbow_right": "右肘",
        "knee_left": "左膝",
        "knee_right": "右膝",
    },
)
