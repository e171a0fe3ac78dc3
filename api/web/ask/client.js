// The server, as the page talks to it: with the key where there is one, errors as one kind of thing.

const KEPT = "footnote-key";
let whenRefused = () => {};

export class Failure extends Error {
  constructor(status, error) {
    super(error.message);
    this.status = status;
    this.code = error.code;
    this.remedy = error.remedy || "";
  }
}

export const key = {
  get: () => sessionStorage.getItem(KEPT) || "",
  set: (value) => (value ? sessionStorage.setItem(KEPT, value) : sessionStorage.removeItem(KEPT)),
};

export function onRefused(act) {
  whenRefused = act;
}

export async function request(path, options = {}) {
  const headers = new Headers(options.headers);
  if (key.get()) headers.set("Authorization", `Bearer ${key.get()}`);
  if (options.body) headers.set("Content-Type", "application/json");
  let response;
  try {
    response = await fetch(path, { ...options, headers, credentials: "omit", cache: "no-store" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Failure(0, { code: "unreachable", message: "The server can't be reached.", remedy: "See that it runs, then try again." });
  }
  if (response.ok) return response;
  const failure = await failureOf(response);
  if (response.status === 401) whenRefused(failure);
  throw failure;
}

export async function get(path) {
  return (await request(path)).json();
}

export async function post(path, body) {
  return (await request(path, { method: "POST", body: JSON.stringify(body) })).json();
}

// Calls `on[event](data)` for each event of an answer as it arrives.
export async function streamed(path, body, on, signal) {
  const response = await request(path, { method: "POST", body: JSON.stringify(body), signal });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) told(block, on);
  }
}

function told(block, on) {
  const lines = block.split("\n").filter((line) => !line.startsWith(":"));
  const value = (name) => lines.filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2)).join("\n");
  const act = on[value("event")];
  if (act) act(JSON.parse(value("data")));
}

async function failureOf(response) {
  try {
    return new Failure(response.status, (await response.json()).error);
  } catch {
    return new Failure(response.status, { code: "unknown", message: `The server answered ${response.status}.` });
  }
}
