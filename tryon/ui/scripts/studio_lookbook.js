/* The lookbook's panel: choose people and garments, dress them one after the other, and see the pages.
   Orders go to the server one at a time, each answered by its ticket; looks that are made stay made. */
(() => {
  const { base, language, nextTicket, send, words } = tryonPage;
  const PAUSE = 500; // ms without a change until the pages are drawn anew
  const TUCKS = ["auto", "in", "out"];
  const FITS = [[-1, "snug"], [-0.5, "snugger"], [0, "own"], [0.5, "looser"], [1, "loose"]];
  const GIVE_UP = 120_000; // no answer came

  tryonPage.lookbook = function (element, trigger, props, watch) {
    const find = (selector) => element.querySelector(selector);
    const all = (selector) => [...element.querySelectorAll(selector)];
    const say = (part, text) => (find(`[data-part="${part}"]`).textContent = text);
    const most = Number(find(".book").dataset.most);
    let looks = []; // { model, garments, tuck, fit, key, title, price, caption }
    let way = "each";
    let dressing = false;
    let token = "";
    let pause = 0;
    let drawn = 0; // counts orders for pages: the latest wins

    // One order at a time; an answer belongs to the order whose ticket it carries.
    const waiting = new Map();
    let line = Promise.resolve();
    function ask(name, data) {
      const turn = line.then(
        () =>
          new Promise((done) => {
            const ticket = nextTicket();
            const stuck = setTimeout(() => answer({ ticket, error: words("studio.lookbook.failed") }), GIVE_UP);
            waiting.set(ticket, (found) => {
              clearTimeout(stuck);
              done(found);
            });
            send(trigger, name, { ...data, ticket });
          })
      );
      line = turn;
      return turn;
    }
    function answer(found) {
      const then = found && waiting.get(found.ticket);
      if (!then) return;
      waiting.delete(found.ticket);
      then(found);
    }
    watch("answer", () => answer(props.answer));

    // -- choosing
    const chosen = (place) => all(`${place} .tile[aria-pressed="true"]`).map((each) => each.dataset.id);
    function wanted() {
      const garments = chosen(".book-garments");
      const outfits = !garments.length ? [] : way === "outfit" ? [garments] : garments.map((each) => [each]);
      return outfits.flatMap((outfit) => chosen(".book-people").map((model) => ({ model, garments: outfit })));
    }
    function count() {
      const add = find('[data-act="book-add"]');
      const n = wanted().length;
      const label = add.querySelector("span");
      delete label.dataset.t;
      label.textContent = n > 1 ? words("studio.lookbook.add", { n }) : words(`studio.lookbook.${n ? "add_one" : "choose"}`);
      add.disabled = !n || dressing;
    }
    async function add() {
      const more = wanted();
      if (looks.length + more.length > most) return say("said", words("studio.lookbook.full", { n: most }));
      dressing = true;
      all(".tile").forEach((tile) => tile.setAttribute("aria-pressed", "false"));
      count();
      let refusal = "";
      for (const [number, look] of more.entries()) {
        say("said", words("studio.lookbook.dressing", { done: number + 1, n: more.length }));
        const found = await ask("dress", { value: JSON.stringify(look) });
        if (found.error) refusal = found.error;
        else if (!looks.some((each) => each.key === found.key)) {
          looks.push({ tuck: "auto", fit: 0, ...look, ...found, price: "", caption: "" });
          list();
          draw();
        }
      }
      dressing = false;
      say("said", refusal);
      count();
    }

    // Dress a look anew because it is worn otherwise; its words stay.
    async function again(look) {
      if (look.busy) return; // what was changed meanwhile is seen when it is done
      look.busy = true;
      let asked;
      do {
        asked = [look.tuck, look.fit].join();
        const found = await ask("dress", { value: JSON.stringify(order(look)) });
        say("said", found.error || "");
        if (!found.error) Object.assign(look, { key: found.key, thumb: found.thumb });
      } while (asked !== [look.tuck, look.fit].join());
      look.busy = false;
      if (!looks.includes(look)) return;
      const picture = find(".book-looks").children[looks.indexOf(look)]?.querySelector("img");
      if (picture) picture.src = look.thumb;
      draw();
    }
    const order = ({ model, garments, tuck, fit }) => ({ model, garments, tuck, fit });

    // -- the looks
    function list() {
      const place = find(".book-looks");
      place.replaceChildren(
        ...looks.map((look, number) => {
          const n = number + 1;
          const item = document.createElement("li");
          const picture = Object.assign(document.createElement("img"), { src: look.thumb, alt: "", width: 60, height: 80 });
          const box = (name, label, length) => {
            const input = Object.assign(document.createElement("input"), { type: "text", value: look[name], maxLength: length });
            input.dataset.word = name;
            input.dataset.at = number;
            input.placeholder = words(label, { n });
            input.setAttribute("aria-label", words(label, { n }));
            return input;
          };
          const choice = (name, label, choices) => {
            const select = document.createElement("select");
            select.append(...choices.map(([value, text]) => new Option(text, value, false, value === String(look[name]))));
            select.dataset.worn = name;
            select.dataset.at = number;
            select.setAttribute("aria-label", words(label, { n }));
            return select;
          };
          const press = (act, sign, label) => {
            const button = Object.assign(document.createElement("button"), { type: "button", className: "round", textContent: sign });
            button.dataset.move = act;
            button.dataset.at = number;
            button.setAttribute("aria-label", words(label, { n }));
            return button;
          };
          const up = press("up", "↑", "studio.lookbook.up");
          up.disabled = number === 0;
          const fields = document.createElement("span");
          fields.append(box("title", "studio.lookbook.look_title", 80), box("price", "studio.lookbook.look_price", 24), box("caption", "studio.lookbook.look_caption", 160));
          const tucks = TUCKS.map((tuck) => [tuck, `${words("wear.tuck")}: ${words(`wear.tucks.${tuck}`)}`]);
          const fits = FITS.map(([fit, name]) => [String(fit), words(`studio.lookbook.fits.${name}`)]);
          const worn = Object.assign(document.createElement("span"), { className: "is-worn" });
          worn.append(choice("tuck", "studio.lookbook.look_tuck", tucks), choice("fit", "studio.lookbook.look_fit", fits));
          fields.append(worn);
          item.append(picture, fields, up, press("remove", "×", "studio.lookbook.remove"));
          return item;
        })
      );
      find('[data-part="looks-title"]').hidden = !looks.length;
    }

    // -- the pages
    function draw() {
      clearTimeout(pause);
      pause = setTimeout(drawNow, PAUSE);
    }
    async function drawNow() {
      const mine = ++drawn;
      if (!looks.length) return show([]);
      const box = (name) => find(`.book-brand [name="${name}"]`);
      const order = {
        ...Object.fromEntries(["name", "title", "subtitle", "colour", "page"].map((name) => [name, box(name).value])),
        columns: Number(box("columns").value),
        cover: box("cover").checked,
        looks: looks.map(({ key, title, price, caption }) => ({ key, title, price, caption })),
      };
      const found = await ask("draw", { value: JSON.stringify(order) });
      if (mine !== drawn) return;
      say("drawn", found.error || "");
      if (found.error) return;
      token = found.token;
      show(Array.from({ length: found.pages }, (_, number) => number + 1));
    }
    const address = (name) => `${base()}/tryon/lookbook/${token}/${name}?language=${language()}`;
    function show(numbers) {
      find(".book-nothing").hidden = numbers.length > 0;
      find(".book-files").hidden = !numbers.length;
      const place = find(".book-pages");
      const old = [...place.children];
      numbers.forEach((n, at) => {
        const link = old[at] || document.createElement("a");
        const image = link.querySelector("img") || link.appendChild(document.createElement("img"));
        link.href = address(`page-${n}.png`);
        link.download = "";
        link.title = words("studio.lookbook.save_page", { n });
        link.setAttribute("aria-label", link.title);
        image.alt = words("studio.lookbook.page_alt", { n });
        image.src = address(`page-${n}.jpg`);
        if (!old[at]) place.append(link);
      });
      old.slice(numbers.length).forEach((each) => each.remove());
    }
    async function save(form) {
      const mine = token;
      say("saved", words("studio.lookbook.making"));
      all("[data-file]").forEach((each) => (each.disabled = true));
      try {
        const reply = await fetch(`${base()}/tryon/lookbook/${mine}/lookbook.${form}?language=${language()}`);
        if (!reply.ok) throw new Error((await reply.json()).error);
        const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(await reply.blob()) });
        link.download = `lookbook.${form}`;
        link.click();
        setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
        say("saved", words("studio.lookbook.saved"));
      } catch (error) {
        const told = error instanceof TypeError || error instanceof SyntaxError ? "" : error.message;
        say("saved", told || words("studio.lookbook.failed"));
      }
      all("[data-file]").forEach((each) => (each.disabled = false));
    }

    // -- the logo
    async function logo(file) {
      say("drawn", "");
      try {
        if (file && file.size > Number(find(".book").dataset.limit)) throw new Error(words("too_large"));
        const upload = file ? await tryonPage.studio.upload(file) : "";
        const found = await ask("logo", { upload });
        if (found.error) throw new Error(found.error);
        find('[data-act="book-no-logo"]').hidden = !found.logo;
        draw();
      } catch (error) {
        say("drawn", error.message);
      }
    }

    // -- what was made here, and the visitor's own photo
    async function fresh() {
      const [own, photo] = [find('.book-people [data-id="own"]'), document.querySelector("#photo img.mine")];
      own.hidden = !photo;
      if (photo) own.querySelector("img").src = photo.src;
      const found = await ask("created", {});
      if (!found.created) return;
      tryonPage.studio.showPrivate(find(".book-garments"), found.created);
    }

    element.addEventListener("click", (event) => {
      const tile = event.target.closest(".tile");
      if (tile) {
        tile.setAttribute("aria-pressed", String(tile.getAttribute("aria-pressed") !== "true"));
        say("said", "");
        return count();
      }
      const button = event.target.closest("button");
      if (!button) return;
      if (button.dataset.way) {
        way = button.dataset.way;
        tryonPage.press(element, "[data-way]", button);
        count();
      }
      if (button.dataset.act === "book-add") add();
      if (button.dataset.act === "book-no-logo") logo(null);
      if (button.dataset.file) save(button.dataset.file);
      if (button.dataset.move) {
        const at = Number(button.dataset.at);
        const [look] = looks.splice(at, 1);
        if (button.dataset.move === "up") looks.splice(at - 1, 0, look);
        list();
        draw();
        const next = all(`[data-move="${button.dataset.move}"]`)[Math.max(0, at - 1)];
        next?.focus();
      }
    });
    element.addEventListener("input", (event) => {
      const { word, at } = event.target.dataset;
      const { worn } = event.target.dataset;
      if (worn) {
        looks[Number(at)][worn] = worn === "fit" ? Number(event.target.value) : event.target.value;
        return again(looks[Number(at)]);
      }
      if (word) looks[Number(at)][word] = event.target.value;
      if (event.target.type === "file") return;
      if (looks.length) draw();
    });
    element.addEventListener("change", (event) => {
      if (event.target.type !== "file") return;
      if (event.target.files[0]) logo(event.target.files[0]);
      event.target.value = ""; // the same file can be chosen again
    });
    document.addEventListener("tryon:studio", (event) => event.detail.panel === "lookbook" && fresh());
    document.addEventListener("tryon:language", () => {
      count();
      list();
      ["said", "drawn", "saved"].forEach((part) => say(part, ""));
      if (looks.length) draw(); // the marks are in the visitor's language
    });
  };
})();
