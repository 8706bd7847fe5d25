// What a mentor has chosen and not yet sent stays in this browser, by link and milestone, and goes when it has arrived.
const form = document.querySelector("form[data-mentor]");
if (form) {
  const { mentor, version } = form.dataset; // once it is answered, what was kept before is of no use
  const key = `mentor:${mentor}:${version}`;
  const values = () => Object.fromEntries([...new FormData(form)].filter(([name]) => !["csrfmiddlewaretoken", "milestone", "post"].includes(name)));
  const fill = (kept) => {
    for (const [name, value] of Object.entries(kept)) {
      for (const field of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
        if (field.type === "radio") field.checked = field.value === value;
        else field.value = value;
      }
    }
  };
  try {
    for (const old of Object.keys(localStorage)) if (old.startsWith(`mentor:${mentor}:`) && old !== key) localStorage.removeItem(old);
    const kept = JSON.parse(localStorage.getItem(key) ?? "null");
    if (kept) {
      fill(kept);
      form.querySelector("[data-kept]").hidden = false;
    }
    form.addEventListener("input", () => localStorage.setItem(key, JSON.stringify(values())));
  } catch { /* a browser that keeps nothing: the form works all the same */ }
}
