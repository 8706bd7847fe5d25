// Forms: focus on what is wrong, a guard over unsaved text, one sending at a time, and nothing typed is lost offline.
document.querySelector(".errors")?.focus();

const dirty = new WeakSet();
document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form?.hasAttribute("data-guard")) dirty.add(form);
});
addEventListener("beforeunload", (event) => {
  for (const form of document.querySelectorAll("form[data-guard]")) if (dirty.has(form)) event.preventDefault();
});

// Ctrl+Enter sends the form one is in.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.form?.method === "post") event.target.form.requestSubmit();
});

const sorry = (near) => {
  document.querySelector("[data-offline]")?.remove();
  const note = document.getElementById("offline")?.content.firstElementChild.cloneNode(true);
  if (!note) return;
  note.dataset.offline = "";
  near.before(note);
  note.scrollIntoView({ block: "nearest" });
};

// A form with data-guard asks the server first whether it is there: a lost connection must not replace the page and what
// was typed by the browser's own error page. Files and text then go the plain way.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.matches("[data-bulk], [hx-post], [data-many]")) return;
  if (form.dataset.sent !== undefined) {
    event.preventDefault();
    return;
  }
  if (form.hasAttribute("data-guard") && form.dataset.checked === undefined) {
    event.preventDefault();
    const { submitter } = event;
    submitter?.setAttribute("aria-busy", "true");
    let there = navigator.onLine;
    try {
      if (there) await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(8000) });
    } catch {
      there = false;
    }
    submitter?.removeAttribute("aria-busy");
    if (!there) return sorry(form);
    form.dataset.checked = "";
    dirty.delete(form);
    form.requestSubmit(submitter);
    return;
  }
  dirty.delete(form);
  form.dataset.sent = "";
  setTimeout(() => { delete form.dataset.sent; delete form.dataset.checked; }, 4000);
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.addEventListener(name, (event) => {
    const near = event.target.closest?.("form, section, #list") ?? document.getElementById("main").firstElementChild;
    if (!event.target.matches?.("[data-poll]")) sorry(near);
  });
}
