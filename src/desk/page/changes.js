// The page of changes works without this; it only hides what it shows when the session ends, and has what was being typed kept.
"use strict";
(() => {
  const csrf = document.querySelector("form[action='/sign-out'] input[name=csrf]").value;
  let lastActive = 0, typedIn = null, leaving = false;
  document.addEventListener("input", (event) => { typedIn = event.target.form; });
  // What somebody was typing is kept for some minutes and offered after signing in; the header says that it is not sent yet.
  async function leave() {
    if (leaving) return;
    leaving = true;
    const form = typedIn;
    const body = form && form.method === "post" ? new URLSearchParams(new FormData(form)) : null;
    const action = form && form.action;
    document.body.textContent = "";
    if (body) await fetch(action, { method: "POST", body, headers: { "x-arrivals-keep": "1" } }).catch(() => {});
    location.replace("/sign-in?ended");
  }
  function connect() {
    const live = new EventSource("/live");
    for (const kind of ["revision", "alarms"]) live.addEventListener(kind, () => document.dispatchEvent(new Event("desk:" + kind)));
    live.addEventListener("ended", () => { live.close(); leave(); });
    live.addEventListener("error", () => {
      if (live.readyState !== EventSource.CLOSED) return;
      setTimeout(() => fetch("/list", { cache: "no-store" }).then((a) => (a.status === 401 ? leave() : connect()), connect), 3000);
    });
  }
  function active() {
    if (Date.now() - lastActive < 60000) return;
    lastActive = Date.now();
    fetch("/active", { method: "POST", body: new URLSearchParams({ csrf }) }).then((a) => { if (a.status === 401) leave(); }, () => {});
  }
  for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, active);
  connect();
})();
