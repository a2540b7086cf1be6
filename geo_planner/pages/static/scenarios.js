/* The list of scenarios: what each changes and does, two of them to compare, and what is done with one. */
"use strict";
(function (gp) {
  const data = gp.data, service = data.service, words = gp.words, el = gp.el;
  const byId = (id) => document.getElementById(id);
  const BASELINE = "baseline";
  const STATES = ["all", "draft", "running", "done", "failed"];
  let following = [];
  const rows = new Map(), chosen = { a: BASELINE, b: "", state: "all", find: "", sort: "changed" };

  /* rows: what is kept, what lies there worked out, and the study itself */
  const load = async function () {
    const [{ scenarios }, jobs] = await Promise.all([gp.ask("GET", "/scenarios"), service.keeps ? gp.jobs() : []]);
    rows.clear();
    rows.set(BASELINE, { id: BASELINE, name: words.brief_baseline, has_result: service.has_result, content: { modifications: [] } });
    for (const row of scenarios) rows.set(row.id, { ...row, job: jobs.find((job) => job.scenario === row.id) });
    if (!rows.has(chosen.b) || chosen.b === BASELINE) chosen.b = [...rows.values()].filter((row) => row.has_result && row.id !== BASELINE).map((row) => row.id)[0] || "";
    draw();
    following.forEach((stop) => stop());
    following = [...rows.values()].filter((row) => gp.isOpen(row.job)).map(follow);
    await fill();
  };
  /* each effect is a comparison, asked one after the other so that the first are there soon */
  const fill = async function () {
    for (const row of [...rows.values()].filter((one) => one.has_result && one.id !== BASELINE)) {
      if (rows.get(row.id) !== row) return; // a later load asks for its own
      try {
        row.effect = await gp.ask("GET", "/compare", undefined, { query: { a: BASELINE, b: row.id } });
      } catch (error) {
        row.effect = { problem: error.message };
      }
      const shown = byId("effect-" + row.id);
      if (shown) { shown.replaceChildren(...effectParts(row).filter(Boolean)); byId("people-" + row.id).replaceChildren(...peopleParts(row)); }
      drawPair();
      const question = [...rows.values()].map((one) => one.effect && one.effect.question).find(Boolean);
      if (question) byId("summary").textContent = summary() + " \u00b7 " + question;
    }
  };
  const follow = (row) => gp.follow(row.job.id, (job) => {
    row.job = job;
    if (gp.isOpen(job)) byId("state-" + row.id)?.replaceChildren(...stateParts(row).filter(Boolean));
    else load().catch(gp.refuse);
  });

  /* state of a row, for the filter and in chips */
  const stateOf = (row) => (gp.isOpen(row.job) ? "running" : row.job && row.job.state === "failed" ? "failed" : row.has_result ? "done" : "draft");
  const chip = (kind, text) => el("span", { class: "chip " + kind }, text);
  const button = (text, act, more) => el("button", { type: "button", class: "link", onclick: act, ...more }, text);
  const stateParts = function (row) {
    const job = row.job, again = service.runs && row.revision ? button(words.scn_run_again, () => run(row)) : null;
    if (row.id === BASELINE) return [row.has_result ? chip("good", "\u2713 " + words.scn_done) : chip("", words.scn_not_run)];
    if (gp.isOpen(job)) {
      const share = Math.round(100 * job.share) + "\u00a0%";
      const head = job.state === "waiting" ? chip("", gp.words_of("scn_waiting", { place: job.place + 1 })) : chip("now", words.scn_running + " " + share);
      if (job.state === "waiting") return [head, el("p", { class: "meta" }, button(words.scn_cancel, () => cancel(row)))];
      return [head, el("div", { class: "bar thin", "aria-hidden": "true" }, el("i", { style: { width: 100 * job.share + "%", background: "var(--accent)" } })),
        el("p", { class: "meta" }, [gp.stepWords(job.step), gp.timeLeft(job)].filter(Boolean).join(" \u00b7 ") + " \u00b7 ", button(words.scn_cancel, () => cancel(row)))];
    }
    if (job && job.state === "failed") return [chip("bad", "\u2715 " + words.scn_failed), el("p", { class: "meta" }, (job.problems[0] || job.reason || "") + " ", again)];
    if (row.is_stale) return [chip("warn", "! " + words.scn_stale), el("p", { class: "meta" }, words.scn_stale_note + " ", again)];
    if (row.has_result) return [chip("good", "\u2713 " + words.scn_done), job && job.ended_at ? el("p", { class: "meta" }, gp.when(job.ended_at)) : null];
    return [chip("", words.scn_draft), job && job.state === "cancelled" ? chip("", words.scn_cancelled) : null, el("p", { class: "meta" }, el("a", { href: editor(row) }, words.scn_go_on))];
  };
  const effectParts = function (row) {
    const effect = row.effect;
    if (row.id === BASELINE) return [el("span", { class: "meta" }, words.scn_set_against)];
    if (gp.isOpen(row.job)) return [words.scn_after_run];
    if (!row.has_result) return [words.scn_no_result];
    if (!effect) return [el("span", { class: "meta" }, words.scn_computing)];
    if (effect.problem) return [el("span", { class: "meta" }, effect.problem)];
    const sign = { more: "\u25b2 ", less: "\u25bc " }[effect.trend] || "";
    return [el("b", { class: "change " + effect.trend }, sign + effect.change), el("p", { class: "meta" }, [effect.share, effect.measure].filter(Boolean).join(" \u00b7 ")),
      effect.unfair.length ? chip("warn", "! " + words.not_comparable) : null];
  };
  const peopleParts = function (row) {
    const effect = row.effect;
    if (!effect || effect.problem) return [];
    return [el("div", { class: "bar people", "aria-hidden": "true" }, ["lose", "keep", "gain"].map((side) => el("i", { class: side, style: { width: 100 * effect.shares[side] + "%" } }))),
      el("p", { class: "meta" }, "\u25b2 " + effect.gaining + " \u00b7 \u25bc " + effect.losing)];
  };

  const editsOf = (row) => (row.content && Array.isArray(row.content.modifications) ? row.content.modifications : []);
  const thumbnail = function (row) {
    const t = data.thumbnail, at = ([lon, lat]) => ((lon - t.west) * t.scaleX).toFixed(1) + " " + ((t.north - lat) * t.scaleY).toFixed(1);
    const path = (line, close) => "M" + line.map(at).join("L") + (close ? "Z" : "");
    const d = { Point: (c) => { const [x, y] = at(c).split(" ").map(Number); return "M" + (x - 2) + " " + y + "a2 2 0 1 0 4 0a2 2 0 1 0 -4 0"; },
      LineString: (c) => path(c), MultiLineString: (c) => c.map((line) => path(line)).join(""), Polygon: (c) => c.map((ring) => path(ring, true)).join(""), MultiPolygon: (c) => c.flat().map((ring) => path(ring, true)).join("") };
    const ground = [["water", "#A9C3D0", 0.6, "#BFD5E0"], ["boundary", "#7D878D", 0.8, "none"], ["rails", "#56626B", 1, "none"]];
    return gp.svg("svg", { class: "thumb", viewBox: "0 0 " + t.width + " " + t.height, width: t.width, height: t.height, "aria-hidden": "true" },
      ...ground.map(([name, stroke, width, fill]) => gp.svg("path", { d: t.paths[name], stroke, "stroke-width": width, fill })),
      ...editsOf(row).flatMap((edit) => gp.shapesOf(edit).map((shape) => gp.svg("path", { d: d[shape.type] ? d[shape.type](shape.coordinates) : "", fill: "none", "stroke-width": 2, stroke: gp.isRemoval(edit) ? data.edited.removed : data.edited.added }))));
  };
  const changes = function (row) {
    const edits = editsOf(row);
    if (!edits.length) return words.scn_no_edits;
    return edits.slice(0, 2).map(gp.editWords).join(", ") + (edits.length > 2 ? " " + gp.words_of("scn_and_more", { count: edits.length - 2 }) : "");
  };
  const countWords = (row) => gp.words_of("scn_edits", { count: editsOf(row).length });
  const editor = (row) => service.editor + "&id=" + encodeURIComponent(row.id);
  const sides = (row) => el("fieldset", { class: "seg sides" }, el("legend", { class: "vh" }, row.name),
    ["a", "b"].map((side) => el("label", { title: row.has_result ? null : words.scn_no_result_yet },
      el("input", { type: "radio", name: side, value: row.id, disabled: row.has_result ? null : "", checked: chosen[side] === row.id ? "" : null, "aria-label": side.toUpperCase() + ": " + row.name, onchange: () => { chosen[side] = row.id; drawPair(); } }), el("span", { class: "side-" + side }, side.toUpperCase()))));
  const actions = function (row) {
    const item = (text, act) => el("li", {}, button(text, act));
    const own = row.revision ? [el("li", {}, el("a", { href: editor(row) }, words.scn_edit)), service.runs && !gp.isOpen(row.job) ? item(words.scn_run, () => run(row)) : null, item(words.scn_rename, () => rename(row))] : [];
    const kept = row.revision ? [item(words.scn_export_toml, () => gp.exportAs(row.id, "toml").catch(gp.refuse)), item(words.scn_export_json, () => gp.exportAs(row.id, "json").catch(gp.refuse)), item(words.scn_delete, () => remove(row))] : [];
    return el("details", { class: "menu" }, el("summary", { class: "btn", "aria-label": gp.words_of("scn_actions_of", { name: row.name }) }, "\u22ef"), el("ul", { class: "panel" }, own, item(words.scn_duplicate, () => duplicate(row)), kept));
  };
  const drawRow = (row) => el("tr", { "data-id": row.id },
    el("td", { class: "c-sides" }, sides(row)), el("td", { class: "c-thumb" }, thumbnail(row)),
    el("th", { scope: "row" }, row.revision ? el("a", { href: editor(row) }, row.name) : row.name,
      el("p", { class: "meta" }, row.id === BASELINE ? words.scn_as_received : [row.content && row.content.author, countWords(row), row.changed_at && gp.when(row.changed_at)].filter(Boolean).join(" \u00b7 "))),
    el("td", { class: "c-changes" }, changes(row)), el("td", { class: "c-effect", id: "effect-" + row.id }, effectParts(row)), el("td", { class: "c-people", id: "people-" + row.id }, peopleParts(row)),
    el("td", { class: "c-state", id: "state-" + row.id }, stateParts(row)), el("td", { class: "c-menu" }, service.keeps && row.id !== BASELINE ? actions(row) : null));

  const summary = () => gp.words_of("scn_of_study", { count: rows.size - 1 });
  const fits = (row) => row.id === BASELINE || ((chosen.state === "all" || stateOf(row) === chosen.state) && [row.name, row.content && row.content.author, changes(row)].join(" ").toLowerCase().includes(chosen.find));
  const draw = function () {
    const rest = [...rows.values()].filter((row) => row.id !== BASELINE);
    rest.sort((one, other) => (chosen.sort === "name" ? 0 : String(other.changed_at || "").localeCompare(String(one.changed_at || ""))) || one.name.localeCompare(other.name));
    const shown = [rows.get(BASELINE), ...rest].filter(fits);
    byId("rows").replaceChildren(...shown.map(drawRow));
    byId("summary").textContent = summary();
    const count = (state) => (state === "all" ? rest.length : rest.filter((row) => stateOf(row) === state).length);
    for (const box of byId("states").querySelectorAll("input")) box.nextSibling.textContent = words["scn_" + box.value] + " " + count(box.value);
    drawPair();
    document.documentElement.dataset.ready = "yes";
  };
  const drawPair = function () {
    const [a, b] = [rows.get(chosen.a), rows.get(chosen.b)], open = byId("open-pair");
    const isWhole = a && b && a.id !== b.id && a.has_result && b.has_result;
    const side = (letter, row) => [el("i", { class: "side-" + letter, "aria-hidden": "true" }, letter.toUpperCase()), el("b", {}, row ? row.name : words.scn_none_chosen)];
    byId("pair-words").replaceChildren(...side("a", a), el("span", { "aria-hidden": "true" }, "\u2192"), ...side("b", b));
    for (const name of ["a", "b"]) document.querySelectorAll("input[name=" + name + "]").forEach((box) => { box.checked = box.value === chosen[name]; });
    if (isWhole) open.href = gp.comparison(a.id, b.id);
    else open.removeAttribute("href");
    open.classList.toggle("off", !isWhole);
  };

  /* what is done with a scenario */
  const named = (title, name, yes) => new Promise((done) => {
    const dialog = byId("naming");
    byId("naming-title").textContent = title;
    byId("naming-yes").textContent = yes;
    byId("naming-name").value = name;
    dialog.returnValue = "";
    dialog.onclose = () => done(dialog.returnValue === "yes" ? byId("naming-name").value.trim() : "");
    dialog.showModal();
    byId("naming-name").select();
  });
  const doing = async function (act) {
    gp.refuse(null);
    try { await act(); await load(); } catch (error) { gp.refuse(error); }
  };
  const taken = () => [...rows.keys(), ...service.reserved];
  const make = async function () {
    const name = await named(words.scn_new, "", words.scn_make);
    if (!name) return;
    await doing(async () => {
      location.href = editor(await gp.ask("POST", "/scenarios", { id: gp.freeId(name, taken()), name, modifications: [] }));
    });
  };
  const rename = async function (row) {
    const name = await named(words.scn_rename, row.name, words.scn_rename);
    if (name) await doing(() => gp.ask("PUT", "/scenarios/" + row.id, { ...row.content, name }, { headers: { "If-Match": '"' + row.revision + '"' } }));
  };
  const duplicate = (row) => doing(() => {
    const name = gp.words_of("scn_copy_of", { name: row.name }), { chain: _, ...content } = row.content;
    return gp.ask("POST", "/scenarios", { ...content, id: gp.freeId(name, taken()), name });
  });
  const remove = (row) => doing(async () => {
    await gp.ask("DELETE", "/scenarios/" + row.id);
    gp.toast(gp.words_of("scn_deleted", { name: row.name }), words.scn_undo, () => doing(() => gp.ask("POST", "/scenarios/" + row.id + "/restore")));
  });
  const run = (row) => doing(() => gp.ask("POST", "/jobs", { scenario: row.id, study: service.study }));
  const cancel = (row) => doing(() => gp.ask("POST", "/jobs/" + row.job.id + "/cancel"));
  const take = (file) => doing(async () => {
    const content = await gp.ask("POST", "/scenarios/read", { name: file.name, text: await file.text() });
    const id = taken().includes(content.id) ? gp.freeId(content.name, taken()) : content.id;
    await gp.ask("POST", "/scenarios", { ...content, id });
  });

  gp.startScenarios = function () {
    byId("states").append(...STATES.map((state) => el("label", {}, el("input", { type: "radio", name: "state", value: state, checked: state === "all" ? "" : null, onchange: () => { chosen.state = state; draw(); } }), el("span", {}, words["scn_" + state]))));
    byId("find").addEventListener("input", (event) => { chosen.find = event.target.value.trim().toLowerCase(); draw(); });
    byId("sort").addEventListener("change", (event) => { chosen.sort = event.target.value; draw(); });
    byId("swap").addEventListener("click", () => { [chosen.a, chosen.b] = [chosen.b, chosen.a]; drawPair(); });
    document.addEventListener("click", (event) => document.querySelectorAll("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target) || event.target.closest("li")) menu.open = false; }));
    if (service.keeps) {
      byId("new").addEventListener("click", make);
      byId("import-file").addEventListener("change", async (event) => { const file = event.target.files[0]; event.target.value = ""; if (file) await take(file); });
    }
    load().catch((error) => { gp.refuse(error); document.documentElement.dataset.ready = "yes"; });
  };
})(GP);
