/* Choosing from a grid of pictures. */
(() => {
  const { busy, press, send } = tryonPage;

  tryonPage.picker = function picker(element, trigger, props, watch) {
    const mark = () => press(element, ".tile", element.querySelector(`.tile[data-id="${CSS.escape(props.chosen || "")}"]`));
    element.addEventListener("click", (event) => {
      const chip = event.target.closest("[data-filter]");
      if (chip) {
        press(element, "[data-filter]", chip);
        const wanted = chip.dataset.filter;
        element.querySelectorAll(".tile").forEach((tile) => {
          tile.hidden = wanted !== "all" && tile.dataset.category !== wanted;
        });
        return;
      }
      const tile = event.target.closest(".tile");
      if (!tile) return;
      press(element, ".tile", tile);
      busy("dressing");
      send(trigger, "choose", { id: tile.dataset.id });
    });
    watch("chosen", mark);
    mark();
  };
})();
