// Taps in the chat: a citation opens its place in the viewer, a choice is asked. Works by delegation, since the chat
// redraws itself while an answer streams.
(() => {
  const panel = () => document.querySelector("#mh-viewer .mh-panel");

  function open(html, text) {
    const box = panel();
    if (!box) return;
    const body = box.querySelector(".mh-panel-body");
    if (html !== null) body.innerHTML = html; // sanitised by the server
    else body.textContent = text;
    box.closest("#mh-viewer").classList.add("mh-viewing");
    body.scrollTop = 0;
    box.querySelector(".mh-close").focus({ preventScroll: true });
  }

  function close() {
    document.querySelector("#mh-viewer")?.classList.remove("mh-viewing");
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

  function ask(question) {
    const box = document.querySelector("#mh-question textarea, #mh-question input");
    if (!box) return;
    const prototype = box.tagName === "TEXTAREA" ? HTMLTextAreaElement.prototype : HTMLInputElement.prototype;
    Object.getOwnPropertyDescriptor(prototype, "value").set.call(box, question);
    box.dispatchEvent(new Event("input", { bubbles: true }));
    setTimeout(() => document.querySelector("#mh-send")?.click(), 60);
  }

  function act(event) {
    const target = event.target instanceof Element ? event.target : null;
    if (!target) return;
    if (target.closest(".mh-close")) return close();
    const cite = target.closest(".mh-cite");
    const choice = target.closest(".mh-choice");
    if (!cite && !choice) return;
    event.preventDefault();
    event.stopPropagation();
    if (choice) ask(choice.dataset.ask);
    else if (cite.hasAttribute("href")) show(cite);
    else open(null, `${cite.dataset.label}\n\n${cite.dataset.quote}`);
  }

  // An answer is read from its top, where the warnings are: keep the newest question at the top while it grows.
  let followed = 0;
  function follow() {
    const questions = document.querySelectorAll("#mh-chat .mh-question");
    const pending = document.querySelector("#mh-chat .mh-pending") !== null;
    if (questions.length === followed && !pending) return;
    followed = questions.length;
    const last = questions[questions.length - 1];
    let box = last?.parentElement;
    while (box && !(box.scrollHeight > box.clientHeight && /auto|scroll/.test(getComputedStyle(box).overflowY))) {
      box = box.parentElement;
    }
    if (box && box.closest("#mh-chat")) {
      box.scrollTop += last.getBoundingClientRect().top - box.getBoundingClientRect().top - 12;
    }
  }
  let wasPending = false;
  new MutationObserver(() => {
    const pending = document.querySelector("#mh-chat .mh-pending") !== null;
    if (wasPending && !pending) followed = -1;
    wasPending = pending;
    requestAnimationFrame(follow);
  }).observe(document.documentElement, { childList: true, subtree: true });

  document.addEventListener("click", act, true);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    const role = event.target instanceof Element && event.target.closest(".mh-choice, span.mh-cite");
    if (role && (event.key === "Enter" || event.key === " ")) act(event);
  });
})();
