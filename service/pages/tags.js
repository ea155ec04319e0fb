// The list of tags: what the model suggests, with its reasons, and what the reader made of it.

import { make } from "./elements.js";

const MOST_SHOWN = 6;
const LEAST = 0.01;
const PLACES = { title: "title", text: "text", code: "code" };

export const names = (tags) => tags.filter((tag) => tag.suggested).map((tag) => tag.tag);

const percent = (probability) =>
  probability < LEAST ? "under 1%" : `${Math.min(99, Math.round(100 * probability))}%`;

function explain(why) {
  if (!why) return [];
  const places = Object.keys(PLACES).filter((place) => why.words.some((word) => word.place === place));
  if (!places.length) return ["no single word speaks for it"];
  return places.flatMap((place, number) => {
    const words = why.words.filter((word) => word.place === place).map((word) => word.words);
    return [number ? "; " : "", `${PLACES[place]}: `, make("b", {}, words.join(", "))];
  });
}

export class Tags {
  constructor(list, onChange) {
    this.list = list;
    this.found = [];
    this.decided = new Map();
    list.addEventListener("change", (event) => {
      this.decided.set(event.target.value, event.target.checked);
      onChange();
    });
  }

  show(found) {
    this.found = found;
    this.draw();
  }

  add(tag) {
    this.decided.set(tag, true);
    this.draw();
  }

  clear() {
    this.decided.clear();
    this.show([]);
  }

  chosen() {
    return this.rows().filter((row) => this.isChosen(row)).map((row) => row.tag);
  }

  isChosen(row) {
    return this.decided.get(row.tag) ?? row.suggested;
  }

  rows() {
    const likely = this.found.filter((row, number) => number < 3 || row.suggested || row.probability >= LEAST);
    const shown = likely.filter((row, number) => number < MOST_SHOWN || row.suggested || this.decided.has(row.tag));
    const own = [...this.decided.keys()].filter((tag) => !shown.some((row) => row.tag === tag));
    const known = (tag) => this.found.find((row) => row.tag === tag) || { tag, suggested: false };
    return [...shown, ...own.map(known)];
  }

  draw() {
    // Drawn anew under a reader who is in the list, the focus stays with its tag.
    const focused = this.list.contains(document.activeElement) && document.activeElement.value;
    this.list.replaceChildren(...this.rows().map((row) => this.drawRow(row)));
    if (focused) [...this.list.querySelectorAll("input")].find((input) => input.value === focused)?.focus();
  }

  drawRow(row) {
    const known = row.probability !== undefined;
    const input = make("input", { type: "checkbox", value: row.tag, checked: this.isChosen(row) });
    const share = make("span", { className: "percent" }, known ? percent(row.probability) : "added by you");
    const item = make("li", {}, make("label", {}, input, make("span", {}, row.tag), share));
    if (!known) return item;
    const bar = make("span");
    bar.style.width = `${100 * row.probability}%`;
    item.append(make("span", { className: "bar", ariaHidden: "true" }, bar));
    item.append(make("p", { className: "why" }, ...explain(row.why)));
    return item;
  }
}
