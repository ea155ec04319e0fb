// The page of the API: what openapi.json says, for people.

import { find, make } from "./elements.js";
import { load, Problem } from "./page.js";

// What stands between backquotes is code.
const words = (text = "") => text.split("`").map((part, number) => (number % 2 ? make("code", {}, part) : part));

const quiet = (text) => make("span", { className: "quiet" }, text);

// The schema that a reference names; any other as it is.
function resolve(schema, all) {
  const name = schema?.$ref?.split("/").pop();
  return name ? all[name] : (schema ?? {});
}

function nameType(schema, all) {
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.enum) return schema.enum.join(" or ");
  if (schema.const) return schema.const;
  if (schema.anyOf) return schema.anyOf.map((one) => nameType(one, all)).join(" or ");
  if (schema.type === "array") return `list of ${nameType(schema.items ?? {}, all)}`;
  return schema.type ?? "anything";
}

function nameLimits({ minLength, maxLength, minItems, maxItems, minimum, maximum }) {
  const least = minLength ?? minItems ?? minimum;
  const most = maxLength ?? maxItems ?? maximum;
  const unit = maxLength || minLength ? " characters" : "";
  return [least && `from ${least.toLocaleString("en")}`, most && `to ${most.toLocaleString("en")}${unit}`].filter(Boolean).join(" ");
}

function drawField(name, field, needed, all) {
  const found = "default" in field ? `${JSON.stringify(field.default)} unless given` : "";
  const told = [nameType(field, all), nameLimits(field), needed ? "needed" : found].filter(Boolean).join(", ");
  return make("li", {}, make("code", {}, name), " ", quiet(told), " ", ...words(field.description));
}

function drawBody(schema, all) {
  const kinds = schema.oneOf ?? schema.anyOf ?? [schema];
  return kinds.flatMap((kind) => {
    const { title, properties = {}, required = [], examples = [] } = resolve(kind, all);
    const fields = Object.entries(properties).map(([name, field]) => drawField(name, field, required.includes(name), all));
    const example = examples.length ? [make("pre", {}, make("code", {}, JSON.stringify(examples[0], null, 2)))] : [];
    return [make("h3", {}, title), make("ul", { className: "plain" }, ...fields), ...example];
  });
}

function drawAnswers(responses, all) {
  const rows = Object.entries(responses).map(([status, { description, content }]) => {
    const schema = content?.["application/json"]?.schema;
    const type = schema ? ` ${nameType(schema, all)}` : "";
    return make("li", {}, make("code", {}, status), type, " ", quiet(description));
  });
  return make("ul", { className: "plain" }, ...rows);
}

function drawOperation(path, method, operation, all) {
  const role = operation.security?.[0] && Object.values(operation.security[0])[0][0];
  const body = operation.requestBody?.content["application/json"].schema;
  const answer = operation.responses["200"] ?? operation.responses["201"];
  return make(
    "section",
    {},
    make("h2", {}, make("code", {}, `${method.toUpperCase()} ${path}`)),
    make("p", {}, ...words(operation.description)),
    make("p", {}, quiet(role ? `Where there are keys: one with role ${role}.` : "Open to everybody.")),
    ...(body ? drawBody(body, all) : []),
    make("h3", {}, "Answers"),
    drawAnswers(operation.responses, all),
    ...drawExample(answer, all),
  );
}

function drawExample(answer, all) {
  const { examples = [] } = resolve(answer?.content?.["application/json"]?.schema, all);
  return examples.length ? [make("pre", {}, make("code", {}, JSON.stringify(examples[0], null, 2)))] : [];
}

function show({ info, paths, components }) {
  find("about").replaceChildren(...words(info.description));
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => drawOperation(path, method, operation, components.schemas)));
  find("paths").replaceChildren(...operations);
}

try {
  show(await load("openapi.json"));
} catch (error) {
  if (!(error instanceof Problem)) throw error;
  find("problem").textContent = error.message;
}
