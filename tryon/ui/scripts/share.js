/* The share dialog: makes a file on the server from the two pictures that are shown, previews it, and hands it on. */
(() => {
  const { base, press, words } = tryonPage;

  tryonPage.share = function share(element) {
    const dialog = element.querySelector("dialog");
    const preview = dialog.querySelector(".preview img");
    const at = (selector) => dialog.querySelector(selector);
    const button = (name) => at(`[data-act="${name}"]`);
    const made = new Map(); // address -> promise of a file, for this look and this opening
    let look = null;
    let kind = "split";
    let film = "webp";
    let file = null; // what the buttons hand on
    let turn = 0;

    const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
    const nameOf = (wanted) => (wanted === "film" ? `film.${film}` : `${wanted}.jpg`);
    const sendable = (data) => Boolean(navigator.canShare && navigator.canShare({ files: [data] }));
    const copyable = () => Boolean(navigator.clipboard && navigator.clipboard.write && window.ClipboardItem);

    function make(name) {
      const address = `${base()}/tryon/share/${look.after}/${look.before}/${name}?language=${tryonPage.language()}`;
      if (!made.has(address)) {
        made.set(
          address,
          fetch(address).then(async (answer) => {
            if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).error || words("share.failed"));
            return new File([await answer.blob()], `try-on-${name}`, { type: answer.headers.get("Content-Type") });
          })
        );
      }
      return made.get(address);
    }

    function say(sentence) {
      at(".said").textContent = sentence;
    }
    function ready(data) {
      file = data;
      for (const name of ["send", "save", "copy"]) button(name).disabled = !data;
      button("send").hidden = !(data && sendable(data));
      button("save").className = button("send").hidden ? "solid" : "plain";
      button("copy").hidden = !copyable() || kind === "film"; // browsers copy one still picture
      dialog.querySelector(".making").hidden = Boolean(data);
    }

    async function show() {
      const mine = ++turn;
      press(dialog, "[data-kind]", at(`[data-kind="${kind}"]`));
      press(dialog, "[data-format]", at(`[data-format="${film}"]`));
      at(".chips").hidden = kind !== "film";
      at(".hint").textContent = words(`share.hints.${kind}`);
      preview.alt = words("share.preview");
      dialog.querySelector(".making").textContent = words("share.making");
      say("");
      ready(null);
      preview.hidden = true;
      try {
        const data = await make(nameOf(kind));
        const seen = kind === "film" && calm() ? await make(nameOf("split")) : data; // nothing moves for who minds
        if (mine !== turn) return;
        URL.revokeObjectURL(preview.src);
        preview.src = URL.createObjectURL(seen);
        preview.hidden = false;
        ready(data);
      } catch (error) {
        if (mine !== turn) return;
        dialog.querySelector(".making").textContent = "";
        say(error instanceof TypeError ? words("upload_failed") : error.message);
      }
    }

    function save() {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(file);
      link.download = file.name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
      say(words("share.saved"));
    }
    async function copy() {
      try {
        const still = make(`${kind}.png`); // the one kind that clipboards take
        await navigator.clipboard.write([new ClipboardItem({ "image/png": still })]);
        say(words("share.copied"));
      } catch {
        say(words("share.not_copied"));
      }
    }
    async function send() {
      try {
        await navigator.share({ files: [file], title: words("name") });
      } catch (error) {
        if (error.name !== "AbortError") save(); // the visitor has not called it off: the browser cannot
      }
    }

    document.addEventListener("click", (event) => {
      const opener = event.target.closest('[data-act="share"]');
      if (!opener) return;
      made.clear();
      look = { after: opener.dataset.after, before: opener.dataset.before };
      dialog.showModal();
      show();
    });
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) return dialog.close(); // beside it
      const pressed = event.target.closest("button");
      if (!pressed) return;
      if (pressed.dataset.kind) {
        kind = pressed.dataset.kind;
        show();
      }
      if (pressed.dataset.format) {
        film = pressed.dataset.format;
        show();
      }
      const act = { close: () => dialog.close(), save, copy, send }[pressed.dataset.act];
      if (act) act();
    });
    dialog.addEventListener("close", () => {
      turn++;
      made.clear();
      URL.revokeObjectURL(preview.src);
      preview.removeAttribute("src");
      preview.hidden = true;
    });
  };
})();
