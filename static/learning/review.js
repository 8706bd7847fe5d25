// Reviewing by keyboard: J and K go from journal to journal, A accepts, R goes to the words. Never while one is typing.
const items = () => [...document.querySelectorAll("[data-journal-item]")];
const current = () => document.activeElement?.closest?.("[data-journal-item]");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, textarea, select")) {
    if (event.key === "Escape") current()?.focus();
    return;
  }
  const all = items(), at = all.indexOf(current());
  const step = { j: 1, k: -1 }[event.key];
  if (step) all[Math.max(0, Math.min(all.length - 1, at + step))]?.focus();
  else if (event.key === "a") current()?.querySelector("[data-key=a]")?.click();
  else if (event.key === "r") current()?.querySelector("textarea")?.focus();
  else return;
  event.preventDefault();
});

// After an answer the next journal that waits gets the focus.
document.addEventListener("htmx:afterSwap", (event) => {
  const answered = event.detail.elt?.closest?.("[data-journal-item]") ?? document.getElementById(event.detail.target?.id);
  const all = items(), at = all.indexOf(answered);
  const next = all.slice(at + 1).find((item) => item.querySelector("[data-key=a]"));
  (answered?.querySelector("[role=alert]") ? answered : (next ?? answered))?.focus();
});
