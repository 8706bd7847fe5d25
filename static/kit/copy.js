// One tap copies the words of a button. Where the browser gives no clipboard (no HTTPS) they stand in a box, marked.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.querySelector("span").textContent = button.dataset.copied;
    } catch {
      const box = button.parentElement.querySelector("textarea") ?? document.createElement("textarea");
      Object.assign(box, { className: "form-control", readOnly: true, value: button.dataset.copy });
      box.setAttribute("aria-label", button.textContent);
      button.after(box);
      box.select();
    }
  });
}
