// Pages of a PDF, drawn when they come near: the picture, light over the quote, and a layer of words over both.

import { get, request } from "./client.js";
import { make } from "./dom.js";

const A4 = 1.414;

export class Pages {
  // `quote` is {start, end} in the stored text, or null. `lost()` shows the document as text instead.
  constructor(view, quote, lost) {
    this._view = view;
    this._quote = quote;
    this._lost = lost;
    this._pages = new Map();
    this._addresses = [];
    this.element = make("div", { class: "pages" });
    for (const number of view.pages) {
      const page = make("section", { class: "page", "aria-label": `Page ${number}`, "data-page": number }, make("span", { class: "number" }, String(number)));
      page.style.aspectRatio = `1 / ${A4}`;
      this._pages.set(number, { element: page, begun: null });
      this.element.append(page);
    }
  }

  // Draws what comes near in `scroller`, goes to `number`, and says when its words are there.
  async show(scroller, number) {
    this._near = new IntersectionObserver((entries) => {
      for (const entry of entries) if (entry.isIntersecting) this._draw(Number(entry.target.dataset.page));
    }, { root: scroller, rootMargin: "600px 0px" });
    await this._draw(number, true);
    this._go(scroller, number);
    for (const { element } of this._pages.values()) this._near.observe(element);
  }

  turnTo(scroller, number) {
    const page = this._pages.get(number);
    if (page) page.element.scrollIntoView({ block: "start" });
    return Boolean(page);
  }

  close() {
    this._near?.disconnect();
    this._addresses.forEach((address) => URL.revokeObjectURL(address));
  }

  _go(scroller, number) {
    const page = this._pages.get(number)?.element;
    const light = page?.querySelector(".light");
    if (!page) return;
    if (!light) page.scrollIntoView({ block: "start" });
    else {
      const at = light.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
      scroller.scrollTop += at - scroller.clientHeight * 0.3;
    }
  }

  _draw(number, alsoWait = false) {
    const page = this._pages.get(number);
    if (!page) return null;
    page.begun ??= this._drawn(page.element, number);
    return alsoWait ? page.begun : null;
  }

  async _drawn(element, number) {
    const address = `/v1/documents/${this._view.document_id}/pages/${number}`;
    const version = `?version=${this._view.version}`;
    try {
      const page = await get(address + version);
      if (page.width) element.style.aspectRatio = `${page.width} / ${page.height}`;
      element.append(...lights(page.words, this._quote), layer(page, this._quote));
      this._picture(element, `${address}.png${version}`, Boolean(page.width));
    } catch (error) {
      this._say(element, error.message);
    }
  }

  async _picture(element, address, sized) {
    try {
      const url = URL.createObjectURL(await (await request(address)).blob());
      this._addresses.push(url);
      const image = make("img", { src: url, alt: "" });
      if (!sized) image.onload = () => { element.style.aspectRatio = `${image.naturalWidth} / ${image.naturalHeight}`; };
      element.prepend(image);
    } catch (error) {
      this._say(element, error.message);
    }
  }

  _say(element, message) {
    element.append(make("div", { class: "lost" }, make("p", {}, message),
      make("button", { type: "button", class: "quiet", onclick: this._lost }, "Show its text")));
  }
}

// The words over the picture, each in its place; the quote's are in a <mark>.
function layer(page, quote) {
  const words = make("div", { class: "words" });
  const ratio = page.width ? page.height / page.width : A4;
  let marked = null;
  for (const word of page.words) {
    const span = make("span", {}, word.text);
    span.style.left = percent(word.left);
    span.style.top = percent(word.top);
    span.style.width = percent(word.right - word.left);
    span.style.height = percent(word.bottom - word.top);
    span.style.fontSize = `${(word.bottom - word.top) * ratio * 82}cqw`;
    if (within(word, quote)) {
      if (!marked) words.append((marked = make("mark", { class: "quote" })));
      marked.append(span, " ");
    } else {
      marked = null;
      words.append(span, " ");
    }
  }
  return words;
}

// One stretch of light for each line of the quote.
function lights(words, quote) {
  const stretches = [];
  for (const word of words.filter((one) => within(one, quote))) {
    const last = stretches.at(-1);
    const sameLine = last && Math.min(last.bottom, word.bottom) - Math.max(last.top, word.top) > 0.5 * (word.bottom - word.top) && word.left >= last.left - 0.01;
    if (sameLine) {
      last.right = Math.max(last.right, word.right);
      last.top = Math.min(last.top, word.top);
      last.bottom = Math.max(last.bottom, word.bottom);
    } else stretches.push({ ...word });
  }
  return stretches.map((stretch) => {
    const light = make("div", { class: "light" });
    light.style.left = percent(stretch.left - 0.004);
    light.style.top = percent(stretch.top - 0.002);
    light.style.width = percent(stretch.right - stretch.left + 0.008);
    light.style.height = percent(stretch.bottom - stretch.top + 0.004);
    return light;
  });
}

function within(word, quote) {
  return quote !== null && word.start < quote.end && word.end > quote.start;
}

function percent(fraction) {
  return `${(fraction * 100).toFixed(3)}%`;
}
