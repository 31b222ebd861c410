// Keeps the page of one person live; what is being typed stays. It works without this, only not by itself.
"use strict";
(() => {
  const { $ } = desk;
  const now = $("now");
  let fetching = false, again = false;
  async function refresh() {
    if (fetching) { again = true; return; }
    fetching = true;
    try {
      const answer = await fetch("/visit/now?appointment=" + encodeURIComponent(now.dataset.appointment), { cache: "no-store" });
      if (answer.status === 401) return desk.leave();
      if (!answer.ok) throw new Error("not now");
      desk.swap(now, await answer.text());
    } catch (_) {
      lost();
    } finally {
      fetching = false;
      if (again) { again = false; refresh(); }
    }
  }
  desk.refresh = refresh;
  function lost() { $("link").className = "link lost"; $("link-text").textContent = "Not connected: this may be out of date. Trying again…"; }
  document.addEventListener("desk:lost", lost);
  document.addEventListener("desk:live", () => { $("link").className = "link live"; $("link-text").textContent = "Live"; });
  document.addEventListener("desk:revision", (event) => { if ($("panel").dataset.revision !== event.detail) refresh(); });
  desk.tick();
})();
