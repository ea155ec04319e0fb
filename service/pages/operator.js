// The operator's page: asks for the figures every few seconds and shows them.

import { drawBars, drawTrend } from "./charts.js";
import { find, make } from "./elements.js";
import { load, Locked, Problem } from "./page.js";

const PAUSE = 5000;
const SAID = { up: "The suggestion is right", down: "The suggestion is wrong", correction: "Corrected" };

let shown;
let failing = false;
let timer;

const MOODS = { better: "ok", worse: "act", "cannot be told yet": "watch" };

const percent = (value) => (value === null ? "none" : `${(100 * value).toFixed(1)}%`);
const mean = (value) => (value === null ? "none" : value.toFixed(3));
const count = (value) => value.toLocaleString("en");
const milliseconds = (value) => (value === null ? "none" : `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`);
const clock = (time) => new Date(time).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
const list = (values) => values.join(", ") || "nothing";

function rate(value) {
  if (value === 0 || value >= 10) return count(Math.round(value));
  return value.toFixed(value < 1 ? 2 : 1);
}

function tile(name, value, mood = "") {
  return make("div", {}, make("dt", {}, name), make("dd", { className: mood }, value));
}

function showTiles({ routes, now }, up) {
  const [single] = routes;
  const failed = routes.reduce((sum, route) => sum + route.failed, 0);
  const refused = routes.reduce((sum, route) => sum + route.refused, 0);
  find("tiles").replaceChildren(
    tile("Questions a second", rate(single.per_second)),
    tile("Latency p50", milliseconds(single.p50_ms)),
    tile("Latency p99", milliseconds(single.p99_ms)),
    tile("Failed (5xx)", count(failed), failed ? "act" : ""),
    tile("Refused (4xx)", count(refused)),
    tile("Database", up ? "up" : "away", up ? "" : "act"),
    tile("Waiting for it", count(now.waiting)),
    tile("Predictions dropped", count(now.dropped), now.dropped ? "watch" : ""),
    tile("Feedback refused", count(now.refused), now.refused ? "act" : ""),
    tile("Journal", `${count(Math.ceil(now.journal_bytes / 1024))} KB`, now.journal_bytes ? "watch" : ""),
  );
}

function drawRow(name, cells) {
  const made = Object.entries(cells).map(([label, value]) => make("td", { dataset: { label } }, value));
  return make("tr", {}, make("th", { scope: "row" }, name), ...made);
}

function showRoutes({ seconds, routes }) {
  find("window").textContent = seconds >= 120 ? `${Math.round(seconds / 60)} minutes` : `${seconds} seconds`;
  const rows = routes.map((route) =>
    drawRow(route.route, {
      Requests: count(route.requests),
      "A second": rate(route.per_second),
      p50: milliseconds(route.p50_ms),
      p99: milliseconds(route.p99_ms),
      Refused: count(route.refused),
      Failed: count(route.failed),
    }),
  );
  find("routes").replaceChildren(...rows);
}

function showVersions(told) {
  find("verdict").replaceChildren();
  find("versions").replaceChildren(...(told?.versions ?? []).map(drawVersion));
  find("shares").textContent = told ? describeShares(told) : "The database is away: what it holds is not known.";
  if (!told?.verdict) return;
  const { verdict, says } = told.verdict;
  find("verdict").append(make("strong", { className: MOODS[verdict] }, verdict), ` ${says}`);
}

function drawVersion(version) {
  return drawRow(version.role ? `${version.version} (${version.role})` : version.version, {
    Questions: count(version.questions),
    Callers: count(version.callers),
    "With feedback": percent(version.with_feedback),
    Corrected: count(version.corrections),
    Right: count(version.up),
    Wrong: count(version.down),
    F1: mean(version.f1),
    Negative: percent(version.negative),
    Score: mean(version.score),
  });
}

