/* The live mirror: the camera's pictures go to the server one by one and come back dressed. The next one is sent when
   the last is back, so nothing queues up; each says which garment is worn, so the latest wins. */
(() => {
  const { base, press, send, words } = tryonPage;
  const WIDTH = 384; // what the live networks were made for: more is slower and no sharper
  const HEIGHT = 512;
  const QUALITY = 0.82; // 25 kB a frame; the networks see no difference above it
  const PHOTO_QUALITY = 0.95;
  const RATE_OVER = 2000; // milliseconds that the shown rate is counted over
  const NOBODY_AFTER = 12; // frames: turning round is no reason for a message
  const AGAIN = 60; // milliseconds before a frame is offered again that came too early
  const KEY = { "X-Tryon": "1" };

  // The middle of the camera's picture as an upright one, mirrored: one knows oneself that way, and what is sent is what
  // is shown, so that words on a garment can still be read.
  function draw(video, paper, width, height) {
    const w = Math.min(video.videoWidth, (video.videoHeight * 3) / 4);
    const h = (w * 4) / 3;
    paper.setTransform(-1, 0, 0, 1, width, 0);
    paper.drawImage(video, (video.videoWidth - w) / 2, (video.videoHeight - h) / 2, w, h, 0, 0, width, height);
  }

  // Chromium encodes a canvas of the page only when it is idle, one off the page at once.
  function encode(canvas, quality) {
    if (canvas.convertToBlob) return canvas.convertToBlob({ type: "image/jpeg", quality });
    return new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));
  }
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));

  function sheet(width, height) {
    if (window.OffscreenCanvas) return new OffscreenCanvas(width, height);
    const canvas = document.createElement("canvas");
    canvas.width = width;
    canvas.height = height;
    return canvas;
  }

  const REASONS = {
    NotAllowedError: "refused",
    SecurityError: "refused",
    NotFoundError: "no_camera",
    OverconstrainedError: "no_camera",
    NotReadableError: "camera_busy",
    AbortError: "camera_busy",
  };

  async function openCamera() {
    if (!navigator.mediaDevices) throw Object.assign(new Error(), { reason: window.isSecureContext ? "no_camera" : "insecure" });
    try {
      const size = { width: { ideal: 1280 }, height: { ideal: 960 } };
      return await navigator.mediaDevices.getUserMedia({ video: { facingMode: "user", ...size } });
    } catch (error) {
      throw Object.assign(new Error(), { reason: REASONS[error.name] || "no_camera" });
    }
  }

  // Resolves when the camera has a picture that was not taken yet.
  function watchFrames(video) {
    let fresh = true;
    let waiting = null;
    const note = () => {
      fresh = true;
      if (waiting) waiting();
      waiting = null;
      if (video.srcObject) video.requestVideoFrameCallback(note);
    };
    if (!video.requestVideoFrameCallback) return async () => {};
    video.requestVideoFrameCallback(note);
    return async () => {
      if (!fresh) await Promise.race([new Promise((done) => (waiting = done)), pause(500)]);
      fresh = false;
    };
  }

  // Counts pictures and says in a line how many come in a second; not at every one, so that it can be read.
  function rateOf(line) {
    const times = [];
    let told = 0;
    return (ms) => {
      const now = performance.now();
      times.push(now);
      while (times.length > 3 && now - times[0] > RATE_OVER) times.shift();
      if (now - told < 500 || times.length < 3) return;
      told = now;
      const exact = (1000 * (times.length - 1)) / (now - times[0]);
      const rate = exact < 2 ? exact.toFixed(1) : Math.round(exact);
      line.textContent = `${words("live.rate", { rate })} · ${words("live.here", { ms })}`;
    };
  }

  tryonPage.live = function live(element, trigger, props, watch) {
    const find = (selector) => element.querySelector(selector);
    const mirror = find(".mirror");
    const video = find("video");
    const canvas = find("canvas");
    const paper = canvas.getContext("2d");
    const frame = sheet(WIDTH, HEIGHT);
    const framePaper = frame.getContext("2d", { alpha: false });
    let camera = null;
    let token = ""; // of the stream at the server
    let run = 0; // a number for each start: what belongs to an earlier one stops by itself
    let answered = null;
    let said = "";

    const chosen = () => find('.tile[aria-pressed="true"]')?.dataset.id || "";
    const url = (rest = "") => `${base()}/tryon/live/${token}${rest}`;

    function say(word) {
      said = word;
      const line = find(".notice");
      const text = word ? words(`live.${word}`) : "";
      if (line.textContent !== text) line.textContent = text;
    }
    document.addEventListener("tryon:language", () => say(said));

    function show(state) {
      mirror.dataset.state = state; // off, opening, on
      find('[data-act="live-start"]').disabled = state === "opening";
      element.querySelectorAll("[data-needs-live]").forEach((each) => (each.disabled = state !== "on"));
      if (state === "off") find(".rate").textContent = "";
    }

    function stop(word = "") {
      run += 1;
      const had = token && url("/close");
      token = "";
      if (camera) camera.getTracks().forEach((track) => track.stop());
      camera = null;
      video.srcObject = null;
      paper.clearRect(0, 0, canvas.width, canvas.height);
      find(".count").textContent = "";
      show("off");
      say(word);
      // "keepalive": it arrives even when the page is being closed
      if (had) fetch(had, { method: "POST", headers: KEY, keepalive: true }).catch(() => {});
    }

    // The server's answer to "open": a token, or why not.
    watch("answer", () => answered && answered(props.answer || {}));
    function ask() {
      return new Promise((done) => {
        answered = (answer) => {
          answered = null;
          done(answer);
        };
        send(trigger, "open", { ticket: 0 });
      });
    }

    async function start() {
      stop();
      const mine = run;
      show("opening");
      say("starting");
      let stream;
      try {
        stream = await openCamera();
      } catch (error) {
        return mine === run && stop(error.reason);
      }
      if (mine !== run) return stream.getTracks().forEach((track) => track.stop());
      camera = stream;
      camera.getVideoTracks()[0].addEventListener("ended", () => camera === stream && stop("unplugged"));
      video.srcObject = stream;
      await video.play().catch(() => {});
      say("waking");
      const answer = await ask();
      if (mine !== run) {
        // stopped meanwhile: the place is for somebody else
        if (answer.token) fetch(`${base()}/tryon/live/${answer.token}/close`, { method: "POST", headers: KEY });
        return;
      }
      if (!answer.token) return stop(answer.error || "failed");
      token = answer.token;
      offerOwn(answer.own);
      if (mine === run) await mirrorFrames(mine);
    }

    // One frame to the server and back: what it answered, and the dressed picture. A frame that came too early or could
    // not be worn comes back without a picture.
    async function exchange(next) {
      await next();
      if (!video.videoWidth) return { status: 0, picture: null };
      draw(video, framePaper, WIDTH, HEIGHT);
      const body = await encode(frame, QUALITY);
      const answer = await fetch(url(), { method: "POST", body, headers: { ...KEY, "X-Tryon-Garment": chosen() } });
      const told = { status: answer.status, seen: answer.headers.get("X-Tryon-Seen") === "1", ms: answer.headers.get("X-Tryon-Ms") };
      return { ...told, picture: answer.ok ? await answer.blob() : null };
    }

    async function mirrorFrames(mine) {
      const next = watchFrames(video);
      const rate = rateOf(find(".rate"));
      const begin = () => {
        const flying = exchange(next);
        flying.catch(() => {}); // it is waited for below
        return flying;
      };
      let unseen = 0;
      let flying = begin();
      while (mine === run) {
        let answer;
        try {
          answer = await flying;
        } catch {
          if (mine === run) stop("lost");
          return;
        }
        if (mine !== run) return;
        if (answer.picture) {
          flying = begin(); // the server draws the next one while this one is shown
          const picture = await createImageBitmap(answer.picture).catch(() => null);
          if (mine !== run) return;
          if (mirror.dataset.state !== "on") show("on");
          if (picture) paper.drawImage(picture, 0, 0, canvas.width, canvas.height);
          unseen = answer.seen ? 0 : unseen + 1;
          say(unseen > NOBODY_AFTER ? "nobody" : "");
          rate(answer.ms);
        } else {
          if (answer.status === 404) return stop("gone");
          if (answer.status === 422) say("no_garment");
          await pause(answer.status === 422 ? 5 * AGAIN : AGAIN);
          if (mine === run) flying = begin();
        }
      }
    }

    // What the visitor brought in "Try on" can be worn here too.
    function offerOwn(picture) {
      const tile = find('.tile[data-id="own"]');
      tile.hidden = !picture;
      if (picture) tile.querySelector("img").src = picture;
      if (!picture && chosen() === "own") choose(find('.tile:not([data-id="own"])'));
    }

    function choose(tile) {
      press(element, ".tile", tile);
      if (said === "no_garment") say("");
    }

    async function take(seconds) {
      const mine = run;
      for (let left = seconds; left > 0 && mine === run; left--) {
        find(".count").textContent = left;
        await pause(1000);
      }
      find(".count").textContent = "";
      if (mine !== run) return;
      const height = Math.round(Math.min(video.videoHeight, (video.videoWidth * 4) / 3));
      const photo = sheet(Math.round((height * 3) / 4), height);
      draw(video, photo.getContext("2d", { alpha: false }), photo.width, photo.height);
      const garment = chosen();
      stop();
      document.querySelector('[data-tab="try_on"]').click();
      document.querySelector(`#garments .tile[data-id="${CSS.escape(garment)}"]`)?.click();
      const taken = await encode(photo, PHOTO_QUALITY);
      document.dispatchEvent(new CustomEvent("tryon:photo", { detail: taken }));
    }

    element.addEventListener("click", (event) => {
      const chip = event.target.closest("[data-filter]");
      if (chip) {
        press(element, "[data-filter]", chip);
        element.querySelectorAll(".tile[data-category]").forEach((tile) => {
          tile.hidden = chip.dataset.filter !== "all" && tile.dataset.category !== chip.dataset.filter;
        });
      }
      const tile = event.target.closest(".tile");
      if (tile) choose(tile);
      const act = event.target.closest("[data-act]")?.dataset.act;
      if (act === "live-start") start();
      if (act === "live-stop") stop();
      if (act === "live-take") take(0);
      if (act === "live-take-later") take(5);
    });

    // Whoever leaves takes the camera's light with them.
    const leave = () => mirror.dataset.state !== "off" && stop("away");
    document.addEventListener("tryon:tab", (event) => (event.detail.tab === "live" ? arrive() : leave()));
    document.addEventListener("visibilitychange", () => document.hidden && leave());
    window.addEventListener("pagehide", leave);

    // The mirror begins with what is worn in "Try on".
    function arrive() {
      const worn = document.querySelector('#garments .tile[aria-pressed="true"]')?.dataset.id;
      const tile = worn && find(`.tile[data-id="${CSS.escape(worn)}"]`);
      if (tile) choose(tile);
      if (said === "away") say("");
    }
    show("off");
    arrive();
  };
})();
