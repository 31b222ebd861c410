// Locks a page of staff: everything of patients goes out of it, and the sign-in takes its place, which still hears where a patient feels unwell.
// The sign-in itself does the same after it was loaded again.
"use strict";
const lock = (() => {
  const { $ } = ring;
  const RETRY = 3000;
  let isLocked = false;

  // All pages of a browser have one session: what one learns the others hear. `on` has a function for each word.
  const channel = "BroadcastChannel" in self ? new BroadcastChannel("arrivals-session") : null;
  const tell = (word) => { if (channel) channel.postMessage(word); };
  function hear(on) { if (channel) channel.addEventListener("message", ({ data }) => { if (Object.hasOwn(on, data)) on[data](); }); }

  // Takes the page away, keeps what was being typed, and shows the sign-in. `before` ends what the page does by itself.
  async function now(typed, before) {
    if (isLocked) return;
    isLocked = true;
    before();
    const here = location.pathname + location.search;
    const body = typed && typed.method === "post" ? new URLSearchParams(new FormData(typed)) : null;
    const action = typed && typed.action;
    ring.set("");
    const said = document.createElement("main");
    said.className = "card";
    said.append(Object.assign(document.createElement("h1"), { textContent: "Locked" }));
    document.body.replaceChildren(said);
    document.title = "Locked - Arrivals desk";
    tell("locked");
    // What was being typed is kept for some minutes and offered after signing in; the header says that it is not sent yet.
    if (body) await fetch(action, { method: "POST", body, headers: { "x-arrivals-keep": "1" } }).catch(() => {});
    show(here, said);
  }
  async function show(here, said) {
    try {
      // A page that did not reach the desk in time locks by itself; the session may go on in another page.
      if ((await fetch("/session", { cache: "no-store" })).ok) return location.replace(here);
      const answer = await fetch("/sign-in?ended&back=" + encodeURIComponent(here), { cache: "no-store" });
      if (!answer.ok) throw new Error("not now");
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      document.body.replaceChildren(...page.body.children);
      document.title = page.title;
      $("name").focus();
      begin(here);
    } catch (_) {
      if (said.childElementCount < 2) said.append(Object.assign(document.createElement("p"), { textContent: "Not connected. Trying again…" }));
      setTimeout(show, RETRY, here, said);
    }
  }

  // The page is locked: it hears what a locked page may hear. Where another page of this browser signs in, this one goes back as well.
  function begin(here) {
    isLocked = true;
    const back = () => location.replace(here);
    hear({ "signed-in": back });
    if (!$("unwell")) return;
    ring.offer();
    let end = () => {};
    // The desk does not know this browser any more: it was signed out, or its user was.
    const gone = () => { end(); back(); };
    const connected = (is) => { if ($("not-watching")) $("not-watching").hidden = is; };
    end = ring.connect({
      address: "/watch/live",
      ask: async (signal) => {
        const answer = await fetch("/watch", { cache: "no-store", signal });
        if (answer.status === 401) return gone();
        if (!answer.ok) throw new Error("not now");
        ring.heard(await answer.text());
      },
      on: { urgent: ring.heard, still: () => {}, ended: gone },
      reached: () => connected(true), lost: () => connected(false),
    });
  }
  const its = $("locked");
  if (its && its.hasAttribute("data-locked")) {
    const field = document.querySelector("input[name=back]");
    if (!$("unwell").hidden) ring.set($("unwell-where").textContent);
    begin(field ? field.value : "/");
  }
  return { now, tell, hear, isOn: () => isLocked };
})();
