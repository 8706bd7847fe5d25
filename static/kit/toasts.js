// Toasts go by themselves (6 s, 10 s with an undo), but not while someone looks at them. Modules may say one: say("text").
const area = document.querySelector(".toasts");

const watch = (toast) => {
  let timer;
  const start = () => { timer = setTimeout(() => toast.remove(), Number(toast.dataset.toast || 6) * 1000); };
  const stop = () => clearTimeout(timer);
  toast.addEventListener("mouseenter", stop);
  toast.addEventListener("mouseleave", start);
  toast.addEventListener("focusin", stop);
  toast.addEventListener("focusout", start);
  start();
};

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-close]")) event.target.closest(".toast-note, .note")?.remove();
});
for (const toast of area?.querySelectorAll(".toast-note") ?? []) watch(toast);

// From any script: document.dispatchEvent(new CustomEvent("say", { detail: "Saved at 14:02" }))
document.addEventListener("say", (event) => {
  if (!area) return;
  const toast = document.createElement("div");
  toast.className = "toast-note";
  toast.append(Object.assign(document.createElement("span"), { textContent: event.detail }));
  area.replaceChildren(toast);
  watch(toast);
});
