// The name of a new profile field and of a fixed class are asked for only where they are needed.
const show = (select, field, value) => { if (field) field.hidden = select.value !== value; };
for (const select of document.querySelectorAll("[data-columns] select")) {
  const cell = select.parentElement;
  const update = () => {
    show(select, cell.querySelector("[data-new-field]"), "unknown");
    show(select, cell.querySelector("[data-class-name]"), "fixed");
  };
  select.addEventListener("change", update);
  update();
}
