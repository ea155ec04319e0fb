// The page of a question: asks for tags while it is typed, and sends what the reader says of them.

import { find, make } from "./elements.js";
import { load, Problem, Unreachable } from "./page.js";
import { names, Tags } from "./tags.js";

const PAUSE = 250;
const RETRY = 3000;
const TOP = 10;
const MOST_OFFERED = 20;
const TAG = /^[^\u0000-\u0020\u007f-\u00a0<>|,]{1,50}$/;

const tags = new Tags(find("tags"), tell);
let timer;
let asking;
let kept;
let sent;
let known;

function read() {
  const question = { title: find("title").value.trim(), body: find("body").value, format: find("format").value };
  return { ...question, top: TOP };
}

function later(pause = PAUSE) {
  clearTimeout(timer);
  timer = setTimeout(ask, pause);
}

// The last request wins: whatever is under way is given up.
async function ask() {
  clearTimeout(timer);
  asking?.abort();
  const own = new AbortController();
  asking = own;
  const question = read();
  if (!question.title) {
    tags.show([]);
    find("problem").textContent = "";
    return tell();
  }
  try {
    const answer = await load("v1/tags", { ...question, why: true, keep: false }, own.signal);
    if (asking !== own) return;
    find("problem").textContent = "";
    tags.show(answer.tags);
    tell();
  } catch (error) {
    if (asking !== own || error.name === "AbortError") return;
    show(error);
    if (error instanceof Unreachable) later(RETRY);
  }
}

function show(error) {
  if (!(error instanceof Problem)) throw error;
  find("problem").textContent = error.message;
}

function tell() {
  const chosen = tags.chosen();
  const edited = chosen.join() !== names(tags.found).join();
  find("send").textContent = edited ? "Send these tags" : "These tags are right";
  find("outcome").textContent = "";
  const found = chosen.length ? `Chosen: ${chosen.join(", ")}.` : "No tag is chosen.";
  find("status").textContent = read().title ? found : "Type a title: tags appear as you write.";
}

// Only now is the question kept: what is said of it refers to what is kept.
async function keep(question) {
  const key = JSON.stringify(question);
  if (kept?.key !== key) kept = { key, answer: await load("v1/tags", question) };
  return kept.answer;
}

function check(question, rating) {
  if (!question.title) return "Give the question a title first.";
  if (!rating && !tags.chosen().length) return "Choose or add a tag first, or say that they are wrong.";
  return tags.chosen().length > 20 ? "At most 20 tags can be sent." : "";
}

async function give(rating) {
  const question = read();
  const chosen = tags.chosen();
  const problem = check(question, rating);
  find("outcome").textContent = "";
  find("problem").textContent = problem;
  if (problem) return;
  const said = JSON.stringify([question, rating || chosen]);
  if (sent === said) return thank("Already sent; it is kept.");
  sent = said;
  try {
    const answer = await keep(question);
    const same = [...chosen].sort().join() === names(answer.tags).sort().join();
    const words = rating || same ? { rating: rating || "up" } : { tags: chosen };
    await load("v1/feedback", { prediction_id: answer.prediction_id, ...words });
    thank(rating ? "Thank you. It is kept that the suggestion is wrong." : `Thank you. Kept as right: ${chosen.join(", ")}.`);
  } catch (error) {
    sent = undefined;
    show(error);
  }
}

function thank(words) {
  find("outcome").textContent = words;
}

function add() {
  const field = find("other");
  const typed = field.value.trim();
  const tag = known?.find((name) => name.toLowerCase() === typed.toLowerCase()) || typed;
  const right = TAG.test(tag);
  find("problem").textContent = right ? "" : "A tag has 1 to 50 letters, without blanks, commas, < > or |.";
  if (!right) return;
  tags.add(tag);
  tell();
  field.value = "";
  find("known").replaceChildren();
}

async function offer() {
  try {
    known ??= (await load("v1/model")).tags;
  } catch (error) {
    return show(error);
  }
  const typed = find("other").value.trim().toLowerCase();
  const begins = known.filter((tag) => typed && tag.toLowerCase().startsWith(typed));
  const contains = known.filter((tag) => typed && tag.toLowerCase().indexOf(typed) > 0);
  const offered = [...begins, ...contains].slice(0, MOST_OFFERED);
  find("known").replaceChildren(...offered.map((tag) => make("option", { value: tag })));
}

function startAnew() {
  asking?.abort();
  clearTimeout(timer);
  tags.clear();
  find("problem").textContent = "";
  setTimeout(() => {
    tell();
    find("title").focus();
  });
}

find("question").addEventListener("input", () => later());
find("question").addEventListener("reset", startAnew);
find("question").addEventListener("submit", (event) => {
  event.preventDefault();
  ask();
});
find("title").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing) return;
  event.preventDefault();
  ask();
});
find("other").addEventListener("input", offer);
find("other").addEventListener("keydown", (event) => {
  if (event.key === "Escape") event.target.value = "";
});
find("add").addEventListener("submit", (event) => {
  event.preventDefault();
  add();
});
find("send").addEventListener("click", () => give());
find("none").addEventListener("click", () => give("down"));
document.addEventListener("key", () => ask());
// A browser that goes back to the page brings the text along.
if (read().title) ask();
