// Keeps the alarms on top of a page. Without this they are as they were when the page was made.
"use strict";
(() => {
  const bar = document.getElementById("alarms");
  async function refresh() {
    const answer = await fetch("/alarms", { cache: "no-store" }).catch(() => null);
    if (!answer || !answer.ok) return;
    const text = await answer.text();
    if (text === bar.innerHTML) return;
    const had = bar.contains(document.activeElement);
    bar.innerHTML = text;
    const next = had && (bar.querySelector("button") || document.querySelector("main"));
    if (next) next.focus({ preventScroll: true });
  }
  document.addEventListener("desk:alarms", refresh);
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.getAttribute("action") !== "/kiosks/seen" || !bar.contains(form)) return;
    event.preventDefault();
    const answer = await fetch(form.action, { method: "POST", headers: { "x-live": "1" }, body: new URLSearchParams(new FormData(form)) }).catch(() => null);
    // Without an answer the browser posts it as it would have, and says what is wrong.
    if (!answer || !answer.ok) form.submit();
    else await refresh();
  });
})();
