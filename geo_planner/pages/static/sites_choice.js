/* What a reader chooses on the sites page: filters, sites side by side, and an address that says it all. */
"use strict";
(function (gp) {
  const data = gp.data, words = gp.words, el = gp.el;
  const byId = (id) => document.getElementById(id);
  const MOST_BESIDE = 4, NAME = "name", OTHER_KEYS = ["weights", "method", "site", "beside"];
  const fields = new Map([...document.querySelectorAll("[data-filter]")].map((field) => [field.dataset.filter, field]));
  let limits = {}, beside = [];

  /* filters: a site whose figure is unknown meets no limit of it, and is counted */
  const limitOf = function (field) {
    if (field.type === "checkbox") return field.checked ? "0" : "";
    return field.type === "number" && !field.validity.valid ? "" : field.value.trim();
  };
  const meets = function (filter, value, limit) {
    if (value === null) return false;
    return filter.side === "least" ? value >= Number(limit) : value <= Number(limit);
  };
  const asked = () => data.filters.filter((filter) => limits[filter.id] !== undefined);
  const isNamed = (site) => limits[NAME] === undefined || site.name.toLocaleLowerCase().includes(limits[NAME].toLocaleLowerCase());
  gp.isLeftOut = (i) => !isNamed(data.sites[i]) || asked().some((filter) => !meets(filter, filter.values[i], limits[filter.id]));
  gp.isFiltered = () => Object.keys(limits).length > 0;
  gp.filterText = () => Object.entries(limits).map(([id, limit]) => {
    const filter = data.filters.find((one) => one.id === id);
    return filter ? id + { least: " >= ", most: " <= ", none: " = " }[filter.side] + limit : id + " ~ " + limit;
  }).join("; ");
  const paintFilters = function () {
    const shown = data.sites.filter((_, i) => !gp.isLeftOut(i)).length;
    /* left out for nothing but what is unknown */
    const nUnknown = data.sites.filter((site, i) => isNamed(site) && gp.isLeftOut(i)
      && asked().every((filter) => filter.values[i] === null || meets(filter, filter.values[i], limits[filter.id]))).length;
    byId("filter-count").textContent = gp.isFiltered()
      ? gp.filled(words.filter_count, { shown: shown, count: data.sites.length }) + (nUnknown ? " \u00b7 " + gp.filled(words.filter_unknown, { count: nUnknown }) : "")
      : "";
    byId("filter-clear").hidden = !gp.isFiltered();
    byId("filter-button").classList.toggle("on", gp.isFiltered());
    gp.showRows();
    gp.paintSites();
    gp.showBadges();
  };
  const readFilters = function () {
    limits = {};
    fields.forEach((field, id) => { const limit = limitOf(field); if (limit !== "") limits[id] = limit; });
    paintFilters();
    gp.remember();
  };
  const fill = function (field, limit) {
    if (field.type === "checkbox") field.checked = limit !== "";
    else field.value = limit;
  };
  const empty = () => fields.forEach((field) => fill(field, ""));

  /* sites side by side: what their cards say, a column each */
  const isBeside = (i) => beside.includes(i);
  gp.besideButton = (i) => el("button", { type: "button", class: "btn", "aria-pressed": String(isBeside(i)), disabled: !isBeside(i) && beside.length >= MOST_BESIDE ? "" : null,
    onclick: () => { putBeside(isBeside(i) ? beside.filter((one) => one !== i) : [...beside, i]); gp.siteCard(i, null); document.querySelector("#card .onward button").focus(); } },
    isBeside(i) ? words.beside_remove : words.beside_add);
  const putBeside = function (chosen) {
    beside = chosen.slice(0, MOST_BESIDE);
    const button = byId("beside-button");
    button.hidden = beside.length < 2;
    button.textContent = gp.filled(words.beside_open, { count: beside.length });
    gp.remember();
  };
  const line = (label, cells, kind) => el("tr", { class: kind || null }, el("th", { scope: "row" }, label), cells.map((cell) => el("td", {}, cell)));
  const factsOf = (site) => [{ title: "", rows: site.rows }, ...site.sections];
  const besideTable = function () {
    const sites = beside.map((i) => data.sites[i]);
    const groups = new Map();
    for (const site of sites) for (const part of factsOf(site)) {
      if (!groups.has(part.title)) groups.set(part.title, new Set());
      part.rows.forEach(([label]) => groups.get(part.title).add(label));
    }
    const figure = function (site, title, label) {
      const part = factsOf(site).find((one) => one.title === title), row = part && part.rows.find(([name]) => name === label);
      return row ? row[1] : words.unknown;
    };
    const bodies = [...groups].map(([title, labels]) => el("tbody", {},
      title ? el("tr", { class: "group" }, el("th", { scope: "rowgroup", colspan: sites.length + 1 }, title)) : null,
      [...labels].map((label) => line(label, sites.map((site) => figure(site, title, label))))));
    return el("table", { class: "list beside" }, el("caption", { class: "vh" }, words.beside_title),
      el("thead", {}, el("tr", {}, el("td", {}), sites.map((site) => el("th", { scope: "col" }, site.name)))),
      el("tbody", {}, line(words.rank, sites.map((site) => gp.siteLine(site))),
        line(words.score_by_group, sites.map((site) => (site.excluded ? "" : gp.bar(site)))),
        line(words.beside_notes, sites.map((site) => site.chips.map(([kind, text]) => el("span", { class: "chip " + kind }, text))))),
      bodies);
  };
  const dialog = document.body.appendChild(el("dialog", { class: "sheet", "aria-labelledby": "beside-title" }));
  dialog.addEventListener("close", () => byId("beside-button").focus());
  const openBeside = function () {
    dialog.replaceChildren(
      el("div", { class: "card-head" }, el("h2", { id: "beside-title" }, words.beside_title),
        el("button", { type: "button", class: "btn", onclick: () => window.print() }, words.beside_print),
        el("button", { type: "button", class: "btn", onclick: () => dialog.close() }, words.close)),
      el("p", { class: "meta" }, (gp.moved ? words.beside_moved : words.beside_kept) + " \u00b7 " + data.sourceLine),
      el("div", { class: "wide", tabindex: "0", role: "region", "aria-label": words.beside_title }, besideTable()));
    dialog.showModal();
  };

  /* the address: weights, method, filters, the chosen site and those side by side */
  const ids = (list) => list.map((i) => data.sites[i].id).join(",");
  let isReading = true;
  gp.remember = function () {
    if (isReading) return;
    const state = new URLSearchParams(limits);
    if (gp.moved) { state.set("weights", gp.weights().map((weight) => (100 * weight).toFixed(4)).join(",")); state.set("method", gp.method()); }
    if (gp.selected >= 0) state.set("site", data.sites[gp.selected].id);
    if (beside.length) state.set("beside", ids(beside));
    const text = String(state);
    history.replaceState(null, "", location.pathname + location.search + (text ? "#" + text : ""));
  };
  /* what the address names and this study does not have is said, and the rest is used */
  gp.recall = function () {
    const state = new URLSearchParams(location.hash.slice(1)), unused = [];
    const indexOf = (id) => data.sites.findIndex((site) => site.id === id);
    const found = (key) => (state.get(key) || "").split(",").filter(Boolean).map((id) => {
      if (indexOf(id) < 0) unused.push(id);
      return indexOf(id);
    }).filter((i) => i >= 0);
    empty();
    for (const [key, value] of state) {
      const field = fields.get(key);
      if (field) fill(field, value);
      if (field ? limitOf(field) === "" : !OTHER_KEYS.includes(key)) unused.push(key + "=" + value);
    }
    readFilters();
    if (state.has("weights") && !gp.setWeights(state.get("weights").split(",").map((share) => Number(share) / 100), state.get("method"))) unused.push(words.weights);
    putBeside(found("beside"));
    const [chosen] = found("site");
    if (gp.isFiltered()) byId("filters").classList.add("open");
    byId("filter-button").setAttribute("aria-expanded", String(gp.isFiltered()));
    byId("filter-unused").hidden = !unused.length;
    byId("filter-unused").textContent = unused.length ? gp.filled(words.address_unused, { names: unused.join(", ") }) : "";
    return chosen;
  };
  gp.watchAddress = () => { isReading = false; };

  fields.forEach((field) => field.addEventListener("input", readFilters));
  byId("filter-clear").addEventListener("click", () => { empty(); readFilters(); byId("filter-button").focus(); });
  byId("beside-button").addEventListener("click", openBeside);
})(GP);
