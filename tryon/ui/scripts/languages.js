/* The page's words in the visitor's language: tryonPage.words("key.path") for scripts, and for HTML
   data-t="key.path" (its text), data-t-label, data-t-title, data-t-placeholder (attributes), and
   data-en, data-zh (names that are no words of the page). Filled before the browser paints. */
(() => {
  const { words: all, codes } = window.tryonWords;
  const ATTRIBUTES = { tLabel: "aria-label", tTitle: "title", tPlaceholder: "placeholder" };
  const MARKED = "[data-t], [data-t-label], [data-t-title], [data-t-placeholder], [data-en]";

  const first = (navigator.languages || [navigator.language]).find((each) => /^(zh|en)\b/i.test(each)) || "en";
  const chosen = tryonPage.kept("language");
  let current = chosen in all ? chosen : /^zh/i.test(first) ? "zh" : "en";

  const word = (path) => path.split(".").reduce((found, name) => (found ? found[name] : undefined), all[current]);
  // A word with its {fields} filled; a path that is unknown is shown as it is, so that a test finds it.
  const words = (path, fields = {}) => (word(path) ?? path).replace(/\{(\w+)\}/g, (whole, name) => fields[name] ?? whole);

  function fill(node) {
    const { t, en } = node.dataset;
    const text = t ? words(t) : en === undefined ? null : node.dataset[current] || en;
    if (text !== null && node.textContent !== text) node.textContent = text;
    for (const [key, attribute] of Object.entries(ATTRIBUTES)) {
      if (node.dataset[key]) node.setAttribute(attribute, words(node.dataset[key]));
    }
  }
  function fillAll(root) {
    if (root.matches && root.matches(MARKED)) fill(root);
    root.querySelectorAll(MARKED).forEach(fill);
  }

  function tell() {
    document.documentElement.lang = codes[current];
    document.title = words("name");
  }
  function setLanguage(language) {
    current = language;
    tryonPage.keep("language", language);
    tell();
    fillAll(document.body);
    document.dispatchEvent(new CustomEvent("tryon:language", { detail: { language } }));
  }

  tell();
  // observers are called before the next picture is painted
  new MutationObserver((changes) => {
    for (const change of changes) change.addedNodes.forEach((node) => node.nodeType === 1 && fillAll(node));
  }).observe(document.documentElement, { childList: true, subtree: true });

  Object.assign(tryonPage, { words, language: () => current, setLanguage });
})();
