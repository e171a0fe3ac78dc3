// A source beside the answer, opened at the quote, in the version that it was taken from.

import { get, request } from "./client.js";
import { icon, make, placeOf } from "./dom.js";
import { target } from "./notes.js";
import { Pages } from "./pages.js";

const STEP = 40_000; // how much of a long text the server gives at once

export class Viewer {
  constructor(panel, desk) {
    this._panel = panel;
    this._desk = desk;
    this._pages = null;
    this._opener = null;
    this._asked = 0;
    panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
      if (event.key === "Tab" && overAll()) this._hold(event);
    });
  }

  // `place` is {document_id, version, start, end} and, until the document is there, its name and page.
  async open(place, opener = null, kind = null) {
    this._opener = opener ?? this._opener;
    const mine = ++this._asked;
    this._frame(place);
    try {
      const view = await get(addressOf(place, kind));
      if (mine !== this._asked) return;
      await this._show(view, place);
    } catch (error) {
      if (mine === this._asked) this._body.replaceChildren(failed(error, () => this.open({ ...place, version: null, start: null, end: null })));
    }
  }

  close() {
    if (this._panel.hidden) return;
    this._asked += 1;
    this._drop();
    this._panel.hidden = true;
    this._panel.replaceChildren();
    this._desk.classList.remove("open");
    this._mark(null);
    this._opener?.focus();
    this._opener = null;
  }

  _frame(place) {
    this._drop();
    const wasHidden = this._panel.hidden;
    this._title = make("h2", { tabindex: "-1" }, place.title || place.document || "Source");
    this._where = make("p", { class: "where" }, place.document ? placeOf(place.document, place.page) : "");
    this._bar = make("div", { class: "bar", role: "toolbar", "aria-label": "Source" });
    this._old = make("p", { class: "old", hidden: true });
    this._body = make("div", { class: "body", tabindex: "0", role: "region", "aria-label": "The source's content" }, make("p", { class: "wait" }, "Opening …"));
    this._panel.replaceChildren(
      make("div", { class: "head" }, make("div", { class: "what" }, this._title, this._where),
        make("button", { type: "button", class: "icon", "aria-label": "Close the source", title: "Close (Esc)", onclick: () => this.close() }, icon("close"))),
      this._bar, this._old, this._body);
    this._panel.hidden = false;
    this._desk.classList.add("open");
    this._mark(place);
    if (overAll()) {
      this._panel.setAttribute("role", "dialog");
      this._panel.setAttribute("aria-modal", "true");
    } else {
      this._panel.removeAttribute("role");
      this._panel.removeAttribute("aria-modal");
    }
    this._title.focus({ preventScroll: !wasHidden });
  }

  async _show(view, place) {
    this._title.textContent = view.title || view.document;
    this._where.textContent = [view.collection, placeOf(view.document, view.page)].join(" · ");
    this._age(view, place);
    const quote = view.quote ? { start: place.start, end: place.end } : null;
    if (view.kind === "pages") await this._showPages(view, quote, place);
    else this._showText(view, place);
  }

  async _showPages(view, quote, place) {
    this._pages = new Pages(view, quote, () => this.open(place, null, "text"));
    this._body.replaceChildren(this._pages.element);
    let current = view.page ?? view.pages[0];
    const turn = (by) => {
      if (this._pages.turnTo(this._body, current + by)) this._where.textContent = [view.collection, placeOf(view.document, (current += by))].join(" · ");
    };
    this._bar.replaceChildren(
      make("button", { type: "button", class: "quiet", "aria-label": "Page before", onclick: () => turn(-1) }, icon("previous")),
      make("button", { type: "button", class: "quiet", "aria-label": "Page after", onclick: () => turn(1) }, icon("next")),
      make("button", { type: "button", class: "quiet", onclick: () => this.open(place, null, "text") }, "As text"),
      this._original(view));
    await this._pages.show(this._body, current);
  }

  _showText(view, place) {
    const sheet = make("article", { class: "sheet", lang: view.language || null });
    // The server's renderer let only plain tags through; parsed apart, nothing in them could run before it is moved here.
    const parsed = new DOMParser().parseFromString(view.html, "text/html");
    sheet.append(...parsed.body.childNodes);
    const before = view.first > 0 ? this._more("Show what comes before", place, Math.max(0, view.first - Math.floor((STEP * 2) / 3))) : null;
    const after = view.last < view.length ? this._more("Show what comes after", place, view.last + Math.floor(STEP / 3)) : null;
    this._body.replaceChildren(...[before, sheet, after].filter(Boolean));
    const isPdf = view.media_type === "application/pdf";
    this._bar.replaceChildren(...[isPdf ? make("button", { type: "button", class: "quiet", onclick: () => this.open(place, null) }, "As pages") : null, this._original(view)].filter(Boolean));
    const mark = sheet.querySelector("mark.quote");
    if (mark) mark.scrollIntoView({ block: "center" });
    else this._body.scrollTop = 0;
  }

  _more(label, place, at) {
    return make("button", { type: "button", class: "quiet more", onclick: async () => {
      this._showText(await get(`/v1/documents/${place.document_id}/view?kind=text&version=${place.version}&at=${at}`), place);
    } }, label);
  }

  _age(view, place) {
    this._old.hidden = view.live_version === view.version;
    if (this._old.hidden) return;
    const words = view.live_version === null ? "This document has been removed since; this is what it said." : `This is version ${view.version}, from which the footnote was taken. It has been replaced since. `;
    const current = view.live_version === null ? null : make("button", { type: "button", onclick: () => this.open({ ...place, version: null, start: null, end: null }) }, "Open the current one");
    this._old.replaceChildren(...[words, current].filter(Boolean));
  }

  _original(view) {
    if (/^https?:/.test(view.uri)) {
      const fragment = view.quote ? `#:~:text=${encodeURIComponent(view.quote.replace(/\s+/g, " ").slice(0, 120))}` : "";
      return make("a", { class: "quiet", href: view.uri + fragment, target: "_blank", rel: "noopener noreferrer" }, "Open the original");
    }
    return make("button", { type: "button", class: "quiet", onclick: () => this._save(view) }, "Save the original");
  }

  async _save(view) {
    try {
      const response = await request(`/v1/documents/${view.document_id}/original?version=${view.version}`);
      const url = URL.createObjectURL(await response.blob());
      const link = make("a", { href: url, download: view.document.split("/").pop() });
      link.click();
      URL.revokeObjectURL(url);
    } catch (error) {
      this._old.hidden = false;
      this._old.replaceChildren(error.message);
    }
  }

  _drop() {
    this._pages?.close();
    this._pages = null;
  }

  // Says on every number and note whether it is the one that is open.
  _mark(place) {
    for (const button of document.querySelectorAll("[data-opens]")) {
      button.setAttribute("aria-expanded", String(place !== null && button.dataset.opens === target(place)));
    }
  }

  // Over the whole page, as on a phone, the keyboard stays inside.
  _hold(event) {
    const inside = [...this._panel.querySelectorAll("button, a[href], [tabindex='0']")];
    const [first, last] = [inside[0], inside.at(-1)];
    if (event.shiftKey && (document.activeElement === first || document.activeElement === this._title)) last.focus();
    else if (!event.shiftKey && document.activeElement === last) first.focus();
    else return;
    event.preventDefault();
  }
}

export function addressOf(place, kind) {
  const query = new URLSearchParams();
  for (const name of ["version", "start", "end"]) if (place[name] !== null && place[name] !== undefined) query.set(name, place[name]);
  if (kind) query.set("kind", kind);
  return `/v1/documents/${place.document_id}/view?${query}`;
}

function overAll() {
  return matchMedia("(max-width: 61.99rem)").matches;
}

function failed(error, current) {
  const gone = error.status === 404;
  return make("div", { class: "wait", role: "alert" },
    make("p", {}, gone ? "This source is not there any more, or not for you." : error.message),
    make("button", { type: "button", class: "quiet", onclick: current }, "Try its current version"));
}
