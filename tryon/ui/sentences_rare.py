"""The library's rarer sentences in Chinese: what the page prevents, what programs alone can ask for, and what is wrong
with the installation. ``sentences`` holds those that visitors meet."""

from __future__ import annotations

# English with {fields} where a sentence names something, and the same fields in Chinese. Of two that fit, the earlier
# one counts: those that begin with a field come last.
RARE_SENTENCES: dict[str, str] = {
    # outfits
    "An outfit has one lower garment or one dress.": "一套穿搭只能有一件下装或一条连衣裙。",
    "Of two tops one must be worn over the other, such as a jacket over a shirt.": (
        "两件上装中，必须有一件能穿在外面，比如衬衫外面的外套。"
    ),
    "A dress takes the place of a lower garment; take one of them away.": "连衣裙会占用下装的位置；请去掉其中一件。",
    "Over a dress only a jacket or a cardigan is worn; take the dress or the top away.": (
        "连衣裙外面只能穿外套或开衫；请去掉连衣裙或上装。"
    ),
    "An outfit is one to {most} garments.": "一套穿搭可有 1 到 {most} 件衣服。",
    "{n} garments were given. An outfit is one to {most} garments.": "给了 {n} 件衣服。一套穿搭可有 1 到 {most} 件。",
    # models of one's own build
    "A build is a sex, a height in cm, a weight in kg and a skin tone.": (
        "身材由性别、身高（厘米）、体重（公斤）和肤色组成。"
    ),
    "No model has this height and weight. Choose others.": "没有这个身高和体重的模特。请换一组数值。",
    "There is no model of this build. Choose one of the models above.": "没有这种身材的模特。请在上面选一位。",
    # the live mirror
    "Too many people use the live mirror just now. Try again in a minute.": (
        "现在使用实时镜子的人太多。请一分钟后再试。"
    ),
    "The live mirror was closed. Start it again.": "实时镜子已关闭。请重新打开。",
    "The frame before this one is still being drawn.": "上一帧还在绘制。",
    "A frame of {w} x {h} pixels cannot be used here.": "这里无法使用 {w} x {h} 像素的画面。",
    "This frame is not a JPEG picture.": "这一帧不是 JPEG 图片。",
    "This frame is too large.": "这一帧太大。",
    "This frame could not be drawn.": "这一帧没能画出来。",
    "This address belongs to the page.": "这个地址只供本页面使用。",
    "A frame is an (H, W, 3) uint8 array; this one is {what}.": "一帧应为 (H, W, 3) 的 uint8 数组；收到的是 {what}。",
    # calls that programs make
    "There is no such endpoint. client.view_api() lists them.": "没有这个接口。client.view_api() 会列出所有接口。",
    "This endpoint waits its turn: use gradio_client, or gradio_api/call.": (
        "这个接口需要排队：请用 gradio_client 或 gradio_api/call。"
    ),
    "This endpoint takes a list of {count} values as data.": "这个接口的 data 应是 {count} 个值的列表。",
    "This call is no JSON object of the fields that Gradio's clients send.": (
        "这个请求不是 Gradio 客户端所发的那种 JSON 对象。"
    ),
    "The session's name is letters, digits and dashes, at most 64.": "会话名由字母、数字和连字符组成，最多 64 个。",
    "This session has no proper name.": "这个会话的名字不对。",
    "Calls are made one by one.": "请一次只发一个请求。",
    "An event of the page holds no files.": "页面的事件里不带文件。",
    "trigger_id is a number.": "trigger_id 应是数字。",
    "Nothing is at work here. Make a call first.": "这里没有在做的事。请先发一个请求。",
    "The call is no JSON.": "这个请求不是 JSON。",
    "The request broke off.": "请求中断了。",
    "There is nothing here.": "这里什么也没有。",
    "This call has more than {size} kB.": "这个请求超过了 {size} kB。",
    "This names no event.": "这里没有写明是哪个事件。",
    "The weights {path} are damaged: {name} holds what is no number. Restore them.": (
        "权重 {path} 已损坏：{name} 里有不是数字的内容。请恢复它。"
    ),
    # the studio
    "This order is too long.": "这份请求太长。",
    "This is no order of the designer.": "这不是设计器的请求。",
    "An idea's number has digits alone; {text} is none.": "灵感编号只能有数字；{text} 不是。",
    "There is no size {size}. Use one of {sizes}.": "没有 {size} 这个尺寸。可选：{sizes}。",
    "A seed is a whole number from 0 to {most}; {seed} is not.": "编号是 0 到 {most} 的整数；{seed} 不是。",
    "There is no garment {label}. Use one of {labels}.": "没有 {label} 这种款式。可选：{labels}。",
    "There is no cloth {cloth}. Use one of {cloths}.": "没有 {cloth} 这种面料。可选：{cloths}。",
    "The share of the second idea is {share}; it goes from 0 to 1.": "第二个灵感的比例是 {share}；应在 0 到 1 之间。",
    "A walk has 2 to 60 steps; {steps} is not.": "渐变有 2 到 60 步；{steps} 不行。",
    "The slider {name} is {value}; it goes from {least} to {most}.": (
        "滑块 {name} 是 {value}；应在 {least} 到 {most} 之间。"
    ),
    "This is no idea of the designer: its numbers do not fit. Keep one with --keep.": (
        "这不是设计器的灵感：其中的数字不符。请用 --keep 保存一个。"
    ),
    "This is no idea of the designer. Keep one with --keep and give that file.": (
        "这不是设计器的灵感。请用 --keep 保存一个，再给出那个文件。"
    ),
    "A garment is upper, lower or dress, not {category}.": "衣服的类别是 upper、lower 或 dress，没有 {category}。",
    "The picture of the garment is under {side} pixels. Make a larger one.": (
        "衣服图片不足 {side} 像素。请做一张更大的。"
    ),
    "The garment's mask and picture differ in size. Make both anew.": "衣服的蒙版和图片尺寸不同。请重新制作。",
    "There is no garment in this picture. Make another one.": "这张图片里没有衣服。请换一张。",
    "The cut's mask is empty. Use a picture in which the garment is found.": (
        "版型图里没有找到衣服。请换一张能认出衣服的图片。"
    ),
    "A picture is (H, W, 3) uint8, not {what}.": "图片应为 (H, W, 3) 的 uint8 数组，而不是 {what}。",
    "The mode is {mode}. Use one of {modes}.": "模式是 {mode}。可选：{modes}。",
    "The strength is {value}. Use a number from 0 to 1.": "强度是 {value}。请用 0 到 1 之间的数。",
    "The scale is {value}. Use a number from {least} to {most}.": (
        "花纹大小是 {value}。请用 {least} 到 {most} 之间的数。"
    ),
    "The offset is {value}. Use two numbers from -2 to 2.": "偏移是 {value}。请用两个 -2 到 2 之间的数。",
    "Tastes cannot be kept in {path} ({error}). Name another file in TRYON_TASTE_DB, or unset it.": (
        "喜好无法保存到 {path}（{error}）。请在 TRYON_TASTE_DB 里换一个文件，或取消这个设置。"
    ),
    # the lookbook
    "There is no such page.": "没有这一页。",
    "This is no order for a lookbook.": "这不是画册的请求。",
    "There is no lookbook as {form}. Use one of {forms}.": "画册没有 {form} 这种格式。可选：{forms}。",
    "A lookbook needs at least one look. Choose people and garments.": "画册至少要有一个造型。请选择人物和衣服。",
    "OpenCV cannot write MP4 films on this computer. Ask for webp or gif instead.": (
        "这台电脑上的 OpenCV 不能生成 MP4 短片。请改用 WebP 或 GIF。"
    ),
    "A fault in the program ({error}).": "程序出错（{error}）。",
    "There are no looks. Add [[looks]] with a model and garments, or [combine].": (
        "没有造型。请加上带有模特和衣服的 [[looks]]，或 [combine]。"
    ),
    "There are {n} looks. Use at most {most}, or make two lookbooks.": (
        "有 {n} 个造型。最多 {most} 个，或分成两本画册。"
    ),
    "The lookbook {path} cannot be read: {error}. Give a TOML file in UTF-8.": (
        "无法读取画册 {path}：{error}。请给出 UTF-8 的 TOML 文件。"
    ),
    "brand.font is {font}, which cannot be read as a font ({error}). Name a TTF or OTF file.": (
        "brand.font 是 {font}，无法作为字体读取（{error}）。请给出 TTF 或 OTF 文件。"
    ),
    "output.formats is empty. Use {formats}.": "output.formats 是空的。可选：{formats}。",
    "output.formats has {form}. Use {formats}.": "output.formats 里有 {form}。可选：{formats}。",
    "looks is {kind}. Write each look below a line of its own: [[looks]].": (
        "looks 是 {kind}。请把每个造型写在单独一行 [[looks]] 下面。"
    ),
    "looks[{n}].model is missing. Name a model of the gallery or a photo's file.": (
        "缺少 looks[{n}].model。请写上一位模特或一张照片的文件。"
    ),
    "combine.models is missing. Name models of the gallery or photos' files.": (
        "缺少 combine.models。请写上模特或照片的文件。"
    ),
    "combine.garments is missing. List garments, outfits (lists), or tables with a title.": (
        "缺少 combine.garments。请列出衣服、穿搭（列表）或带标题的表。"
    ),
    # sharing
    "There is no {what} to share. Use one of {kinds}.": "不能以 {what} 的方式分享。可选：{kinds}。",
    "The language {language} is none of {languages}.": "没有 {language} 这种语言。可选：{languages}。",
    "The pictures have two sizes, {size} and {other}. Use one.": (
        "两张图片的尺寸不同：{size} 和 {other}。请用同一尺寸。"
    ),
    # what programs ask for
    "Both a garment's picture and a garment's id were given. Give one of them.": (
        "同时给了衣服的图片和编号。请只给一个。"
    ),
    "garment_ids is a list of names, such as ['jeans-blue', 'tee-coral'].": (
        "garment_ids 是一个编号列表，例如 ['jeans-blue', 'tee-coral']。"
    ),
    "No garment was given. Send a picture as 'garment', or a gallery id as 'garment_id'.": (
        "没有给出衣服。请用 'garment' 发送图片，或用 'garment_id' 发送衣橱里的编号。"
    ),
    "The category {category} is none of auto, {categories}.": "没有 {category} 这个类别。可选：auto, {categories}。",
    "garment_photo {photo} is none of {photos}.": "garment_photo 不能是 {photo}。可选：{photos}。",
    "tuck {tuck} is none of {tucks}.": "tuck 不能是 {tuck}。可选：{tucks}。",
    "fit {fit} is not a number between -1 (snug) and 1 (loose).": (
        "fit 应是 -1（修身）到 1（宽松）之间的数，{fit} 不是。"
    ),
    "fit {fit} is not between -1 (snug) and 1 (loose).": "fit 应在 -1（修身）到 1（宽松）之间，{fit} 不在。",
    "A fit of {fit} is not known; use a number from -1 (snug) to 1 (loose).": (
        "松紧应是 -1（修身）到 1（宽松）之间的数，{fit} 不是。"
    ),
    "{n} categories were given for {pictures} pictures of garments. Give one for each, in their order, "
    "or one for all.": ("{pictures} 张衣服图片给了 {n} 个类别。请按顺序每张给一个，或全部共用一个。"),
    "The picture {name} is missing.": "缺少图片 {name}。",
    "Unknown category {category}; use auto, upper, lower or dress.": (
        "没有 {category} 这个类别；可选：auto、upper、lower 或 dress。"
    ),
    "Unknown kind of garment photo {photo}; use auto, flat or worn.": (
        "没有 {photo} 这种衣服照片；可选：auto、flat 或 worn。"
    ),
    "Unknown way to tuck {tuck}; use auto, in or out.": "没有 {tuck} 这种下摆方式；可选：auto、in 或 out。",
    "Unknown field {name}. Fields are {names}.": "没有 {name} 这个字段。可用字段：{names}。",
    "Many pictures are waiting. Please try again in half a minute.": "等待处理的图片很多。请半分钟后再试。",
    "This picture is no longer in memory, as they are kept for ten minutes. Ask for it again.": (
        "这张图片已不在内存中（只保留十分钟）。请重新生成。"
    ),
    "The request has more than {n} MB. Send smaller pictures; each may have 20 MB.": (
        "请求超过 {n} MB。请发送较小的图片；每张最多 20 MB。"
    ),
    "Send the pictures as a form (multipart/form-data, as curl -F does), or the person's picture alone as the body "
    "with its own content type (image/jpeg).": (
        "请以表单发送图片（multipart/form-data，如 curl -F），或只把人物图片作为正文，并注明类型（image/jpeg）。"
    ),
    "The form cannot be read: {error} Send it as curl -F does.": "无法读取表单：{error} 请像 curl -F 那样发送。",
    # arrays
    "The {what} is an array of shape {shape}. Use (H, W), (H, W, 3) or (H, W, 4).": (
        "图片数组的形状是 {shape}。请用 (H, W)、(H, W, 3) 或 (H, W, 4)。"
    ),
    "The {what} is an array of floats outside 0..1. Scale it to 0..1, or use uint8.": (
        "图片数组的小数超出 0..1。请缩放到 0..1，或用 uint8。"
    ),
    "The {what} is an array of {kind}. Use uint8, uint16 or float 0..1.": (
        "图片数组的类型是 {kind}。请用 uint8、uint16 或 0..1 的小数。"
    ),
    "The garment's picture and its mask must have the same size.": "衣服的图片和蒙版尺寸必须相同。",
    "Name a size to draw no parts at.": "没有部件时，请给出要绘制的尺寸。",
    "A spline needs two lists of as many points; got {n} and {other}.": (
        "样条需要两组数量相同的点；得到的是 {n} 和 {other}。"
    ),
    "A spline's points must be finite numbers.": "样条的点必须是有限的数。",
    "A spline needs at least three points that are not on one line.": "样条至少需要三个不在一条直线上的点。",
    # the installation
    "The try-on could not start.": "试衣功能没能启动。",
    "The device {device} is not supported; use 'cpu' or 'cuda'.": "不支持设备 {device}；请用 'cpu' 或 'cuda'。",
    "The device is 'cuda', but no GPU can be used here; use 'cpu'.": (
        "设备是 'cuda'，但这里没有可用的 GPU；请用 'cpu'。"
    ),
    "The weights {name} are missing. Restore the weights/ folder of the repository.": (
        "缺少权重 {name}。请恢复代码库里的 weights/ 文件夹。"
    ),
    "The weights {name} are damaged ({error}). Restore them from the repository.": (
        "权重 {name} 已损坏（{error}）。请从代码库恢复。"
    ),
    "The weights {name} are of another network: {error}": "权重 {name} 属于另一个网络：{error}",
    "Cannot write {path}: {error}. Choose another place.": "无法写入 {path}：{error}。请换一个位置。",
    "The {what} {path} cannot be read: {error}. Check the path.": "无法读取 {path}：{error}。请检查路径。",
    "The {what} {path} {state}. Check the path.": "无法使用 {path}（{state}）。请检查路径。",
    "Restore it from the repository.": "请从代码库恢复。",
    "Mend it, or unset {name}.": "请修好它，或取消 {name} 设置。",
    # those that begin with what they name
    "{n} others are waiting. Please try again in half a minute.": "前面还有 {n} 个请求在等待。请半分钟后再试。",
    "{name} was sent {n} times. Send one.": "{name} 发送了 {n} 次。请只发送一个。",
    "{name} is text. Send it as a file: curl -F {field}=@picture.jpg": (
        "{name} 是文字。请以文件发送：curl -F {field}=@picture.jpg"
    ),
    "{value} is no answer to {name}.": "{value} 不是 {name} 的答案。",
    "{name} has the shape {shape}, the photo {other}. Both must be equal.": (
        "{name} 的形状是 {shape}，照片是 {other}。两者必须相同。"
    ),
    "{name} would be {n} MB; the limit is 10 MB. Make the network smaller.": (
        "{name} 会有 {n} MB；上限是 10 MB。请把网络做小。"
    ),
    "{path} cannot be read ({error}). Make it again with: python -m tryon recommend --measure.": (
        "无法读取 {path}（{error}）。请重新生成：python -m tryon recommend --measure。"
    ),
    "{name} is {text}; it should be a number.": "{name} 是 {text}；应该是一个数。",
    '{key} is {text}. Write a colour as "#2c6757".': "{key} 是 {text}。请把颜色写成“#2c6757”的形式。",
    "{key} has {n} characters. Use at most {most}.": "{key} 有 {n} 个字。请最多写 {most} 个。",
    "{key} has letters that no font on this computer has: {letters}. Write it with other letters, or install a font "
    "that has them, such as Noto CJK.": (
        "{key} 里有这台电脑的字体没有的字：{letters}。请换用其他文字，或安装带有这些字的字体，例如 Noto CJK。"
    ),
    "{key} has both garment and garments. Keep garments.": "{key} 同时有 garment 和 garments。请只留 garments。",
    "{key}.garments is missing. Name garments of the gallery or files.": (
        "缺少 {key}.garments。请写上衣橱里的编号或文件。"
    ),
    "{key}.categories should have one entry for each garment, in the same order.": (
        "{key}.categories 应按顺序给每件衣服一项。"
    ),
    "{key}.categories has {value}. Use auto, {categories}.": (
        "{key}.categories 里有 {value}。可选：auto, {categories}。"
    ),
    "{key} has {n} garments. An outfit is 1 to {most}.": "{key} 有 {n} 件衣服。一套穿搭可有 1 到 {most} 件。",
    "{path} is too large for a lookbook's description. Is it the right file?": "作为画册描述，{path} 太大。文件对吗？",
    "{path} is no TOML file: {error}. `lookbook --example` shows one.": (
        "{path} 不是 TOML 文件：{error}。可用 `lookbook --example` 查看范例。"
    ),
    "{key} is {kind}. It should be a table: [{name}].": "{key} 是 {kind}。它应该是一个表：[{name}]。",
    '{key} is {kind}. Write it as text: {name} = "{value}".': '{key} 是 {kind}。请写成文字：{name} = "{value}"。',
    '{key} should be a list of texts, such as {name} = ["one", "two"].': (
        '{key} 应该是一列文字，例如 {name} = ["one", "two"]。'
    ),
    "{key} is not known here. Use {names}.": "这里没有 {key}。可用：{names}。",
    "{key} is {value}. Use true or false.": "{key} 是 {value}。请用 true 或 false。",
    "{key} is {value}. Use one of {choices}.": "{key} 是 {value}。可选：{choices}。",
    "{key} is {value}. Use {kind} from {least} to {most}.": (
        "{key} 是 {value}。请用 {least} 到 {most} 之间的数（{kind}）。"
    ),
    "{path} needs at least one garment and one model.": "{path} 至少要有一件衣服和一位模特。",
    "{path} names {names} twice.": "{path} 重复写了 {names}。",
    "{path} is missing, though the manifest names it. Restore it from the repository.": (
        "清单里有 {path}，但文件不在。请从代码库恢复。"
    ),
    "{path} is missing. Restore the assets folder from the repository.": "缺少 {path}。请从代码库恢复 assets 文件夹。",
    "{path} is not a picture. Restore the assets folder from the repository.": (
        "{path} 不是图片。请从代码库恢复 assets 文件夹。"
    ),
    "{path} cannot be read ({error}). {advice}": "无法读取 {path}（{error}）。{advice}",
    "{path} is not a manifest. {advice}": "{path} 不是清单。{advice}",
    "{path} has an entry that is not as it should be: {error}.": "{path} 里有一项写得不对：{error}。",
    "{path} and {other} differ in size.": "{path} 和 {other} 的尺寸不同。",
    "{error} Restore the assets folder from the repository.": "{error} 请从代码库恢复 assets 文件夹。",
    "The {what} is damaged or incomplete. Save or download it again, as a JPEG if you can.": (
        "这张图片已损坏或不完整。请重新保存或下载，最好存为 JPEG。"
    ),
    "The picture {what} is none of {known}.": "图片 {what} 不在其中：{known}。",
    "{name} holds too many lists in lists.": "{name} 里的列表套得太深。",
    "{name} is a number from {least} to {most}.": "{name} 应是 {least} 到 {most} 之间的数。",
    "{name} is a text.": "{name} 应是文字。",
    "{name} takes no file.": "{name} 不接受文件。",
    (
        "{name} is no file that was uploaded here. Send a picture with handle_file('me.jpg'); "
        "addresses of other servers are not fetched."
    ): "{name} 不是上传到这里的文件。请用 handle_file('me.jpg') 发送图片；不会去取其他服务器的地址。",
    "{name} is {said}. Use the number of proxies before the page, 0 where there is none.": (
        "{name} 是 {said}。请写页面前面代理的个数，没有则写 0。"
    ),
    "{name} is {said}. Use two numbers such as 4/120 (a second, and at once), or off.": (
        "{name} 是 {said}。请写两个数，如 4/120（每秒、一次最多），或 off。"
    ),
}
