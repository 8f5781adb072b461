/* The window with the brush: on a person, what may change; on a visitor's garment, what belongs to it. */
(() => {
  const { base, busy, language, press, send, words } = tryonPage;
  const BRUSH = 46; // pixels of the sheet at first: a hand on a photo that shows all of somebody
  // tools: layers that they paint on (false) or erase (true); channels: of the PNG that is sent
  const KINDS = {
    person: {
      event: "paint",
      channels: { keep: 0, change: 1 },
      tools: {
        keep: { keep: false, change: true },
        change: { change: false, keep: true },
        erase: { keep: true, change: true },
      },
      clear: ["edit.clear", "edit.clear_label"],
    },
    garment: {
      event: "mend",
      channels: { garment: 0 },
      tools: { add: { garment: false }, remove: { garment: true }, move: null },
      clear: ["edit.restart", "edit.restart_label"],
    },
  };

  const at = (path) => `${base()}/${path}`;

  function html(kind) {
    const { tools, clear } = KINDS[kind];
    const tool = (name) =>
      `<button type="button" data-tool="${name}"><i></i><span data-t="edit.${name}"></span></button>`;
    const view = (name, pressed) =>
      `<button type="button" data-view="${name}" data-t="edit.see_${name}" aria-pressed="${pressed}"></button>`;
    const views = `<div class="segments small" role="group">${view("photo", false)}${view("result", true)}</div>`;
    return `
      <header><h2 data-t="edit.${kind}_title"></h2><p class="hint"></p></header>
      <div class="easel"><div class="sheet"><img class="under" alt="">
        <canvas role="img" data-t-label="edit.canvas"></canvas><div class="dots" hidden></div><i class="ring" hidden></i></div></div>
      <div class="tools">
        <div class="chips" role="group" data-t-label="edit.tools">${Object.keys(tools).map(tool).join("")}</div>
        <label class="size"><span data-t="edit.size"></span><input type="range" min="8" max="160" value="${BRUSH}"></label>
        ${kind === "person" ? views : ""}
        <span class="pair"><button type="button" class="quiet" data-act="undo-stroke" data-t="edit.undo" data-t-label="edit.undo_label"></button>
        <button type="button" class="quiet" data-act="clear" data-t="${clear[0]}" data-t-label="${clear[1]}"></button></span>
      </div>
      <div class="done"><p class="refusal" role="alert"></p>
        <button type="button" class="plain" data-act="cancel" data-t="edit.cancel"></button>
        <button type="button" class="solid" data-act="apply" data-t="edit.apply"></button></div>`;
  }

  function show(kind, button) {
    const dialog = document.createElement("dialog");
    dialog.className = "piece brush";
    dialog.dataset.kind = kind;
    dialog.dataset.tLabel = `edit.${kind}_title`;
    dialog.innerHTML = html(kind);
    const sheet = dialog.querySelector(".sheet");
    sheet.style.setProperty("--w", button.dataset.width);
    sheet.style.setProperty("--h", button.dataset.height);
    dialog.querySelector(".under").src = at(button.dataset.result || button.dataset.picture);
    document.querySelector(".gradio-container .contain").append(dialog); // Gradio limits narrow screens' rules to it
    // the page may have drawn the button anew meanwhile
    const back = () => (button.isConnected ? button : document.querySelector(`[data-brush="${kind}"]`))?.focus();
    dialog.addEventListener("close", () => (dialog.remove(), back()));
    dialog.showModal();
    return dialog;
  }

  // The sheet with what was painted before, and what is drawn over the picture.
  async function prepare(kind, data, canvas) {
    const { load, fromChannel, sheet } = tryonPage.painting;
    const wanted = [data.sheet, data.mask].map((path) => (path ? load(at(path)) : null));
    const [first, mask] = await Promise.all(wanted);
    const paint = sheet({
      width: +data.width,
      height: +data.height,
      channels: KINDS[kind].channels,
      first,
      points: JSON.parse(data.points || "{}"),
      emptied: kind === "person",
    });
    Object.assign(canvas, { width: paint.width, height: paint.height });
    const today = mask && fromChannel(mask, paint.width, paint.height, 0);
    const { showMarks, showCutOut } = tryonPage.easel;
    const draw = kind === "person" ? showMarks(canvas, today, paint.layers) : showCutOut(canvas, paint.layers);
    return { paint, draw };
  }

  async function upload(png) {
    const headers = { "X-Tryon": "1", "X-Tryon-Language": language() };
    const answer = await fetch(at("tryon/upload"), { method: "POST", body: png, headers });
    if (!answer.ok) throw new Error();
    return (await answer.json()).upload;
  }

  async function open(trigger, button) {
    const data = { ...button.dataset };
    const kind = data.brush;
    const settings = KINDS[kind];
    const dialog = show(kind, button);
    const find = (selector) => dialog.querySelector(selector);
    const refuse = (word) => (find(".refusal").textContent = word ? words(word) : "");
    const allow = (allowed) => (find('[data-act="apply"]').disabled = !allowed);
    const canvas = find("canvas");
    let tool = "";

    function choose(name) {
      tool = dialog.dataset.tool = name;
      press(dialog, "[data-tool]", find(`[data-tool="${name}"]`));
      find(".dots").hidden = name !== "move";
      find(".hint").dataset.t = name === "move" ? "edit.move_hint" : `edit.${kind}_hint`;
      find(".hint").textContent = words(find(".hint").dataset.t);
    }
    choose(Object.keys(settings.tools)[0]);

    let ready;
    allow(false);
    try {
      ready = await prepare(kind, data, canvas);
    } catch {
      return refuse("edit.gone");
    }
    const { paint, draw } = ready;
    allow(true);

    let soon = 0;
    const placeDots = tryonPage.easel.corners(find(".dots"), paint, { width: +data.width, height: +data.height }, redraw);
    function redraw() {
      soon ||= requestAnimationFrame(() => {
        soon = 0;
        draw();
        placeDots();
        find('[data-act="undo-stroke"]').disabled = !paint.steps();
      });
    }
    const now = { tool: () => settings.tools[tool], size: () => +find(".size input").value, changed: redraw };
    tryonPage.easel.pen(canvas, find(".ring"), paint, now);

    async function apply() {
      if (!paint.steps()) return dialog.close(); // nothing new: the look stays as it is
      allow(false);
      refuse("");
      let sent = "";
      try {
        if (kind === "person" || paint.painted()) sent = await upload(await paint.png());
      } catch {
        allow(true);
        return refuse("edit.failed");
      }
      dialog.close();
      busy("dressing");
      send(trigger, settings.event, { id: data.key, upload: sent, value: JSON.stringify(paint.moved()) });
    }
    const undo = () => (paint.undo(), redraw());
    const acts = { "undo-stroke": undo, clear: () => (paint.clear(), redraw()), cancel: () => dialog.close(), apply };
    dialog.addEventListener("click", (event) => {
      const pressed = event.target.closest("[data-tool], [data-view], [data-act]");
      if (!pressed) return;
      const { tool: name, view, act } = pressed.dataset;
      if (name) choose(name);
      if (view) {
        press(dialog, "[data-view]", pressed);
        find(".under").src = at(view === "photo" ? data.picture : data.result);
      }
      acts[act]?.();
    });
    dialog.addEventListener("keydown", (event) => {
      event.stopPropagation(); // the page has keys of its own
      if ((event.ctrlKey || event.metaKey) && event.key === "z") (event.preventDefault(), undo());
    });
    redraw();
    dialog.dataset.ready = "";
  }

  tryonPage.brush = function brush(element, trigger) {
    document.addEventListener("click", (event) => {
      const button = event.target.closest("[data-brush]");
      if (button && !document.querySelector("dialog.brush")) open(trigger, button);
    });
  };
})();
