// A form in [data-keep] is sent by a script: without a network it waits on this phone (kept.js) and is sent once there is one
// again; what the server refuses is shown with everything that was typed.
const PATIENCE = 10000;

const begin = (box) => {
  const form = box.querySelector("form"), note = box.querySelector("[data-keep-note]");
  const send = form.querySelector(".form-save .btn-primary");
  let busy = false;

  const later = async (data, error) => {
    try {
      await globalThis.kept.keep({ url: location.pathname, title: box.dataset.title, data, at: Date.now(), error });
      form.removeAttribute("data-guard");
      note.hidden = Boolean(error); // kept.js shows what was refused
      (error ? document.querySelector("[data-kept]") : note)?.scrollIntoView({ block: "center" });
    } catch {
      form.removeAttribute("data-guard");
      form.submit(); // nothing can be kept here: the browser says itself what came of it
    }
  };
  const refused = (answer, html, data) => {
    const page = new DOMParser().parseFromString(html, "text/html"), said = page.querySelector("[data-keep]");
    if (!said) return later(data, globalThis.kept?.reason(page) ?? String(answer.status));
    box.replaceWith(said);
    begin(said);
    said.querySelector(".errors")?.focus();
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    send.setAttribute("aria-busy", "true");
    const typed = new FormData(form), data = [...typed].filter(([name]) => name !== "csrfmiddlewaretoken");
    try {
      const body = new URLSearchParams([...typed]);
      const answer = await fetch(location.pathname, { method: "POST", body, headers: { Accept: "application/json, text/html" }, signal: AbortSignal.timeout(PATIENCE) });
      if (answer.status >= 400 && answer.status < 500) return await refused(answer, await answer.text(), data);
      if (!answer.ok) throw new Error(answer.status);
      if (answer.redirected) { // signed out meanwhile: it is sent after signing in
        await later(data);
        return location.assign(answer.url);
      }
      const { url } = await answer.json();
      await globalThis.kept?.forget(location.pathname).catch(() => {});
      form.removeAttribute("data-guard");
      location.assign(url);
    } catch {
      await later(data);
    } finally {
      busy = false;
      send.removeAttribute("aria-busy");
    }
  });
};

for (const box of document.querySelectorAll("[data-keep]")) {
  begin(box);
  // The page was opened again before it could be sent: what was typed, as it waits.
  globalThis.kept?.find(location.pathname).then((entry) => {
    const { elements } = box.querySelector("form");
    for (const [name, value] of entry?.data ?? []) if (elements[name] && elements[name].type !== "hidden") elements[name].value = value;
    box.querySelector("[data-keep-note]").hidden = !entry || Boolean(entry.error);
  }, () => {}); // no storage in this browser: nothing was kept
}
document.addEventListener("kept:sent", ({ detail }) => {
  if (detail.entry.url === location.pathname && detail.told.url) location.assign(detail.told.url);
});
document.addEventListener("kept:refused", ({ detail }) => {
  const note = document.querySelector("[data-keep-note]");
  if (note && detail.entry.url === location.pathname) note.hidden = true;
});
