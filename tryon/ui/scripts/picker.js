/* Choosing from a grid of pictures: clicks, arrow keys, and, where they are, search and filters. */
(() => {
  const { busy, press, send, words } = tryonPage;

  const shownTiles = (element) => [...element.querySelectorAll(".tile")].filter((tile) => !tile.hidden);

  // One tile can be reached by Tab; arrow keys go from there.
  function reach(element, tile) {
    element.querySelectorAll('.tile[tabindex="0"]').forEach((each) => (each.tabIndex = -1));
    if (tile) tile.tabIndex = 0;
  }

  function moveBy(element, key, from) {
    const tiles = shownTiles(element);
    const columns = getComputedStyle(element.querySelector(".grid")).gridTemplateColumns.split(" ").length;
    const at = tiles.indexOf(from);
    const last = tiles.length - 1;
    const steps = { ArrowLeft: at - 1, ArrowRight: at + 1, ArrowUp: at - columns, ArrowDown: at + columns, Home: 0, End: last };
    if (!(key in steps)) return false;
    const next = tiles[Math.max(0, Math.min(last, steps[key]))];
    reach(element, next);
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
    return true;
  }

  // Search and filters: all must hold; of several colours one is enough.
  function filter(element) {
    const box = element.querySelector("input[type=search]");
    const wanted = (kind) =>
      [...element.querySelectorAll(`[data-filter="${kind}"][aria-pressed="true"]`)].map((chip) => chip.dataset.is);
    const plain = (text) => text.toLowerCase().normalize("NFKD").replace(/[\u0300-\u036f]/g, "");
    const asked = plain(box.value).split(/\s+/).filter(Boolean);
    const [category, colours, sleeves] = [wanted("category"), wanted("colour"), wanted("sleeve")];
    let count = 0;
    element.querySelectorAll(".tile").forEach((tile) => {
      const { category: kind, colour, sleeve } = tile.dataset;
      const name = tile.querySelector("[data-en]");
      const text = plain([name.dataset.en, name.dataset.zh, tile.dataset.words].join(" "));
      tile.hidden = !(
        (category.includes("all") || category.includes(kind)) &&
        (!colours.length || colours.some((each) => colour.split(" ").includes(each))) &&
        (!sleeves.length || sleeves.includes(sleeve)) &&
        asked.every((word) => text.includes(word))
      );
      count += tile.hidden ? 0 : 1;
    });
    element.querySelector(".found").textContent =
      count === 1 ? words("gallery.found_one") : words("gallery.found", { count });
    element.querySelector(".nothing").hidden = count > 0;
    element.querySelector('[data-act="clear"]').hidden =
      !asked.length && category.includes("all") && !colours.length && !sleeves.length;
    const tiles = shownTiles(element);
    if (!tiles.some((tile) => tile.tabIndex === 0)) reach(element, tiles[0]);
  }

  function withSearch(element) {
    const box = element.querySelector("input[type=search]");
    const grid = element.querySelector(".grid");
    const again = () => {
      filter(element);
      grid.scrollTop = 0;
    };
    box.addEventListener("input", again);
    box.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && box.value) {
        box.value = "";
        again();
      }
      if (event.key === "ArrowDown" || event.key === "Enter") {
        const first = shownTiles(element)[0];
        if (!first) return;
        event.preventDefault();
        reach(element, first);
        first.focus();
      }
    });
    element.addEventListener("click", (event) => {
      const chip = event.target.closest("[data-filter]");
      const clear = event.target.closest('[data-act="clear"]');
      if (chip && chip.dataset.filter === "category") press(element, '[data-filter="category"]', chip);
      else if (chip) chip.setAttribute("aria-pressed", String(chip.getAttribute("aria-pressed") !== "true"));
      if (clear) {
        box.value = "";
        element.querySelectorAll("[data-filter]").forEach((each) =>
          each.setAttribute("aria-pressed", String(each.dataset.is === "all"))
        );
        box.focus();
      }
      if (chip || clear) again();
    });
    document.addEventListener("tryon:language", () => filter(element));
    filter(element);
  }

  tryonPage.picker = function picker(element, trigger, props, watch) {
    const mark = () => {
      const chosen = new Set(props.chosen || []);
      element.querySelectorAll(".tile").forEach((tile) =>
        tile.setAttribute("aria-pressed", String(chosen.has(tile.dataset.id)))
      );
      if (!element.contains(document.activeElement)) {
        reach(element, element.querySelector('.tile[aria-pressed="true"]:not([hidden])') || shownTiles(element)[0]);
      }
    };
    element.addEventListener("click", (event) => {
      const tile = event.target.closest(".tile");
      if (!tile) return;
      reach(element, tile);
      if (document.body.dataset.tab === "outfits" && element.id === "garments") tile.setAttribute("aria-pressed", "true");
      else press(element, ".tile", tile);
      busy("dressing");
      send(trigger, "choose", { id: tile.dataset.id });
    });
    element.addEventListener("keydown", (event) => {
      const tile = event.target.closest(".tile");
      if (tile && !event.altKey && !event.ctrlKey && !event.metaKey && moveBy(element, event.key, tile)) event.preventDefault();
    });
    if (element.querySelector("input[type=search]")) withSearch(element);
    watch("chosen", mark);
    mark();
  };
})();
