// An answer's text as elements: paragraphs, lists, bold and code, and its markers. No link, picture or markup of the
// text's own comes into being.

import { make } from "./dom.js";

const ITEM = /^\s*[-*•]\s+(.*)$/;
const NUMBERED = /^\s*\d{1,3}[.)]\s+(.*)$/;
const PIECES = /(\[\d{1,4}\]|\*\*[^*\n]+\*\*|`[^`\n]+`)/;

// `ref(n)` gives the element for marker n; `claims` are {start, end, support} in the text's own offsets.
export function prose(text, ref, claims = []) {
  const blocks = [];
  let offset = 0;
  let list = null;
  for (const line of text.split("\n")) {
    const item = line.match(ITEM) || line.match(NUMBERED);
    const tag = line.match(ITEM) ? "ul" : "ol";
    const body = item ? item[1] : line;
    const from = offset + line.length - body.length;
    if (item) {
      if (!list || list.localName !== tag) blocks.push((list = make(tag)));
      list.append(make("li", {}, ...inline(body, from, ref, claims)));
    } else if (body.trim()) {
      list = null;
      blocks.push(make("p", {}, ...inline(body, from, ref, claims)));
    }
    offset += line.length + 1;
  }
  return blocks;
}

// Where each sentence stands in the text: found in order, with the markers left out of the comparison.
export function claimsOf(text, sentences) {
  const places = [];
  const bare = [...text.matchAll(/\s*\[\d+\]|[^]/g)].filter((match) => !/^\s*\[\d+\]$/.test(match[0]));
  const plain = bare.map((match) => match[0]).join("");
  let from = 0;
  sentences.forEach((sentence, number) => {
    const at = plain.indexOf(sentence.text, from);
    if (at < 0 || !sentence.text) return;
    from = at + sentence.text.length;
    places.push({ number, support: sentence.support, unproven: sentence.unproven || [], start: bare[at].index, end: bare[from - 1].index + 1 });
  });
  return places;
}

function inline(body, from, ref, claims) {
  const nodes = [];
  let offset = from;
  for (const piece of body.split(PIECES)) {
    const start = offset;
    offset += piece.length;
    if (/^\[\d+\]$/.test(piece)) nodes.push(ref(Number(piece.slice(1, -1))));
    else if (piece.startsWith("**") && piece.length > 4) nodes.push(make("strong", {}, ...claimed(piece.slice(2, -2), start + 2, claims)));
    else if (piece.startsWith("`") && piece.length > 2) nodes.push(make("code", {}, piece.slice(1, -1)));
    else if (piece) nodes.push(...claimed(piece, start, claims));
  }
  return tightened(nodes);
}

// The number stands at its word: the blank between them goes, and no line breaks there.
function tightened(nodes) {
  const joined = [];
  for (const node of afterStops(nodes)) {
    const last = joined.at(-1);
    if (!node.classList?.contains("ref") || !last) joined.push(node);
    else if (last.classList?.contains("at-word")) last.append(node);
    else joined.push(atWord(joined, node));
  }
  return joined;
}

// A full stop that follows a number goes before it, as books have it.
function afterStops(nodes) {
  const isRef = (node) => node?.classList?.contains("ref");
  nodes.forEach((node, index) => {
    const first = isRef(node) && !isRef(nodes[index - 1]) ? nodes[index - 1] : null;
    const following = nodes.slice(index).find((one) => !isRef(one));
    if (first?.nodeType !== Node.TEXT_NODE || following?.nodeType !== Node.TEXT_NODE) return;
    const [stop] = following.data.match(/^[.,;:!?]/) ?? [];
    if (!stop) return;
    following.data = following.data.slice(1);
    first.data = first.data.trimEnd() + stop;
  });
  return nodes;
}

function atWord(before, ref) {
  const together = make("span", { class: "at-word" });
  const last = before.at(-1);
  if (last.nodeType === Node.TEXT_NODE) {
    const [, rest, word] = last.data.trimEnd().match(/^([^]*?)(\S{0,24})$/);
    last.data = rest;
    together.append(word);
  }
  together.append(ref);
  return together;
}

function claimed(text, start, claims) {
  const nodes = [];
  let at = 0;
  for (const claim of claims.filter((one) => one.support === "partly" || one.support === "unsupported")) {
    const first = Math.max(at, claim.start - start);
    const last = Math.min(text.length, claim.end - start);
    if (first >= last) continue;
    if (first > at) nodes.push(document.createTextNode(text.slice(at, first)));
    nodes.push(make("span", { class: `claim ${claim.support}` }, text.slice(first, last)));
    if (claim.end - start <= text.length) nodes.push(doubt(claim));
    at = last;
  }
  if (at < text.length) nodes.push(document.createTextNode(text.slice(at)));
  return nodes;
}

function doubt(claim) {
  const said = claim.support === "partly" ? "partly supported" : "not supported";
  const why = claim.unproven.length ? `${said}: ${claim.unproven.join(", ")} stands in none of its quotes` : `${said} by its quotes`;
  return make("span", { class: "doubt", title: why }, said);
}
