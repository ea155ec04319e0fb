// A key for the service: asked for where one is needed, kept in this tab alone, gone when the tab is closed.

import { find, make } from "./elements.js";

const NAME = "key";
// What a header can say.
const SANE = /^[\x21-\x7e]+$/;

export const read = () => sessionStorage.getItem(NAME) ?? "";

function take(event) {
  event.preventDefault();
  const key = find("key").value.trim();
  find("problem").textContent = SANE.test(key) ? "" : "This is no key.";
  if (!SANE.test(key)) return;
  sessionStorage.setItem(NAME, key);
  find("door").remove();
  document.dispatchEvent(new Event("key"));
}

export function ask() {
  if (find("door")) return;
  const field = make("input", { id: "key", type: "password", autocomplete: "off", spellcheck: false });
  const hint = make("p", { className: "hint" }, "Kept in this tab alone, until it is closed.");
  const label = make("label", { htmlFor: "key" }, "Key");
  const form = make("form", { id: "door" }, label, make("div", { className: "pair" }, field, make("button", {}, "Use this key")), hint);
  form.addEventListener("submit", take);
  find("problem").after(form);
}
