// One question and its answer, from the first word to the last thumb.

import { make } from "./dom.js";
import { howFound } from "./how.js";
import { footnotes, reference, remarks, sources } from "./notes.js";
import { thumbs } from "./opinion.js";
import { claimsOf, prose } from "./prose.js";

const READ_AS = "The question was read as: ";

export class Turn {
  constructor(question, open) {
    this.question = question;
    this.answer = null;
    this._open = open;
    this._text = "";
    this._cited = new Map();
    this._drawing = false;
    this._said = make("div", { class: "answer" });
    this._below = make("div");
    this._heading = make("h2", { class: "asked", tabindex: "-1" }, question);
    this.element = make("article", { class: "turn busy", "aria-busy": "true", "aria-label": question }, this._heading, this._said, this._below);
  }

  token(text) {
    this._text += text;
    this._soon();
  }

  citation(citation) {
    this._cited.set(citation.marker, citation);
    this._soon();
  }

  done(answer) {
    this.answer = answer;
    this._cited = new Map(answer.citations.map((citation) => [citation.marker, citation]));
    this._text = answer.answer;
    this._end();
    this._draw(claimsOf(answer.answer, answer.sentences));
    this.element.classList.toggle("abstained", answer.abstained);
    this._readAs(answer.notes);
    const notes = answer.notes.filter((note) => !note.startsWith(READ_AS));
    this._below.replaceChildren(...[footnotes(answer.citations, this._open), remarks(notes), ...this._after(answer)].filter(Boolean));
  }

  failed(failure, again) {
    this._end();
    this._below.replaceChildren(make("div", { class: "failure", role: "alert" }, make("b", {}, failure.message),
      make("p", {}, failure.remedy), make("button", { type: "button", class: "quiet", onclick: again }, "Ask again")));
  }

  stopped() {
    this._end();
    this._below.replaceChildren(remarks(["You stopped this answer."]));
  }

  _end() {
    this.element.classList.remove("busy");
    this.element.setAttribute("aria-busy", "false");
  }

  _soon() {
    if (this._drawing) return;
    this._drawing = true;
    requestAnimationFrame(() => {
      this._drawing = false;
      if (!this.answer) this._draw([]);
    });
  }

  _draw(claims) {
    this._said.replaceChildren(...prose(this._text, (number) => reference(number, this._cited.get(number), this._open), claims));
  }

  _readAs(notes) {
    const note = notes.find((one) => one.startsWith(READ_AS));
    if (note) this._heading.after(make("p", { class: "read-as" }, `Read as: ${note.slice(READ_AS.length)}`));
  }

  _after(answer) {
    const { buttons, below } = thumbs(answer);
    const list = sources(answer.sources, this._open);
    list.hidden = true;
    const count = answer.sources.length;
    const toggle = make("button", { type: "button", class: "quiet", "aria-expanded": "false", onclick: () => {
      list.hidden = !list.hidden;
      toggle.setAttribute("aria-expanded", String(!list.hidden));
      if (!list.hidden) list.firstElementChild.scrollIntoView({ block: "nearest" });
    } }, answer.abstained ? `Nearest sources (${count})` : `Sources looked at (${count})`);
    const how = howFound(answer);
    const row = make("div", { class: "after" }, count ? toggle : null, how.toggle, make("span", { class: "spacer" }), ...buttons);
    return [row, list, how.below, below];
  }
}
