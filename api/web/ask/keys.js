// The key that the server may want: asked for when it does, kept in this tab alone.

import { key, onRefused } from "./client.js";
import { byId } from "./dom.js";

export function keyDialog(whenSet) {
  const dialog = byId("key-dialog");
  const input = byId("key-input");
  const button = byId("key");
  const why = byId("key-why");
  const first = why.textContent;

  function ask(refusal) {
    button.hidden = false;
    why.textContent = refusal && key.get() ? "The server does not take this key (any more). Enter another." : first;
    if (!dialog.open) dialog.showModal();
    input.focus();
  }

  onRefused(ask);
  button.hidden = !key.get();
  button.addEventListener("click", () => ask(null));
  dialog.querySelector("form").addEventListener("submit", () => {
    key.set(input.value.trim());
    input.value = "";
    button.hidden = false;
    whenSet();
  });
  byId("key-forget").addEventListener("click", () => {
    key.set("");
    input.value = "";
    dialog.close();
    location.assign("/");
  });
}
