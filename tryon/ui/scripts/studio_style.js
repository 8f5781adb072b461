/* Style transfer: a cut, where its style comes from, and what came of it. */
(() => {
  const { base, send, studio, words } = tryonPage;

  tryonPage.style = function style(element, trigger, props, watch) {
    const root = element.querySelector(".style");
    const [picture, empty] = [root.querySelector(".styled"), root.querySelector(".picture .hint")];
    const [status, link] = [root.querySelector(".told-style"), root.querySelector('[data-act="style-download"]')];
    const buttons = [...root.querySelectorAll('[data-act="style-wear"], [data-act="style-keep"]')];
    const moves = root.querySelector(".moves"); // what has a place can be moved: a print, a picture
    const wish = { cut: "", source: "", mode: "both", strength: 1, scale: 1, across: 0, down: 0 };
    let brought = false; // a picture of the visitor's own is the source
    let made = false; // a style has been transferred
    let waiting = 0;

    const say = (word) => (status.textContent = word ? words(`studio.style.${word}`) : "");
    function make(upload = "") {
      if (!wish.cut || !(wish.source || brought)) return;
      say("working");
      picture.classList.add("is-busy");
      send(trigger, "make", { ...wish, upload });
    }
    const soon = () => {
      clearTimeout(waiting);
      waiting = setTimeout(make, 250);
    };
    // The cut by itself, until it has a style.
    function preview(tile) {
      const shown = tile.querySelector("img");
      picture.src = shown.src;
      picture.alt = tile.textContent.trim();
      picture.hidden = false;
      empty.hidden = true;
      say("empty");
    }
    function choose(part, tile) {
      root.querySelectorAll(`[data-part="${part}"] .tile`).forEach((each) =>
        each.setAttribute("aria-pressed", String(each === tile)),
      );
      wish[part] = tile ? tile.dataset.id : "";
      if (part !== "source") return;
      moves.querySelectorAll("input").forEach((slide) => {
        slide.value = 0; // another source begins in its own place
        wish[slide.dataset.slide] = 0;
      });
    }
    // What the visitor made or brought, in both rows; what is chosen there and gone is chosen no more.
    function showOwn(found) {
      root.querySelectorAll("[data-part]").forEach((row) => {
        studio.showPrivate(row, found);
        const part = row.dataset.part;
        const chosen = wish[part] && row.querySelector(`[data-id="${CSS.escape(wish[part])}"]`);
        if (wish[part] && !chosen) choose(part, null);
      });
    }
    document.addEventListener("tryon:studio", (event) => event.detail.panel === "style" && send(trigger, "created", {}));
    element.addEventListener("click", (event) => {
      const pressed = event.target.closest(".tile, [data-mode], [data-act]");
      if (!pressed) return;
      const part = pressed.closest("[data-part]")?.dataset.part;
      if (part) {
        choose(part, pressed);
        if (part === "source") brought = false;
        else if (!made) preview(pressed);
        make();
      } else if (pressed.dataset.mode) {
        root.querySelectorAll("[data-mode]").forEach((each) =>
          each.setAttribute("aria-checked", String(each === pressed)),
        );
        wish.mode = pressed.dataset.mode;
        make();
      } else if (pressed.dataset.act === "style-wear") send(trigger, "keep", { value: "wear" });
      else if (pressed.dataset.act === "style-keep") send(trigger, "keep", { value: "keep" });
    });
    root.querySelectorAll("[data-slide]").forEach((slide) =>
      slide.addEventListener("input", () => {
        wish[slide.dataset.slide] = Number(slide.value);
        soon();
      }),
    );
    root.querySelector(".file").addEventListener("change", async (event) => {
      const file = event.target.files[0];
      event.target.value = "";
      if (!file) return;
      try {
        const upload = await studio.upload(file);
        brought = true;
        choose("source", null);
        if (wish.cut) make(upload);
        else say("empty");
      } catch (error) {
        status.textContent = error.message;
      }
    });
    // what is worn is the first cut
    document.addEventListener("tryon:studio", (event) => {
      if (event.detail.panel !== "style" || wish.cut) return;
      const worn = document.querySelector('#garments .tile[aria-pressed="true"]');
      const tiles = [...root.querySelectorAll('[data-part="cut"] .tile')];
      const first = tiles.find((tile) => worn && tile.dataset.id === worn.dataset.id) || tiles[0];
      choose("cut", first);
      preview(first);
    });
    watch("answer", () => {
      const answer = props.answer;
      if (!answer) return;
      if (answer.created) return showOwn(answer.created);
      picture.classList.remove("is-busy");
      if (answer.error) {
        status.textContent = answer.error;
      } else if (answer.picture) {
        picture.src = `${base()}/${answer.picture}`;
        picture.alt = words("studio.style.result");
        picture.hidden = false;
        empty.hidden = true;
        made = true;
        link.href = `${base()}/${answer.full}`;
        link.hidden = false;
        moves.hidden = !answer.moves;
        buttons.forEach((each) => (each.disabled = false));
        say("done");
      } else if (answer.made) {
        say("kept");
        if (answer.value === "wear") studio.wear(answer.made);
        else studio.showCreated();
        send(trigger, "created", {});
      }
    });
  };
})();
