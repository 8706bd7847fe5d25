// Lists: choosing rows, the bar that counts them, "choose all N"; and requests that carry no empty filters.
const boxes = (form) => [...form.querySelectorAll("input[name=pk]")];

const show = (form) => {
  const all = form.querySelector("input[name=all]");
  const chosen = boxes(form).filter((box) => box.checked);
  const everything = all?.value === "1";
  for (const box of boxes(form)) {
    const row = box.closest("tr, li");
    if (box.checked) row?.setAttribute("aria-selected", "true");
    else row?.removeAttribute("aria-selected");
  }
  const head = form.querySelector("[data-pick-page]");
  if (head) {
    head.checked = chosen.length > 0 && chosen.length === boxes(form).length;
    head.indeterminate = chosen.length > 0 && !head.checked;
  }
  const bar = form.querySelector("[data-bulk-bar]");
  if (!bar) return;
  bar.classList.toggle("is-on", chosen.length > 0);
  const count = everything ? Number(form.dataset.total) : chosen.length;
  bar.querySelector("[data-count]").textContent = count.toLocaleString("en");
  const more = bar.querySelector("[data-pick-all]");
  if (more) more.hidden = everything || Number(form.dataset.total) <= chosen.length;
};

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-bulk]");
  if (!form) return;
  const all = form.querySelector("input[name=all]");
  if (event.target.matches("[data-pick-page]")) for (const box of boxes(form)) box.checked = event.target.checked;
  if (event.target.matches("[data-pick-page], input[name=pk]")) {
    if (all) all.value = "";
    show(form);
  }
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-pick-all], [data-pick-none]");
  const form = button?.closest("form[data-bulk]");
  if (!form) return;
  const every = button.matches("[data-pick-all]");
  for (const box of boxes(form)) box.checked = every;
  const all = form.querySelector("input[name=all]");
  if (all) all.value = every ? "1" : "";
  show(form);
});
// A table that fits needs no scrolling region; then its head may stay in sight, which a scrolling region prevents.
const fit = () => {
  for (const wrap of document.querySelectorAll(".table-wrap")) {
    wrap.classList.remove("fits");
    const fits = wrap.scrollWidth <= wrap.clientWidth;
    wrap.classList.toggle("fits", fits);
    if (fits) {
      wrap.removeAttribute("tabindex");
      wrap.removeAttribute("role");
    } else {
      wrap.tabIndex = 0;
      wrap.setAttribute("role", "group");
    }
  }
};
// On a phone the first filter stands alone; a button shows the others. One that is set stays in sight.
const narrow = matchMedia("(max-width: 767.98px)");
const fold = () => {
  for (const form of document.querySelectorAll("form.filters")) {
    const button = form.querySelector("[data-unfold]");
    const others = [...form.querySelectorAll("select, input:not([type=hidden])")].slice(1);
    if (!button || button.getAttribute("aria-expanded") === "true") continue;
    const folded = narrow.matches ? others.filter((field) => !field.value) : [];
    for (const field of others) (field.closest("label, .chips-date") ?? field).hidden = folded.includes(field);
    button.hidden = folded.length < 2;
    if (button.hidden) for (const field of folded) (field.closest("label, .chips-date") ?? field).hidden = false;
  }
};
narrow.addEventListener("change", fold);
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-unfold]");
  if (!button) return;
  button.setAttribute("aria-expanded", "true");
  button.hidden = true;
  const hidden = [...button.form.querySelectorAll("[hidden]")].filter((one) => one !== button);
  for (const one of hidden) one.hidden = false;
  hidden[0]?.focus();
});
const start = () => {
  fold();
  for (const form of document.querySelectorAll("form[data-bulk]")) show(form);
  fit();
};
addEventListener("pageshow", start);
addEventListener("resize", fit);
document.addEventListener("htmx:afterSettle", (event) => {
  start();
  const said = document.getElementById("said");
  const list = event.target.closest?.("#list, #list-rows");
  if (said && list) said.textContent = list.querySelector("caption, .empty h2")?.textContent ?? "";
});

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get" || !event.target.matches?.("form.filters")) return;
  for (const key of [...event.detail.formData.keys()]) if (event.detail.formData.get(key) === "") event.detail.formData.delete(key);
});

// A list whose answer is another page (the session has ended) is opened as that page.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, target } = event.detail;
  if (target?.id === "list" && xhr.responseURL && !xhr.responseText.includes('id="list"')) {
    event.detail.shouldSwap = false;
    location.assign(xhr.responseURL);
  }
});
