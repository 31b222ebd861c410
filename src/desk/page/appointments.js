// The calendar works without this; with it, arrow keys turn its pages and it shows by itself what others book.
"use strict";
(() => {
  const typing = (at) => at && /^(INPUT|SELECT|TEXTAREA)$/.test(at.tagName);
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || typing(document.activeElement)) return;
    const way = { ArrowLeft: "before", ArrowRight: "after", Home: "today" }[event.key];
    const link = way && document.getElementById(way);
    if (link) { event.preventDefault(); location.assign(link.href); }
  });
  let revision = null, fetching = false, again = false;
  async function refresh() {
    if (typing(document.activeElement)) return setTimeout(refresh, 2000);
    if (fetching) { again = true; return; }
    fetching = true;
    try {
      const answer = await fetch(location.href, { cache: "no-store", headers: { accept: "text/html", "x-again": "1" } });
      if (!answer.ok || answer.redirected) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("calendar");
      const old = document.getElementById("calendar");
      const focus = document.activeElement && old.contains(document.activeElement) ? document.activeElement.id : "";
      if (fresh) old.replaceWith(document.adoptNode(fresh));
      if (focus && document.getElementById(focus)) document.getElementById(focus).focus({ preventScroll: true });
    } catch (_) { /* the next change brings it */ } finally {
      fetching = false;
      if (again) { again = false; refresh(); }
    }
  }
  const live = new EventSource("/live");
  live.addEventListener("revision", (event) => {
    if (revision !== null && revision !== event.data) refresh();
    revision = event.data;
  });
})();
