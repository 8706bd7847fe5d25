// data-open="id" opens a dialog. data-confirm on a button or link asks first:
//   data-confirm="Title with the number"  data-confirm-body="What will (not) happen"  data-confirm-yes="Send to 37 people"
//   data-confirm-danger for what cannot be undone
const dialog = document.getElementById("confirm");

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener) document.getElementById(opener.dataset.open)?.showModal();
});

const ask = (asker) => new Promise((resolve) => {
  const { confirm, confirmBody, confirmYes, confirmDanger } = asker.dataset;
  const yes = dialog.querySelector("[value=yes]");
  dialog.querySelector("h2").textContent = confirm;
  const body = dialog.querySelector("p");
  body.textContent = confirmBody ?? "";
  body.hidden = !confirmBody;
  yes.textContent = confirmYes || asker.textContent.trim();
  yes.classList.toggle("btn-danger", confirmDanger !== undefined);
  yes.classList.toggle("btn-primary", confirmDanger === undefined);
  dialog.returnValue = "";
  dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  dialog.showModal();
});

document.addEventListener("click", async (event) => {
  const asker = event.target.closest("[data-confirm]");
  if (!asker || !dialog || asker.dataset.confirmed !== undefined) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!(await ask(asker))) return;
  asker.dataset.confirmed = "";
  if (asker.form) asker.form.requestSubmit(asker);
  else asker.click();
  delete asker.dataset.confirmed;
}, true);
