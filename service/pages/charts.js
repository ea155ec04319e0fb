// Two charts in SVG: bars of counts, and a line within its band.

const NAMESPACE = "http://www.w3.org/2000/svg";
const LEFT = 44;
const TOP = 8;
const BOTTOM = 24;

function put(parent, name, values, text) {
  const element = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(values)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  parent.append(element);
  return element;
}

// The place of a value, with lines for the values at `ticks`.
function frame(svg, low, high, ticks, show) {
  svg.replaceChildren();
  const { width, height } = svg.getBoundingClientRect();
  const y = (value) => TOP + (height - TOP - BOTTOM) * (1 - (value - low) / (high - low));
  for (const tick of ticks) {
    put(svg, "line", { class: "grid", x1: LEFT, x2: width, y1: y(tick), y2: y(tick) });
    put(svg, "text", { x: LEFT - 8, y: y(tick) + 4, "text-anchor": "end" }, show(tick));
  }
  return { width, height, y };
}

// So many names below as there is room for.
function nameBelow(svg, names, x, height, room) {
  const step = Math.max(1, Math.ceil((names.length * room) / (svg.getBoundingClientRect().width - LEFT)));
  names.forEach((name, number) => {
    if ((names.length - 1 - number) % step) return;
    put(svg, "text", { x: x(number), y: height - 6, "text-anchor": "middle" }, name);
  });
}

// The next of 1, 2, 5, 10, 20, 50, ...
function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value);
}

export function drawBars(svg, rows) {
  const high = roundUp(Math.max(...rows.map((row) => row.value), 2));
  const { width, height, y } = frame(svg, 0, high, [0, high / 2, high], (tick) => tick.toLocaleString("en"));
  const step = (width - LEFT) / rows.length;
  rows.forEach((row, number) => {
    const bar = { x: LEFT + step * number + 1, width: Math.max(step - 2, 1), y: y(row.value), height: y(0) - y(row.value) };
    put(put(svg, "rect", { class: "fill", ...bar }), "title", {}, `${row.name}: ${row.value.toLocaleString("en")}`);
  });
  nameBelow(svg, rows.map((row) => row.name), (number) => LEFT + step * (number + 0.5), height, 48);
}

export function drawTrend(svg, rows) {
  const found = rows.flatMap((row) => [row.low, row.high, row.value]).filter((value) => value !== null);
  const low = Math.floor(10 * Math.min(...found, 1) - 0.5) / 10;
  const high = Math.min(1, Math.ceil(10 * Math.max(...found, 0)) / 10);
  const ticks = [low, (low + high) / 2, high];
  const { width, height, y } = frame(svg, low, high, ticks, (tick) => tick.toFixed(2));
  const step = (width - LEFT - 44) / Math.max(rows.length - 1, 1);
  const x = (number) => LEFT + 20 + step * number;
  const told = rows.map((row, number) => ({ ...row, x: x(number) })).filter((row) => row.value !== null);
  const line = (name) => told.map((row) => `${row.x},${y(row[name] ?? row.value)}`);
  put(svg, "polygon", { class: "band", points: [...line("low"), ...line("high").reverse()].join(" ") });
  put(svg, "polyline", { class: "trend", points: line("value").join(" ") });
  for (const row of told) {
    const mark = put(svg, "circle", { class: row.verdict, cx: row.x, cy: y(row.value), r: row.verdict === "ok" ? 4 : 6 });
    put(mark, "title", {}, `${row.name}: ${row.verdict}, ${row.value.toFixed(3)}`);
  }
  nameBelow(svg, rows.map((row) => row.name), x, height, 64);
}
