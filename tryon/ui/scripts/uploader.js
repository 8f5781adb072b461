/* Adding a photo or a garment: a file, a drop, the clipboard; and correcting what was understood. */
(() => {
  const { base, busy, idle, language, nextTicket, press, refuse, send, words } = tryonPage;

  // Open what was understood and bring one part of it into sight.
  function showDetails(part) {
    const drawer = document.querySelector("#seen");
    const handle = drawer.querySelector(".handle");
    const shown = () => drawer.querySelector(`[data-part="${part}"]`)?.checkVisibility();
    if (!shown()) handle.click();
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
    const front = document.querySelector("#front"); // on a phone the result stays above what is scrolled
    const stays = getComputedStyle(front).position === "sticky" ? front.offsetHeight : 0;
    drawer.style.setProperty("--above", `${stays}px`);
    let patience = 60; // frames until Gradio has opened it
    const bring = () => {
      if (!shown() && patience-- > 0) return requestAnimationFrame(bring);
      (drawer.querySelector(`[data-part="${part}"]`) || drawer).scrollIntoView({ behavior: calm, block: "start" });
      handle.focus({ preventScroll: true });
    };
    bring();
  }

  tryonPage.uploader = function uploader(element, trigger, watch, settings) {
    async function bring(file) {
      if (!file) return;
      refuse(element, "");
      if (file.size > settings.limit) return refuse(element, words("too_large"));
      element.classList.add("is-sending");
      busy("uploading");
      const mine = nextTicket();
      try {
        const headers = { "X-Tryon": "1", "X-Tryon-Language": language() };
        const answer = await fetch(base() + "/tryon/upload", { method: "POST", body: file, headers });
        const reply = await answer.json();
        if (!answer.ok) throw new Error(reply.error || words("upload_failed"));
        busy(settings.reason);
        send(trigger, "bring", { upload: reply.upload, ticket: mine });
      } catch (error) {
        idle();
        element.classList.remove("is-sending");
        refuse(element, error instanceof TypeError || error instanceof SyntaxError ? words("upload_failed") : error.message);
      }
    }
    element.addEventListener("change", (event) => {
      if (event.target.type !== "file") return;
      bring(event.target.files[0]);
      event.target.value = ""; // the same file can be chosen again
    });
    ["dragover", "dragleave", "drop"].forEach((name) =>
      element.addEventListener(name, (event) => {
        event.preventDefault();
        element.classList.toggle("is-over", name === "dragover");
        if (name === "drop") bring([...event.dataTransfer.files][0]);
      })
    );
    if (settings.paste) {
      document.addEventListener("tryon:photo", (event) => bring(event.detail)); // taken elsewhere in the page
      document.addEventListener("paste", (event) => {
        const file = [...event.clipboardData.files].find((each) => each.type.startsWith("image/"));
        if (file) bring(file);
      });
    }
    element.addEventListener("click", (event) => {
      const answer = event.target.closest("[data-value]");
      if (answer) {
        busy(settings.reason);
        press(answer.parentElement, "[data-value]", answer);
        send(trigger, "answer", { id: answer.dataset.name, value: answer.dataset.value });
      }
      const correct = event.target.closest('[data-act="correct"]');
      if (correct) {
        const rows = element.querySelector(".corrections");
        rows.hidden = !rows.hidden;
        correct.setAttribute("aria-expanded", String(!rows.hidden));
      }
      const details = event.target.closest('[data-act="details"]');
      if (details) showDetails(details.dataset.part);
    });
    watch("value", tryonPage.camera(element, bring));
  };
})();
