// Only the questions of the chosen way are shown; a found person goes into the rule that was written in last.
const form = document.querySelector("[data-split]");
const show = () => {
  const mode = form.querySelector("[name=mode]:checked")?.value;
  for (const part of form.querySelectorAll("[data-mode]")) part.hidden = part.dataset.mode !== mode;
};
form.addEventListener("change", show);
show();

let rule = form.querySelector("textarea");
form.addEventListener("focusin", (event) => { if (event.target.matches("textarea")) rule = event.target; });
document.addEventListener("click", (event) => {
  const person = event.target.closest("[data-person]")?.dataset.person;
  if (!person) return;
  const line = rule.value.split("\n").at(-1);
  rule.value += (line.trim() ? "、" : "") + person;
  rule.dispatchEvent(new Event("input", { bubbles: true }));
  form.querySelector("[name=q]").focus();
});
