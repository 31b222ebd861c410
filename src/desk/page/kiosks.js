// Keeps the status of the kiosks current. Without this people reload by hand.
"use strict";
(() => {
  const kiosks = document.getElementById("kiosks");
  let offset = Number(kiosks.dataset.now) - Date.now() / 1000;
  function words(minutes) {
    return minutes < 1 ? "just now" : minutes < 60 ? minutes + " min ago" : Math.floor(minutes / 60) + " h " + (minutes % 60) + " min ago";
  }
  function tick() {
    const now = Date.now() / 1000 + offset;
    for (const time of kiosks.querySelectorAll("[data-ago]")) {
      const text = words(Math.floor((now - time.dataset.ago) / 60));
      if (time.textContent !== text) time.textContent = text;
    }
  }
  const names = (list) => [...list.querySelectorAll(".kiosk")].map((kiosk) => kiosk.id).join(" ");
  function show(text) {
    const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("kiosks");
    offset = Number(fresh.dataset.now) - Date.now() / 1000;
    // A kiosk more or less: all of it, but not while someone types.
    const isTyping = kiosks.contains(document.activeElement) && document.activeElement.matches("input");
    if (names(fresh) !== names(kiosks) && !isTyping) kiosks.innerHTML = fresh.innerHTML;
    for (const part of fresh.querySelectorAll("[data-part]")) {
      const old = document.getElementById(part.id);
      if (!old || old.innerHTML === part.innerHTML) continue;
      const had = old.contains(document.activeElement);
      old.innerHTML = part.innerHTML;
      if (had) (old.querySelector("button") || old.closest(".kiosk") || kiosks).focus({ preventScroll: true });
    }
    tick();
  }
  const refresh = desk.fetched(() => "/kiosks/list", show);
  document.addEventListener("desk:revision", refresh);
  setInterval(refresh, 20000);
  setInterval(tick, 15000);
})();
