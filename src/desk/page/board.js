// Keeps a board live, turns its languages, shows the clock, and tells of new calls. Without this the page asks for itself.
"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const page = document.documentElement, body = document.body, board = $("board");
  const languages = body.dataset.languages.split(" "), version = body.dataset.version;
  const times = patientTimes(JSON.parse(body.dataset.times), body.dataset.zone);
  const wantsChime = body.dataset.chime === "1", wantsSpeech = body.dataset.speech === "1";
  const address = location.pathname + "/", key = location.search;
  let offset = Number(body.dataset.now) - Date.now() / 1000, turn = 0, at = Date.now(), sound = null;
  // Each call has a greater number than those before it, so one that comes back into view is no new one.
  const latest = () => Math.max(0, ...[...board.querySelectorAll(".call")].map((call) => Number(call.dataset.call)));
  let known = latest();

  const now = () => new Date(Date.now() + offset * 1000);
  const say = () => page.dataset.say;
  function clock() {
    $("time").textContent = times.time(now(), say());
    $("date").textContent = times.date(now(), say());
  }
  function nextLanguage() {
    turn = (turn + 1) % languages.length;
    page.dataset.say = page.lang = languages[turn];
    clock();
  }

  // What is there stays while the desk is not reached, dimmed, and says of when it is.
  function lost() {
    if (!$("lost").hidden) return;
    for (const text of $("lost").querySelectorAll("[data-text]")) {
      text.textContent = text.dataset.text.replace("{time}", times.time(new Date(at + offset * 1000), text.lang));
    }
    $("lost").hidden = false;
    body.classList.add("lost");
  }
  function reached() {
    at = Date.now();
    $("lost").hidden = true;
    body.classList.remove("lost");
  }

  function show(markup) {
    board.innerHTML = markup;
    const fresh = [...board.querySelectorAll(".call")].filter((call) => Number(call.dataset.call) > known);
    known = Math.max(known, latest());
    for (const call of fresh) call.classList.add("new");
    document.dispatchEvent(new CustomEvent("board:shown", { detail: fresh.length }));
    if (fresh.length) tell(fresh);
  }

  // A sound, then each call in the board's languages.
  function tell(calls) {
    $("said").textContent = calls.map((call) => call.dataset.spoken.split("\n")[1]).join(" ");
    if (wantsChime) chime();
    if (wantsSpeech && "speechSynthesis" in window) {
      for (const call of calls) {
        const lines = call.dataset.spoken.split("\n");
        for (let n = 0; n + 1 < lines.length; n += 2) {
          const speech = new SpeechSynthesisUtterance(lines[n + 1]);
          speech.lang = lines[n];
          speech.rate = 0.9;
          speechSynthesis.speak(speech);
        }
      }
    }
  }
  function chime() {
    if (playTones(sound, [784, 659, 523], { every: 0.35, long: 0.7, loud: 0.4 })) body.dataset.chimes = Number(body.dataset.chimes || 0) + 1;
  }
  function wake() {
    if (!wantsChime && !wantsSpeech) return;
    sound = sound || new AudioContext();
    sound.resume().then(() => { $("sound").hidden = sound.state === "running"; });
  }

  async function ask(signal) {
    const answer = await fetch(address + "part" + key, { cache: "no-store", signal });
    if (answer.status === 401) return location.reload();
    if (!answer.ok) throw new Error("not now");
    show(await answer.text());
  }

  for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, wake);
  if (wantsChime || wantsSpeech) { $("sound").hidden = false; wake(); }
  page.dataset.say = page.lang = languages[0];
  clock();
  setInterval(clock, 1000);
  if (languages.length > 1) setInterval(nextLanguage, 10000);
  live({
    address: address + "live" + key, ask, reached, lost,
    on: {
      version: (now) => { if (now !== version) location.reload(); },
      part: show,
      beat: (now) => { offset = Number(now) - Date.now() / 1000; },
    },
  });
})();
