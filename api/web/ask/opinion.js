// Thumbs, and the few words that one may add.

import { post } from "./client.js";
import { icon, make } from "./dom.js";

export function thumbs(answer) {
  const below = make("div");
  const buttons = ["up", "down"].map((verdict) => make("button", {
    type: "button", class: "icon", "aria-pressed": "false", title: verdict === "up" ? "Good answer" : "Bad answer",
    "aria-label": verdict === "up" ? "Good answer" : "Bad answer", onclick: () => choose(verdict),
  }, icon(verdict)));

  async function choose(verdict) {
    buttons.forEach((button, number) => button.setAttribute("aria-pressed", String((number === 0) === (verdict === "up"))));
    below.replaceChildren(form(answer, verdict, below));
    await send(answer, { verdict }, below);
  }
  return { buttons, below };
}

function form(answer, verdict, below) {
  const which = make("select", {}, make("option", { value: "" }, "the whole answer"),
    ...answer.sentences.map((sentence, number) => make("option", { value: number }, shortened(sentence.text))));
  const words = make("textarea", { maxlength: 4000 });
  return make("form", { class: "opinion", onsubmit: async (event) => {
    event.preventDefault();
    const sentence = which.value === "" ? null : Number(which.value);
    if (await send(answer, { verdict, sentence, comment: words.value }, below)) below.replaceChildren(thanks());
  } },
  make("p", { class: "thanks" }, verdict === "up" ? "Good to know. What was right about it?" : "Noted. What was wrong?"),
  make("label", {}, "About", which),
  make("label", {}, "Comment", words),
  make("div", { class: "row" },
    make("button", { type: "button", class: "quiet", onclick: () => below.replaceChildren(thanks()) }, "Leave it at that"),
    make("button", { type: "submit", class: "primary" }, "Send")));
}

async function send(answer, said, below) {
  try {
    await post("/v1/feedback", { answer_id: answer.answer_id, ...said });
    return true;
  } catch (error) {
    below.replaceChildren(make("p", { class: "thanks", role: "alert" }, `This could not be kept: ${error.message}`));
    return false;
  }
}

function thanks() {
  return make("p", { class: "thanks", role: "status" }, "Thank you, it is kept with the answer.");
}

function shortened(text) {
  return text.length > 70 ? `“${text.slice(0, 68)}…”` : `“${text}”`;
}
