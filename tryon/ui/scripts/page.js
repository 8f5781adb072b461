/* What every part of the page uses. Each Gradio HTML component calls one function of `tryonPage` once, when it is
   there; `trigger` reaches its Python handlers. This file comes first; the other files add to `tryonPage`. */
window.tryonPage = (() => {
  let ticket = 0;
  const nextTicket = () => ++ticket;
  const stageRoot = () => document.querySelector("#stage");
  const base = () => (window.gradio_config && window.gradio_config.root ? window.gradio_config.root.replace(/\/$/, "") : "");

  // Kept in the browser from one visit to the next; some browsers refuse that inside a frame.
  function kept(name) {
    try {
      return localStorage.getItem(`tryon-${name}`) || "";
    } catch {
      return "";
    }
  }
  function keep(name, value) {
    try {
      localStorage.setItem(`tryon-${name}`, value);
    } catch {
      /* it holds for this visit, then */
    }
  }

  // Every event says in which language it wants its answer, and which click it is: the latest one wins.
  function send(trigger, name, data = {}) {
    trigger(name, { ticket: data.ticket ?? nextTicket(), language: tryonPage.language(), tab: document.body.dataset.tab || "", ...data });
  }

  // The result dims at the moment of the click, with the reason when it takes longer than a blink.
  const BLINK = 350;
  const PATIENCE = 6_000; // then it is said that this is not usual
  const GIVE_UP = 90_000; // no answer came: let the visitor go on
  let slow = 0;
  let stuck = 0;
  // reason: the path of a word
  function busy(reason) {
    const root = stageRoot();
    if (!root) return;
    clearTimeout(slow);
    clearTimeout(stuck);
    root.classList.add("is-busy");
    say("");
    slow = setTimeout(() => {
      say(tryonPage.words(reason));
      slow = setTimeout(() => say(tryonPage.words("wear.longer")), PATIENCE);
    }, BLINK);
    stuck = setTimeout(idle, GIVE_UP);
  }
  function say(text) {
    const line = document.querySelector("#stage .busy span");
    if (line) line.textContent = text;
  }
  function idle() {
    clearTimeout(slow);
    const root = stageRoot();
    clearTimeout(stuck);
    if (root) root.classList.remove("is-busy");
    document.querySelectorAll(".is-sending").forEach((each) => each.classList.remove("is-sending"));
    say("");
  }

  function press(root, selector, chosen) {
    root.querySelectorAll(selector).forEach((tile) => tile.setAttribute("aria-pressed", String(tile === chosen)));
  }

  function refuse(element, sentence) {
    const line = element.querySelector("p.refusal");
    if (line) line.textContent = sentence;
  }

  // On a phone: which of the two columns lies under the result.
  function drawers(element) {
    element.addEventListener("click", (event) => {
      const chosen = event.target.closest("[data-drawer]");
      if (!chosen) return;
      press(element, "[data-drawer]", chosen);
      document.querySelector("#room").dataset.drawer = chosen.dataset.drawer;
    });
  }

  // A drawer's handle; the server is told where its events are "expand" and "collapse".
  function drawer(element, trigger) {
    const root = element.closest(".drawer");
    element.addEventListener("click", (event) => {
      const handle = event.target.closest(".handle");
      if (!handle) return;
      const open = root.classList.toggle("is-open");
      handle.setAttribute("aria-expanded", String(open));
      send(trigger, open ? "expand" : "collapse", { ticket: 0 });
    });
  }

  // a file dropped beside a drop zone must not replace the page
  ["dragover", "drop"].forEach((name) => window.addEventListener(name, (event) => event.preventDefault()));

  return { nextTicket, base, kept, keep, send, busy, idle, press, refuse, drawers, drawer };
})();
