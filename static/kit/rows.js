// Rows that are typed: a block copied from a spreadsheet goes in from this field to the right and down; Enter and the
// arrows move between the rows; typing in the last row adds another.
const form = document.querySelector("form[data-rows]");
const body = form.querySelector("tbody");
const most = Number(form.dataset.rows);
const rows = () => [...body.rows];
const fields = (row) => [...row.querySelectorAll("input")];
const place = (field) => { const row = field.closest("tr"); return [rows().indexOf(row), fields(row).indexOf(field)]; };

// A fresh row is a copy of the last one, with its number counted on and nothing in it.
const add = () => {
  const last = rows().at(-1), number = rows().length + 1;
  if (number > most) return null;
  const row = last.cloneNode(true);
  row.id = `row${number}`;
  row.className = "";
  row.cells[0].id = `r${number}`;
  row.cells[0].textContent = number;
  for (const told of row.querySelectorAll(".invalid-feedback")) told.remove();
  for (const field of fields(row)) {
    const [name] = field.name.split("-");
    Object.assign(field, { name: `${name}-${number}`, value: "", className: "form-control" });
    field.removeAttribute("value");
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
    field.setAttribute("aria-labelledby", `c-${name} r${number}`);
  }
  body.append(row);
  return row;
};

const write = (row, column, text) => {
  const line = rows()[row] ?? add();
  const field = line && fields(line)[column];
  if (!field) return;
  field.value = text.trim();
  field.classList.remove("is-invalid");
  field.dispatchEvent(new Event("input", { bubbles: true }));
};

form.addEventListener("paste", (event) => {
  const text = event.clipboardData?.getData("text/plain") ?? "";
  if (!event.target.closest("tbody") || !/[\t\n]/.test(text.trimEnd())) return;
  event.preventDefault();
  const [top, left] = place(event.target);
  const lines = text.replace(/\r/g, "").replace(/\n+$/, "").split("\n");
  lines.forEach((line, down) => line.split("\t").forEach((cell, right) => write(top + down, left + right, cell)));
});

form.addEventListener("keydown", (event) => {
  if (!event.target.closest("tbody") || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  const down = { Enter: event.shiftKey ? -1 : 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!down || (event.key !== "Enter" && event.target.hasAttribute("list"))) return; // there the arrows choose a name
  event.preventDefault();
  const [row, column] = place(event.target);
  const to = rows()[row + down] ?? (down > 0 ? add() : null);
  if (to) fields(to)[column].focus();
});

form.addEventListener("input", (event) => {
  if (event.target.closest("tr") === rows().at(-1) && event.target.value) add();
});
