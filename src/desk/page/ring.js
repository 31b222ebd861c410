// What rings while a patient feels unwell, on pages of staff and on those that are locked; and which of a browser's pages stay connected for it.
"use strict";
const ring = (() => {
  const $ = (id) => document.getElementById(id);
  let alarm = null, sound = null;

  // A chime every few seconds until someone goes there.
  const chime = () => playTones(sound, [880, 660, 880], { every: 0.28, long: 0.26, loud: 0.35 });
  const isOn = () => Boolean(sound) && sound.state === "running";
  function set(where) {
    if (where && !alarm) { chime(); alarm = setInterval(chime, 4000); }
    if (!where && alarm) { clearInterval(alarm); alarm = null; }
    $("unwell").hidden = !where;
    if ($("unwell-where").textContent !== where) $("unwell-where").textContent = where;
  }
  // As a connection says it.
  const heard = (where) => set(where === "-" ? "" : where);
  function wakeSound() {
    sound = sound || new AudioContext();
    sound.resume().then(() => { offer(); if (alarm) chime(); });
  }
  // A browser wants to be touched once before it makes any sound; the button says so.
  function offer() { if ($("sound")) $("sound").hidden = isOn(); }
  for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, () => { if (!isOn()) wakeSound(); });
  document.addEventListener("click", (event) => { if (event.target.closest("#sound")) wakeSound(); });

  // Over plain HTTP a browser makes six connections to one address, however many pages of the desk are open. Of those that no one looks at, one stays
  // connected and rings; the others rest until someone looks at them, or that one is gone.
  let isKeeper = false, stopKeeping = () => {}, wake = () => {};
  function takeTurns() {
    stopKeeping();
    stopKeeping = () => {};
    isKeeper = false;
    if (!navigator.locks || document.visibilityState !== "hidden") return;
    const wish = new AbortController();
    const kept = new Promise((done) => { stopKeeping = () => { wish.abort(); done(); }; });
    navigator.locks.request("arrivals-live", { signal: wish.signal }, () => { isKeeper = true; wake(); return kept; }).catch(() => {});
  }
  document.addEventListener("visibilitychange", takeTurns);
  takeTurns();
  // A live connection, as live.js has it; answers what ends it.
  function connect(connection) {
    const made = live({ ...connection, rests: () => Boolean(navigator.locks) && !isKeeper });
    wake = made.wake;
    return made.end;
  }
  return { $, set, heard, offer, connect };
})();
