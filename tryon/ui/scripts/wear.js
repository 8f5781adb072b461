/* How garments are worn: fit and tuck, and the places of an outfit. */
(() => {
  const { busy, press, send, words } = tryonPage;

  tryonPage.wear = function wear(element, trigger, props, watch) {
    const slider = element.querySelector("input.fit");
    const say = () => slider.setAttribute("aria-valuetext", words(`wear.fits.${Number(slider.value) / Number(slider.step)}`));
    const fill = () => slider.style.setProperty("--at", `${(Number(slider.value) + 1) * 50}%`);
    const show = () => {
      const worn = props.worn || {};
      slider.value = worn.fit || 0;
      press(element, "[data-tuck]", element.querySelector(`[data-tuck="${worn.tuck || "auto"}"]`));
      element.querySelector(".tucks").hidden = worn.tops === false; // only tops are tucked in
      say();
      fill();
    };
    const ask = () => {
      const tuck = element.querySelector('[data-tuck][aria-pressed="true"]').dataset.tuck;
      busy("dressing");
      send(trigger, "style", { fit: Number(slider.value), tuck });
    };
    slider.addEventListener("input", () => (say(), fill()));
    slider.addEventListener("change", ask);
    element.addEventListener("click", (event) => {
      const chosen = event.target.closest("[data-tuck]");
      if (!chosen || chosen.getAttribute("aria-pressed") === "true") return;
      press(element, "[data-tuck]", chosen);
      ask();
    });
    document.addEventListener("tryon:language", say);
    watch("worn", show);
    show();
  };

  tryonPage.slots = function slots(element, trigger) {
    element.addEventListener("click", (event) => {
      const off = event.target.closest('[data-act="take-off"]');
      if (!off) return;
      off.closest(".slot").classList.add("is-leaving");
      busy("dressing");
      send(trigger, "off", { id: off.dataset.id });
    });
  };
})();
