// Copies the text. Without this, people select it by hand.
"use strict";
(() => {
  const copy = document.getElementById("copy"), text = document.getElementById("text"), copied = document.getElementById("copied");
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    text.select();
    try { await navigator.clipboard.writeText(text.value); copied.textContent = "Copied."; }
    catch (_) { copied.textContent = document.execCommand("copy") ? "Copied." : "Press Ctrl+C to copy."; }
  });
})();
