/* The editor: a list of edits, the form of one, the map of all; each change is checked by the service. */
"use strict";
(function (gp) {
  const data = gp.data, service = data.service, words = gp.words, el = gp.el;
  const byId = (id) => document.getElementById(id);
  const CHECK_AFTER_MS = 150;
  const id = new URLSearchParams(location.search).get("id") || "";
  let draft = null, chosen = -1, traces = [], whole = null, checking = null, checkTimer = null, checkedAt = null, job = null, openGroup = "";

  const edits = () => draft.content.modifications;
  const nameOf = (edit) => edit.name || gp.kindWords(edit);
  const problemsOf = (k) => (traces[k] ? traces[k].problems : []);
  const nProblems = () => traces.reduce((sum, trace) => sum + trace.problems.length, 0) + (whole ? whole.problems.length : 0);

  /* a later check cancels the earlier; networks that still open are waited for by the service */
  const check = async function () {
    if (checking) checking.abort();
    const mine = (checking = new AbortController()), begun = Date.now();
    try {
      [whole, ...traces] = (await gp.ask("POST", "/scenarios/edits", draft.content, { signal: mine.signal })).edits;
      checkedAt = { time: new Date(), seconds: (Date.now() - begun) / 1000 };
      gp.refuse(null);
    } catch (error) {
      if (mine.signal.aborted) return;
      if (error.status === 503) { checkTimer = setTimeout(check, 1500); return; }
      checkedAt = null;
      [whole, traces] = [{ problems: (error.problems && error.problems.length ? error.problems : [error.message]).map((text) => ({ field: "", text })) }, []];
    }
    drawList();
    drawStatus();
    if (chosen >= 0) gp.showProblems(byId("form"), problemsOf(chosen));
    drawMap();
    document.documentElement.dataset.checked = "yes";
  };
  const soon = function () {
    document.documentElement.dataset.checked = "no";
    clearTimeout(checkTimer);
    checkTimer = setTimeout(check, CHECK_AFTER_MS);
  };

  const clock = (moment) => moment.toLocaleTimeString(data.language === "da" ? "da-DK" : "en-GB", { hour: "2-digit", minute: "2-digit" });
  const drawHead = function () {
    byId("name").textContent = draft.content.name;
    document.title = draft.content.name + " \u2013 " + data.study;
    const count = gp.words_of("scn_edits", { count: edits().length });
    const kept = { saved: () => gp.words_of("scn_on_server", { time: clock(draft.savedAt) }), offline: () => gp.words_of("scn_offline", { time: draft.keptAt ? clock(draft.keptAt) : "?" }), conflict: () => words.scn_conflict, refused: () => draft.reason, unsaved: () => gp.words_of("scn_in_browser", { time: draft.keptAt ? clock(draft.keptAt) : "?" }) }[draft.state]();
    byId("saved").textContent = count + " \u00b7 " + kept;
    byId("saved").className = ["offline", "conflict", "refused"].includes(draft.state) ? "warned" : "";
    byId("state").textContent = gp.isOpen(job) ? words.scn_running + " " + Math.round(100 * job.share) + "\u00a0%" : words.scn_draft;
    for (const [name, steps] of [["undo", draft.past], ["redo", draft.future]]) {
      byId(name).disabled = !steps.length;
      byId(name).title = steps.length ? words["scn_" + name] + ": " + steps[steps.length - 1].label : "";
    }
    byId("conflict").hidden = draft.state !== "conflict";
    byId("conflict").firstElementChild.textContent = words.scn_conflict;
  };
  const drawStatus = function () {
    const n = nProblems(), first = traces.findIndex((trace) => trace.problems.length), isFit = checkedAt && !n && edits().length;
    const tables = new Set(traces.flatMap((trace) => trace.changes.map((change) => change.table)));
    const chip = n ? el("span", { class: "chip bad" }, "! " + gp.words_of("scn_problems", { count: n })) : checkedAt ? el("span", { class: "chip good" }, "\u2713 " + words.scn_checked) : el("span", { class: "chip" }, words.scn_checking);
    const said = n ? (whole && whole.problems.length ? whole.problems[0].text : gp.words_of("scn_run_waits", { number: first + 1 })) : gp.words_of("scn_tables", { count: tables.size });
    byId("status").replaceChildren(chip, el("span", {}, said), n && first >= 0 ? el("button", { type: "button", class: "link", onclick: () => choose(first, true) }, words.scn_go_to_it) : "",
      el("span", { class: "when" }, checkedAt ? gp.words_of("scn_checked_at", { time: clock(checkedAt.time), seconds: gp.number(checkedAt.seconds, 1) }) : ""));
    const run = byId("run");
    run.disabled = !isFit || !service.runs || gp.isOpen(job);
    run.title = !service.runs ? words.scn_cannot_run : n ? words.scn_mend_first : !edits().length ? words.scn_no_edits : "";
  };
  const detailOf = function (edit, k) {
    const notes = traces[k] ? traces[k].notes : [], rows = traces[k] ? traces[k].changes.map((one) => one.table) : [];
    return [gp.kindWords(edit), Array.isArray(edit.stops) ? gp.words_of("stops_of", { count: edit.stops.length }) : "", notes[0] || (rows.length ? gp.words_of("scn_in_tables", { count: new Set(rows).size }) : "")].filter(Boolean).join(" \u00b7 ");
  };
  const drawList = function () {
    byId("edit-list").replaceChildren(...edits().map((edit, k) => {
      const n = problemsOf(k).length;
      return el("li", { class: k === chosen ? "on" : "" }, el("button", { type: "button", "aria-pressed": String(k === chosen), "data-edit": k, onclick: () => choose(k, true) },
        el("span", { class: "count" }, String(k + 1)), el("span", { class: "words" }, el("b", {}, nameOf(edit)), el("span", { class: "meta" }, detailOf(edit, k))),
        el("span", { class: n ? "wrong" : "fine" }, n ? "! " + gp.words_of("scn_problems", { count: n }) : traces[k] ? "\u2713" : "")));
    }));
  };
  const drawMap = () => gp.drawEdits(edits(), traces, chosen, (key, value) => { const k = chosen; change(words.scn_moved, (content) => { content.modifications[k] = { ...content.modifications[k], [key]: value }; }); drawForm(); });

  /* the form of the chosen edit; typing in one field is one step to undo */
  const drawForm = function (focus) {
    const host = byId("form"), edit = edits()[chosen];
    if (!edit || !data.forms[edit.do]) {
      host.replaceChildren(el("h2", { id: "form-title", tabindex: "-1" }, edit ? gp.kindWords(edit) : words.scn_no_edit), el("p", { class: "plain" }, edit ? "" : words.scn_no_edit_more));
      return;
    }
    const kept = document.activeElement && host.contains(document.activeElement) ? document.activeElement.dataset.path : null;
    const isMore = host.querySelector("details.more[open]"), top = host.scrollTop;
    const form = {
      get: (path) => gp.valueAt(edits()[chosen], path),
      put: function (path, value, again) {
        const k = chosen;
        change(path.split(".")[0].replaceAll("_", " "), (content) => { content.modifications[k] = gp.putAt(content.modifications[k], path, value); }, again ? null : k + " " + path);
        if (again) drawForm();
      },
    };
    const button = (text, act, isOff) => el("button", { type: "button", class: "btn", onclick: act, disabled: isOff ? "" : null }, text);
    host.replaceChildren(el("div", { class: "panel-head" }, el("h2", { id: "form-title", tabindex: "-1" }, chosen + 1 + " \u00b7 " + gp.kindWords(edit)), el("div", { class: "actions" },
      button("\u2191 " + words.scn_move_up, () => move(-1), chosen === 0), button("\u2193 " + words.scn_move_down, () => move(1), chosen === edits().length - 1), button(words.scn_duplicate, copy), button(words.scn_delete, remove))), ...gp.formFields(form, edit));
    if (isMore && host.querySelector("details.more")) host.querySelector("details.more").open = true;
    gp.showProblems(host, problemsOf(chosen));
    host.scrollTop = top;
    if (kept) [...host.querySelectorAll("[data-path]")].find((node) => node.dataset.path === kept && node.tagName !== "FIELDSET")?.focus({ preventScroll: true });
    if (focus) byId("form-title").focus({ preventScroll: true });
  };
  const drawTools = function () {
    const edit = edits()[chosen], form = edit && data.forms[edit.do];
    const canDraw = form && form.fields.some((field) => field.kind === "shape" || (field.fields || []).some((one) => one.kind === "shape") || (field.item && (field.item.fields || []).some((one) => one.kind === "shape")));
    byId("tool-words").textContent = canDraw ? words.scn_draw_from_form : words.scn_no_shape;
  };
  const drawAll = function (focus) { drawHead(); drawList(); drawForm(focus); drawStatus(); drawTools(); drawMap(); };
  const choose = function (k, focus) { gp.stopDrawing(); chosen = k; drawAll(focus); };
  const change = (label, act, group) => draft.change(label, act, group);

  const add = function (verb) {
    change(gp.kindWords({ do: verb }), (content) => content.modifications.push({ do: verb }));
    traces = traces.slice(0, edits().length - 1);
    choose(edits().length - 1, true);
  };
  const move = function (way) {
    const from = chosen, to = chosen + way;
    change(words.scn_reorder, (content) => { const list = content.modifications; [list[from], list[to]] = [list[to], list[from]]; });
    choose(to, true);
  };
  const copy = function () {
    const from = chosen;
    change(words.scn_duplicate + " " + nameOf(edits()[from]), (content) => content.modifications.splice(from + 1, 0, structuredClone(content.modifications[from])));
    choose(from + 1, true);
  };
  const remove = function () {
    const from = chosen, name = nameOf(edits()[from]);
    change(words.scn_delete + " " + name, (content) => content.modifications.splice(from, 1));
    traces.splice(from, 1);
    choose(Math.min(from, edits().length - 1), true);
    gp.toast(gp.words_of("scn_deleted", { name }), words.scn_undo, () => draft.undo());
  };

  const drawKinds = function () {
    const wanted = byId("find-kind").value.trim().toLowerCase(), all = Object.keys(data.forms);
    byId("adding-words").textContent = gp.words_of("scn_add_edit", { count: all.length });
    const kind = (verb) => el("li", {}, el("button", { type: "button", class: "link", "data-add": verb, onclick: () => add(verb) }, gp.kindWords({ do: verb })));
    const found = (verb) => (gp.kindWords({ do: verb }) + " " + verb + " " + data.forms[verb].help).toLowerCase().includes(wanted);
    const groups = data.groups.map(({ id: group, label }) => {
      const own = all.filter((verb) => data.forms[verb].group === group), shown = wanted ? own.filter(found) : own, isOpen = wanted ? shown.length > 0 : group === openGroup;
      if (wanted && !shown.length) return null;
      return el("div", { class: "kind-group" }, el("button", { type: "button", class: "btn", "aria-expanded": String(isOpen), "data-group": group, onclick: () => { openGroup = isOpen ? "" : group; drawKinds(); document.querySelector('[data-group="' + group + '"]').focus(); } }, label, el("span", { class: "unit" }, String(shown.length))), isOpen ? el("ul", {}, shown.map(kind)) : null);
    });
    byId("groups").replaceChildren(...groups.filter(Boolean));
  };

  const run = async function () {
    gp.refuse(null);
    try {
      await draft.save();
      follow(await gp.ask("POST", "/jobs", { scenario: id, study: service.study }));
    } catch (error) { gp.refuse(error); }
  };
  const follow = (one) => gp.followRun(one, { again: run, job: (now) => { job = now; drawHead(); drawStatus(); } });
  const told = function (what) {
    if (what === "saved") { drawHead(); return; }
    chosen = Math.min(chosen, edits().length - 1);
    drawHead();
    drawList();
    drawMap();
    soon();
  };
  const step = (way) => { draft[way](); if (chosen < 0 && edits().length) chosen = 0; drawAll(); };
  const listen = function () {
    for (const way of ["undo", "redo"]) byId(way).addEventListener("click", () => step(way));
    document.addEventListener("keydown", (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
      event.preventDefault();
      step(event.shiftKey ? "redo" : "undo");
    });
    byId("keep-mine").addEventListener("click", () => draft.keepMine());
    byId("take-theirs").addEventListener("click", () => { draft.takeTheirs(); drawAll(); });
    byId("run").addEventListener("click", run);
    byId("find-kind").addEventListener("input", drawKinds);
    for (const kind of ["toml", "json"]) byId("export-" + kind).addEventListener("click", async () => { try { await draft.save(); await gp.exportAs(id, kind); } catch (error) { gp.refuse(error); } });
    byId("rename").addEventListener("click", () => {
      const dialog = byId("naming");
      byId("naming-name").value = draft.content.name;
      dialog.returnValue = "";
      dialog.onclose = () => { const name = byId("naming-name").value.trim(); if (dialog.returnValue === "yes" && name) { change(words.scn_rename, (content) => { content.name = name; }); drawHead(); } };
      dialog.showModal();
    });
    gp.onDrawn = drawMap;
  };

  gp.startEditor = async function () {
    try {
      draft = gp.makeDraft(id, told);
      await draft.open();
      gp.startDrawing();
      listen();
      drawKinds();
      chosen = edits().length ? 0 : -1;
      drawAll();
      await check();
      gp.showEdits(edits(), traces);
      const latest = service.runs ? await gp.latestRun(id) : null;
      if (latest) follow(latest);
    } catch (error) { gp.refuse(error); }
    document.documentElement.dataset.open = "yes";
  };
})(GP);
