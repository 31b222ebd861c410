// Keeps the page of a ticket live, and tells of a call. Without this the page asks for itself.
"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const state = $("state"), version = document.body.dataset.version;
  const language = new URLSearchParams(location.search).get("lang"), query = language ? "?lang=" + encodeURIComponent(language) : "";
  const address = location.pathname;
  // From a phone's memory the page may come back long after; then the time in it says of when it is.
  let offset = 0, at = Number(state.dataset.now) * 1000, sound = null, allowed = false, told = "";

  const times = patientTimes(JSON.parse($("lost").dataset.times), $("lost").dataset.zone);
  const clock = () => times.time(new Date(at), document.documentElement.lang);
  function lost() {
    if (!$("lost").hidden) return;
    $("lost").textContent = $("lost").dataset.text.replace("{time}", clock());
    $("lost").hidden = false;
    document.body.classList.add("lost");
  }
  function reached() {
    at = Date.now() + offset;
    $("at").textContent = clock();
    $("lost").hidden = true;
    document.body.classList.remove("lost");
  }
  function show(markup) {
    const focus = document.activeElement && state.contains(document.activeElement) ? document.activeElement.id : null;
    state.innerHTML = markup;
    if (focus && $(focus)) $(focus).focus({ preventScroll: true });
    dressed();
  }
  function dressed() {
    const card = state.querySelector(".card");
    document.title = card.dataset.title;
    const alert = card.dataset.alert;
    if (!alert) $("heard").textContent = "";
    else if (alert !== told) { $("heard").textContent = card.dataset.notice; ring(); }
    told = alert;
  }
  function ring() {
    if (!allowed) return;
    if (navigator.vibrate) navigator.vibrate([500, 200, 500, 200, 900]);
    const isHeard = playTones(sound, [784, 988, 784, 988], { every: 0.3, long: 0.28, loud: 0.5 });
    if (isHeard) document.body.dataset.rings = Number(document.body.dataset.rings || 0) + 1;
  }
  // The screen stays on while someone waits for the sound, where the phone can do that.
  function stayAwake() {
    if (allowed && navigator.wakeLock && document.visibilityState === "visible") navigator.wakeLock.request("screen").catch(() => {});
  }
  $("sound").addEventListener("click", () => {
    allowed = true;
    sound = sound || new AudioContext();
    sound.resume().then(() => { $("sound").hidden = true; $("sound-on").hidden = false; ring(); });
    stayAwake();
  });
  $("sound").hidden = false;

  async function ask(signal) {
    const answer = await fetch(address + "/part" + query, { cache: "no-store", signal });
    if (answer.status === 404) return location.reload();
    if (!answer.ok) throw new Error("not now");
    show(await answer.text());
  }
  document.addEventListener("visibilitychange", stayAwake);

  document.addEventListener("submit", (event) => {
    const button = event.target.querySelector("button");
    if (button.hasAttribute("aria-busy")) event.preventDefault();
    button.setAttribute("aria-busy", "true");
  });

  dressed();
  const { end } = live({
    address: address + "/live" + query, ask, reached, lost, slowest: 20,
    // A phone in a pocket that is to sound has to listen.
    rests: () => !allowed,
    on: {
      version: (now) => { if (now !== version) location.reload(); },
      part: show,
      beat: (now) => { offset = Number(now) * 1000 - Date.now(); reached(); },
      closed: () => { end(); location.reload(); },
    },
  });
  if ("serviceWorker" in navigator) navigator.serviceWorker.register("/t/worker.js", { scope: "/t/" }).catch(() => {});
})();
