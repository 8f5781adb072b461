/* The keyboard's place outlives a redrawing: when an answer replaces the element that had the focus, the one that
   takes its place gets it. */
(() => {
  let last = null;

  function describe(node) {
    const piece = node.closest("[id].piece, .piece[id]") || node.closest("[id]");
    const marks = [...node.attributes].filter(({ name }) => name.startsWith("data-") && !name.startsWith("data-t"));
    const attributes = marks.map(({ name, value }) => `[${name}="${CSS.escape(value)}"]`).join("");
    const type = node.type && node.tagName === "INPUT" ? `[type="${node.type}"]` : "";
    const classes = attributes || type ? "" : [...node.classList].map((each) => `.${CSS.escape(each)}`).join("");
    return piece ? { node, selector: `#${CSS.escape(piece.id)} ${node.tagName.toLowerCase()}${type}${attributes}${classes}` } : null;
  }

  document.addEventListener("focusin", (event) => (last = event.target.closest(".piece") ? describe(event.target) : null));
  document.addEventListener("focusout", (event) => {
    if (event.relatedTarget || event.target.isConnected) setTimeout(() => {
      // the visitor went elsewhere; a removed element is no longer connected by now
      if (last && last.node === event.target && event.target.isConnected) last = null;
    });
  });
  new MutationObserver(() => {
    if (!last || last.node.isConnected || document.activeElement !== document.body) return;
    const next = document.querySelector(last.selector);
    if (next && !next.disabled && next.checkVisibility()) next.focus({ preventScroll: true });
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
