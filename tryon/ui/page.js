/* The page's behaviour in the browser: choosing, uploading, the camera, the slider.
   Each Gradio HTML component calls one of these functions once; `trigger` reaches its Python handlers. */
window.tryonPage = (() => {
  let ticket = 0;
  const nextTicket = () => ++ticket;
  const stageRoot = () => document.querySelector("#stage");
  const base = () => (window.gradio_config && window.gradio_config.root ? window.gradio_config.root.replace(/\/$/, "") : "");

  // The result dims at the moment of the click, with the reason when it takes longer than a blink.
  const BLINK = 350;
  const GIVE_UP = 90_000; // no answer came: let the visitor go on
  let slow = 0;
  let stuck = 0;
  function busy(reason) {
    const root = stageRoot();
    if (!root) return;
    clearTimeout(slow);
    clearTimeout(stuck);
    root.classList.add("is-busy");
    say("");
    slow = setTimeout(() => say(reason), BLINK);
    stuck = setTimeout(idle, GIVE_UP);
  }
  function say(text) {
    const line = document.querySelector("#stage .busy span");
    if (line) line.textContent = text;
  }
  function idle() {
    clearTimeout(slow);
    const root = stageRoot();
    clearTimeout(stuck);
    if (root) root.classList.remove("is-busy");
    document.querySelectorAll(".is-sending").forEach((each) => each.classList.remove("is-sending"));
    say("");
  }

  function press(root, selector, chosen) {
    root.querySelectorAll(selector).forEach((tile) => tile.setAttribute("aria-pressed", String(tile === chosen)));
  }

  function picker(element, trigger, props, watch, reason) {
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
      busy(reason);
      trigger("choose", { id: tile.dataset.id, ticket: nextTicket() });
    });
    watch("chosen", mark);
    mark();
  }

  function refuse(element, sentence) {
    const line = element.querySelector("p.refusal");
    if (line) line.textContent = sentence;
  }

  // Open what was understood and bring one part of it into sight.
  function showDetails(part) {
    const drawer = document.querySelector("#seen");
    const handle = drawer.querySelector("button");
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

  function uploader(element, trigger, watch, words) {
    async function send(file) {
      if (!file) return;
      refuse(element, "");
      if (file.size > words.limit) return refuse(element, words.too_large);
      element.classList.add("is-sending");
      busy(words.uploading);
      const mine = nextTicket();
      try {
        const answer = await fetch(base() + "/tryon/upload", { method: "POST", body: file, headers: { "X-Tryon": "1" } });
        const reply = await answer.json();
        if (!answer.ok) throw new Error(reply.error || words.failed);
        busy(words.reason);
        trigger("bring", { upload: reply.upload, ticket: mine });
      } catch (error) {
        idle();
        element.classList.remove("is-sending");
        refuse(element, error instanceof TypeError || error instanceof SyntaxError ? words.failed : error.message);
      }
    }
    element.addEventListener("change", (event) => {
      if (event.target.type !== "file") return;
      send(event.target.files[0]);
      event.target.value = ""; // the same file can be chosen again
    });
    ["dragover", "dragleave", "drop"].forEach((name) =>
      element.addEventListener(name, (event) => {
        event.preventDefault();
        element.classList.toggle("is-over", name === "dragover");
        if (name === "drop") send([...event.dataTransfer.files][0]);
      })
    );
    if (words.paste) {
      document.addEventListener("paste", (event) => {
        const file = [...event.clipboardData.files].find((each) => each.type.startsWith("image/"));
        if (file) send(file);
      });
    }
    element.addEventListener("click", (event) => {
      const answer = event.target.closest("[data-value]");
      if (answer) {
        busy(words.reason);
        press(answer.parentElement, "[data-value]", answer);
        trigger("answer", { id: answer.dataset.name, value: answer.dataset.value, ticket: nextTicket() });
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
    watch("value", camera(element, send, words));
  }

  function camera(element, send, words) {
    let stream = null;
    const close = () => {
      if (stream) stream.getTracks().forEach((track) => track.stop());
      stream = null;
      const box = element.querySelector(".camera");
      if (box) box.hidden = true;
    };
    const pause = (ms) => new Promise((done) => setTimeout(done, ms));
    async function open() {
      refuse(element, "");
      if (!navigator.mediaDevices) return refuse(element, words.camera_insecure);
      try {
        stream = await navigator.mediaDevices.getUserMedia({
          video: { facingMode: "user", width: { ideal: 1920 }, height: { ideal: 1080 } },
        });
      } catch (error) {
        return refuse(element, words.camera_refused);
      }
      const video = element.querySelector("video");
      element.querySelector(".camera").hidden = false;
      video.srcObject = stream;
      await video.play();
    }
    async function shoot(seconds) {
      const video = element.querySelector("video");
      const count = element.querySelector(".camera output");
      for (let left = seconds; left > 0 && stream; left--) {
        count.textContent = left;
        await pause(1000);
      }
      count.textContent = "";
      if (!stream) return;
      const canvas = document.createElement("canvas");
      canvas.width = video.videoWidth;
      canvas.height = video.videoHeight;
      const paper = canvas.getContext("2d");
      paper.translate(canvas.width, 0); // as in a mirror, which is how one knows oneself
      paper.scale(-1, 1);
      paper.drawImage(video, 0, 0);
      close();
      canvas.toBlob(send, "image/jpeg", 0.95);
    }
    element.addEventListener("click", (event) => {
      const button = event.target.closest("[data-act]");
      if (!button) return;
      if (button.dataset.act === "camera") stream ? close() : open();
      if (button.dataset.act === "shoot") shoot(Number(button.dataset.seconds));
      if (button.dataset.act === "close") close();
    });
    return close; // drawn anew, the piece has lost the picture
  }

  function stage(element, trigger, watch, reason) {
    const slide = (value) => element.style.setProperty("--cut", `${value}%`);
    element.addEventListener("input", (event) => {
      if (event.target.matches(".cut")) slide(event.target.value);
    });
    element.addEventListener("click", (event) => {
      const undo = event.target.closest('[data-act="undo"]');
      if (undo && !undo.disabled) trigger("undo", { ticket: nextTicket() });
    });
    // dimmed until the new picture is really there
    element.addEventListener("load", (event) => event.target.matches("img.after") && settle(), true);
    element.addEventListener("error", (event) => event.target.matches("img.after") && idle(), true);
    const settle = () => {
      const picture = element.querySelector("img.after");
      if (!element.querySelector(".stage[data-waiting]") && (!picture || picture.complete)) idle();
    };
    watch("value", () => requestAnimationFrame(() => (settle(), tellDrawers())));
    busy(reason);
    settle();
  }

  function strip(element, trigger, watch) {
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
      trigger("choose", { id: tile.dataset.id, ticket: nextTicket() });
    });
  }

  function drawers(element) {
    element.addEventListener("click", (event) => {
      const chosen = event.target.closest("[data-drawer]");
      if (!chosen) return;
      press(element, "[data-drawer]", chosen);
      document.querySelector("#room").dataset.drawer = chosen.dataset.drawer;
    });
  }

  function theme(element) {
    const dark = () => document.body.classList.contains("dark");
    const kept = localStorage.getItem("tryon-theme");
    if (kept) document.body.classList.toggle("dark", kept === "dark");
    element.addEventListener("click", (event) => {
      if (!event.target.closest('[data-act="theme"]')) return;
      document.body.classList.toggle("dark", !dark());
      localStorage.setItem("tryon-theme", dark() ? "dark" : "light");
    });
  }

  // Gradio's own drawers do not say whether they are open
  const tellDrawers = () =>
    document.querySelectorAll(".drawer > button").forEach((handle) => {
      const told = handle.nextElementSibling;
      handle.setAttribute("aria-expanded", String(Boolean(told && told.checkVisibility())));
    });
  document.addEventListener("click", (event) => event.target.closest(".drawer > button") && setTimeout(tellDrawers, 50));

  // a file dropped beside a drop zone must not replace the page
  ["dragover", "drop"].forEach((name) => window.addEventListener(name, (event) => event.preventDefault()));

  return { picker, uploader, stage, strip, drawers, theme };
})();
