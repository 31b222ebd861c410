// Keeps the list live. Everything on the page works without this; then people reload by hand.
"use strict";
(() => {
  const { $ } = desk;
  const list = $("list"), filter = $("filter"), narrow = $("narrow");
  let lookedAt = "", waiting = 0;

  function applyFilter() {
    const text = filter.value.trim(), wanted = text.toLowerCase().split(/\s+/).filter(Boolean), all = list.querySelectorAll(".row");
    let shown = 0;
    for (const row of all) {
      row.hidden = !wanted.every((word) => row.dataset.find.includes(word) || (row.dataset.ticket || "").split(" ").some((its) => its.startsWith(word)));
      if (!row.hidden) shown += 1;
    }
    for (const closed of list.querySelectorAll("details:not(.more)")) if (wanted.length) closed.open = true;
    // Counts are of what is shown, and a part that shows no one is hidden.
    for (const part of list.querySelectorAll("#day > section, #day > details, .queue")) {
      const here = wanted.length ? part.querySelectorAll(".row:not([hidden])").length : 0;
      part.hidden = wanted.length > 0 && here === 0;
      const number = part.querySelector("[data-n]");
      if (number) number.textContent = wanted.length ? here : number.dataset.n;
    }
    $("counters").hidden = wanted.length > 0;
    $("fitting").hidden = wanted.length === 0;
    if (wanted.length) $("fitting").textContent = shown + " of " + all.length + " on today's list " + (shown === 1 ? "matches." : "match.");
    if (wanted.join(" ") !== lookedAt) {
      lookedAt = wanted.join(" ");
      $("found").textContent = wanted.length ? shown + (shown === 1 ? " person" : " people") + " found today" : "";
      lookElsewhere(text);
    }
  }
  // Other days, once someone pauses: each look is in the audit, so not one for each letter.
  function lookElsewhere(text) {
    const others = $("others");
    clearTimeout(waiting);
    others.hidden = true;
    if (text.length < 2) return;
    waiting = setTimeout(async () => {
      try {
        const answer = await fetch("/search/others", { method: "POST", body: new URLSearchParams({ csrf: desk.csrf, q: text }) });
        if (answer.status === 401) return desk.leave();
        if (!answer.ok || filter.value.trim() !== text) return;
        others.innerHTML = await answer.text();
        others.hidden = false;
      } catch (_) { /* the page says that it is not connected; Enter looks, too */ }
    }, 500);
  }
  function dressed() {
    const needs = Number($("day").dataset.needs);
    document.title = (needs ? "(" + needs + ") " : "") + "Arrivals desk";
    applyFilter();
  }
  document.addEventListener("desk:dressed", dressed);

  // What is shown already is not sent again; anyone who has missed something gets everything.
  const refresh = desk.refresh = desk.fetched((isAll) => {
    const query = new URLSearchParams(location.search);
    query.set("since", isAll ? "" : $("day").dataset.drawn);
    return "/list?" + query;
  }, (text) => desk.swap(list, text));
  document.addEventListener("desk:revision", (event) => { const day = $("day"); if (!day || day.dataset.revision !== event.detail) refresh(); });

  // The address says how the list is narrowed, so that it can be kept as a bookmark.
  function narrowed() {
    const query = new URLSearchParams([...new FormData(narrow)].filter(([, value]) => value));
    history.replaceState(null, "", "/" + (query.size ? "?" + query : ""));
    try { sessionStorage.setItem("desk-list", location.search); } catch (_) { /* then the way back leads to the whole list */ }
  }
  narrow.addEventListener("change", () => { narrowed(); refresh(); });
  try { sessionStorage.setItem("desk-list", location.search); } catch (_) { /* as above */ }

  filter.addEventListener("input", applyFilter);
  filter.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { filter.value = ""; applyFilter(); }
    // The first of those who were found; anyone who presses Enter with no one found looks among all days.
    const first = (event.key === "Enter" || event.key === "ArrowDown") && filter.value.trim() && list.querySelector(".row:not([hidden])");
    if (first) { event.preventDefault(); first.focus(); }
  });
  dressed();
  desk.tick();
  // Back from someone's page: at their row again.
  const from = location.hash.startsWith("#row-") && $(decodeURIComponent(location.hash.slice(1)));
  if (from) { from.focus({ preventScroll: true }); from.scrollIntoView({ block: "center" }); }
})();
