// Ready-made lines go to the end of a field, each once.
for (const button of document.querySelectorAll("[data-add-lines]")) {
  const field = document.getElementById(button.dataset.addLines);
  button.addEventListener("click", () => {
    const lines = field.value.split("\n").map((line) => line.trim()).filter(Boolean);
    for (const line of button.dataset.lines.split("\n")) if (!lines.includes(line)) lines.push(line);
    field.value = lines.join("\n");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });
}
