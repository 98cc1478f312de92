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

const menus = document.querySelectorAll(".bar details");

// Without scripts a menu stays open until it or another is clicked.
document.addEventListener("click", (event) => {
  menus.forEach((one) => { if (!one.contains(event.target)) one.open = false; });
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  menus.forEach((one) => {
    if (one.open && one.contains(document.activeElement)) one.querySelector("summary").focus();
    one.open = false;
  });
});
