// Renders /openapi.json. Everything is put in as text, nothing as markup.

const METHODS = ["get", "post", "put", "patch", "delete"];
const place = document.getElementById("routes");

function make(tag, text = "", className = "") {
  const node = document.createElement(tag);
  node.textContent = text;
  if (className) node.className = className;
  return node;
}

function resolve(spec, schema) {
  if (!schema || !schema.$ref) return schema || {};
  return resolve(spec, schema.$ref.slice(2).split("/").reduce((part, key) => part[key], spec));
}

function typeName(spec, schema) {
  if (!schema) return "";
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.anyOf) return schema.anyOf.map((one) => typeName(spec, one)).join(" or ");
  if (schema.type === "array") return `list of ${typeName(spec, schema.items)}`;
  if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(" or ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  return schema.format ? `${schema.type} (${schema.format})` : schema.type || "any";
}

function table(rows) {
  const node = make("table");
  for (const [name, type, note] of rows) {
    const row = make("tr");
    const first = make("td");
    first.append(make("code", name));
    row.append(first, make("td", type), make("td", note));
    node.append(row);
  }
  return node;
}

function fields(spec, schema) {
  const object = resolve(spec, schema);
  const required = new Set(object.required || []);
  return Object.entries(object.properties || {}).map(([name, value]) => {
    const notes = [required.has(name) ? "" : "may be left out", value.default == null ? "" : `default ${JSON.stringify(value.default)}`];
    return [name, typeName(spec, value), notes.filter(Boolean).join(", ")];
  });
}

function section(parent, title, rows) {
  if (!rows.length) return;
  parent.append(make("h3", title), table(rows));
}

function route(spec, path, method, operation) {
  const node = make("details");
  const head = make("summary");
  head.append(make("span", method.toUpperCase(), "method"), make("span", path, "path"), make("span", operation.summary || "", "what"));
  const body = make("div", "", "body");
  if (operation.description) body.append(make("p", operation.description));
  section(body, "Parameters", (operation.parameters || []).map((one) => [
    one.name, typeName(spec, one.schema), [one.in, one.required ? "" : "may be left out"].filter(Boolean).join(", "),
  ]));
  for (const [kind, content] of Object.entries(operation.requestBody?.content || {})) {
    section(body, `Body, ${kind}`, fields(spec, content.schema));
  }
  for (const [code, response] of Object.entries(operation.responses || {})) {
    const schema = response.content?.["application/json"]?.schema;
    section(body, code === "default" ? "Errors" : `Answer ${code}`, schema ? fields(spec, schema) : []);
  }
  node.append(head, body);
  return node;
}

function render(spec) {
  place.replaceChildren(...spec.info.description.split("\n\n").map((text) => make("p", text)));
  const groups = new Map();
  for (const [path, methods] of Object.entries(spec.paths)) {
    for (const method of METHODS.filter((one) => methods[one])) {
      const tag = (methods[method].tags || ["other"])[0];
      if (!groups.has(tag)) groups.set(tag, []);
      groups.get(tag).push(route(spec, path, method, methods[method]));
    }
  }
  for (const [tag, routes] of groups) place.append(make("h2", tag), ...routes);
}

try {
  const response = await fetch("/openapi.json");
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  render(await response.json());
} catch (error) {
  place.replaceChildren(make("p", `The interface can't be shown: ${error.message}`));
}
