// Turns the pages of a board on which not everything fits: the newest stay longest, and a new call is shown right away. Without this another page comes
// each time that the board asks for itself.
"use strict";
(() => {
  // Seconds: the first page's turn, every other one's, the most that new calls keep the first one for, and after how long a page has been seen.
  const FIRST = 12, OTHER = 6, FIRST_MOST = 20, SEEN = 3;
  const board = document.getElementById("board"), parts = new Map();
  const seconds = () => performance.now() / 1000;

  function go(part, page) {
    part.page = page;
    part.since = seconds();
    part.until = part.since + (page === 0 ? FIRST : OTHER);
  }
  // After the last page comes the first one; after that the one at which a new call broke in, or the second.
  function turn(part, pages) {
    if (part.page >= pages) go(part, 0);
    if (seconds() < part.until) return;
    if (part.page > 0) go(part, (part.page + 1) % pages);
    else { go(part, part.next < pages ? part.next : 1 % pages); part.next = 1; }
  }
  // However fast calls come, every page has its turn.
  function called(part) {
    const now = seconds();
    if (part.page === 0) part.until = Math.min(Math.max(part.until, now + OTHER), part.since + FIRST_MOST);
    else { part.next = now - part.since < SEEN ? part.page : part.page + 1; go(part, 0); }
  }
  function show() {
    for (const section of board.querySelectorAll("section[id]")) {
      if (!parts.has(section.id)) { parts.set(section.id, { next: 1 }); go(parts.get(section.id), 0); }
      const part = parts.get(section.id), pages = section.querySelectorAll(".page");
      turn(part, pages.length);
      pages.forEach((page, n) => { if (page.hidden !== (n !== part.page)) page.hidden = n !== part.page; });
    }
  }
  document.addEventListener("board:shown", (event) => {
    if (event.detail && parts.has("now")) called(parts.get("now"));
    show();
  });
  show();
  setInterval(show, 500);
})();
