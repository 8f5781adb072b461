/* What is painted, without buttons: layers of transparency, strokes on them, and a history that can be undone. */
(() => {
  const SIDE = 768; // pixels of the longer side; the server keeps no more
  const LEAST = 128; // of the shorter: the server takes no smaller picture

  function canvas(width, height) {
    const made = document.createElement("canvas");
    made.width = width;
    made.height = height;
    return made;
  }

  function load(url) {
    return new Promise((done, fail) => {
      const image = new Image();
      image.onload = () => done(image);
      image.onerror = () => fail(new Error(url));
      image.src = url;
    });
  }

  // One channel of a picture (0 red, 1 green) as a layer's transparency.
  function fromChannel(image, width, height, channel) {
    const layer = canvas(width, height);
    const paper = layer.getContext("2d", { willReadFrequently: true });
    paper.drawImage(image, 0, 0, width, height);
    const data = paper.getImageData(0, 0, width, height);
    for (let at = 0; at < data.data.length; at += 4) {
      data.data[at + 3] = data.data[at + channel];
      data.data[at] = data.data[at + 1] = data.data[at + 2] = 255;
    }
    paper.putImageData(data, 0, 0);
    return layer;
  }

  // A layer in one colour or pattern.
  function tinted(layer, fill) {
    const copy = canvas(layer.width, layer.height);
    const paper = copy.getContext("2d");
    paper.drawImage(layer, 0, 0);
    paper.globalCompositeOperation = "source-in";
    paper.fillStyle = fill;
    paper.fillRect(0, 0, copy.width, copy.height);
    return copy;
  }

  // size: of the picture under the paint. channels: {layer: channel of the PNG}. emptied: whether "clear" leaves
  // nothing, or what there was at first.
  function sheet({ width, height, channels, first = null, points = {}, emptied = true }) {
    const factor = Math.max(Math.min(1, SIDE / Math.max(width, height)), LEAST / Math.min(width, height));
    const size = { width: Math.round(width * factor), height: Math.round(height * factor) };
    const layers = {};
    const initial = {};
    for (const [name, channel] of Object.entries(channels)) {
      layers[name] = canvas(size.width, size.height);
      initial[name] = first && fromChannel(first, size.width, size.height, channel);
    }
    let history = [];
    let places = { ...points };

    function stroke(step, from) {
      for (const [name, erases] of Object.entries(step.tool)) {
        const paper = layers[name].getContext("2d");
        paper.globalCompositeOperation = erases ? "destination-out" : "source-over";
        paper.lineCap = paper.lineJoin = "round";
        paper.lineWidth = step.size;
        paper.strokeStyle = "#fff";
        paper.beginPath();
        const path = step.path.slice(Math.max(0, from));
        path.forEach(([x, y], at) => (at ? paper.lineTo(x, y) : paper.moveTo(x, y)));
        if (path.length === 1) paper.lineTo(path[0][0] + 0.01, path[0][1]); // a dot
        paper.stroke();
      }
    }
    function rebuild() {
      const cleared = history.map((step) => step.kind).lastIndexOf("clear");
      places = { ...points };
      for (const [name, layer] of Object.entries(layers)) {
        const paper = layer.getContext("2d");
        paper.globalCompositeOperation = "source-over";
        paper.clearRect(0, 0, layer.width, layer.height);
        if (initial[name] && (cleared < 0 || !emptied)) paper.drawImage(initial[name], 0, 0);
      }
      for (const step of history.slice(cleared + 1)) {
        if (step.kind === "stroke") stroke(step, 0);
        if (step.kind === "move") places[step.name] = step.to;
      }
    }
    rebuild();

    return {
      ...size,
      layers,
      begin(tool, brush, x, y) {
        history.push({ kind: "stroke", tool, size: brush, path: [[x, y]] });
        stroke(history.at(-1), 0);
      },
      extend(x, y) {
        const step = history.at(-1);
        step.path.push([x, y]);
        stroke(step, step.path.length - 2);
      },
      // to: in the picture's own pixels. A dot that is pushed on by keys is one step of the history.
      move(name, to, goesOn = false) {
        const last = history.at(-1);
        if (goesOn && last && last.kind === "move" && last.name === name) last.to = to;
        else history.push({ kind: "move", name, to });
        places[name] = to;
      },
      undo() {
        history.pop();
        rebuild();
      },
      clear() {
        history.push({ kind: "clear" });
        rebuild();
      },
      steps: () => history.length,
      places: () => places,
      painted: () => history.slice(history.map((step) => step.kind).lastIndexOf("clear") + 1).some((s) => s.kind === "stroke"),
      moved: () => Object.fromEntries(Object.entries(places).filter(([name, at]) => at !== points[name])),
      // an opaque PNG with a layer in each channel
      png() {
        const whole = canvas(size.width, size.height);
        const paper = whole.getContext("2d");
        paper.fillStyle = "#000";
        paper.fillRect(0, 0, size.width, size.height);
        paper.globalCompositeOperation = "lighter";
        for (const [name, channel] of Object.entries(channels)) {
          paper.drawImage(tinted(layers[name], ["#f00", "#0f0", "#00f"][channel]), 0, 0);
        }
        return new Promise((done) => whole.toBlob(done, "image/png"));
      },
    };
  }

  tryonPage.painting = { canvas, load, fromChannel, tinted, sheet };
})();
