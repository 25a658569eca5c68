// What the server's HTML cannot do alone: citations open in the viewer, choices are asked, a photo is read, steps keep
// their ticks, the address keeps the conversation, and a lost connection says so. By delegation, since the chat redraws
// itself while an answer streams.
(() => {
  const panel = () => document.querySelector("#mh-viewer .mh-panel");
  let opener = null;

  // --- the viewer ---

  function open(html, text) {
    const box = panel();
    if (!box) return;
    const body = box.querySelector(".mh-panel-body");
    if (html !== null) body.innerHTML = html; // sanitised by the server
    else body.textContent = text;
    box.closest("#mh-viewer").classList.add("mh-viewing");
    bring(box.closest("#mh-viewer"), body.querySelector("img[data-top]"));
    box.querySelector(".mh-close").focus({ preventScroll: true });
  }

  // The marked quote comes into view, wherever on the page it stands.
  function bring(viewer, picture) {
    viewer.scrollTo(0, 0);
    if (!picture) return;
    const scroll = () => {
      const { offsetTop, offsetLeft, clientWidth, clientHeight } = picture;
      const top = offsetTop + clientHeight * Number(picture.dataset.top) - viewer.clientHeight / 3;
      const left = Number(picture.dataset.left);
      // Sideways only for a quote that would lie out of sight: the head above the picture moves along.
      viewer.scrollTo(left > 0.45 ? offsetLeft + clientWidth * left - 12 : 0, Math.max(0, top));
    };
    if (picture.complete && picture.naturalWidth) scroll();
    else picture.addEventListener("load", scroll, { once: true });
  }

  function close() {
    document.querySelector("#mh-viewer")?.classList.remove("mh-viewing");
    opener?.focus?.({ preventScroll: true });
    opener = null;
  }

  async function show(link) {
    const address = new URL(link.getAttribute("href"), location.href);
    address.searchParams.set("fragment", "1");
    try {
      const reply = await fetch(address, { credentials: "same-origin" });
      if (!reply.ok) throw new Error(String(reply.status));
      open(await reply.text(), "");
    } catch {
      open(null, panel()?.dataset.failed ?? "");
    }
  }

  // --- the entry ---

  function fill(selector, value) {
    const box = document.querySelector(`${selector} textarea, ${selector} input`);
    if (!box) return;
    const prototype = box.tagName === "TEXTAREA" ? HTMLTextAreaElement.prototype : HTMLInputElement.prototype;
    Object.getOwnPropertyDescriptor(prototype, "value").set.call(box, value);
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function ask(question) {
    fill("#mh-question", question);
    setTimeout(() => document.querySelector("#mh-send")?.click(), 60);
  }

  async function read(input) {
    const [file] = input.files;
    const label = input.closest(".mh-photo");
    if (!file || !label) return;
    label.classList.add("mh-busy");
    notice(input.dataset.reading);
    try {
      const reply = await fetch(`/photos?lang=${document.querySelector(".mh-head")?.dataset.lang ?? ""}`, { method: "POST", body: file, headers: { "content-type": file.type } });
      const value = await reply.json();
      if (!reply.ok) throw new Error(value.detail);
      document.querySelector("#mh-photo-text")?.classList.toggle("mh-shown", Boolean(value.text));
      fill("#mh-photo-text", value.text);
      notice(value.text ? "" : input.dataset.empty);
    } catch (error) {
      notice(`${input.dataset.failed} ${error.message ?? ""}`);
    } finally {
      label.classList.remove("mh-busy");
      input.value = "";
    }
  }

  // --- copying and ticking ---

  function wordsOf(actions) {
    const answer = actions.previousElementSibling;
    const question = answer?.previousElementSibling;
    const copy = answer.cloneNode(true);
    copy.querySelectorAll("input[type=checkbox]").forEach((box) => box.replaceWith("☐ "));
    copy.querySelectorAll(".mh-cite:not(.mh-cite-wide)").forEach((chip) => chip.replaceWith(`[${chip.textContent}] `));
    copy.style.cssText = "position:fixed;left:-9999px;width:700px";
    document.body.append(copy);
    const text = copy.innerText;
    copy.remove();
    return `${question?.innerText ?? ""}\n\n${text}`.replace(/\n{3,}/g, "\n\n");
  }

  async function copyAnswer(button) {
    const words = wordsOf(button.closest(".mh-actions"));
    try {
      await navigator.clipboard.writeText(words);
    } catch {
      // Without TLS there is no clipboard interface; the older way still works.
      const area = Object.assign(document.createElement("textarea"), { value: words });
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    notice(panel()?.dataset.copied ?? "", 2500);
  }

  const tickKey = (box) => {
    const talk = box.closest(".mh-transcript")?.dataset.conversation;
    if (!talk) return null;
    const boxes = [...document.querySelectorAll("#mh-chat .mh-ticks input")];
    return `mh-tick-${talk}-${boxes.indexOf(box)}`;
  };
  function keepTick(box) {
    const key = tickKey(box);
    if (key) sessionStorage.setItem(key, box.checked ? "1" : "");
  }
  function restoreTicks() {
    document.querySelectorAll("#mh-chat .mh-ticks input").forEach((box) => {
      const key = tickKey(box);
      if (key && !box.dataset.restored) {
        box.checked = sessionStorage.getItem(key) === "1";
        box.dataset.restored = "1";
      }
    });
  }

  // --- what the page says about itself ---

  let noticeTimer = 0;
  function notice(text, milliseconds = 0) {
    let box = document.querySelector("#mh-notice");
    if (!box) {
      box = Object.assign(document.createElement("div"), { id: "mh-notice" });
      box.setAttribute("role", "status");
      (document.querySelector("main") ?? document.body).append(box);
    }
    box.textContent = text ?? "";
    box.classList.toggle("mh-shown", Boolean(text));
    clearTimeout(noticeTimer);
    if (milliseconds) noticeTimer = setTimeout(() => notice(""), milliseconds);
  }

  let instance = null;
  let lost = false;
  async function beat() {
    try {
      const reply = await fetch("/session", { credentials: "same-origin", cache: "no-store" });
      if (reply.status === 401) {
        location.href = `/login?next=${encodeURIComponent(location.pathname + location.search)}`;
        return;
      }
      const { instance: now } = await reply.json();
      if (lost) notice("");
      lost = false;
      // Another run of the server knows nothing of this page; the address brings the conversation back.
      if (instance !== null && instance !== now) location.reload();
      instance = now;
    } catch {
      lost = true;
      notice(panel()?.dataset.lost ?? "…");
    }
    setTimeout(beat, lost ? 3000 : 15000);
  }

  function keepAddress() {
    // Until the visitor's own page has arrived, the empty chat says nothing of the conversation in the address.
    if (!document.querySelector(".mh-head[data-ready]")) return;
    const address = new URL(location.href);
    const talk = document.querySelector("#mh-chat .mh-transcript")?.dataset.conversation;
    if (talk) address.searchParams.set("conversation", talk);
    else if (document.querySelector("#mh-chat .mh-empty")) address.searchParams.delete("conversation");
    if (address.href !== location.href) history.replaceState(history.state, "", address);
  }

  // --- what stock components leave out for screen readers ---

  function mend() {
    const language = document.querySelector(".mh-head")?.dataset.lang;
    if (language) document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    const drop = JSON.stringify(panel()?.dataset.drop ?? "");
    if (document.documentElement.style.getPropertyValue("--mh-drop") !== drop) {
      document.documentElement.style.setProperty("--mh-drop", drop);
    }
    document.querySelectorAll("[role=listbox]:not([aria-label])").forEach((list) => {
      const name = list.closest(".block, .form")?.querySelector("[data-testid=block-info]")?.textContent;
      if (name) list.setAttribute("aria-label", name.trim());
    });
  }

  // --- events ---

  function act(event) {
    const target = event.target instanceof Element ? event.target : null;
    if (!target) return;
    if (target.closest(".mh-close")) return close();
    if (target.closest("#mh-talk-delete") && !window.confirm(panel()?.dataset.sure ?? "")) {
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    expect(target);
    const copy = target.closest(".mh-copy");
    const cite = target.closest(".mh-cite, .mh-turn");
    const choice = target.closest(".mh-choice");
    if (!cite && !choice && !copy) return;
    if (copy) return void copyAnswer(copy);
    event.preventDefault();
    event.stopPropagation();
    if (choice) return ask(choice.dataset.ask);
    if (!cite.closest("#mh-viewer")) opener = cite;
    if (cite.hasAttribute("href")) show(cite);
    else open(null, `${cite.dataset.label}\n\n${cite.dataset.quote}`);
  }

  // What a tap opens further down is brought into view once it has arrived: on a phone it lies below the fold.
  const OPENS = {
    "#mh-documents": "#mh-card",
    "#mh-results": "#mh-card",
    "#mh-cases-list": "#mh-case-card",
    "#mh-eval-runs": "#mh-eval-detail",
  };
  let opened = null;
  function expect(target) {
    const from = target.closest("[data-do]") && Object.keys(OPENS).find((list) => target.closest(list));
    const place = from && document.querySelector(OPENS[from]);
    if (place) opened = { place, before: place.innerHTML };
  }
  function bringOpened() {
    if (!opened || opened.place.innerHTML === opened.before) return;
    const { top } = opened.place.getBoundingClientRect();
    if (top < 0 || top > innerHeight * 0.6) opened.place.scrollIntoView({ block: "start", behavior: "instant" });
    opened = null;
  }

  // The newest question is brought to the top when it is asked: an answer is read from there, warnings first.
  let asked = 0;
  function follow() {
    const questions = document.querySelectorAll("#mh-chat .mh-question");
    const pending = document.querySelector("#mh-chat .mh-pending") !== null;
    if (pending) document.querySelector("#mh-photo-text")?.classList.remove("mh-shown");
    if (pending && questions.length !== asked) {
      questions[questions.length - 1]?.scrollIntoView({ block: "start", behavior: "instant" });
    }
    asked = questions.length;
  }

  // A curve too wide for the screen is shown from its end: what is going on now.
  function bringNow() {
    document.querySelectorAll(".mh-plot:not([data-at-end])").forEach((plot) => {
      if (!plot.clientWidth) return;
      plot.scrollLeft = plot.scrollWidth;
      plot.dataset.atEnd = "1";
    });
  }

  let waiting = false;
  new MutationObserver(() => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      follow();
      bringOpened();
      bringNow();
      restoreTicks();
      keepAddress();
      mend();
    });
  }).observe(document.documentElement, { childList: true, subtree: true });

  document.addEventListener("click", act, true);
  document.addEventListener("change", (event) => {
    const target = event.target;
    if (!(target instanceof HTMLInputElement)) return;
    if (target.matches(".mh-photo-file")) read(target);
    else if (target.closest(".mh-ticks")) keepTick(target);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
  window.addEventListener("offline", () => {
    lost = true; // the next heartbeat that comes through takes the notice away
    notice(panel()?.dataset.lost ?? "…");
  });
  setTimeout(beat, 4000);
})();
