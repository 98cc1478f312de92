// What the pages gain where scripts run; without it everything works as well.
"use strict";

for (const box of document.querySelectorAll("[data-all]")) {
  const others = () => document.querySelectorAll(`input[type=checkbox][name="${box.dataset.all}"]`);
  box.hidden = false;
  box.labels.forEach((label) => { label.hidden = false; });
  box.addEventListener("change", () => others().forEach((one) => { one.checked = box.checked; }));
}

for (const text of document.querySelectorAll("[data-copy]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain copy";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text.textContent);
    button.textContent = "Copied";
  });
  if (navigator.clipboard) text.after(button);
}
