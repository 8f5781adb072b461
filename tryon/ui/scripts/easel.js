/* What one sees and touches of the brush: the marks over the picture, the pen, and a garment's corners. */
(() => {
  const STEP = 1; // pixels, on a picture 400 wide, that an arrow key moves a corner; ten with Shift
  const FAR = 10;

  const colour = (name) => getComputedStyle(document.body).getPropertyValue(name).trim();
  const inside = (value, length) => Math.min(Math.max(value, 0), length - 1);

  // Lines over a tint: kinds of marks differ for those who see few colours too, and a pale garment from its ground.
  function hatch(ground, groundAlpha, line, lineAlpha, width) {
    const tile = tryonPage.painting.canvas(10, 10);
    const paper = tile.getContext("2d");
    paper.fillStyle = ground;
    paper.strokeStyle = line;
    paper.globalAlpha = groundAlpha;
    paper.fillRect(0, 0, 10, 10);
    paper.globalAlpha = lineAlpha;
    paper.lineWidth = width;
    paper.beginPath();
    for (const at of [-10, 0, 10]) (paper.moveTo(at, 10), paper.lineTo(at + 10, 0));
    paper.stroke();
    return paper.createPattern(tile, "repeat");
  }

  // Marks on a person, over a tint of what changes now (a layer, or nothing).
  function showMarks(canvas, today, layers) {
    const { tinted } = tryonPage.painting;
    const paper = canvas.getContext("2d");
    const fills = { change: "#2f6fd0", keep: hatch("#b3541e", 0.45, "#b3541e", 1, 3) };
    const ground = today && tinted(today, colour("--accent"));
    return () => {
      paper.clearRect(0, 0, canvas.width, canvas.height);
      paper.globalAlpha = 0.34;
      if (ground) paper.drawImage(ground, 0, 0);
      paper.globalAlpha = 0.6;
      for (const name of ["change", "keep"]) paper.drawImage(tinted(layers[name], fills[name]), 0, 0);
    };
  }

  // A garment in full colour, all else pale.
  function showCutOut(canvas, layers) {
    const paper = canvas.getContext("2d");
    const ground = hatch(colour("--paper"), 0.8, colour("--muted"), 0.5, 1.2);
    return () => {
      paper.globalCompositeOperation = "source-over";
      paper.clearRect(0, 0, canvas.width, canvas.height);
      paper.fillStyle = ground;
      paper.fillRect(0, 0, canvas.width, canvas.height);
      paper.globalCompositeOperation = "destination-out";
      paper.drawImage(layers.garment, 0, 0);
    };
  }

  // Strokes by mouse, pen or finger. tool, size: functions that tell the present ones; no tool, no stroke.
  function pen(canvas, ring, paint, { tool, size, changed }) {
    let drawing = null;
    const spot = (event) => {
      const area = canvas.getBoundingClientRect();
      return [
        ((event.clientX - area.left) / area.width) * canvas.width,
        ((event.clientY - area.top) / area.height) * canvas.height,
      ];
    };
    function showRing(event) {
      const area = canvas.getBoundingClientRect();
      const wide = (size() / canvas.width) * area.width;
      ring.hidden = event.pointerType === "touch" || !tool();
      ring.style.cssText = `width:${wide}px;height:${wide}px;left:${event.clientX - area.left}px;top:${event.clientY - area.top}px`;
    }
    canvas.addEventListener("pointerdown", (event) => {
      if (!tool() || event.button || drawing !== null) return;
      drawing = event.pointerId;
      canvas.setPointerCapture(drawing);
      paint.begin(tool(), size(), ...spot(event));
      changed();
    });
    canvas.addEventListener("pointermove", (event) => {
      showRing(event);
      if (event.pointerId !== drawing) return;
      const all = event.getCoalescedEvents?.() || [];
      for (const each of all.length ? all : [event]) paint.extend(...spot(each));
      changed();
    });
    const end = (event) => event.pointerId === drawing && (drawing = null);
    canvas.addEventListener("pointerup", end);
    canvas.addEventListener("pointercancel", end);
    canvas.addEventListener("pointerleave", () => (ring.hidden = true));
  }

  // Dots that can be dragged or pushed by arrow keys. Returns a function that puts them where they are.
  function corners(box, paint, picture, changed) {
    for (const name of Object.keys(paint.places())) {
      const dot = document.createElement("button");
      dot.type = "button";
      dot.dataset.point = name;
      dot.dataset.tLabel = dot.dataset.tTitle = `edit.points.${name}`;
      box.append(dot);
    }
    function move(name, [x, y], goesOn) {
      paint.move(name, [inside(x, picture.width), inside(y, picture.height)], goesOn);
      changed();
    }
    function spot(event) {
      const area = box.getBoundingClientRect();
      const share = [(event.clientX - area.left) / area.width, (event.clientY - area.top) / area.height];
      return [share[0] * picture.width - 0.5, share[1] * picture.height - 0.5];
    }
    box.addEventListener("pointerdown", (event) => {
      const dot = event.target.closest("[data-point]");
      if (!dot) return;
      event.preventDefault();
      dot.focus();
      dot.setPointerCapture(event.pointerId);
      let began = false;
      const follow = (event) => {
        move(dot.dataset.point, spot(event), began);
        began = true;
      };
      const end = () => dot.removeEventListener("pointermove", follow);
      dot.addEventListener("pointermove", follow);
      dot.addEventListener("pointerup", end, { once: true });
      dot.addEventListener("pointercancel", end, { once: true });
    });
    box.addEventListener("keydown", (event) => {
      const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      const name = event.target.dataset.point;
      if (!way || !name) return;
      event.preventDefault();
      const step = (event.shiftKey ? FAR : STEP) * Math.max(1, picture.width / 400);
      const [x, y] = paint.places()[name];
      move(name, [x + way[0] * step, y + way[1] * step], event.repeat);
    });
    return () => {
      for (const [name, [x, y]] of Object.entries(paint.places())) {
        const dot = box.querySelector(`[data-point="${name}"]`);
        dot.style.left = `${((x + 0.5) / picture.width) * 100}%`;
        dot.style.top = `${((y + 0.5) / picture.height) * 100}%`;
      }
    };
  }

  tryonPage.easel = { showMarks, showCutOut, pen, corners };
})();
