// Forms that were filled in without a network are kept here, by person and address, and sent once when there is one again.
// Other scripts use ``globalThis.kept``: keep(entry), find(url), forget(url), reason(page). Pages that work without a network say data-offline-copy.
const user = document.body.dataset.user ?? "";
const words = document.getElementById("kept-words")?.content;
const PATIENCE = 20000;

const database = () => new Promise((resolve, reject) => {
  const asked = indexedDB.open("kept", 1);
  asked.onupgradeneeded = () => asked.result.createObjectStore("forms", { keyPath: "id" });
  asked.onsuccess = () => resolve(asked.result);
  asked.onerror = () => reject(asked.error);
});
const run = async (mode, act) => {
  const db = await database();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = db.transaction("forms", mode);
      const asked = act(transaction.objectStore("forms"));
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    db.close();
  }
};
const idOf = (url) => `${user}|${url}`;
const mine = async () => (await run("readonly", (store) => store.getAll())).filter((entry) => entry.user === user);
const find = (url) => run("readonly", (store) => store.get(idOf(url)));
const forget = (id) => run("readwrite", (store) => store.delete(id));
const keep = async (entry) => {
  await run("readwrite", (store) => store.put({ ...entry, id: idOf(entry.url), user }));
  await show();
};

// What waits here, and what the server did not take, stands above the page.
const show = async () => {
  const entries = (await mine()).filter((entry) => entry.error || entry.url !== location.pathname); // its own page tells
  document.querySelector("[data-kept]")?.remove();
  if (!entries.length || !words) return;
  const band = words.querySelector("[data-kept]").cloneNode(true);
  const list = band.querySelector("ul"), line = list.firstElementChild;
  line.remove();
  for (const entry of entries) {
    const item = line.cloneNode(true);
    item.querySelector("[data-title]").textContent = entry.title;
    item.querySelector("[data-error]").textContent = entry.error ?? "";
    const drop = item.querySelector("button");
    drop.hidden = !entry.error;
    drop.addEventListener("click", async () => { await forget(entry.id); await show(); });
    list.append(item);
  }
  document.getElementById("main").prepend(band);
};

const say = (name) => {
  const said = document.getElementById("said");
  if (said) said.textContent = words?.querySelector(`[data-word=${name}]`)?.textContent ?? "";
};

// Why the server did not take it, in the words of its page.
const reason = (page) => page.querySelector(".errors li, .note-bad div, main p")?.textContent.trim();

// It stays as it was typed, with the words of the server.
const refuse = async (entry, answer, page) => {
  if ((await find(entry.url))?.at !== entry.at) return; // typed anew meanwhile
  await run("readwrite", (store) => store.put({ ...entry, error: reason(page) ?? String(answer.status) }));
  document.dispatchEvent(new CustomEvent("kept:refused", { detail: { entry } }));
};
const isRefused = ({ status }) => status >= 400 && status < 500 && status !== 429; // 429: too many at once, later again

const read = async (url) => {
  const page = await fetch(url, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
  return { page, html: new DOMParser().parseFromString(await page.text(), "text/html") };
};

// A fresh token comes with the page of the form, which also tells who is signed in now.
const send = async (entry) => {
  const { page, html } = await read(entry.url);
  const isOutOfReach = isRefused(page) && (await read("/")).html.body.dataset.user === user; // a page of an error names nobody
  if (isOutOfReach) return refuse(entry, page, html);
  if (page.redirected || html.body.dataset.user !== user) return;
  const token = html.querySelector("[name=csrfmiddlewaretoken]")?.value;
  if (!page.ok || !token) throw new Error(page.status);
  const body = new URLSearchParams([...entry.data, ["csrfmiddlewaretoken", token], ["kept", "1"]]);
  const answer = await fetch(entry.url, { method: "POST", body, headers: { Accept: "application/json, text/html" }, signal: AbortSignal.timeout(PATIENCE) });
  if (answer.ok) {
    const now = await find(entry.url);
    if (now && now.at === entry.at) await forget(entry.id);
    say("sent");
    document.dispatchEvent(new CustomEvent("kept:sent", { detail: { entry, told: await answer.json().catch(() => ({})) } }));
  } else if (isRefused(answer)) {
    await refuse(entry, answer, new DOMParser().parseFromString(await answer.text(), "text/html"));
  } else throw new Error(answer.status);
};

let sending = false, onceMore = false;
const drain = async () => {
  if (!user || !navigator.onLine) return;
  onceMore = sending; // the network came back while a request of before was still failing
  if (sending) return;
  sending = true;
  let isLeft = false;
  try {
    for (const entry of await mine()) if (!entry.error) await send(entry).catch(() => { isLeft = true; });
  } catch {
    isLeft = true;
  } finally {
    if (isLeft) setTimeout(drain, PATIENCE); // the network was there and is gone again
    sending = false;
    await show();
    if (onceMore) drain();
  }
};

globalThis.kept = { keep, find, reason, forget: (url) => forget(idOf(url)) };
if (user) {
  addEventListener("online", drain);
  drain().catch(() => {});
} else if ("caches" in globalThis) {
  caches.delete("pages"); // signed out: what was kept for a person is gone
}

const wanted = document.querySelectorAll("[data-offline-copy]");
if (user && wanted.length && "serviceWorker" in navigator) {
  const inCharge = new Promise((resolve) => {
    if (navigator.serviceWorker.controller) resolve();
    else navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true });
  });
  await navigator.serviceWorker.register("/service-worker.js", { scope: "/", updateViaCache: "none" }).catch(() => {});
  await inCharge;
  const addresses = new Set([...wanted].slice(0, 8).map((each) => each.href || location.href));
  if (navigator.onLine) for (const url of addresses) await fetch(url, { headers: { "X-Offline-Copy": "1" } }).catch(() => {});
}
