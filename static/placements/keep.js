// A form in [data-keep] that is sent without a network waits on this phone (kept.js) and is sent once there is one again.
const PATIENCE = 15000;

for (const box of document.querySelectorAll("[data-keep]")) {
  const form = box.querySelector("form"), note = box.querySelector("[data-keep-note]");
  globalThis.kept?.find(location.pathname).then((entry) => {
    for (const [name, value] of entry?.data ?? []) if (form.elements[name]) form.elements[name].value = value;
    note.hidden = !entry;
  }, () => {}); // no storage in this browser: nothing was kept
  const reaches = async () => {
    if (!navigator.onLine) return false;
    const asked = await fetch(location.href, { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(PATIENCE) }).catch(() => null);
    return Boolean(asked);
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const send = form.querySelector(".form-save .btn-primary");
    send.disabled = true;
    const data = [...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken");
    form.removeAttribute("data-guard");
    if (await reaches() || !globalThis.kept) return form.submit();
    send.disabled = false;
    try {
      await globalThis.kept.keep({ url: location.pathname, title: box.dataset.title, data, at: Date.now() });
      note.hidden = false;
      note.scrollIntoView({ block: "center" });
    } catch {
      form.submit(); // nothing can be kept here: the browser says itself that there is no network
    }
  });
}
