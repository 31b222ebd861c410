// The one live connection of a page: it is kept, made again when it ends, and said to be lost as long as the desk is not reached.
"use strict";
// `on` has a function for each kind of event, which gets its text. `ask(signal)` fetches what the page shows, and throws while the desk cannot answer;
// it is asked whenever the connection is in doubt, so a page is kept current even where a network lets no live connection through.
// `reached` and `lost` show whether the page is of now. `rests` says whether it may do without while no one looks at it.
// `slowest` is the longest wait between two attempts, in seconds. Answers what ends it all, and what ends a rest.
function live({ address, on, ask, reached, lost, rests = () => false, slowest = 6 }) {
  // The desk says something every ten seconds.
  const QUIET = 15000, LOOK = 5000, PATIENCE = 8000, REST_AFTER = 20000, REST_AFTER_START = 2000, FIRST_SECONDS = 4;
  let source = null, heard = 0, tries = 0, next = 0, rest = 0, asking = false, ended = false;
  const isUnseen = () => document.visibilityState === "hidden" && rests();

  function restAfter(long) {
    rest = setTimeout(() => { if (isUnseen()) close(); }, long);
  }
  function close() {
    if (source) source.close();
    source = null;
    clearTimeout(next);
  }
  function connect() {
    close();
    heard = Date.now();
    let spoke = false;
    source = new EventSource(address);
    for (const [kind, tell] of Object.entries(on)) {
      source.addEventListener(kind, (event) => { heard = Date.now(); spoke = true; tries = 0; reached(); tell(event.data); });
    }
    // One that never said a word may be one that the network does not let through; asking will tell.
    source.addEventListener("error", () => { close(); if (spoke) lost(); later(); });
  }
  // Chance spreads those who lost it in the same moment: three hundred phones do not come back in the same second.
  function later() {
    const longest = Math.min(slowest, FIRST_SECONDS * 2 ** tries);
    tries += 1;
    clearTimeout(next);
    next = setTimeout(check, 1000 * longest * (0.25 + 0.75 * Math.random()));
  }
  async function check() {
    if (asking || ended) return;
    close();
    if (isUnseen()) return;
    asking = true;
    const patience = new AbortController(), over = setTimeout(() => patience.abort(), PATIENCE);
    try {
      await ask(patience.signal);
      if (ended) return;
      reached();
      connect();
    } catch (_) {
      if (ended) return;
      lost();
      later();
    } finally {
      clearTimeout(over);
      asking = false;
    }
  }

  setInterval(() => { if (source && Date.now() - heard > QUIET) check(); }, LOOK);
  document.addEventListener("visibilitychange", () => {
    clearTimeout(rest);
    if (document.visibilityState === "hidden") restAfter(REST_AFTER);
    else if (!source || Date.now() - heard > QUIET) check();
  });
  addEventListener("online", () => setTimeout(check, 1000 * Math.random()));
  addEventListener("offline", check);
  addEventListener("pagehide", close);
  addEventListener("pageshow", (event) => { if (event.persisted) check(); });
  connect();
  // One that was opened behind another is not looked at yet.
  if (document.visibilityState === "hidden") restAfter(REST_AFTER_START);
  return { end: () => { ended = true; close(); }, wake: () => { if (!source) check(); } };
}
