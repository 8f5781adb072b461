/* For you: what one says of garments goes to the server, which answers with new suggestions. */
(() => {
  const { keep, kept, send, studio, words } = tryonPage;
  let ask = () => {}; // (value, id)
  let state = { with: "", count: 0 };

  tryonPage.taste = function taste(element, trigger, props, watch) {
    const root = element.querySelector(".taste");
    const [status, undo] = [root.querySelector("[role=status]"), root.querySelector('[data-act="taste-undo"]')];
    const fresh = root.querySelector('[data-act="taste-fresh"]');
    const box = root.querySelector('[data-act="taste-remember"]');
    const [first, step] = [Number(root.dataset.first), Number(root.dataset.step)];
    let asked = false; // once: then a new language needs new words
    state.count = first;

    ask = (value = "", id = "") => {
      asked = true;
      send(trigger, "ask", { value, id, with: state.with, count: state.count, key: kept("taste") });
    };
    const show = () => {
      const answer = props.answer;
      if (!answer) return;
      box.checked = answer.remember;
      if (answer.key !== kept("taste")) keep("taste", answer.key);
      status.textContent = answer.said ? words(`studio.taste.${answer.said}`) : "";
      undo.hidden = answer.said !== "noted_dislike" || !state.with; // in the list the card itself takes it back
      undo.dataset.id = answer.id;
      fresh.hidden = !answer.stale;
    };
    tryonPage.tasteMore = () => {
      state.count += step;
      ask("same");
    };
    element.addEventListener("click", (event) => {
      const act = event.target.closest("[data-act]")?.dataset.act;
      if (act === "taste-erase") {
        state = { with: "", count: first };
        keep("taste", "");
        ask("erase");
      }
      if (act === "taste-undo") ask("back", undo.dataset.id);
      if (act === "taste-fresh") ask();
    });
    box.addEventListener("change", () => ask(box.checked ? "remember" : "forget"));
    document.addEventListener("tryon:studio", (event) => event.detail.panel === "taste" && ask());
    document.addEventListener("tryon:language", () => asked && setTimeout(() => ask("same")));
    // the quiet heart beside a look: which looks it was pressed on is known here, for as long as the page is open
    const hearts = new Set();
    const look = () => document.querySelector("#stage .stage")?.dataset.look || "";
    const mark = () =>
      document.querySelectorAll('#stage [data-act="like-look"]').forEach((heart) => {
        heart.setAttribute("aria-pressed", String(hearts.has(look())));
        heart.classList.toggle("on", hearts.has(look()));
      });
    document.addEventListener("load", (event) => event.target.matches?.("#stage img.after") && mark(), true);
    document.addEventListener("click", (event) => {
      if (!event.target.closest('#stage [data-act="like-look"]')) return;
      const liked = !hearts.has(look());
      hearts[liked ? "add" : "delete"](look());
      mark();
      ask(liked ? "like-look" : "unlike-look");
    });
    // what is taken home was liked
    document.addEventListener("click", (event) => {
      const act = event.target.closest('#stage [data-act="download"], .share [data-act="save"], .share [data-act="send"]');
      if (act) send(trigger, "kept", { ticket: 0 });
    });
    watch("answer", show);
    show();
  };

  tryonPage.tasteList = function tasteList(element) {
    element.addEventListener("click", (event) => {
      const pressed = event.target.closest("[data-say], [data-act], .tile");
      if (!pressed) return;
      const { say, act, id, beside } = pressed.dataset;
      if (say) {
        pressed.closest(".card, .small")?.classList.add("is-said");
        ask(say, id);
      } else if (act === "taste-more") tryonPage.tasteMore();
      else if (act === "taste-with") {
        state.with = id;
        ask("same");
        document.querySelector("#taste").scrollIntoView({ block: "nearest" });
      } else if (act === "taste-back") {
        state.with = "";
        ask("same");
      } else studio.wear(id, { beside: beside || "" });
    });
  };
})();
