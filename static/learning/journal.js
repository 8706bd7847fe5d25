// A draft is sent at every pause of typing and kept in this browser until the server has it. What was saved elsewhere in
// the meantime is shown beside it, and the server keeps both; nothing is overwritten unasked.
import { drafts, forget, hold, keep, send, unlessHeld } from "./drafts.js";

const form = document.querySelector("form[data-journal]");
const word = (name) => document.getElementById("words").content.querySelector(`[data-word=${name}]`).textContent;

const write = () => {
  const { body, revision, instead } = form.elements;
  const url = new URL(form.action).pathname;
  const key = `${document.body.dataset.user}${url}${Date.now()}-${Math.random()}`;
  const status = form.querySelector("[data-saved]");
  const clash = document.querySelector("[data-clash]");
  let timer, sending = null, theirs = null, stored = Promise.resolve(), held = true, touched = false;
  hold(key);

  const draft = () => ({ key, url, text: body.value, revision: revision.value, instead: instead.value });
  const measure = () => { form.querySelector("[data-length]").textContent = `${[...body.value].length} ${word("characters")}`; };
  const store = () => { stored = keep(draft()).then(() => { held = true; }, () => { held = false; }); return stored; };
  const show = (told) => {
    theirs = told;
    clash.querySelector("[data-theirs]").textContent = told.theirs;
    clash.querySelector("[data-mine]").textContent = body.value;
    clash.hidden = false;
    status.textContent = word("clash");
    clash.scrollIntoView({ block: "nearest" });
    clash.focus({ preventScroll: true });
  };

  const transfer = async () => {
    clearTimeout(timer);
    await stored;
    const text = body.value;
    status.textContent = word("saving");
    const { outcome, told } = await send(draft());
    if (outcome === "saved") {
      revision.value = told.revision;
      instead.value = "";
      if (body.value === text) await forget(key).catch(() => {});
      else await store().then(schedule);
      status.textContent = `${word("saved")} ${told.saved}`;
    } else if (outcome === "clash") {
      await forget(key).catch(() => {}); // the server has both texts now
      show(told);
    } else if (outcome === "refused") {
      status.textContent = told.error;
      if (told.kept) await forget(key).catch(() => {});
    } else {
      const kept = outcome === "signed-out" ? "signed-out" : "kept";
      status.textContent = word(held ? kept : "open");
      document.querySelector("[data-sign-in]").hidden = outcome !== "signed-out";
      navigator.storage?.persist?.().catch(() => {}); // a browser short of room, or after seven days, keeps it all the same
      timer = setTimeout(flush, 15_000);
    }
    return outcome;
  };
  const flush = () => {
    if (!clash.hidden) return Promise.resolve("clash");
    sending ??= transfer().finally(() => { sending = null; });
    return sending;
  };
  const schedule = () => { clearTimeout(timer); timer = setTimeout(flush, 900); };
  const typed = () => { touched = true; delete form.dataset.flushed; measure(); store(); schedule(); };

  body.addEventListener("input", typed);
  addEventListener("online", async () => {
    if (sending) await sending; // begun without a network: it ends as "away", which the next one need not
    await flush();
  });
  document.addEventListener("visibilitychange", () => { if (document.hidden && timer) flush(); });

  for (const button of clash.querySelectorAll("[data-take]")) {
    button.addEventListener("click", () => {
      if (button.dataset.take === "theirs") body.value = theirs.theirs;
      revision.value = theirs.revision;
      instead.value = "1"; // the text that gives way stays among the versions
      clash.hidden = true;
      typed();
      body.focus();
    });
  }
  for (const button of document.querySelectorAll("[data-insert]")) {
    button.addEventListener("click", () => {
      const before = body.value.slice(0, body.selectionStart).trimEnd(), after = body.value.slice(body.selectionEnd).trimStart();
      const head = `${before}${before ? "\n\n" : ""}${button.dataset.insert}\n`;
      body.value = `${head}${after ? "\n\n" : ""}${after}`;
      body.setSelectionRange(head.length, head.length);
      body.focus();
      typed();
    });
  }
  for (const button of document.querySelectorAll("[data-version]")) {
    button.addEventListener("click", () => {
      instead.value = "1";
      body.value = button.closest("li").querySelector("[data-text]").textContent;
      typed();
      body.focus();
    });
  }

  form.addEventListener("submit", async (event) => {
    if (form.dataset.flushed !== undefined) return;
    event.preventDefault();
    const { submitter } = event;
    if (sending) await sending;
    if ((await flush()) !== "saved") return;
    form.dataset.flushed = "";
    form.requestSubmit(submitter);
  });
  for (const pictures of document.querySelectorAll("form[data-pictures]")) {
    pictures.addEventListener("submit", (event) => {
      if (pictures.dataset.kept !== undefined) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      flush().finally(() => { pictures.dataset.kept = ""; pictures.requestSubmit(); });
    }, true);
  }

  // What was left behind here: by a tab that was closed, a battery that died, a session that ended.
  const takeUp = async () => {
    const left = [];
    for (const each of await drafts()) {
      if (each.url === url && each.key !== key) await unlessHeld(each.key, () => left.push(each));
    }
    const newest = touched ? null : left.pop(); // what is being typed here is newer: the server keeps both
    for (const each of left) {
      const { outcome, told } = await send(each);
      if (outcome === "saved" || told?.kept) await forget(each.key);
    }
    if (newest) {
      if (newest.text !== body.value) {
        body.value = newest.text;
        revision.value = newest.revision;
        instead.value = newest.instead ?? "";
        measure();
        await store();
        await forget(newest.key);
        await flush();
      } else await forget(newest.key);
    }
  };
  measure();
  takeUp().catch(() => {});
};

if (form) write();
