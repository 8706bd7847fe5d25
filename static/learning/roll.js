// Roll call: each list of choices becomes one big button that goes round by taps; the form and its values stay the same.
const form = document.querySelector("form[data-roll]");
const faces = [...(document.getElementById("states")?.content.querySelectorAll("button") ?? [])];
const hint = document.getElementById("tap")?.content.textContent ?? "";
const COLOURS = { late: "state-warn", early: "state-warn", absent: "state-bad", excused: "state-off" };

const draw = (button, select, name) => {
  const face = faces.find((each) => each.dataset.value === select.value);
  button.className = `state ${COLOURS[select.value] ?? ""}`;
  button.textContent = face.textContent;
  button.setAttribute("aria-label", `${name} · ${face.textContent} · ${hint}`);
};

const count = () => {
  for (const figure of form.querySelectorAll("[data-state]")) {
    figure.textContent = [...form.querySelectorAll("select")].filter((select) => select.value === figure.dataset.state).length;
  }
};

if (form) {
  for (const select of form.querySelectorAll("select")) {
    const name = select.getAttribute("aria-label");
    const button = document.createElement("button");
    button.type = "button";
    draw(button, select, name);
    button.addEventListener("click", () => {
      const at = faces.findIndex((each) => each.dataset.value === select.value);
      select.value = faces[(at + 1) % faces.length].dataset.value;
      draw(button, select, name);
      count();
      select.dispatchEvent(new Event("input", { bubbles: true }));
    });
    select.hidden = true;
    select.after(button);
  }
  count();
}
