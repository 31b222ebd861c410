// The pages work without this: then a file's text is pasted, and more empty lines come with each keeping. With it, a file can be chosen, and a line is added.
"use strict";
(() => {
  for (const more of document.querySelectorAll(".add-line")) {
    more.hidden = false;
    more.addEventListener("click", () => {
      const lines = more.previousElementSibling, last = lines.lastElementChild, line = last.cloneNode(true), n = lines.querySelectorAll(".line:not(.heads)").length;
      for (const input of line.querySelectorAll("input")) {
        const label = line.querySelector(`label[for="${input.id}"]`);
        input.value = "";
        input.removeAttribute("aria-invalid");
        input.removeAttribute("aria-describedby");
        input.id = input.id.replace(/-\d+(?=$|-[a-z]+$)/, "-" + (n + 1));
        label.htmlFor = input.id;
        label.textContent = label.textContent.replace(/\d+$/, n + 1);
      }
      last.after(line);
      line.querySelector("input").focus();
    });
  }
  const file = document.getElementById("file"), text = document.getElementById("text"), choose = document.getElementById("choose");
  if (!file) return;
  choose.hidden = false;
  file.addEventListener("change", async () => {
    if (!file.files.length) return;
    text.value = await file.files[0].text();
    text.dispatchEvent(new Event("input", { bubbles: true }));
    text.focus();
  });
})();
