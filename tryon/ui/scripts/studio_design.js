/* The designer's panel: a grid of ideas, the one that was chosen with its sliders, a mix of two, the way between them.
   Pictures are addresses made of the idea's numbers; only wearing and keeping ask the server for more. */
(() => {
  const { base, language, press, send, words } = tryonPage;
  const SEEDS = 2 ** 31;
  const PAUSE = 140; // ms without a move until a slider's picture is asked for
  const STEPS = 6; // pictures of a walk

  tryonPage.studioDesign = function (element, trigger, props, watch) {
    const find = (selector) => element.querySelector(selector);
    const tiles = [...element.querySelectorAll(".design-grid .tile")];
    const panel = find(".design-chosen");
    const large = find(".design-picture img");
    const notice = find(".design-chosen .notice");
    const sliders = [...element.querySelectorAll(".design-sliders input")];
    const share = find('input[name="share"]');
    let chosen = null; // { seed, label, cloth, with }
    let picking = false; // whether the next idea is the second of a mix
    let pause = 0;

    const order = (extra = {}) => {
      const made = { seed: chosen.seed, label: chosen.label, cloth: chosen.cloth };
      if (chosen.with !== undefined) Object.assign(made, { with: chosen.with, share: share.value });
      sliders.forEach((each) => Number(each.value) && (made[each.name] = each.value));
      return { ...made, ...extra };
    };
    const address = (size, values) => `${base()}/tryon/design/${size}?${new URLSearchParams({ ...values, language: language() })}`;
    const nameOf = (idea) => {
      const cloth = words(`studio.design.cloths.${idea.cloth}`);
      const label = words(`studio.design.labels.${idea.label}`);
      return words("studio.design.idea", { seed: idea.seed, name: `${cloth}, ${label}` });
    };

    function show(image, source) {
      image.hidden = false;
      image.parentElement.classList.add("is-drawing");
      image.onload = () => image.parentElement.classList.remove("is-drawing");
      image.onerror = () => {
        image.parentElement.classList.remove("is-drawing");
        notice.textContent = words("studio.design.failed");
      };
      image.src = source;
    }

    function fresh() {
      const { label, cloth } = { label: find('select[name="label"]').value, cloth: find('select[name="cloth"]').value };
      const first = Math.floor(Math.random() * (SEEDS - tiles.length));
      tiles.forEach((tile, number) => {
        tile.idea = { seed: first + number, label, cloth };
        tile.setAttribute("aria-pressed", "false");
        name(tile);
        show(tile.querySelector("img"), address("tile.jpg", tile.idea));
      });
      if (!chosen) open(tiles[0]); // the sliders have something to move from the start
    }
    function open(tile) {
      press(element, ".design-grid .tile", tile);
      choose(tile.idea);
    }
    const name = (tile) => tile.idea && tile.setAttribute("aria-label", nameOf(tile.idea));

    // The latest order wins: the browser drops a picture that is no longer wanted.
    function draw() {
      clearTimeout(pause);
      if (!chosen) return;
      notice.textContent = "";
      large.alt = words("studio.design.chosen", { name: nameOf(chosen) });
      find('[data-act="download"]').href = address("large.png", order());
      show(large, address("large.jpg", order()));
    }
    const later = () => {
      clearTimeout(pause);
      pause = setTimeout(draw, PAUSE);
    };

    function choose(idea) {
      if (picking && chosen) {
        chosen = { ...chosen, with: idea.seed };
        picking = false;
      } else {
        chosen = { ...idea };
        level();
      }
      find('input[name="seed"]').value = chosen.seed;
      panel.hidden = false;
      find(".design-nothing").hidden = true;
      mixing();
      draw();
    }
    function mixing() {
      const two = chosen?.with !== undefined;
      find(".design-mix").hidden = !two && !picking;
      find('[data-part="mix-hint"]').hidden = !picking;
      find('[data-act="mix"]').setAttribute("aria-pressed", String(picking));
      share.closest("label").hidden = !two;
      find('[data-act="walk"]').hidden = !two;
      if (!two) find(".design-walk").hidden = true;
    }
    const fill = (box) => box.style.setProperty("--at", `${((box.value - box.min) / (box.max - box.min)) * 100}%`);
    function level() {
      sliders.forEach((each) => {
        each.value = 0;
        fill(each);
      });
      share.value = 0.5;
      fill(share);
    }
    function walk() {
      const strip = find(".design-walk");
      strip.hidden = false;
      strip.replaceChildren();
      for (let step = 0; step < STEPS; step += 1) {
        const at = (step / (STEPS - 1)).toFixed(2);
        const tile = document.createElement("button");
        tile.type = "button";
        tile.className = "tile";
        tile.dataset.share = at;
        tile.setAttribute("aria-label", `${words("studio.design.mix_share")}: ${Math.round(at * 100)} %`);
        const image = document.createElement("img");
        image.alt = "";
        tile.append(image);
        strip.append(tile);
        show(image, address("tile.jpg", order({ share: at })));
      }
    }
    let wearing = false;
    function make(wear) {
      if (!chosen) return;
      wearing = wear;
      notice.textContent = words("studio.design.drawing");
      send(trigger, "make", { value: JSON.stringify(order()) });
    }

    element.addEventListener("click", (event) => {
      const tile = event.target.closest(".design-grid .tile");
      if (tile?.idea) return open(tile);
      const step = event.target.closest(".design-walk .tile");
      if (step) {
        share.value = step.dataset.share;
        fill(share);
        draw();
        return;
      }
      const act = event.target.closest("[data-act]")?.dataset.act;
      if (act === "more") fresh();
      if (act === "wear" || act === "keep") make(act === "wear");
      if (act === "reset") {
        level();
        draw();
      }
      if (act === "mix") {
        picking = !picking;
        mixing();
      }
      if (act === "unmix") {
        delete chosen.with;
        picking = false;
        mixing();
        draw();
      }
      if (act === "walk") walk();
    });
    element.addEventListener("input", (event) => {
      if (event.target.type !== "range") return;
      fill(event.target);
      later();
    });
    element.addEventListener("change", (event) => event.target.closest(".design-controls select") && fresh());
    find(".design-seed").addEventListener("submit", (event) => event.preventDefault());
    find('[data-act="seed"]').addEventListener("click", () => go());
    find('input[name="seed"]').addEventListener("keydown", (event) => event.key === "Enter" && go());
    function go() {
      const number = Number(find('input[name="seed"]').value.replace(/\D/g, ""));
      if (!Number.isSafeInteger(number) || number >= SEEDS) return;
      choose({ seed: number, label: find('select[name="label"]').value, cloth: find('select[name="cloth"]').value });
    }

    watch("answer", () => {
      const answer = props.answer;
      if (!answer) return;
      if (answer.error) {
        notice.textContent = answer.error;
        return;
      }
      notice.textContent = wearing ? "" : words("studio.design.kept");
      if (wearing) tryonPage.studio.wear(answer.key);
      else tryonPage.studio.showCreated();
    });
    document.addEventListener("tryon:language", () => {
      tiles.forEach(name);
      if (chosen) large.alt = words("studio.design.chosen", { name: nameOf(chosen) });
    });
    // nothing is drawn before somebody looks
    document.addEventListener("tryon:studio", (event) => event.detail.panel === "design" && !tiles[0].idea && fresh());
    level();
  };
})();
