// Single keys can be switched off in the list of keys (speech input would press them by chance).
// Keys: / searches, ? shows the list of keys, j and k walk the rows of a list, x chooses one, Enter opens it.
const typing = (target) => target.matches?.("input:not([type=checkbox]):not([type=radio]), select, textarea, [contenteditable]");
const rows = () => [...document.querySelectorAll("#list tbody tr")];

const walk = (step) => {
  const all = rows();
  const now = all.findIndex((row) => row.contains(document.activeElement));
  const next = all[Math.min(Math.max(now + step, 0), all.length - 1)];
  (next?.querySelector("th a, td a") ?? next?.querySelector("input"))?.focus();
};

const single = document.querySelector("[data-single-keys]");
const OFF = "single-keys-off";
if (single) {
  single.checked = localStorage.getItem(OFF) === null;
  single.addEventListener("change", () => single.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1"));
}

document.addEventListener("keydown", (event) => {
  if (single && !single.checked) return;
  if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.key === "/") {
    const box = document.querySelector(".filters input[type=search]") ?? document.querySelector("[data-key='/']");
    if (!box) return;
    event.preventDefault();
    box.focus();
  } else if (event.key === "?") {
    document.getElementById("keys")?.showModal();
  } else if (event.key === "j" || event.key === "k") {
    walk(event.key === "j" ? 1 : -1);
  } else if (event.key === "x") {
    document.activeElement?.closest("tr")?.querySelector("input[name=pk]")?.click();
  }
});
