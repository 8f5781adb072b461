/* The large result: its slider, undo, and when it is there. */
(() => {
  const { busy, idle, send } = tryonPage;

  tryonPage.stage = function stage(element, trigger, watch) {
    const slide = (value) => element.style.setProperty("--cut", `${value}%`);
    element.addEventListener("input", (event) => {
      if (event.target.matches(".cut") && !event.target.closest(".versus")) slide(event.target.value);
    });
    element.addEventListener("click", (event) => {
      const undo = event.target.closest('[data-act="undo"]');
      if (undo && !undo.disabled) takeBack();
    });
    // While another look is awaited, undo takes that click back.
    const takeBack = () => {
      const waiting = element.classList.contains("is-busy") ? element.querySelector(".stage").dataset.look || "" : "";
      busy("dressing");
      send(trigger, "undo", { id: waiting });
    };
    document.addEventListener("keydown", (event) => {
      const typing = event.target.matches("input:not([type=range]), textarea");
      if (typing || event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey) || event.shiftKey) return;
      event.preventDefault();
      if (element.querySelector('[data-act="undo"]:not(:disabled)') || element.classList.contains("is-busy")) takeBack();
    });
    // dimmed until the new picture is really there
    element.addEventListener("load", (event) => event.target.matches("img.after") && settle(), true);
    element.addEventListener("error", (event) => event.target.matches("img.after") && idle(), true);
    const settle = () => {
      const picture = element.querySelector("img.after");
      if (!element.querySelector(".stage[data-waiting]") && (!picture || picture.complete)) idle();
    };
    watch("value", () => requestAnimationFrame(() => settle()));
    busy("waking");
    settle();
  };
})();
