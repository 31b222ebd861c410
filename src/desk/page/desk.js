// Keeps the list live. Everything on the page works without this; then people reload by hand.
"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const list = $("list"), filter = $("filter"), link = $("link"), linkText = $("link-text"), said = $("said"), failed = $("failed");
  const csrf = document.querySelector("form[action='/sign-out'] input[name=csrf]").value;
  let offset = 0, fetching = false, again = false, lastActive = 0, alarm = null, sound = null;

  const leave = () => { list.textContent = ""; location.replace("/sign-in?ended"); };

  function words(minutes) {
    return minutes < 1 ? "just now" : minutes < 60 ? minutes + " min" : Math.floor(minutes / 60) + " h " + (minutes % 60) + " min";
  }
  function tick() {
    const now = Date.now() / 1000 + offset;
    for (const time of list.querySelectorAll("[data-since]")) {
      const text = words(Math.max(0, Math.floor((now - time.dataset.since) / 60)));
      if (time.textContent !== text) time.textContent = text;
    }
  }
  function applyFilter() {
    const wanted = filter.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of list.querySelectorAll(".row")) row.hidden = !wanted.every((word) => row.dataset.find.includes(word));
    for (const closed of list.querySelectorAll("details:not(.more)")) if (wanted.length) closed.open = true;
  }
  function dressed() {
    const day = $("day");
    if (!day) return;
    offset = Number(day.dataset.now) - Date.now() / 1000;
    const needs = Number(day.dataset.needs);
    document.title = (needs ? "(" + needs + ") " : "") + "Arrivals desk";
    setAlarm(day.dataset.urgent === "1");
    applyFilter();
    tick();
  }

  // Fetches the list and puts it in place of the old one; focus, scroll and what is folded open stay.
  async function refresh() {
    if (fetching) { again = true; return; }
    fetching = true;
    try {
      const answer = await fetch("/list", { headers: { accept: "text/html" }, cache: "no-store" });
      if (answer.status === 401) return leave();
      if (!answer.ok) throw new Error("not now");
      const text = await answer.text();
      const focus = document.activeElement && list.contains(document.activeElement) ? document.activeElement : null;
      const row = focus && focus.closest(".row");
      const anchor = row || [...list.querySelectorAll(".row")].find((r) => r.getBoundingClientRect().bottom > 120);
      const top = anchor && anchor.getBoundingClientRect().top;
      const open = [...list.querySelectorAll("details[open]")].map((d) => d.id);
      const chosen = [...list.querySelectorAll("details[open] select, details[open] input[type=checkbox]")].map((f) => [f.id, f.value, f.checked]);
      const index = row ? [...row.querySelectorAll("button")].indexOf(focus) : -1;
      const following = row && row.nextElementSibling ? row.nextElementSibling.id : null;
      list.innerHTML = text;
      for (const id of open) if ($(id)) $(id).open = true;
      for (const [id, value, checked] of chosen) if ($(id)) { if ($(id).type === "checkbox") $(id).checked = checked; else $(id).value = value; }
      dressed();
      // Somebody who works with the keyboard stays at the row, or at the one that took its place.
      const place = focus && ($(focus.id) || button(row && row.id, index) || button(following, index));
      if (place) place.focus({ preventScroll: true });
      const held = place ? place.closest(".row") : anchor && $(anchor.id);
      if (held && window.scrollY > 0 && anchor && held.id === anchor.id) window.scrollBy(0, held.getBoundingClientRect().top - top);
    } catch (_) {
      lost();
    } finally {
      fetching = false;
      if (again) { again = false; refresh(); }
    }
  }
  function button(id, index) {
    const buttons = id && $(id) ? [...$(id).querySelectorAll("button")] : [];
    return buttons[Math.min(Math.max(index, 0), buttons.length - 1)] || null;
  }

  // The browser connects again by itself; until then the page says that it may be out of date.
  function lost() { link.className = "link lost"; linkText.textContent = "Not connected: list may be out of date. Trying again…"; }
  function connect() {
    const live = new EventSource("/live");
    live.addEventListener("open", () => { link.className = "link live"; linkText.textContent = "Live"; });
    live.addEventListener("revision", (event) => { const day = $("day"); if (!day || day.dataset.revision !== event.data) refresh(); });
    live.addEventListener("alarms", () => document.dispatchEvent(new Event("desk:alarms")));
    live.addEventListener("ended", () => { live.close(); leave(); });
    live.addEventListener("error", () => {
      lost();
      if (live.readyState === EventSource.CLOSED) setTimeout(() => { refresh(); connect(); }, 3000);
    });
  }

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.hasAttribute("data-live")) return;
    event.preventDefault();
    const pressed = form.querySelector("button");
    // A second press while the first one is on its way would call a second person.
    if (pressed.hasAttribute("aria-busy")) return;
    pressed.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.action, { method: "POST", headers: { "x-live": "1" }, body: new URLSearchParams(new FormData(form)), redirect: "manual" });
      if (answer.status === 401) return leave();
      // It was not done, and the answer says why in a sentence.
      if (answer.status === 409) {
        failed.textContent = await answer.text();
        failed.hidden = false;
        pressed.removeAttribute("aria-busy");
        return await refresh();
      }
      if (answer.type !== "opaqueredirect" && !answer.ok) throw new Error("not done");
      failed.hidden = true;
      said.textContent = pressed.getAttribute("aria-label");
      pressed.removeAttribute("aria-busy");
      await refresh();
    } catch (_) {
      failed.textContent = "That was not saved: " + pressed.getAttribute("aria-label") + ". Please try again.";
      failed.hidden = false;
      pressed.removeAttribute("aria-busy");
    }
  });

  // Somebody feels unwell: a chime every few seconds until somebody goes there.
  function chime() {
    if (!sound || sound.state !== "running") return;
    [880, 660, 880].forEach((tone, i) => {
      const at = sound.currentTime + i * 0.28, voice = sound.createOscillator(), volume = sound.createGain();
      voice.frequency.value = tone;
      volume.gain.setValueAtTime(0.0001, at);
      volume.gain.exponentialRampToValueAtTime(0.35, at + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.26);
      voice.connect(volume).connect(sound.destination);
      voice.start(at);
      voice.stop(at + 0.28);
    });
  }
  function setAlarm(on) {
    if (on && !alarm) { chime(); alarm = setInterval(chime, 4000); }
    if (!on && alarm) { clearInterval(alarm); alarm = null; }
  }
  function wakeSound() {
    sound = sound || new AudioContext();
    sound.resume().then(() => { $("sound").hidden = sound.state === "running"; if (alarm) chime(); });
  }
  $("sound").addEventListener("click", wakeSound);

  // The session lasts as long as a person works; the page's own refreshing does not count.
  function active() {
    if (!sound || sound.state !== "running") wakeSound();
    if (Date.now() - lastActive < 60000) return;
    lastActive = Date.now();
    fetch("/active", { method: "POST", body: new URLSearchParams({ csrf }) }).then((a) => { if (a.status === 401) leave(); }, () => {});
  }
  for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, active);
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== filter) { event.preventDefault(); filter.focus(); }
    if (event.key === "Escape" && document.activeElement === filter) { filter.value = ""; applyFilter(); }
  });
  filter.addEventListener("input", applyFilter);
  $("sound").hidden = false;
  setInterval(tick, 15000);
  dressed();
  connect();
})();
