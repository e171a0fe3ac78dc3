// What stands below an answer: its footnotes, remarks, and the sources that were looked at.

import { make, placeOf } from "./dom.js";

// The small number in the text; without its citation (which comes a moment later) it opens nothing.
export function reference(number, citation, open) {
  if (!citation) return make("sup", { class: "ref" }, String(number));
  const label = `Footnote ${number}: ${placeOf(citation.document, citation.page)}`;
  return make("button", { type: "button", class: "ref", "aria-label": label, "aria-expanded": "false", "data-opens": target(citation),
    onclick: (event) => open(citation, event.currentTarget) }, String(number));
}

export function footnotes(citations, open) {
  if (!citations.length) return null;
  const notes = citations.map((citation) => make("li", {},
    make("button", { type: "button", class: "note", "aria-expanded": "false", "data-opens": target(citation), onclick: (event) => open(citation, event.currentTarget) },
      make("span", { class: "n" }, String(citation.marker)),
      make("span", {}, make("q", {}, plain(citation.quote)), make("span", { class: "place" }, placeOf(citation.document, citation.page))))));
  return make("ol", { class: "notes", "aria-label": "Footnotes" }, ...notes);
}

export function remarks(notes) {
  return notes.length ? make("ul", { class: "remarks" }, ...notes.map((note) => make("li", {}, note))) : null;
}

// Each document once, with the places in it.
export function sources(hits, open) {
  return make("ol", { class: "sources" }, ...hits.map((hit) => make("li", {},
    make("button", { type: "button", class: "source", "aria-expanded": "false", "data-opens": target(hit), onclick: (event) => open(hit, event.currentTarget) },
      make("b", {}, hit.title || hit.document),
      make("span", { class: "place" }, [placeOf(hit.document, hit.page), hit.section.join(" › ")].filter(Boolean).join(" · ")),
      make("span", { class: "excerpt" }, plain(hit.text).slice(0, 240))))));
}

export function target(place) {
  return `${place.document_id}/${place.version}/${place.start}-${place.end}`;
}

// A quote as one reads it: a table row without its bars, emphasis without its stars.
function plain(markdown) {
  const lines = markdown.split("\n").filter((line) => !/^\s*\|[\s:|-]+\|\s*$/.test(line)).map(row);
  return lines.join(" ").replace(/;$/, "")
    .replace(/(\*\*|__|`)(.+?)\1/g, "$2")
    .replace(/\[([^\]\n]*)\]\([^)\n]*\)/g, "$1")
    .replace(/\\([^\w\s])/g, "$1")
    .replace(/\s+/g, " ")
    .trim();
}

function row(line) {
  const cells = line.match(/^\s*\|(.*)\|\s*$/);
  return cells ? `${cells[1].split(/(?<!\\)\|/).map((cell) => cell.trim()).join(" · ")};` : line.replace(/^\s*#+\s+/, "");
}
