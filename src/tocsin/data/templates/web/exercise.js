// The exercise without reloading: what the page says of it is brought up to date from its twin for machines.
"use strict";

const root = document.querySelector("[data-exercise]");
const words = {};
for (const one of document.querySelectorAll("[data-count]")) {
  words[one.dataset.count] = one.nextSibling.textContent.trim();
}

function put(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function line(parts) {
  const item = document.createElement("li");
  for (const [kind, text] of parts) {
    const part = document.createElement(kind);
    part.textContent = text;
    item.append(part, " ");
  }
  return item;
}

function mark(owner, state) {
  const said = `${owner.dataset.name}: ${words[state]}`;
  if (owner.title === said) return;
  owner.title = said;
  owner.querySelector("svg").setAttribute("class", `mark s-${state}`);
  owner.querySelector("use").setAttribute("href", `#m-${state}`);
  put(owner.querySelector(".unseen"), said);
}

function show(board) {
  for (const one of root.querySelectorAll("[data-count]")) put(one, board.counts[one.dataset.count].toLocaleString("en"));
  put(root.querySelector("[data-of=now]"), board.now);
  for (const tile of board.tiles) {
    for (const owner of tile.owners) {
      for (const one of root.querySelectorAll(`[data-owner="${CSS.escape(owner.id)}"]`)) mark(one, owner.state);
    }
    const said = root.querySelector(`[data-tile="${CSS.escape(tile.sector)}"]`);
    if (said) put(said, tile.said);
  }
  root.querySelector("[data-of=steps]").replaceChildren(...board.steps.map((one) => {
    const item = line([["b", one.name], ["span", one.text], ["small", one.when || "not yet"]]);
    item.className = one.when ? "done" : "open";
    return item;
  }));
  root.querySelector("[data-of=last]").replaceChildren(
    ...board.last.map((one) => line([["small", one.when], ["span", one.text]])),
  );
}

async function again() {
  try {
    const answer = await fetch(root.dataset.exercise, { headers: { accept: "application/json" } });
    if (answer.ok) {
      const board = await answer.json();
      const other = board.stage !== root.dataset.stage || board.attack !== root.dataset.attack;
      if (other || board.stage === "done") { setTimeout(() => location.reload(), other ? 0 : 2000); return; }
      if (board.stage === "running") show(board);
    }
  } catch { /* The node may be busy, or gone: it is asked again. */ }
  setTimeout(again, 1000);
}

// What asks again without scripts would reload the page under the reader's eyes. It is stopped once the page is whole.
addEventListener("load", () => setTimeout(() => { window.stop(); again(); }));
