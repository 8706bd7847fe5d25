// A draft is sent at every pause of typing and kept in this browser until the server has it. What was saved elsewhere in
// the meantime is shown beside it; nothing is overwritten unasked.
const form = document.querySelector("form[data-journal]");
const word = (name) => document.getElementById("words").content.querySelector(`[data-word=${name}]`).textContent;

if (form) {
  const { body, revision, csrfmiddlewaretoken: token } = form.elements;
  const key = `journal-${form.dataset.journal}`;
  const status = form.querySelector("[data-saved]");
  const clash = form.querySelector("[data-clash]");
  let timer, sending = false, theirs = null;

  const measure = () => { form.querySelector("[data-length]").textContent = `${[...body.value].length} ${word("characters")}`; };
  const keep = () => localStorage.setItem(key, JSON.stringify({ text: body.value, revision: revision.value }));
  const forget = () => localStorage.removeItem(key);

  const send = async () => {
    clearTimeout(timer);
    if (sending || !clash.hidden) return;
    sending = true;
    const text = body.value;
    status.textContent = word("saving");
    try {
      const data = new URLSearchParams({ do: "keep", body: text, revision: revision.value, csrfmiddlewaretoken: token.value });
      const answer = await fetch(form.action, { method: "POST", body: data, headers: { Accept: "application/json" } });
      if (answer.redirected || !answer.headers.get("content-type")?.includes("json")) throw new Error("not saved");
      const told = await answer.json();
      if (answer.status === 409) {
        theirs = told;
        clash.querySelector("[data-theirs]").textContent = told.theirs;
        clash.hidden = false;
        status.textContent = told.error;
      } else if (!answer.ok) {
        status.textContent = told.error;
      } else {
        revision.value = told.revision;
        status.textContent = `${word("saved")} ${told.saved}`;
        if (body.value === text) forget();
        else schedule();
      }
    } catch {
      status.textContent = word("kept");
      timer = setTimeout(send, 15000);
    }
    sending = false;
  };
  const schedule = () => { clearTimeout(timer); timer = setTimeout(send, 900); };

  body.addEventListener("input", () => { measure(); keep(); schedule(); });
  addEventListener("online", send);
  document.addEventListener("visibilitychange", () => { if (document.hidden && localStorage.getItem(key)) send(); });
  for (const button of clash.querySelectorAll("[data-take]")) {
    button.addEventListener("click", () => {
      if (button.dataset.take === "theirs") body.value = theirs.theirs;
      revision.value = theirs.revision;
      clash.hidden = true;
      measure();
      keep();
      send();
    });
  }
  form.addEventListener("submit", () => { clearTimeout(timer); });
  for (const pictures of document.querySelectorAll("form[data-pictures]")) {
    pictures.addEventListener("submit", (event) => {
      if (!localStorage.getItem(key) || pictures.dataset.kept !== undefined) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      send().finally(() => { pictures.dataset.kept = ""; pictures.requestSubmit(); });
    }, true);
  }

  const left = JSON.parse(localStorage.getItem(key) ?? "null");
  if (left && left.text !== body.value) {
    if (left.revision === revision.value) {
      body.value = left.text;
      schedule();
    } else {
      theirs = { theirs: body.value, revision: revision.value };
      clash.querySelector("[data-theirs]").textContent = body.value;
      body.value = left.text;
      clash.hidden = false;
    }
  } else forget();
  measure();
} else {
  for (const key of Object.keys(localStorage)) if (key.startsWith("journal-") && location.pathname.includes(key.split("-")[1])) localStorage.removeItem(key);
}
