// Where there is room, the pair that is opened in a plan is explained beside the list; a narrow screen opens its page.
const beside = document.querySelector("[data-beside]"), list = document.querySelector("#list");
const names = () => list.querySelectorAll("tbody tr > :first-child a");
let shown = "";

const mark = () => {
  for (const name of names()) {
    if (name.pathname === shown) name.setAttribute("aria-current", "true");
    else name.removeAttribute("aria-current");
  }
};
const explain = (name) => {
  shown = name.pathname;
  mark();
  return globalThis.htmx.ajax("GET", name.pathname, { source: beside, target: beside, swap: "innerHTML" });
};
const hasRoom = () => beside.offsetParent !== null;

if (beside && list) {
  const [first] = names();
  if (first && hasRoom()) explain(first);
  document.addEventListener("click", (event) => {
    const name = event.target.closest("#list tbody tr > :first-child a");
    if (!name || !hasRoom() || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    explain(name).then(() => beside.scrollTo(0, 0));
  });
  document.addEventListener("htmx:afterSwap", (event) => event.target !== beside && mark());
}
