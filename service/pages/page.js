// What both pages need: elements made of text (never of HTML), and requests whose failures are told in plain words.

const WORDS = {
  429: "The service is busy. Wait a second, then go on.",
  500: "The service failed; its log says how.",
  503: "It could not be kept just now. Nothing here is lost: send it again in a moment.",
};

export class Problem extends Error {}

export class Unreachable extends Problem {}

export const find = (id) => document.getElementById(id);

export function make(name, values = {}, ...children) {
  const { dataset = {}, ...rest } = values;
  const element = Object.assign(document.createElement(name), rest);
  Object.assign(element.dataset, dataset);
  element.append(...children);
  return element;
}

export async function load(path, body, signal) {
  const headers = { "Content-Type": "application/json" };
  const options = body === undefined ? {} : { method: "POST", headers, body: JSON.stringify(body) };
  let response;
  let told;
  try {
    response = await fetch(path, { ...options, signal });
    told = await response.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Unreachable("The service does not answer. Nothing here is lost.");
  }
  if (response.ok) return told;
  throw new Problem(WORDS[response.status] || `The service refuses this: ${told.error}`);
}
