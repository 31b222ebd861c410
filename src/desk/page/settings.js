// The page works without this: then a file's text is pasted. With it, a file can be chosen.
"use strict";
(() => {
  const file = document.getElementById("file"), text = document.getElementById("text"), choose = document.getElementById("choose");
  choose.hidden = false;
  file.addEventListener("change", async () => {
    if (!file.files.length) return;
    text.value = await file.files[0].text();
    text.dispatchEvent(new Event("input", { bubbles: true }));
    text.focus();
  });
})();
