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
  const calendar = () => document.getElementById("calendar");
  const refresh = desk.fetched(() => location.href, (text) => {
    const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("calendar"), old = calendar();
    const focus = old.contains(document.activeElement) ? document.activeElement.id : "";
    old.replaceWith(document.adoptNode(fresh));
    const place = focus && document.getElementById(focus);
    if (place) place.focus({ preventScroll: true });
  });
  let waiting = 0;
  document.addEventListener("desk:revision", function changed(event) {
    clearTimeout(waiting);
    if (calendar().dataset.revision === event.detail) return;
    // Nothing is taken away under someone who types.
    if (typing(document.activeElement)) waiting = setTimeout(changed, 2000, event);
    else refresh();
  });
})();
