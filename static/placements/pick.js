// Finds among many people those whose line holds what is typed; what is chosen stays in sight and is sent all the same.
const find = document.querySelector("[data-find]");
if (find) {
  const lines = [...document.querySelectorAll("[data-pick]")].map((line) => [line, line.querySelector(".pick-who").textContent.toLowerCase()]);
  find.addEventListener("input", (event) => {
    event.stopPropagation(); // it is no answer: nothing to keep
    const words = find.value.trim().toLowerCase().split(/\s+/);
    for (const [line, text] of lines) line.hidden = !line.querySelector("select").value && !words.every((word) => text.includes(word));
  });
  find.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
}
