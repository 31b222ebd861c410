// What every page of staff does by itself: it stays connected, keeps the session while someone works, locks when the session ends and keeps what was
// typed, rings while someone feels unwell, and has keys. The pages' own scripts build on what it puts into `desk`.
"use strict";
const desk = (() => {
  const { $ } = ring;
  const csrf = document.querySelector("form[action='/sign-out'] input[name=csrf]").value;
  const tell = (kind, detail) => document.dispatchEvent(new CustomEvent("desk:" + kind, { detail }));
  const touched = new Set();
  let lastActive = 0, typedIn = null, end = () => {};
  const me = { $, csrf, leave, swap, tick, act, rows, fetched, refresh: null };

  document.addEventListener("input", (event) => { typedIn = event.target.form; if (event.target.id) touched.add(event.target.id); });
  function leave() { return lock.now(typedIn, () => { end(); session.end(); }); }
  const session = watchSession({ lock: leave, stay: () => active({ force: true }) });
  // Another page of this browser has learned something of the session that they share.
  lock.hear({ locked: session.ask, used: session.ask });
  lock.tell("signed-in");

  // The header says whether the page is of now; one that does not keep itself current says so only while the desk is not reached.
  const link = $("link"), says = link && link.dataset.live;
  function linked(isLive) {
    if (!link || lock.isOn() || link.classList.contains(isLive ? "live" : "lost")) return;
    link.className = "link " + (isLive ? "live" : "lost");
    $("link-text").textContent = isLive ? "Live" : "Not connected: this may be out of date. Trying again…";
    link.hidden = isLive && says === undefined;
  }
  const lost = () => linked(false);
  async function ask(signal) {
    const answer = await fetch("/session", { cache: "no-store", signal });
    if (answer.status === 401) return leave();
    if (!answer.ok) throw new Error("not now");
    session.heard(await answer.text());
    tell("alarms");
    tell("revision");
  }
  function connect() {
    end = ring.connect({
      address: "/live", ask, lost, reached: () => linked(true),
      on: {
        revision: (number) => tell("revision", number),
        alarms: () => tell("alarms"),
        urgent: ring.heard,
        session: session.heard,
        ended: leave,
      },
    });
  }
  // Work that is asked for while it is being done is done once more, and not twice at a time.
  function oneAtATime(work) {
    let busy = false, again = false;
    return async function whenFree() {
      if (busy) { again = true; return; }
      busy = true;
      try { await work(); } finally { busy = false; }
      if (again) { again = false; await whenFree(); }
    };
  }
  // What keeps a page current: `show` gets the part of the page at this address, as often as it is called; where it answers false, all of it once more.
  function fetched(address, show) {
    async function get(isAll) {
      const answer = await fetch(address(isAll), { cache: "no-store", headers: { accept: "text/html", "x-again": "1" } });
      if (answer.status === 401 || answer.redirected) return leave();
      if (!answer.ok) throw new Error("not now");
      return show(await answer.text());
    }
    return oneAtATime(async () => {
      try { if (await get(false) === false) await get(true); } catch (_) { lost(); }
    });
  }

  // Makes a part of the page what was fetched; focus, scroll, what is folded open and what was chosen stay. Answers false if it holds only what is
  // new, and the page lacks some of the rest.
  function swap(box, text) {
    const focus = document.activeElement && box.contains(document.activeElement) ? document.activeElement : null;
    const row = focus && focus.closest(".row");
    const anchor = row || [...box.querySelectorAll(".row")].find((r) => r.getBoundingClientRect().bottom > 120);
    const top = anchor && anchor.getBoundingClientRect().top;
    const index = row ? [...row.querySelectorAll("button")].indexOf(focus) : -1;
    const following = row && row.nextElementSibling ? row.nextElementSibling.id : null;
    if (!renew(box, text, touched)) return false;
    tell("dressed");
    tick();
    // Someone who works with the keyboard stays at the row, or at the one that took its place.
    const place = focus && (focus.isConnected ? focus : $(focus.id) || (focus === row ? $(following) : button(row && row.id, index) || button(following, index)));
    if (place && document.activeElement !== place) place.focus({ preventScroll: true });
    const held = place ? place.closest(".row") : anchor && $(anchor.id);
    if (held && window.scrollY > 0 && anchor && held.id === anchor.id) window.scrollBy(0, held.getBoundingClientRect().top - top);
    return true;
  }
  function button(id, index) {
    const buttons = id && $(id) ? [...$(id).querySelectorAll("button")] : [];
    return buttons[Math.min(Math.max(index, 0), buttons.length - 1)] || null;
  }

  function words(minutes) {
    return minutes < 1 ? "just now" : minutes < 60 ? minutes + " min" : Math.floor(minutes / 60) + " h " + (minutes % 60) + " min";
  }
  function tick() {
    const at = document.querySelector("[data-now]");
    if (!at) return;
    if (me.offsetOf !== at) { me.offsetOf = at; me.offset = Number(at.dataset.now) - Date.now() / 1000; }
    const now = Date.now() / 1000 + me.offset;
    // From this time on the page is out of date though nothing has happened: a patient is late.
    me.isDue = Boolean(at.dataset.next) && now >= Number(at.dataset.next);
    for (const time of document.querySelectorAll("[data-since]")) {
      const text = words(Math.max(0, Math.floor((now - time.dataset.since) / 60)));
      if (time.textContent !== text) time.textContent = text;
    }
  }

  function say(id, text) { if ($(id)) { $(id).textContent = text; $(id).hidden = !text; } }
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.hasAttribute("data-live") || !me.refresh) return;
    event.preventDefault();
    const pressed = form.querySelector("button[type=submit]");
    // A second press while the first one is on its way would call a second person.
    if (pressed.hasAttribute("aria-busy")) return;
    pressed.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.action, { method: "POST", headers: { "x-live": "1" }, body: new URLSearchParams(new FormData(form)), redirect: "manual" });
      if (answer.status === 401) return leave();
      // Where the clinic has rooms the first call asks for one, on a page of its own.
      if (answer.status === 428) {
        pressed.removeAttribute("aria-busy");
        return form.submit();
      }
      // It was not done, and the answer says why in a sentence.
      if (answer.status === 409) {
        say("failed", await answer.text());
        pressed.removeAttribute("aria-busy");
        return await me.refresh();
      }
      if (answer.type !== "opaqueredirect" && !answer.ok) throw new Error("not done");
      say("failed", "");
      say("said", pressed.getAttribute("aria-label"));
      if (typedIn === form) typedIn = null;
      for (const field of form.elements) touched.delete(field.id);
      if (form.hasAttribute("data-clears")) form.reset();
      pressed.removeAttribute("aria-busy");
      await me.refresh();
    } catch (_) {
      say("failed", "Not saved: " + pressed.getAttribute("aria-label") + ". Try again.");
      pressed.removeAttribute("aria-busy");
    }
  });

  // The session lasts as long as a person works; the page's own refreshing does not count. The shorter it is, the more often it is reported.
  async function active({ force = false } = {}) {
    if (lock.isOn()) return;
    const every = Math.min(60000, Math.max(10000, (1000 * session.idle) / 6));
    if (!force && !session.isWarning() && Date.now() - lastActive < every) return;
    lastActive = Date.now();
    const answer = await fetch("/active", { method: "POST", body: new URLSearchParams({ csrf }) }).catch(() => null);
    if (!answer) return;
    if (answer.status === 401) return leave();
    if (!session.isWarning()) return;
    await session.ask();
    lock.tell("used");
  }
  for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, () => active());

  // Keys. One key alone counts only outside of fields, and can be switched off in the help; this browser remembers it.
  const remembered = () => { try { return localStorage.getItem("desk-keys") !== "off"; } catch (_) { return true; } };
  let keysOn = remembered(), going = 0;
  const ROW_KEYS = { s: "seen", c: "call", t: "start", r: "call-again", h: "hold", b: "back", d: "done", u: "undo", i: "check-in", y: "accept" };
  function rows() { return [...document.querySelectorAll(".row")].filter((row) => row.offsetParent !== null); }
  function move(by) {
    const all = rows(), here = document.activeElement && document.activeElement.closest(".row");
    const at = here ? all.indexOf(here) + by : by > 0 ? 0 : all.length - 1;
    const to = all[Math.min(Math.max(at, 0), all.length - 1)];
    if (to) { to.focus({ preventScroll: true }); to.scrollIntoView({ block: "nearest" }); }
    return Boolean(to);
  }
  function act(action) {
    const row = (document.activeElement && document.activeElement.closest(".row")) || document.querySelector("#panel .row");
    const to = (action) => row && row.querySelector("form[action$='/" + action + "']");
    const form = to(action) || (action === "undo" && to("undo-call-off"));
    const link = row && row.querySelector("a[data-step='" + action + "']");
    if (!row) say("said", "Select a row first with j or k");
    else if (form) form.requestSubmit();
    else if (link) link.click();
    else say("said", "Not available for this row");
    return true;
  }
  function key(event) {
    const name = event.key, row = document.activeElement && document.activeElement.closest(".row");
    if (going && Date.now() - going < 2000) {
      going = 0;
      const link = document.querySelector("[data-go='" + CSS.escape(name.toLowerCase()) + "']");
      if (link) link.click();
      return Boolean(link);
    }
    going = 0;
    if (name === "?") { help(); return true; }
    if (name === "g") { going = Date.now(); return true; }
    if (name === "j" || (name === "ArrowDown" && row)) return move(1);
    if (name === "k" || (name === "ArrowUp" && row)) return move(-1);
    const link = row && row.querySelector(name === "e" ? "a.review" : "a[id^='open-']");
    if ((name === "e" || name === "o" || (name === "Enter" && document.activeElement === row)) && link) { link.click(); return true; }
    if (name === "w" && $("walk-in")) { $("walk-in").click(); return true; }
    if (name === "n") {
      const next = document.querySelector("form[action='/queue/next'] .primary") || document.querySelector("form[action='/queue/next'] button");
      if (next) next.form.requestSubmit();
      return Boolean(next);
    }
    if (name === "/" && $("filter")) { $("filter").focus(); $("filter").select(); return true; }
    return Object.hasOwn(ROW_KEYS, name) && rows().length > 0 ? act(ROW_KEYS[name]) : false;
  }
  document.addEventListener("keydown", (event) => {
    if (lock.isOn()) return;
    const target = event.target;
    const types = target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || (target instanceof HTMLInputElement && !["checkbox", "radio", "button", "submit"].includes(target.type));
    if (!keysOn || types || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || $("help").open) return;
    if (key(event)) event.preventDefault();
  });
  function help() { $("help").showModal(); }
  $("keys").hidden = false;
  $("keys").addEventListener("click", help);
  $("help-close").addEventListener("click", () => $("help").close());
  $("keys-on").checked = keysOn;
  $("keys-on").addEventListener("change", (event) => {
    keysOn = event.target.checked;
    try { localStorage.setItem("desk-keys", keysOn ? "on" : "off"); } catch (_) { /* for this page alone, then */ }
  });

  // A page of one person says that someone is on it as long as it is open.
  const on = document.querySelector("[data-appointment]");
  if (on) {
    const here = (more) => new URLSearchParams({ csrf, appointment: on.dataset.appointment, ...more });
    setInterval(() => { if (!lock.isOn()) fetch("/here", { method: "POST", body: here({}) }).catch(() => {}); }, 20000);
    window.addEventListener("pagehide", () => navigator.sendBeacon("/here", here({ gone: "1" })));
    window.addEventListener("pageshow", (event) => { if (event.persisted) fetch("/here", { method: "POST", body: here({}) }).catch(() => {}); });
  }
  // Back to the list as it was narrowed.
  const back = $("back");
  try { if (back && sessionStorage.getItem("desk-list")) back.search = sessionStorage.getItem("desk-list"); } catch (_) { /* the whole list, then */ }

  ring.offer();
  setInterval(() => { tick(); if (me.isDue && me.refresh) me.refresh(); }, 15000);
  // Once the page's own script listens.
  addEventListener("DOMContentLoaded", connect);
  return me;
})();
