// Roll call: each list of choices becomes one big button that goes round by taps; the form and its values stay the same.
// It is sent by a script, so that a roll without a network is kept on the phone (kept.js) instead of being lost.
const COLOURS = { late: "state-warn", early: "state-warn", absent: "state-bad", excused: "state-off" };
const PATIENCE = 10000;
const key = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
};

const begin = (form) => {
  const faces = [...document.getElementById("states").content.querySelectorAll("button")];
  const hint = document.getElementById("tap").content.textContent;
  const selects = [...form.querySelectorAll("select")];
  const send = form.querySelector(".dock .btn-primary");
  let last = "", drawn = key(), busy = false;

  const draw = (select) => {
    const face = faces.find((each) => each.dataset.value === select.value), button = select.nextElementSibling;
    button.className = `state ${COLOURS[select.value] ?? ""}`;
    button.textContent = face.textContent;
    button.setAttribute("aria-label", `${select.getAttribute("aria-label")} · ${face.textContent} · ${hint}`);
  };
  const count = () => {
    for (const figure of form.querySelectorAll("[data-state]")) {
      figure.textContent = selects.filter((select) => select.value === figure.dataset.state).length;
    }
  };
  for (const select of selects) {
    const button = document.createElement("button");
    button.type = "button";
    button.addEventListener("click", () => {
      const at = faces.findIndex((each) => each.dataset.value === select.value);
      select.value = faces[(at + 1) % faces.length].dataset.value;
      draw(select);
      count();
      select.dispatchEvent(new Event("input", { bubbles: true }));
    });
    select.hidden = true;
    select.after(button);
    draw(select);
  }
  count();

  const isKept = () => {
    form.removeAttribute("data-guard");
    if (!document.querySelector("[data-kept-here]")) {
      const note = document.getElementById("kept-here").content.firstElementChild.cloneNode(true);
      note.dataset.keptHere = "";
      form.before(note);
      note.scrollIntoView({ block: "center" });
    }
  };
  // The page was opened again before the network came back: the marks as they wait to be sent.
  globalThis.kept?.find(location.pathname).then((entry) => {
    if (!entry) return;
    const marks = new Map(entry.data);
    for (const select of selects) if (marks.has(select.name)) { select.value = marks.get(select.name); draw(select); }
    count();
    isKept();
  }, () => {}); // no storage in this browser: nothing was kept

  // Without a network the roll is kept; where the browser keeps nothing, it sends the form itself and tells what came of it.
  const later = async (data, at) => {
    try {
      await globalThis.kept.keep({ url: location.pathname, title: form.dataset.title, data, at });
      isKept();
    } catch {
      form.removeAttribute("data-guard");
      form.submit();
    }
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopPropagation();
    if (busy) return;
    busy = true;
    send.setAttribute("aria-busy", "true");
    const data = [...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken");
    const said = JSON.stringify(data);
    if (last && last !== said) drawn = key(); // other marks are another roll
    last = said;
    const at = Date.now();
    data.push(["key", drawn], ["stated_at", at]);
    try {
      const body = new URLSearchParams([...data, ["csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value]]);
      const answer = await fetch(location.pathname, { method: "POST", body, headers: { Accept: "application/json, text/html" }, signal: AbortSignal.timeout(PATIENCE) });
      if (answer.status === 409) return again(await answer.text());
      if (!answer.ok || answer.redirected) throw new Error(answer.status);
      form.removeAttribute("data-guard");
      location.assign((await answer.json()).url);
    } catch {
      await later(data, at);
    } finally {
      busy = false;
      send.removeAttribute("aria-busy");
    }
  });
};

// The server says no: its page with the reason and the marks of others takes the place of this one.
const again = (html) => {
  const page = new DOMParser().parseFromString(html, "text/html");
  document.getElementById("main").replaceWith(page.getElementById("main"));
  const form = document.querySelector("form[data-roll]");
  if (form) begin(form);
  document.querySelector("main [role=alert]")?.scrollIntoView({ block: "center" });
};

document.addEventListener("kept:sent", ({ detail }) => {
  if (detail.entry.url === location.pathname && detail.told.url) location.assign(detail.told.url);
});
const form = document.querySelector("form[data-roll]");
if (form) begin(form);
