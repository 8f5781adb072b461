/* "A model of my build": sliders that choose from the grid of drawn people. */
(() => {
  const { busy, send } = tryonPage;

  tryonPage.build = function build(element, trigger, props, watch) {
    const root = element.querySelector("details.build");
    if (!root) return;
    const figures = new Map(root.dataset.figures.split(" ").map((each) => {
      const [id, height, weight] = each.split(":");
      return [id, { height, weight }];
    }));
    const slider = (name) => root.querySelector(`input[name="${name}"]`);
    const chosen = (name) => (root.querySelector(`input[name="build-${name}"]:checked`) || {}).value || "";

    function tell() {
      for (const name of ["height", "weight"]) {
        const output = slider(name).closest("label").querySelector("output");
        const text = tryonPage.words(`build.${output.dataset.unit}`, { value: slider(name).value });
        output.textContent = text;
        slider(name).setAttribute("aria-valuetext", text);
      }
      const figure = figures.get((props.chosen || [])[0]);
      root.querySelector(".closest").textContent = figure ? tryonPage.words("build.closest", figure) : "";
    }
    function ask() {
      busy("build.dressing");
      send(trigger, "choose", { value: [chosen("sex"), slider("height").value, slider("weight").value, chosen("skin")].join(" ") });
    }

    root.addEventListener("input", tell);
    root.addEventListener("change", ask);
    root.addEventListener("toggle", () => {
      if (!root.open) return;
      root.scrollIntoView({ block: "nearest" });
      if (!figures.has((props.chosen || [])[0])) ask();
    });
    document.addEventListener("tryon:language", tell);
    watch("chosen", tell);
    tell();
  };
})();
