/* The visit's results. */
(() => {
  const { press, send } = tryonPage;

  tryonPage.strip = function strip(element, trigger, watch) {
    // the current look stays in sight, though the page does not move
    const follow = () => {
      const tile = element.querySelector('.tile[aria-pressed="true"]');
      if (tile) tile.parentElement.scrollLeft = tile.offsetLeft - tile.parentElement.clientWidth / 2;
    };
    watch("value", () => requestAnimationFrame(follow));
    element.addEventListener("click", (event) => {
      const tile = event.target.closest(".tile");
      if (!tile) return;
      press(element, ".tile", tile);
      send(trigger, "choose", { id: tile.dataset.id });
    });
  };
})();
