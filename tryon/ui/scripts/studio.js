/* The studio's frame: its sub-tabs, and what its panels share: wearing something, the row "made by you", uploads. */
(() => {
  const { base, busy, language, press, send, words } = tryonPage;
  let created = null; // the row's way to the server

  // Panels are shown by style sheets, from the sub-tab's name on the body; `tryon:studio` tells panels that they are seen.
  function open(key) {
    const row = document.querySelector("#studio-tabs");
    if (!row?.querySelector(`[data-studio="${key}"]`)) return;
    document.body.dataset.studio = key;
    row.querySelectorAll("[data-studio]").forEach((tab) => {
      tab.setAttribute("aria-selected", String(tab.dataset.studio === key));
      tab.tabIndex = tab.dataset.studio === key ? 0 : -1;
    });
    tell();
  }
  function tell() {
    if (document.body.dataset.tab !== "studio") return;
    document.dispatchEvent(new CustomEvent("tryon:studio", { detail: { panel: document.body.dataset.studio } }));
  }
  document.addEventListener("tryon:tab", tell);

  function row(element) {
    const tabs = () => [...element.querySelectorAll("[data-studio]")];
    element.addEventListener("click", (event) => {
      const tab = event.target.closest("button[data-studio]");
      if (tab) open(tab.dataset.studio);
    });
    element.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      const tab = event.target.closest("button[data-studio]");
      if (!step || !tab) return;
      const all = tabs();
      const next = all[(all.indexOf(tab) + step + all.length) % all.length];
      open(next.dataset.studio);
      next.focus();
    });
    open(tabs()[0].dataset.studio);
  }

  // Wear a garment of the gallery or one made here. outfit: with what is worn already, in the outfits' tab.
  // beside: another one to wear with it, in place of what is worn. stay: do not go to the result.
  function wear(id, { outfit = false, beside = "", stay = false } = {}) {
    if (!created) return;
    const tab = outfit || beside ? "outfits" : "try_on";
    if (!stay) tryonPage.openTab(tab);
    busy("dressing");
    send(created, "choose", { id, beside, tab });
  }

  // Draw the row anew, after a panel has made a garment that is not worn at once.
  const showCreated = () => created && send(created, "show", { ticket: 0 });

  // Send a file into the server's memory; gives its id for one event, or throws an Error with a sentence.
  async function upload(file) {
    try {
      const headers = { "X-Tryon": "1", "X-Tryon-Language": language() };
      const answer = await fetch(base() + "/tryon/upload", { method: "POST", body: file, headers });
      const reply = await answer.json();
      if (!answer.ok) throw new Error(reply.error || words("upload_failed"));
      return reply.upload;
    } catch (error) {
      throw error instanceof TypeError || error instanceof SyntaxError ? new Error(words("upload_failed")) : error;
    }
  }

  // Put tiles of what is the visitor's alone before a panel's others; those that are gone go.
  function showPrivate(place, found) {
    const there = new Set(found.map(([id]) => id));
    place.querySelectorAll(".is-created").forEach((tile) => there.has(tile.dataset.id) || tile.remove());
    [...found].reverse().forEach(([id, name, name_zh, thumb]) => {
      if (place.querySelector(`[data-id="${CSS.escape(id)}"]`)) return;
      const tile = Object.assign(document.createElement("button"), { type: "button", className: "tile is-created" });
      tile.dataset.id = id;
      tile.setAttribute("aria-pressed", "false");
      const label = document.createElement("span");
      Object.assign(label.dataset, { en: name, zh: name_zh || name });
      label.textContent = language() === "zh" ? label.dataset.zh : name;
      tile.append(Object.assign(document.createElement("img"), { src: thumb, alt: "", width: 240, height: 320 }), label);
      place.prepend(tile);
    });
  }

  tryonPage.studio = { open, row, wear, showCreated, showPrivate, upload };

  tryonPage.created = function (element, trigger) {
    created = trigger;
    element.addEventListener("click", (event) => {
      const tile = event.target.closest(".tile");
      if (!tile) return;
      if (document.body.dataset.tab === "outfits") tile.setAttribute("aria-pressed", "true");
      else press(element, ".tile", tile);
      busy("dressing");
      send(trigger, "choose", { id: tile.dataset.id });
    });
  };
})();
