// Menus close when one looks elsewhere; the cohort one works in is remembered for the pages outside it.
const menus = () => document.querySelectorAll("details[data-menu][open]");

document.addEventListener("click", (event) => {
  for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of menus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
  if (location.hash === "#side") location.hash = "main";
});
document.addEventListener("focusout", (event) => {
  const menu = event.target.closest?.("details[data-menu]");
  if (menu && event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
});
document.addEventListener("toggle", (event) => {
  if (event.target.matches?.("details[data-menu][open]")) {
    for (const menu of menus()) if (menu !== event.target && !menu.contains(event.target)) menu.open = false;
  }
}, true);

// The whole navigation as a sheet on phones: the rest of the page rests while it is open.
const rest = () => {
  const open = location.hash === "#side" && matchMedia("(max-width: 991.98px)").matches;
  for (const part of document.querySelectorAll(".topbar, .page, .foot, .bottombar")) part.inert = open;
  if (open) document.querySelector(".side-close")?.focus();
};
addEventListener("hashchange", rest);
rest();

const { cohort } = document.body.dataset;
if (cohort) document.cookie = `cohort=${encodeURIComponent(cohort)}; path=/; samesite=lax`;

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) print();
});
