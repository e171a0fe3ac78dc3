// The page to ask on: puts its parts together and leads the conversation.

import { Failure, get, streamed } from "./client.js";
import { byId, make } from "./dom.js";
import { keyDialog } from "./keys.js";
import { Turn } from "./turn.js";
import { Viewer } from "./viewer.js";

const REMEMBERED = 10; // turns that go along with a follow-up
const CITED_BLOCK = 20_000;

const [talk, turnsPlace, composer, question, collection, askButton, stopButton, status, anew] =
  ["talk", "turns", "composer", "question", "collection", "ask", "stop", "status", "anew"].map(byId);
const viewer = new Viewer(byId("viewer"), byId("desk"));
const turns = [];
let running = null;

const open = (place, opener) => viewer.open(place, opener);

async function ask(text, place = turns.length) {
  const turn = new Turn(text, open);
  const history = turns.slice(0, place).filter((one) => one.answer && !one.answer.abstained).slice(-REMEMBERED).flatMap((one) => [
    { role: "user", content: one.question },
    { role: "assistant", content: one.answer.answer.slice(0, CITED_BLOCK) },
  ]);
  turns.push(turn);
  turnsPlace.append(turn.element);
  if (matchMedia("(pointer: coarse)").matches) question.blur(); // a phone's keyboard would stand over the answer
  begin();
  turn.element.scrollIntoView({ block: "start" });
  let failure = null;
  try {
    await streamed("/v1/ask", { question: text, collection: collection.value || null, history, stream: true }, {
      sources: ({ hits }) => { status.textContent = `${hits.length} sources found, reading.`; },
      token: ({ text: piece }) => turn.token(piece),
      citation: ({ citation }) => turn.citation(citation),
      done: (answer) => turn.done(answer),
      error: ({ error }) => { failure = new Failure(200, error); },
    }, running.signal);
    if (!failure && !turn.answer) failure = new Failure(0, { message: "The answer broke off.", remedy: "Ask again." });
  } catch (error) {
    if (error.name === "AbortError") turn.stopped();
    else failure = error;
  }
  if (failure) turn.failed(failure, () => again(turn));
  end(turn);
}

function again(turn) {
  turns.splice(turns.indexOf(turn), 1);
  turn.element.remove();
  ask(turn.question);
}

function begin() {
  running = new AbortController();
  talk.classList.remove("fresh");
  byId("welcome").hidden = true;
  anew.hidden = false;
  askButton.hidden = true;
  stopButton.hidden = false;
  status.textContent = "Searching the documents.";
}

function end(turn) {
  running = null;
  askButton.hidden = false;
  stopButton.hidden = true;
  question.placeholder = "Ask a follow-up";
  status.textContent = turn.answer ? said(turn.answer) : "No answer.";
}

// What a screen reader is told once the answer is whole.
function said(answer) {
  const notes = answer.citations.length;
  return `${answer.answer.replace(/\s*\[\d+\]/g, "")} ${notes === 1 ? "One footnote." : `${notes} footnotes.`}`;
}

function grow() {
  question.style.height = "auto";
  question.style.height = `${question.scrollHeight + 2}px`;
}

function startAnew() {
  running?.abort();
  viewer.close();
  turns.length = 0;
  turnsPlace.replaceChildren();
  talk.classList.add("fresh");
  byId("welcome").hidden = false;
  anew.hidden = true;
  question.placeholder = "Ask the documents";
  question.focus();
}

async function listCollections() {
  try {
    const { collections } = await get("/v1/collections");
    const chosen = collection.value;
    collection.replaceChildren(make("option", { value: "" }, "everything"),
      ...collections.map(({ name, documents }) => make("option", { value: name }, `${name} (${documents})`)));
    collection.value = [...collection.options].some((one) => one.value === chosen) ? chosen : "";
    question.placeholder = collections.length ? "Ask the documents" : "There are no documents yet";
  } catch (failure) {
    if (failure.status !== 401) status.textContent = failure.message;
  }
}

// An address like /#/documents/ID?version=2&start=10&end=40 opens that place: footnotes elsewhere link here.
function openAddressed() {
  const found = location.hash.match(/^#\/documents\/([^?/]+)(?:\?(.*))?$/);
  if (!found) return;
  const query = new URLSearchParams(found[2] || "");
  const number = (name) => (query.has(name) ? Number(query.get(name)) : null);
  viewer.open({ document_id: decodeURIComponent(found[1]), version: number("version"), start: number("start"), end: number("end") }, question);
}

composer.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = question.value.trim();
  if (!text || running) return;
  question.value = "";
  grow();
  ask(text);
});
question.addEventListener("input", grow);
question.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  composer.requestSubmit();
});
document.addEventListener("keydown", (event) => {
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName ?? "");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    question.focus();
  }
  if (event.key === "Escape" && !event.defaultPrevented) running ? running.abort() : viewer.close();
});
stopButton.addEventListener("click", () => running?.abort());
anew.addEventListener("click", startAnew);
addEventListener("hashchange", openAddressed);

keyDialog(() => {
  listCollections();
  openAddressed();
});
talk.classList.add("fresh");
await listCollections();
openAddressed();
