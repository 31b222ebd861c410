// Sends the chosen file to be previewed. Without this, a list is imported by command.
"use strict";
(() => {
  const form = document.getElementById("import"), look = document.getElementById("look"), file = document.getElementById("file");
  const problem = document.getElementById("problem");
  look.disabled = false;
  const say = (text) => { problem.querySelector("span").textContent = text; problem.hidden = false; look.disabled = false; look.textContent = "Preview"; };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const chosen = file.files[0];
    if (!chosen) return;
    problem.hidden = true;
    look.disabled = true;
    look.textContent = "Reading…";
    try {
      // Of its name the end alone is sent.
      const kind = chosen.name.split(".").pop();
      const answer = await fetch(form.getAttribute("action") + "?kind=" + encodeURIComponent(kind), {
        method: "POST", headers: { "content-type": "application/octet-stream", "x-arrivals-token": form.dataset.token }, body: chosen,
      });
      const text = await answer.text();
      if (answer.ok) return location.assign(text);
      if (answer.status === 401) return desk.leave();
      say(answer.status === 422 ? text : "The file was not accepted. Try again.");
    } catch (_) { say("The desk did not respond. Try again."); }
  });
})();
