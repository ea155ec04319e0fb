// Requests to the service, whose failures are told in plain words.

import * as key from "./key.js";

const WORDS = {
  429: "The service is busy. Wait a second, then go on.",
  500: "The service failed; its log says how.",
  503: "It could not be kept just now. Nothing here is lost: send it again in a moment.",
};
const FOR_KEYS = [401, 403];

export class Problem extends Error {}

export class Unreachable extends Problem {}

export class Locked extends Problem {}

export async function load(path, body, signal) {
  const headers = key.read() ? { Authorization: `Bearer ${key.read()}` } : {};
  const sent = { method: "POST", headers: { ...headers, "Content-Type": "application/json" }, body: JSON.stringify(body) };
  let response;
  let told;
  try {
    response = await fetch(path, { ...(body === undefined ? { headers } : sent), signal });
    told = await response.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Unreachable("The service does not answer. Nothing here is lost.");
  }
  if (response.ok) return told;
  if (FOR_KEYS.includes(response.status)) {
    key.ask();
    throw new Locked(key.read() ? `This key does not suffice: ${told.error}.` : "A key is needed: give it below.");
  }
  throw new Problem(WORDS[response.status] || `The service refuses this: ${told.error}`);
}
