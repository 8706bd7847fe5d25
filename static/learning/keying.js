// A signed sheet keyed in: one key is a mark and goes on to the next person. Arrows and Enter move, + marks all others of
// the column present, 0 takes a cell back to what is saved. On a phone the same keys stand below the grid. What was typed
// stays on this device until it is saved.
const form = document.querySelector("form[data-keying]");
const rows = [...form.querySelectorAll("tbody tr")];
const columns = form.elements.columns.value.split(",");
const boxes = [...form.querySelectorAll("td.c input")];
const byPlace = new Map(boxes.map((box) => [box.name, box]));
const people = rows.map((row) => row.querySelector("input[type=hidden]").name.slice(4));
const keys = [...form.querySelectorAll("[data-mark]")];
const status = form.querySelector("[data-status]");
const word = (name) => document.getElementById("words").content.querySelector(`[data-word="${name}"]`).textContent;
const store = `keying-${location.pathname}${location.search}`;
const COLOURS = { late: "warn", early: "warn", absent: "bad", excused: "off" };
let current = null;

const at = (box) => { const [, session, trainee] = box.name.split("-"); return [people.indexOf(trainee), columns.indexOf(session)]; };
const box = (row, column) => byPlace.get(`m-${columns[column]}-${people[row]}`);
const isChanged = (each) => each.value.trim() !== each.dataset.saved;
const draw = (each) => {
  const mark = keys.find((key) => key.dataset.label === each.value.trim())?.dataset.mark;
  each.dataset.colour = COLOURS[mark] ?? "";
  each.parentElement.classList.toggle("dirty", isChanged(each));
};
const keep = () => {
  const typed = boxes.filter(isChanged).map((each) => [each.name, each.dataset.saved, each.value]);
  status.textContent = typed.length ? word("typed").replace("{n}", typed.length) : "";
  try {
    if (typed.length) localStorage.setItem(store, JSON.stringify(typed));
    else localStorage.removeItem(store);
  } catch { /* no storage in this browser: what is typed stands on the page alone */ }
};
const recall = () => { try { return JSON.parse(localStorage.getItem(store) ?? "[]"); } catch { return []; } };
const write = (each, text) => {
  each.value = text;
  each.removeAttribute("aria-invalid");
  draw(each);
  each.dispatchEvent(new Event("input", { bubbles: true }));
};
// The next cell in that direction that can be typed into; down past the last person goes to the top of the next column.
const step = (from, down, right, wrap = false) => {
  let [row, column] = at(from);
  for (let left = rows.length * columns.length; left; left -= 1) {
    row += down;
    column += right;
    if (wrap && row >= rows.length) { row = 0; column += 1; }
    if (row < 0 || column < 0 || row >= rows.length || column >= columns.length) return;
    const to = box(row, column);
    if (to) { to.focus(); to.scrollIntoView({ block: "nearest", inline: "nearest" }); return; }
  }
};
const rest = (from) => {
  const [, column] = at(from);
  for (const [row] of rows.entries()) {
    const each = box(row, column);
    if (each && !each.value.trim()) write(each, keys[0].dataset.label);
  }
};
const press = (each, key) => { write(each, key.dataset.label); step(each, 1, 0, true); };

form.addEventListener("focusin", ({ target }) => {
  if (!byPlace.has(target.name)) return;
  current = target;
  target.select();
  for (const row of rows) row.classList.toggle("now", row.contains(target));
});
form.addEventListener("input", ({ target }) => { if (byPlace.has(target.name)) { draw(target); keep(); } });
form.addEventListener("keydown", (event) => {
  const each = event.target;
  if (!byPlace.has(each.name) || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  const key = keys.find(({ dataset }) => dataset.key === event.key);
  if (key) press(each, key);
  else if (event.key === "+" || event.key === "=") rest(each);
  else if (event.key === "0" || event.key === "Escape") write(each, each.dataset.saved);
  else if (event.key === "Enter") step(each, event.shiftKey ? -1 : 1, 0, true);
  else if (event.key === "ArrowDown") step(each, 1, 0);
  else if (event.key === "ArrowUp") step(each, -1, 0);
  else if (event.key === "ArrowLeft") step(each, 0, -1);
  else if (event.key === "ArrowRight") step(each, 0, 1);
  else return;
  event.preventDefault();
});
for (const key of [...keys, form.querySelector("[data-rest]")]) {
  key.addEventListener("pointerdown", (event) => event.preventDefault()); // the cell keeps the focus
  key.addEventListener("click", () => {
    const each = current ?? boxes.find((one) => !one.value) ?? boxes[0];
    if ("rest" in key.dataset) rest(each);
    else press(each, key);
  });
}
for (const each of form.querySelectorAll("[data-keys], [data-rest]")) each.hidden = false;

// The server says by the address that it has what was sent from here; a mark that waits to be compared is not typed again.
const draft = crypto.getRandomValues(new Uint32Array(2)).join("");
form.elements.draft.value = draft;
form.addEventListener("submit", () => { try { localStorage.setItem(`${store}:sent`, draft); } catch { /* nothing is kept here */ } });
const wasSent = () => { try { return location.hash === `#saved-${localStorage.getItem(`${store}:sent`)}`; } catch { return false; } };
if (wasSent()) {
  localStorage.removeItem(store);
  history.replaceState(null, "", location.pathname + location.search);
}

// What a closed tab left behind. A cell whose saved mark is another by now is left as it is.
let found = 0;
for (const [name, saved, text] of recall()) {
  const each = byPlace.get(name);
  if (each?.dataset.saved !== saved || each.value === text) continue;
  write(each, text);
  found += 1;
}
boxes.forEach(draw);
keep();
if (found) status.textContent = word("found");
const first = form.querySelector("[aria-invalid]") ?? boxes.find((each) => !each.value);
if (!document.querySelector(".errors")) first?.focus({ preventScroll: true });
