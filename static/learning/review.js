// Reviewing by keyboard: J and K go from journal to journal, A accepts, R goes to the words, B sends it back with them, O opens the whole text; a digit
// begins the points (Enter accepts with them) or chooses a grade. Never while one is typing, nor if single keys are off.
const items = () => [...document.querySelectorAll("[data-journal-item]")];
const current = () => document.activeElement?.closest?.("[data-journal-item]");
const isOff = () => localStorage.getItem("single-keys-off") !== null;

const score = (box, digit) => {
  if (box?.matches("select")) {
    if (digit < box.options.length) box.selectedIndex = digit;
  } else if (box) {
    box.value = digit;
    box.focus();
  }
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, textarea, select")) {
    if (event.key === "Escape") current()?.focus();
    return;
  }
  if (isOff()) return;
  const all = items(), at = all.indexOf(current());
  const step = { j: 1, k: -1 }[event.key];
  if (step) all[Math.max(0, Math.min(all.length - 1, at + step))]?.focus();
  else if (["a", "b", "o"].includes(event.key)) current()?.querySelector(`[data-key=${event.key}]`)?.click();
  else if (event.key === "r") current()?.querySelector("textarea")?.focus();
  else if (/^[0-9]$/.test(event.key) && current()) score(current().querySelector("[data-score]"), Number(event.key));
  else return;
  event.preventDefault();
});

// After an answer the next journal that waits gets the focus; one that was opened in full keeps it.
document.addEventListener("htmx:afterSwap", (event) => {
  const answered = event.detail.elt?.closest?.("[data-journal-item]") ?? document.getElementById(event.detail.target?.id);
  const all = items(), at = all.indexOf(answered);
  const stays = event.detail.requestConfig?.verb === "get" || answered?.querySelector("[role=alert]");
  const next = all.slice(at + 1).find((item) => item.querySelector("[data-key=a]"));
  (stays ? answered : (next ?? answered))?.focus();
});