function describeShares({ since, share, shadow, verdict }) {
  const from = `Since ${new Date(since).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" })}.`;
  if (!verdict) return from;
  const role = shadow ? "is asked in the shadow for" : "answers";
  return `${from} The challenger ${role} ${percent(share)} of the callers. Score: 1 for right, 0 for wrong, a correction's F1.`;
}

function showKept(kept) {
  find("recent").replaceChildren(...(kept?.recent ?? []).map(drawSaid));
  if (!kept) {
    find("kinds").textContent = "The database is away: what it holds is not known.";
    return find("hours").replaceChildren();
  }
  const { up, down, corrections } = kept.kinds;
  find("kinds").textContent = `Last 24 hours: ${count(corrections)} corrected, ${count(up)} right, ${count(down)} wrong.`;
  drawBars(find("hours"), kept.hours.map((hour) => ({ name: clock(hour.hour), value: hour.predictions })));
  const total = kept.hours.reduce((sum, hour) => sum + hour.predictions, 0);
  find("hours").setAttribute("aria-label", `${count(total)} questions in the last 24 hours`);
}

function drawSaid(said) {
  const quiet = (text) => make("span", { className: "quiet" }, text);
  const time = new Date(said.given).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
  return make(
    "li",
    {},
    make("time", { dateTime: said.given }, time),
    make("span", {}, said.tags.length ? `${SAID[said.kind]}: ${list(said.tags)}` : SAID[said.kind]),
    quiet(said.version ? `suggested: ${list(said.suggested)}` : "its question is not kept"),
    quiet(said.version ?? ""),
  );
}

function showDrift(drift) {
  find("months").toggleAttribute("hidden", !drift);
  if (!drift) return find("drift").replaceChildren(make("p", {}, "No month was followed, or none can be read."));
  const told = (head, rows) => {
    const items = rows.map((row) => make("li", {}, row));
    return rows.length ? [make("p", {}, head), make("ul", { className: "plain" }, ...items)] : [];
  };
  find("drift").replaceChildren(
    make("p", {}, `${drift.month}: `, make("strong", { className: drift.verdict }, drift.verdict)),
    ...told("Why:", drift.reasons),
    ...told("What to do:", drift.actions),
    ...told("Changes of months before that last:", drift.open),
    make("p", {}, "Micro-F1 by month, with its interval, estimated where there are no labels; larger marks are alarms."),
  );
  drawTrend(find("months"), drift.months.map((month) => ({ ...month, name: month.month, value: month.f1_micro })));
  find("months").setAttribute("aria-label", drift.months.map((month) => `${month.month} ${month.verdict}`).join(", "));
}

function show(told) {
  find("figures").hidden = false;
  showTiles(told.traffic, told.kept !== null);
  showRoutes(told.traffic);
  showVersions(told.versions);
  showKept(told.kept);
  showDrift(told.drift);
  const models = told.traffic.models.map(({ version, sha256 }) => make("li", {}, `${version} (sha256 ${sha256.slice(0, 12)})`));
  find("models").replaceChildren(...models);
}

async function refresh() {
  clearTimeout(timer);
  try {
    if (!document.hidden || !shown) shown = await load("v1/operator");
    failing = false;
    find("problem").textContent = "";
    show(shown);
    find("updated").textContent = `As of ${new Date(shown.at).toLocaleTimeString("en-GB")}, refreshed every 5 seconds.`;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    tell(error);
    failing = true;
  } finally {
    find("figures").classList.toggle("old", failing);
    timer = setTimeout(refresh, PAUSE);
  }
}

function tell(error) {
  const known = shown && !(error instanceof Locked);
  const words = known ? "The service does not answer: these figures are old." : error.message;
  // Said again, it would be read aloud again.
  if (find("problem").textContent !== words) find("problem").textContent = words;
}

addEventListener("resize", () => shown && show(shown));
document.addEventListener("key", refresh);
document.addEventListener("visibilitychange", () => shown && show(shown));
refresh();
