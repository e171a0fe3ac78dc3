// Elements made in one call. What is said in them is text, never markup.

export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") node.className = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const DRAWINGS = {
  up: "M7 10v10H4V10zm3 10h7.2a2 2 0 0 0 2-1.6l1.2-6A2 2 0 0 0 18.400 10H14l.7-4.300A1.700 1.700 0 0 0 13 3.800L10 10z",
  down: "M17 14V4h3v10zm-3-10H6.800a2 2 0 0 0-2 1.600l-1.200 6A2 2 0 0 0 5.600 14H10l-.7 4.300a1.700 1.700 0 0 0 1.700 1.900L14 14z",
  close: "M6 6l12 12M18 6L6 18",
  previous: "M15 5l-7 7 7 7",
  next: "M9 5l7 7-7 7",
};

export function icon(name) {
  const space = "http://www.w3.org/2000/svg"; // a name, not an address
  const svg = document.createElementNS(space, "svg");
  const path = document.createElementNS(space, "path");
  for (const [key, value] of [["viewBox", "0 0 24 24"], ["aria-hidden", "true"], ["fill", "none"], ["stroke", "currentColor"],
    ["stroke-width", "1.6"], ["stroke-linejoin", "round"], ["stroke-linecap", "round"]]) svg.setAttribute(key, value);
  path.setAttribute("d", DRAWINGS[name]);
  svg.append(path);
  return svg;
}

export const byId = (id) => document.getElementById(id);

export function placeOf(document, page) {
  return page === null || page === undefined ? document : `${document} · page ${page}`;
}
