// Keeps the last state of a ticket's page on the phone, so that it can be looked at without a connection; the page then says so.
"use strict";
const MEMORY = "ticket-1";
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

async function answer(request) {
  const memory = await caches.open(MEMORY);
  const isPage = request.mode === "navigate";
  try {
    const fresh = await fetch(request);
    if (fresh.ok && !fresh.redirected) await memory.put(request, fresh.clone());
    // The day is over: nothing of it stays.
    if (isPage && fresh.status === 404) await caches.delete(MEMORY);
    return fresh;
  } catch (error) {
    const kept = await memory.match(request, { ignoreSearch: isPage });
    if (kept) return kept;
    throw error;
  }
}

self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  const isOurs = event.request.mode === "navigate" || address.pathname.startsWith("/static/");
  if (event.request.method === "GET" && address.origin === self.location.origin && isOurs) event.respondWith(answer(event.request));
});
