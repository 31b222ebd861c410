// Keeps the page of one person live; what is being typed stays. It works without this, only not by itself.
"use strict";
(() => {
  const { $ } = desk;
  const now = $("now");
  desk.refresh = desk.fetched(() => "/visit/now?appointment=" + encodeURIComponent(now.dataset.appointment), (text) => desk.swap(now, text));
  document.addEventListener("desk:revision", (event) => { if ($("panel").dataset.revision !== event.detail) desk.refresh(); });
  desk.tick();
})();
