/* While the result is awaited: how many others come first, asked for only when it takes longer than usual. */
(() => {
  const PATIENCE = 900; // ms; most results are there by then
  const EVERY = 1000;

  tryonPage.line = function line(element) {
    let timer = 0;
    let reason = null; // what the line said before it counted
    let stage = null;
    const said = () => stage.querySelector(".busy span");
    const session = () => element.querySelector("[data-session]")?.dataset.session;

    function tell(before) {
      const place = said();
      if (!place) return;
      if (before > 0) {
        reason ??= place.textContent;
        place.textContent = tryonPage.words("before_you", { n: before });
      } else if (reason !== null) {
        place.textContent = reason || tryonPage.words("dressing");
        reason = null;
      }
    }
    async function ask() {
      try {
        const answer = await fetch(`${tryonPage.base()}/tryon/line/${encodeURIComponent(session() || "-")}`);
        if (timer && answer.ok) tell((await answer.json()).before);
      } catch {
        /* the page itself says what is wrong */
      }
      if (timer) timer = setTimeout(ask, EVERY);
    }
    function look() {
      const busy = stage.classList.contains("is-busy");
      if (busy && !timer) timer = setTimeout(ask, PATIENCE);
      if (busy || !timer) return;
      clearTimeout(timer);
      timer = 0;
      reason = null;
    }
    function begin() {
      stage = document.querySelector("#stage");
      if (!stage) return requestAnimationFrame(begin); // the pieces come up in any order
      new MutationObserver(look).observe(stage, { attributes: true, attributeFilter: ["class"] });
      look();
    }
    begin();
  };
})();

/* A click that is refused because there were too many (status 429) is over: Gradio says why, and the stage waits no longer. */
(() => {
  const plain = window.fetch.bind(window);
  window.fetch = async (...asked) => {
    const answer = await plain(...asked);
    if (answer.status === 429) tryonPage.idle();
    return answer;
  };
})();
