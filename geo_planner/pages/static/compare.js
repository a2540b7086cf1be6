/* The compare page: one choice of measure drives three maps, cards, charts and tables. */
"use strict";
(function (gp) {
  const data = gp.data, words = gp.words, el = gp.el;
  const byId = (id) => document.getElementById(id);
  const EDITED = "#B0126B", REMOVED = "#8F3B0A", INK = "#17232D";
  const BASE = ["land", "veil", "water", "roads", "boundary", "rails"];
  const SIGNS = { more: "\u25b2", less: "\u25bc", same: "", none: "", unknown: "" };
  const views = gp.views = { a: makeGP(data), b: makeGP(data), d: gp };

  /* values */
  const valueOf = function (i, side) {
    const values = data.zones.values, column = data.measure.column;
    if (side !== "d") return (values[column + "_" + side] || values[column + "_a"])[i];
    const a = valueOf(i, "a"), b = valueOf(i, "b");
    return a === null || b === null ? null : b - a;
  };
  const scaleOf = (side) => side === "d" ? data.measure.change : data.measure.scale;
  const signed = (value, decimals) => (value > 0 ? "+" : "") + gp.number(value, decimals);
  const tipLines = function (i) {
    const a = valueOf(i, "a"), b = valueOf(i, "b"), change = valueOf(i, "d");
    const share = a ? " (" + signed(100 * change / a, 1) + "\u00a0%)" : "";
    const trend = change > 0 ? "more" : change < 0 ? "less" : "same";
    return [gp.cellName(i),
      change === null ? words.unknown : (SIGNS[trend] + " " + (change ? signed(change, 0) : words.no_change) + (change ? " " + data.measure.tip + share : "")).trim(),
      "A " + gp.number(a, 0) + " \u2192 B " + gp.number(b, 0), gp.cellPeople(i)];
  };

  /* zones: one cell is outlined on all three maps at once */
  const cells = { a: [], b: [], d: [] };
  const highlight = function (i, on) {
    for (const [side, view] of Object.entries(views)) {
      const layer = cells[side][i];
      if (!layer) continue;
      layer.setStyle(on ? { color: INK, weight: 2, dashArray: null } : view.style.cell(layer.feature));
      if (on) layer.bringToFront();
    }
  };
  /* edits: added, changed and removed differ by dash and width too */
  const lineOf = (p) => p.c === "removed"
    ? { color: REMOVED, weight: 1.8, dashArray: "2 4" } : { color: EDITED, weight: 3.2, dashArray: p.c === "changed" ? "6 4" : null };
  const dress = function (view, side) {
    view.style.cell = function (feature) {
      const value = valueOf(feature.properties.i, side), scale = scaleOf(side);
      if (value === null) return { fillColor: gp.unknownPattern(), fillOpacity: 1, color: "#8A949B", weight: 0.8, dashArray: "2 2", opacity: 1 };
      const k = gp.classOf(value, scale.borders), colour = scale.colours[k];
      const fill = k < (scale.losses || 0) ? gp.hatched(colour, "rgba(255,255,255,0.75)") : colour;
      return { fillColor: fill, tone: colour, fillOpacity: 1, color: colour, weight: 0.7, opacity: 1, dashArray: null };
    };
    view.point.cell = (feature, latlng) => L.circleMarker(latlng, { pane: "cells", renderer: view.renderer("cells", "canvas"), radius: 5 });
    view.each.cell = function (feature, layer) {
      const i = feature.properties.i;
      cells[side][i] = layer;
      view.tip(layer, () => tipLines(i));
      layer.on("mouseover", () => highlight(i, true));
      layer.on("mouseout", () => highlight(i, false));
    };
    view.style.editCasing = (feature) => feature.properties.l && feature.properties.c !== "removed"
      ? { color: "#FFFFFF", weight: 5.5, opacity: 1, fill: false } : { stroke: false, fill: false };
    view.style.edit = function (feature) {
      const p = feature.properties, line = lineOf(p);
      if (p.l) return { ...line, opacity: 1, fill: false };
      return { ...line, weight: p.c === "removed" ? 1.4 : 2.2, opacity: 1, fill: true, fillColor: line.color, fillOpacity: p.c === "removed" ? 0.04 : 0.12 };
    };
    view.point.edit = function (feature, latlng) {
      const p = feature.properties, size = p.k === "stop" ? 11 : 9;
      const node = el("i", { class: "edit-point " + p.k + " " + p.c }, p.c === "removed" ? "\u2715" : null);
      return L.marker(latlng, { pane: "businesses", interactive: false, keyboard: false,
        icon: L.divIcon({ className: "gp-label-anchor", html: node, iconSize: [size, size] }) });
    };
    view.draw = function (map, layers) {
      const shapes = data.shapes;
      if (side !== "a") {
        layers.labels.addData(shapes.edit_labels);
        layers.edits_casing.addData(shapes.edits);
        layers.edits.addData(shapes.edits);
        layers.edit_points.addData(shapes.edit_points);
      }
      for (const name of [...BASE, "labels", "cells"]) layers[name].addData(shapes[name]);
      view.open(map, layers);
      map.getContainer().setAttribute("aria-label", words["compare_map_" + side].replace("{name}", data.study));
    };
  };
  for (const [side, view] of Object.entries(views)) dress(view, side);

  /* A and B move as one */
  const join = function (one, other) {
    let busy = false;
    const follow = (from, to) => from.on("move", () => {
      if (busy) return;
      busy = true;
      to.setView(from.getCenter(), from.getZoom(), { animate: false });
      busy = false;
    });
    follow(one, other); follow(other, one);
  };

  /* cards */
  const drawCards = function () {
    byId("cards").replaceChildren(...data.measure.cards.map((card) => {
      const sign = SIGNS[card.trend] ? SIGNS[card.trend] + "\u00a0" : "";
      const figure = card.kind === "people" && card.loss
        ? [el("b", { class: "more" }, "\u25b2\u00a0" + card.value), " \u00b7 ", el("b", { class: "less" }, "\u25bc\u00a0" + card.loss)]
        : [el("b", { class: card.trend }, sign + card.value), card.unit ? el("small", {}, " " + card.unit) : null];
      const bar = card.shares && card.shares.length ? el("div", { class: "bar people", "aria-hidden": "true" },
        card.shares.map((share, k) => el("i", { class: ["lose", "keep", "hatched", "gain"][k], style: { width: 100 * share + "%" } }))) : null;
      return el("section", { class: "box" }, el("p", { class: "label" }, card.label), el("p", { class: "big" }, figure), el("p", { class: "unit" }, card.note), bar);
    }));
  };

  /* charts */
  const drawShares = function () {
    const line = (row) => el("div", { class: "hbar" }, el("span", {}, row.label),
      el("div", {}, el("i", { class: row.colour ? (row.is_loss ? "loss" : "") : "hatched", style: { width: 100 * row.width + "%", backgroundColor: row.colour || "" } })), el("b", {}, row.text));
    byId("by-change").replaceChildren(...data.measure.by_change.map(line));
    byId("by-change-unit").textContent = words.residents_by_change_note.replace("{unit}", data.measure.change.unit);
  };
  const ticksOf = function (low, high) {
    const rough = (high - low) / 4 || 1, power = Math.pow(10, Math.floor(Math.log10(rough)));
    const step = [1, 2, 2.5, 5, 10].map((base) => base * power).find((one) => one >= rough);
    const found = [];
    for (let at = Math.ceil(low / step) * step; at <= high + 1e-9; at += step) found.push(at);
    return found;
  };
  const drawDistricts = function () {
    const rows = data.measure.districts, all = rows.flatMap((row) => [row.a, row.b]).filter((value) => value !== null);
    const low = Math.min(...all), high = Math.max(...all), room = (high - low) * 0.06 || 1;
    const from = Math.max(0, low - room), to = high + room, at = (value) => 100 * (value - from) / (to - from) + "%";
    const ticks = all.length ? ticksOf(from, to) : [], thousands = to >= 10000;
    const decimals = thousands && ticks.some((tick) => tick % 1000) ? 1 : 0;
    const grid = () => ticks.map((tick) => el("u", { style: { left: at(tick) } }));
    byId("by-district").replaceChildren(...rows.map((row) => el("tr", {},
      el("th", { scope: "row" }, row.name),
      el("td", {}, el("div", { class: "dot-line" }, grid(),
        el("s", { style: { left: at(Math.min(row.a, row.b)), width: 100 * Math.abs(row.b - row.a) / (to - from) + "%" } }),
        el("i", { class: "dot-a", style: { left: at(row.a) } }), el("i", { class: "dot-b " + row.trend, style: { left: at(row.b) } }),
        el("span", { class: "vh" }, "A " + row.text_a + ", B " + row.text_b))),
      el("td", { class: "num " + row.trend, title: "A " + row.text_a + " \u2192 B " + row.text_b }, row.difference))));
    byId("axis").replaceChildren(...ticks.map((tick) => el("span", { style: { left: at(tick) } }, gp.number(thousands ? tick / 1000 : tick, decimals))));
    const unit = thousands ? words.unit_thousand_jobs : words.unit_jobs;
    byId("by-district-unit").replaceChildren(words.district_means.replace("{unit}", unit) + "; ", el("i", { class: "dot-a key-dot" }), " A, ", el("i", { class: "dot-b key-dot" }), " B");
  };
  const drawGroups = function () {
    byId("by-group").replaceChildren(...data.measure.groups.map((row) => el("tr", {}, el("th", { scope: "row" }, row.name),
      el("td", { class: "num" }, row.people), el("td", { class: "num" }, row.text_a), el("td", { class: "num" }, row.text_b),
      el("td", { class: "num " + row.trend }, row.difference), el("td", { class: "num" }, row.gaining), el("td", { class: "num" }, row.losing))));
  };
  const drawLegends = function () {
    const m = data.measure, borders = m.change.borders, half = borders.length / 2;
    byId("question").textContent = m.title + " \u00b7 " + m.condition;
    byId("legend-title").textContent = m.title;
    byId("legend-unit").textContent = m.scale.unit + " \u00b7 " + m.short;
    gp.legendScale(m.scale, byId("legend-scale"));
    byId("change-title").textContent = words.change_in.replace("{title}", m.tip);
    byId("change-unit").textContent = words.b_minus_a.replace("{unit}", m.change.unit);
    byId("zero-class").textContent = borders.length ? words.no_change_within.replace("{figure}", gp.number(borders[half], borders[half] < 1 ? 2 : 0)) : words.no_change;
    gp.legendScale(m.change, byId("change-scale"));
  };

  gp.show = function (column) {
    data.measure = data.measures.find((measure) => measure.column === column);
    for (const view of Object.values(views)) if (view.layers.cells) view.layers.cells.setStyle(view.style.cell);
    drawCards(); drawShares(); drawDistricts(); drawGroups(); drawLegends();
  };
  gp.startCompare = function () {
    gp.listen();
    join(views.a.map, views.b.map);
    const second = views.b.map.getContainer().querySelector(".leaflet-control-zoom");
    if (second) second.remove();
    const form = byId("measure"), current = { mode: data.measure.mode, limit: data.measure.limit, percentile: data.measure.percentile };
    const fits = (m, keys) => keys.every((key) => m[key] === null || m[key] === current[key]);
    form.addEventListener("change", (event) => {
      current[event.target.name] = event.target.name === "percentile" ? Number(event.target.value) : event.target.value;
      const found = data.measures.find((m) => fits(m, ["mode", "limit", "percentile"])) || data.measures.find((m) => fits(m, ["mode", "limit"]))
        || data.measures.find((m) => fits(m, ["mode"]));
      if (!found) return;
      gp.show(found.column);
      const limit = form.querySelector('input[name=limit][value="' + found.limit + '"]');
      if (limit) limit.checked = true;
      byId("live").textContent = data.measure.title + ", " + data.measure.condition;
    });
    form.addEventListener("submit", (event) => event.preventDefault());
    const menu = document.querySelector("details.menu");
    if (menu) {
      menu.addEventListener("keydown", (event) => { if (event.key === "Escape") { menu.open = false; menu.querySelector("summary").focus(); } });
      document.addEventListener("click", (event) => { if (!menu.contains(event.target)) menu.open = false; });
    }
    gp.show(data.measure.column);
    for (const view of Object.values(views)) view.placeLabels();
    document.documentElement.dataset.ready = "yes";
  };
})(GP);
