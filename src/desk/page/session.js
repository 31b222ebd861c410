// When the session ends: a warning before it, which keeps the session if someone presses its button, and the lock in time. The desk alone knows when that
// is, since all pages of a browser have one session; this page's own clock only says when to ask.
"use strict";
function watchSession({ stay, lock }) {
  const { $ } = ring;
  const WARN = 60, RETRY = 3000, LONG = 600000;
  let ends = Infinity, warn = WARN, timer = 0, asking = false, over = false, before = null;

  // As the desk says it: seconds until the session ends, and how many there are in all. A short session is warned of half way.
  function heard(text) {
    const [left, idle] = text.split(" ").map(Number);
    if (over || !(left > 0) || !(idle > 0)) return;
    ends = Date.now() + 1000 * left;
    warn = Math.min(WARN, Math.floor(idle / 2));
    me.idle = idle;
    plan();
  }
  function plan() {
    clearTimeout(timer);
    const left = ends - Date.now();
    if (left <= 0) return ask();
    if (left > 1000 * warn) {
      hide();
      const wait = left - 1000 * warn;
      timer = wait > LONG ? setTimeout(plan, LONG) : setTimeout(ask, wait);
    } else {
      show(Math.ceil(left / 1000));
      timer = setTimeout(plan, left % 1000 || 1000);
    }
  }
  async function ask() {
    if (over || asking) return;
    asking = true;
    try {
      const answer = await fetch("/session", { cache: "no-store" });
      if (answer.status === 401) return lock();
      if (!answer.ok) throw new Error("not now");
      heard(await answer.text());
    } catch (_) {
      // Without the desk nothing says that the session was kept elsewhere: when its time is over, the page locks.
      if (Date.now() >= ends) return lock();
      clearTimeout(timer);
      timer = setTimeout(ask, Math.min(RETRY, Math.max(ends - Date.now(), 250)));
    } finally {
      asking = false;
    }
  }

  // Nothing takes the focus, and the sentence is spoken once.
  function show(left) {
    $("locking-left").textContent = left;
    if (!$("locking").hidden) return;
    $("locking").hidden = false;
    $("locking-said").textContent = "This page locks in " + left + " seconds. To keep working, press Stay signed in.";
  }
  function hide() {
    if ($("locking").hidden) return;
    const had = $("locking").contains(document.activeElement);
    $("locking").hidden = true;
    $("locking-said").textContent = "";
    const place = had && (before && before.isConnected ? before : document.querySelector("main"));
    if (place) place.focus({ preventScroll: true });
  }
  document.addEventListener("focusin", (event) => { if (!$("locking") || !$("locking").contains(event.target)) before = event.target; });
  $("stay").addEventListener("click", stay);

  const me = { heard, ask, idle: 0, isWarning: () => !$("locking").hidden, end: () => { over = true; clearTimeout(timer); } };
  return me;
}
