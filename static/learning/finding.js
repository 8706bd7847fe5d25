// Words chosen in a journal: a button at the foot of the screen leads to the page that makes something of them.
// Places are counted in characters as the server counts them: a sign outside the basic plane is one, not two.
const bar = document.querySelector("[data-cite-bar]");
const button = bar?.querySelector("a");

const length = (text) => [...text].length;

const place = (text, node, offset) => {
  const paragraph = (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement).closest("[data-start]");
  if (!paragraph || !text.contains(paragraph)) return null;
  const before = document.createRange();
  before.setStart(paragraph, 0);
  before.setEnd(node, offset);
  return Number(paragraph.dataset.start) + length(before.toString());
};

const end = (text, range) => {
  const at = place(text, range.endContainer, range.endOffset);
  if (at !== null) return at;
  const touched = [...text.querySelectorAll("[data-start]")].filter((each) => range.intersectsNode(each));
  const last = touched.at(-1); // the selection ends behind the text
  return last ? Number(last.dataset.start) + length(last.textContent) : null;
};

const chosen = () => {
  const selection = document.getSelection();
  if (!selection || selection.isCollapsed || !selection.rangeCount) return null;
  const range = selection.getRangeAt(0);
  const start = range.startContainer.nodeType === Node.ELEMENT_NODE ? range.startContainer : range.startContainer.parentElement;
  const text = start?.closest("[data-cite]");
  if (!text) return null;
  const places = [place(text, range.startContainer, range.startOffset), end(text, range)];
  return places.includes(null) || places[0] >= places[1] ? null : `${text.dataset.cite}?place=${places.join("-")}`;
};

if (bar) {
  document.addEventListener("selectionchange", () => {
    const url = chosen();
    bar.hidden = !url;
    if (url) button.href = url;
  });
}
