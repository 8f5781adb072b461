/* The header: tabs, language, light and dark. */
(() => {
  const { keep, kept, language, send, setLanguage } = tryonPage;

  const dark = () => document.body.classList.contains("dark");
  function applyTheme() {
    if (kept("theme")) document.body.classList.toggle("dark", kept("theme") === "dark");
  }

  // Panels are shown by style sheets, from the tab's name on the body; `tryon:tab` tells parts that must stop or begin.
  function openTab(element, name) {
    if (document.body.dataset.tab === name) return;
    document.body.dataset.tab = name;
    element.querySelectorAll("[data-tab]").forEach((tab) => {
      tab.setAttribute("aria-selected", String(tab.dataset.tab === name));
      tab.tabIndex = tab.dataset.tab === name ? 0 : -1;
    });
    document.dispatchEvent(new CustomEvent("tryon:tab", { detail: { tab: name } }));
  }

  tryonPage.header = function header(element, trigger) {
    applyTheme();
    document.title = tryonPage.words("name"); // Gradio has set its own meanwhile
    openTab(element, "try_on");
    tryonPage.openTab = (name) => openTab(element, name);
    element.addEventListener("click", (event) => {
      const pressed = event.target.closest("[data-tab], [data-act]");
      if (!pressed) return;
      if (pressed.dataset.tab) openTab(element, pressed.dataset.tab);
      if (pressed.dataset.act === "theme") {
        document.body.classList.toggle("dark", !dark());
        keep("theme", dark() ? "dark" : "light");
      }
      if (pressed.dataset.act === "language") {
        setLanguage(language() === "zh" ? "en" : "zh");
        send(trigger, "speak", { ticket: 0 });
      }
    });
    element.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      const tab = event.target.closest("[data-tab]");
      if (!step || !tab) return;
      const tabs = [...element.querySelectorAll("[data-tab]")];
      const next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length];
      openTab(element, next.dataset.tab);
      next.focus();
    });
  };
})();
