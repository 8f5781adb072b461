/* Any two looks of the visit beside each other, or one over the other. Nothing is asked of the server: the strip's
   tiles say where the pictures are. */
(() => {
  const { words } = tryonPage;
  const strip = () => document.querySelector("#strip");
  const section = () => document.querySelector("#stage .stage");
  let chosen = []; // ids of two looks, the older choice first
  let mode = "slide";

  const tileOf = (id) => strip().querySelector(`.tile[data-id="${CSS.escape(id)}"]`);
  const isOpen = () => Boolean(section()?.classList.contains("is-comparing"));

  function make(tag, className, attributes = {}, ...inside) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...inside);
    return node;
  }
  const word = (path, tag = "span") => make(tag, "", { "data-t": path }, words(path));
  const picture = (tile, className) =>
    make("img", className, { src: tile.dataset.src, alt: tile.querySelector("img").alt, width: tile.dataset.w, height: tile.dataset.h });
  const letter = (tile, side) => make("span", `tag ${side}`, {}, tile.querySelector("img").alt);

  // One over the other, with a line to move.
  function over(a, b) {
    const cut = make("input", "cut", { type: "range", min: 0, max: 100, step: 0.5, value: 50, "aria-label": words("wear.compare_slider") });
    const grip = make("i", "grip");
    grip.innerHTML = document.querySelector("#stage .pic .grip").innerHTML;
    const pic = make("div", "pic", {}, picture(b, "over-b"), picture(a, "before"), make("i", "line"), grip, letter(a, "l"), letter(b, "r"), cut);
    pic.style.cssText = `--w:${b.dataset.w};--h:${b.dataset.h};--cut:50%`;
    cut.addEventListener("input", () => pic.style.setProperty("--cut", `${cut.value}%`));
    return make("div", "frame", {}, pic);
  }

  function beside(a, b) {
    const figures = [a, b].map((tile) => {
      const figure = make("figure", "", {}, picture(tile, ""), make("figcaption", "", {}, tile.querySelector("img").alt));
      figure.style.cssText = `--w:${tile.dataset.w};--h:${tile.dataset.h}`;
      return figure;
    });
    return make("div", "frame two", {}, ...figures);
  }

  function bar(canSlide) {
    const way = (name, label) => make("button", "", { type: "button", "data-way": name, "aria-pressed": String(mode === name) }, word(label));
    const ways = make("div", "segments", { role: "group", "aria-label": words("wear.compare") }, way("slide", "wear.slide"), way("beside", "wear.beside"));
    if (!canSlide) ways.hidden = true;
    const done = make("button", "solid", { type: "button", "data-act": "compare-done" }, word("wear.done"));
    return make("div", "versus-bar", {}, ways, word("wear.compare_hint", "p"), done);
  }

  function draw() {
    const root = section();
    const tiles = chosen.map(tileOf);
    if (tiles.some((tile) => !tile)) return close();
    const [a, b] = tiles;
    const alike = Math.abs(a.dataset.w / a.dataset.h - b.dataset.w / b.dataset.h) < 0.01; // else one would cover the other badly
    if (!alike) mode = "beside";
    root.querySelectorAll(".versus").forEach((each) => each.remove());
    const versus = make("div", "versus", { role: "group", "aria-label": words("wear.compare") });
    versus.append(mode === "slide" ? over(a, b) : beside(a, b), bar(alike));
    root.classList.add("is-comparing");
    root.append(versus);
    strip().querySelectorAll(".tile").forEach((tile) => tile.setAttribute("aria-pressed", String(chosen.includes(tile.dataset.id))));
  }

  function open() {
    const tiles = [...strip().querySelectorAll(".tile")];
    if (tiles.length < 2) return;
    const current = tiles.find((tile) => tile.getAttribute("aria-pressed") === "true") || tiles.at(-1);
    const other = tiles.filter((tile) => tile !== current).at(-1);
    chosen = [other.dataset.id, current.dataset.id];
    mode = "slide";
    draw();
    strip().classList.add("is-choosing");
    section().querySelector(".versus .cut, .versus [data-way]")?.focus({ preventScroll: true });
  }

  function close() {
    strip().classList.remove("is-choosing");
    const root = section();
    if (!root || !isOpen()) return;
    root.classList.remove("is-comparing");
    root.querySelector(".versus")?.remove();
    const current = root.dataset.look;
    strip().querySelectorAll(".tile").forEach((tile) => tile.setAttribute("aria-pressed", String(tile.dataset.id === current)));
    root.querySelector('[data-act="compare"]')?.focus({ preventScroll: true });
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest('#stage [data-act="compare"]')) return open();
    if (!isOpen()) return strip()?.classList.remove("is-choosing");
    const way = event.target.closest("[data-way]");
    if (way) {
      mode = way.dataset.way;
      draw();
      section().querySelector(`[data-way="${mode}"]`).focus();
    }
    if (event.target.closest('[data-act="compare-done"]')) close();
  });
  // while two are chosen, the strip chooses and does not return to a look
  document.addEventListener(
    "click",
    (event) => {
      const tile = event.target.closest("#strip .tile");
      if (!tile || !isOpen()) return;
      event.stopPropagation();
      if (!chosen.includes(tile.dataset.id)) chosen = [chosen[1], tile.dataset.id];
      draw();
    },
    true
  );
  document.addEventListener("keydown", (event) => event.key === "Escape" && isOpen() && close());
  document.addEventListener("tryon:language", () => isOpen() && draw());
})();
