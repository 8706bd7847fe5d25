// Texts that were typed in this browser and that the server does not have yet (IndexedDB). Each belongs to the person who
// typed it: whoever signs in next on this phone never reads it. Loaded on a trainee's pages, so that a draft is sent from
// whichever is opened first when there is a network again, and before signing out.
const STORE = "drafts";
const user = document.body.dataset.user;
const token = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];

const open = () => new Promise((done, fail) => {
  const asked = indexedDB.open("journals", 1);
  asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "key" });
  asked.onsuccess = () => done(asked.result);
  asked.onerror = () => fail(asked.error);
});
const act = async (mode, does) => {
  const base = await open();
  try {
    return await new Promise((done, fail) => {
      const dealing = base.transaction(STORE, mode, { durability: "strict" }); // on the disk, for a battery that dies
      const asked = does(dealing.objectStore(STORE));
      dealing.oncomplete = () => done(asked?.result);
      dealing.onerror = dealing.onabort = () => fail(dealing.error);
    });
  } finally {
    base.close();
  }
};

const fresh = async (url) => {
  // Somebody signed in again in another tab: the token of this page is old. It must be the same person.
  const answer = await fetch(url, { cache: "no-store" });
  if (answer.redirected || !answer.ok) return null;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (page.body.dataset.user !== user) return null;
  document.body.setAttribute("hx-headers", page.body.getAttribute("hx-headers"));
  return token();
};
const post = (draft, csrf) => {
  const data = new URLSearchParams({ do: "keep", body: draft.text, revision: draft.revision, csrfmiddlewaretoken: csrf });
  if (draft.instead) data.set("instead", "1");
  return fetch(draft.url, { method: "POST", body: data, headers: { Accept: "application/json" }, signal: AbortSignal.timeout(20_000) });
};

export const keep = (draft) => act("readwrite", (store) => store.put({ ...draft, user, at: Date.now() }));
export const forget = (key) => act("readwrite", (store) => store.delete(key));
export const drafts = async () => {
  const all = await act("readonly", (store) => store.getAll());
  return all.filter((draft) => draft.user === user).sort((one, other) => one.at - other.at);
};

// What became of it: saved, clash (the server keeps both texts), refused, signed-out or away; with what the server told.
export const send = async (draft) => {
  try {
    let answer = await post(draft, token());
    if (answer.status === 403) {
      const csrf = await fresh(draft.url);
      if (!csrf) return { outcome: "signed-out" };
      answer = await post(draft, csrf);
    }
    if (answer.redirected || answer.status === 404) return { outcome: "signed-out" };
    if (!answer.headers.get("content-type")?.includes("json")) return { outcome: "away" };
    const told = await answer.json();
    if (answer.ok) return { outcome: "saved", told };
    return { outcome: answer.status === 409 ? "clash" : "refused", told };
  } catch {
    return { outcome: "away" };
  }
};

// The page that writes a draft holds its lock for as long as it is open; other pages leave that draft alone. A page that was
// closed a moment ago may hold it a little longer. Where there are no locks (no HTTPS) nobody holds anything.
const MOMENT = 2000;
export const hold = (key) => navigator.locks?.request(key, () => new Promise(() => {}));
export const unlessHeld = async (key, does) => {
  if (!navigator.locks) return does();
  return navigator.locks.request(key, { signal: AbortSignal.timeout(MOMENT) }, does).catch(() => null);
};

export const sync = async () => {
  for (const draft of await drafts()) {
    const go = await unlessHeld(draft.key, async () => {
      const { outcome, told } = await send(draft);
      if (outcome === "saved" || told?.kept) await forget(draft.key);
      return outcome;
    });
    if (go === "away" || go === "signed-out") return;
  }
};

if (user && !document.querySelector("form[data-journal]")) {
  const quietly = () => sync().catch(() => {}); // no storage in this browser: there is nothing to send
  quietly();
  addEventListener("online", quietly);
  for (const form of document.querySelectorAll("form[data-sign-out]")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.synced !== undefined) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      form.dataset.synced = "";
      const { submitter } = event;
      Promise.race([quietly(), new Promise((done) => { setTimeout(done, 5000); })]).then(() => form.requestSubmit(submitter));
    });
  }
}
