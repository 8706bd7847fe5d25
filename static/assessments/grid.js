// The score grid: every box is saved as soon as one leaves it. Enter goes down, Tab right, arrows move, Ctrl+Z takes the
// last change back, Esc shows what is saved. A box that somebody else wrote in between is asked about, never overwritten.
const form = document.querySelector("form[data-grid]");
const word = (name) => document.getElementById("words").content.querySelector(`[data-word="${name}"]`).innerHTML;
const csrf = form?.elements.csrfmiddlewaretoken?.value;

if (form?.querySelector("td.c")) {
  const rows = [...form.querySelectorAll("tbody tr")];
  const boxes = rows.map((row) => [...row.querySelectorAll("td.c input")]);
  const all = boxes.flat();
  const cells = new Map(); // box -> { saved, seen, busy, again, error }
  const byKey = new Map();
  const status = form.querySelector("[data-status]");
  const wrong = form.querySelector("[data-wrong]");
  const store = `grid-${form.dataset.grid}-${form.action}`;
  const history = [];
  let asking = Promise.resolve();

  boxes.forEach((line, at) => {
    const seen = rows[at].querySelector("input[type=hidden]").value.split(",");
    line.forEach((box, column) => {
      box.inputMode = "decimal";
      box.maxLength = 200;
      const bad = box.hasAttribute("aria-invalid");
      cells.set(box, { saved: bad ? null : box.value, seen: seen[column], at, column, error: "" });
      byKey.set(box.name.slice(2), box);
    });
  });

  // What is said -----------------------------------------------------------------------------------------------------
  const tell = (text) => { status.textContent = text; };
  const name = (box) => box.getAttribute("aria-labelledby").split(" ").map((id) => document.getElementById(id).firstChild.textContent).join(" · ");
  const dirty = () => all.filter((box) => box.value.trim() !== (cells.get(box).saved ?? "\0"));
  const keep = () => {
    const left = Object.fromEntries(dirty().map((box) => [box.name, { text: box.value, seen: cells.get(box).seen }]));
    if (Object.keys(left).length) localStorage.setItem(store, JSON.stringify(left));
    else localStorage.removeItem(store);
  };
  const sayWrong = () => {
    const bad = all.filter((box) => cells.get(box).error);
    wrong.replaceChildren();
    for (const box of bad.slice(0, 5)) {
      const line = document.createElement("div");
      line.textContent = `${name(box)}: ${cells.get(box).error}`;
      wrong.append(line);
    }
  };
  const mark = (box, error) => {
    cells.get(box).error = error;
    box.parentElement.classList.toggle("dirty", Boolean(error));
    if (error) {
      box.setAttribute("aria-invalid", "true");
      box.setAttribute("aria-describedby", "wrong");
    } else {
      box.removeAttribute("aria-invalid");
      box.removeAttribute("aria-describedby");
    }
    sayWrong();
    draw(cells.get(box).at);
  };
  const filled = (box) => Boolean(cells.get(box).saved);
  const draw = (at) => {
    const line = boxes[at], done = line.filter(filled).length;
    const state = rows[at].querySelector("[data-state]");
    const bad = line.find((box) => cells.get(box).error);
    if (bad) {
      const why = document.createElement("span");
      why.className = "sub";
      why.textContent = cells.get(bad).error;
      state.innerHTML = word("bad");
      state.append(why);
    } else if (done === line.length) state.innerHTML = word("filled");
    else state.innerHTML = done ? word("some").replace("{n}", line.length - done) : word("empty");
    const people = Number(form.dataset.people);
    const elsewhere = Number(form.dataset.done) - before;
    const now = elsewhere + boxes.filter((each) => each.every(filled)).length;
    form.querySelector("[data-filled]").textContent = now;
    form.querySelector(".meter .on")?.setAttribute("width", people ? (100 * now) / people : 0);
    const button = document.querySelector("[data-hand-in]");
    if (!button) return;
    const left = people - now;
    button.textContent = left ? word("hand-some").replace("{n}", left) : word("hand");
    button.dataset.confirmBody = (left ? word("gaps") : word("whole")).replace("{n}", left);
    button.classList.toggle("btn-primary", !left);
    button.classList.toggle("btn-plain", Boolean(left));
  };
  const before = boxes.filter((each) => each.every(filled)).length;
  const sum = async (at) => {
    const cell = rows[at].querySelector("[data-total]");
    if (!boxes[at].every(filled)) return void (cell.textContent = "—");
    try {
      const answer = await fetch(`${form.action.split("?")[0]}?total=${rows[at].dataset.person}`, { headers: { Accept: "application/json" } });
      if (answer.ok) cell.textContent = (await answer.json()).total ?? "—";
    } catch { /* the next save asks again */ }
  };

  // Saving -----------------------------------------------------------------------------------------------------------
  const send = async (data) => {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams({ ...data, csrfmiddlewaretoken: csrf }), headers: { Accept: "application/json" } });
    if (answer.redirected || !answer.headers.get("content-type")?.includes("json")) throw new Error(answer.redirected ? "out" : "kept");
    return [answer.status, await answer.json()];
  };
  const took = (box, told, text) => {
    const cell = cells.get(box);
    cell.saved = told.points ?? "";
    cell.seen = told.score ?? "";
    if (box.value.trim() === text && document.activeElement !== box) box.value = cell.before = cell.saved;
    mark(box, "");
    tell(`${word("saved")} ${told.saved}`);
  };
  const ask = (box, told) => new Promise((resolve) => {
    const dialog = document.getElementById("clash");
    const texts = dialog.querySelector("[data-texts]").content;
    const say = (which) => texts.querySelector(`[data-word="${which}"]`).textContent;
    dialog.querySelector("h2").textContent = name(box);
    dialog.querySelector("[data-said]").textContent = told.error;
    for (const button of dialog.querySelectorAll("[data-take]")) {
      const points = button.dataset.take === "mine" ? box.value : (told.theirs ?? say("nothing"));
      button.textContent = say(button.dataset.take).replace("{points}", points);
      button.onclick = () => dialog.close(button.dataset.take);
    }
    dialog.returnValue = "";
    dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true });
    dialog.showModal();
  });
  const settle = async (box, told) => {
    const cell = cells.get(box);
    const choice = await ask(box, told);
    cell.seen = told.score ?? "";
    if (choice === "mine") {
      cell.saved = null;
      return save(box);
    }
    if (choice === "theirs") {
      cell.saved = told.theirs ?? "";
      box.value = cell.saved;
      mark(box, "");
    } else mark(box, told.error);
    keep();
    box.focus();
    return sum(cell.at);
  };
  const save = async (box) => {
    const cell = cells.get(box);
    const text = box.value.trim();
    if (text === cell.saved) return void mark(box, "");
    if (cell.busy) return void (cell.again = true);
    cell.busy = true;
    tell(word("saving"));
    keep();
    try {
      const [code, told] = await send({ do: "save", cell: box.name.slice(2), points: text, seen: cell.seen });
      if (code === 409) {
        asking = asking.then(() => settle(box, told));
      } else if (code >= 400) {
        mark(box, told.error);
        tell("");
      } else {
        took(box, told, text); // what was typed since is not overwritten: it is saved next
        sum(cell.at);
      }
      keep();
    } catch (error) {
      cell.parked = true;
      tell(word(error.message === "out" ? "out" : "kept"));
      setTimeout(again, 8000);
    }
    cell.busy = false;
    if (cell.again) {
      cell.again = false;
      save(box);
    }
  };
  const again = () => {
    for (const box of all) {
      const cell = cells.get(box);
      if (!cell.parked) continue;
      cell.parked = false;
      save(box);
    }
  };
  const change = (box) => {
    const cell = cells.get(box);
    if (cell.before !== undefined && cell.before !== box.value) history.push([[box, cell.before]]);
    cell.before = box.value;
    save(box);
  };
  const undo = () => {
    const step = history.pop();
    if (!step) return;
    for (const [box, text] of step) {
      box.value = text;
      cells.get(box).before = text;
      save(box);
    }
    step[0][0].focus();
    tell(word("undone"));
  };

  // A block copied from a spreadsheet goes in from this box to the right and down, and is one step to undo.
  const paste = async (box, text) => {
    const { at, column } = cells.get(box);
    const block = text.replace(/\r/g, "").replace(/\n+$/, "").split("\n").map((line) => line.split("\t"));
    const hit = [];
    block.forEach((line, down) => line.forEach((value, right) => {
      const target = boxes[at + down]?.[column + right];
      if (target) hit.push([target, value.trim()]);
    }));
    history.push(hit.map(([target]) => [target, target.value]));
    const data = { do: "paste", columns: form.elements.columns.value };
    for (const [target, value] of hit) {
      target.value = value;
      cells.get(target).before = value;
      data[target.name] = value;
      const row = rows[cells.get(target).at];
      data[`seen-${row.dataset.person}`] = boxes[cells.get(target).at].map((each) => cells.get(each).seen).join(",");
    }
    tell(word("saving"));
    keep();
    try {
      const [code, told] = await send(data);
      if (code >= 400) tell("");
      for (const [target, value] of hit) {
        const answer = code >= 400 ? told : told.cells[target.name.slice(2)];
        if (!answer) continue;
        if (answer.error && "theirs" in answer) asking = asking.then(() => settle(target, answer));
        else if (answer.error) mark(target, answer.error);
        else took(target, answer, value);
      }
      new Set(hit.map(([target]) => cells.get(target).at)).forEach(sum);
      keep();
    } catch (error) {
      for (const [target] of hit) cells.get(target).parked = true;
      tell(word(error.message === "out" ? "out" : "kept"));
      setTimeout(again, 8000);
    }
  };

  // Keys -------------------------------------------------------------------------------------------------------------
  const go = (box, down, right) => {
    const { at, column } = cells.get(box);
    const to = boxes[at + down]?.[column + right];
    if (to) to.focus();
    else if (down) box.blur();
  };
  form.addEventListener("focusin", ({ target }) => {
    if (!cells.has(target)) return;
    for (const row of rows) row.classList.toggle("now", row.contains(target));
    cells.get(target).before ??= target.value;
    target.select();
  });
  form.addEventListener("focusout", ({ target }) => {
    if (cells.has(target) && target.value !== cells.get(target).before) change(target);
    else if (cells.has(target) && target.value.trim() !== cells.get(target).saved && !cells.get(target).error) save(target);
  });
  form.addEventListener("input", ({ target }) => {
    if (!cells.has(target)) return;
    keep();
    clearTimeout(cells.get(target).timer);
    cells.get(target).timer = setTimeout(() => { if (document.activeElement === target) change(target); }, 2500);
  });
  form.addEventListener("keydown", (event) => {
    const box = event.target;
    if (!cells.has(box) || event.isComposing) return;
    const whole = box.selectionStart === 0 && box.selectionEnd === box.value.length;
    const first = box.selectionEnd === 0, last = box.selectionStart === box.value.length;
    if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) go(box, event.shiftKey ? -1 : 1, 0);
    else if (event.key === "ArrowDown") go(box, 1, 0);
    else if (event.key === "ArrowUp") go(box, -1, 0);
    else if (event.key === "ArrowLeft" && (whole || first)) go(box, 0, -1);
    else if (event.key === "ArrowRight" && (whole || last)) go(box, 0, 1);
    else if (event.key === "Escape") {
      box.value = cells.get(box).saved ?? "";
      cells.get(box).before = box.value;
      mark(box, "");
      keep();
      box.select();
    } else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
      const { before: was } = cells.get(box);
      if (was !== undefined && box.value !== was) {
        box.value = was;
        box.select();
      } else undo();
    } else return;
    event.preventDefault();
  });
  form.addEventListener("paste", (event) => {
    if (!cells.has(event.target)) return;
    const text = event.clipboardData.getData("text/plain");
    if (!/[\t\n]/.test(text.trimEnd())) return;
    event.preventDefault();
    paste(event.target, text);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    for (const box of dirty()) save(box);
  }, true);

  addEventListener("online", again);
  document.addEventListener("visibilitychange", () => {
    const box = document.activeElement;
    if (document.hidden && cells.has(box)) change(box);
  });
  addEventListener("beforeunload", (event) => { if (dirty().length) event.preventDefault(); });

  // What a closed tab or a lost connection left behind is typed in again and saved; the server asks where it is old.
  const left = JSON.parse(localStorage.getItem(store) ?? "{}");
  for (const [key, { text, seen }] of Object.entries(left)) {
    const box = byKey.get(key.slice(2));
    if (!box || box.value.trim() === text.trim()) continue;
    box.value = text;
    cells.get(box).seen = seen;
    save(box);
  }
  keep();
  all.find((box) => !box.value)?.focus({ preventScroll: true });
}
