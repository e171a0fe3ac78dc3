// How an answer came about: what the server kept of its making, fetched when it is asked for.

import { get } from "./client.js";
import { make, placeOf } from "./dom.js";

const STAGES = {
  rewrite: "reading the follow-up", search: "searching", read: "reading passages", extract: "choosing sentences",
  write: "the model's writing", check: "checking quotes",
};
const SHOWN = 10;

// The button, and the place below it that stays empty until it is pressed.
export function howFound(answer) {
  const below = make("div", { class: "how", hidden: true });
  let filled = null;
  const toggle = make("button", { type: "button", class: "quiet", "aria-expanded": "false", onclick: async () => {
    below.hidden = !below.hidden;
    toggle.setAttribute("aria-expanded", String(!below.hidden));
    if (below.hidden) return;
    filled = filled || fill(answer, below);
    if (!await filled) filled = null;
  } }, "How this was found");
  return { toggle, below };
}

// Whether it was fetched; where it was not, the next opening tries again.
async function fill(answer, below) {
  try {
    const { trace } = await get(`/v1/answers/${encodeURIComponent(answer.answer_id)}`);
    below.replaceChildren(...(trace ? drawn(trace) : [make("p", {}, "Nothing was kept of how this answer came about.")]));
    below.scrollIntoView({ block: "nearest" });
    return true;
  } catch (error) {
    below.replaceChildren(make("p", { role: "alert" }, `This could not be opened: ${error.message}`));
    return false;
  }
}

function drawn(trace) {
  const facts = [["Searched for", trace.question_read], ["Took", times(trace.seconds)], ["Decision", decision(trace.verdict)],
    ["Missing", trace.verdict && trace.verdict.missing.length ? `no passage has ${trace.verdict.missing.map((word) => `“${word}”`).join(", ")}` : ""],
    ["Language model", model(trace)]];
  const list = make("dl", {}, ...facts.filter(([, said]) => said).flatMap(([name, said]) => [make("dt", {}, name), make("dd", {}, said)]));
  return [list, trace.candidates.length ? candidates(trace.candidates) : null].filter(Boolean);
}

function times(seconds) {
  return Object.entries(seconds).map(([stage, taken]) => `${STAGES[stage] || stage} ${taken < 1 ? `${(taken * 1000).toFixed(0)} ms` : `${taken.toFixed(1)} s`}`).join(", ");
}

function decision(verdict) {
  if (!verdict) return "";
  const chance = `${percent(verdict.confidence)} that the documents hold the answer, ${percent(verdict.threshold)} are wanted`;
  return verdict.by === "model" ? `the model's own (by the program: ${chance})` : chance;
}

function model(trace) {
  if (!trace.model) return "";
  const used = trace.usage ? [`${trace.usage.prompt_tokens} tokens read, ${trace.usage.answer_tokens} written`] : [];
  if (trace.usage && trace.usage.cost !== null) used.push(`${trace.usage.cost.toFixed(4)} ${trace.usage.currency}`);
  if (trace.left_out) used.push(`${trace.left_out} passages found no room`);
  return [trace.model, ...used].join(", ");
}

// Where each place stood after both searches and after they were put together.
function candidates(found) {
  const shown = found.slice(0, SHOWN);
  const head = ["Place", "by meaning", "by words", "together", "read"].map((name) => make("th", { scope: "col" }, name));
  const rows = shown.map((one) => make("tr", {}, make("th", { scope: "row" }, placeOf(one.document, one.page)),
    ...["dense", "lexical", "fused"].map((stage) => make("td", {}, standing(one.standings.find((place) => place.stage === stage)))),
    make("td", {}, one.passage ? `passage ${one.passage}` : "no")));
  const left = found.length > SHOWN ? `, the first ${SHOWN} of ${found.length}` : "";
  return make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Candidates" }, make("table", {}, make("caption", {}, `Candidates${left}: rank, and score`),
    make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows)));
}

function standing(place) {
  if (!place || place.rank === null) return "-";
  return place.score === null ? String(place.rank) : `${place.rank} (${place.score.toFixed(2)})`;
}

function percent(chance) {
  return `${Math.round(chance * 100)} %`;
}
