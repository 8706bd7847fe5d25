// What was typed into a long form is kept on this device, so that a closed tab costs nothing. Numbers of people are not:
// the fields named here never leave the page. What was sent is forgotten.
const SECRET = new Set(["csrfmiddlewaretoken", "id_number", "phone"]);
const DAY = 24 * 3600 * 1000;

for (const form of document.querySelectorAll("form[data-typed]")) {
  const key = `typed:${form.dataset.typed}`;
  const fields = () => [...form.elements].filter((field) => field.name && !SECRET.has(field.name) && field.type !== "hidden" && field.type !== "submit");
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? "null");
    if (kept && Date.now() - kept.at < 7 * DAY && !form.querySelector(".errors")) {
      for (const field of fields()) if (field.name in kept.values && !field.value) field.value = kept.values[field.name];
    }
    form.addEventListener("input", () => {
      const values = Object.fromEntries(fields().map((field) => [field.name, field.value]));
      localStorage.setItem(key, JSON.stringify({ at: Date.now(), values }));
    });
    form.addEventListener("submit", () => localStorage.removeItem(key));
  } catch {
    // A browser that keeps nothing still has the button that saves the draft.
  }
}
