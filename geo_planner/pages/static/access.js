/* The map page: choose a measure; legend, residents by class and districts follow. */
"use strict";
(function (gp) {
  const data = gp.data, words = gp.words, el = gp.el;
  const byId = (id) => document.getElementById(id);

  const weighted = function (rows, column) {
    let people = 0, sum = 0;
    for (const i of rows) {
      const value = data.zones.values[column][i], weight = data.zones.residents[i];
      if (value !== null && weight) { people += weight; sum += value * weight; }
    }
    return people ? [sum / people, people] : [null, 0];
  };
  const shares = function () {
    const counts = data.measure.colours.map(() => 0);
    let unknown = 0;
    data.zones.residents.forEach((people, i) => {
      const value = gp.cellValue(i);
      if (value === null) unknown += people || 0;
      else counts[gp.classOf(value, data.measure.borders)] += people || 0;
    });
    return [counts, unknown];
  };
  const classWords = function (k) {
    const labels = data.measure.labels;
    if (!labels.length) return words.all_classes;
    if (k === 0) return words.below + " " + labels[0];
    if (k === labels.length) return words.over + " " + labels[k - 1];
    return labels[k - 1] + "\u2009\u2013\u2009" + labels[k];
  };
  const drawShares = function () {
    const host = byId("by-class");
    if (!host) return;
    const [counts, unknown] = shares(), most = Math.max(1, ...counts, unknown);
    const line = (label, count, colour, hatched) => el("div", { class: "hbar" },
      el("span", {}, label), el("div", {}, el("i", { class: hatched ? "hatched" : "", style: { width: (100 * count) / most + "%", background: hatched ? "" : colour } })),
      el("b", {}, gp.persons(count)));
    const rows = data.measure.colours.map((colour, k) => line(classWords(k), counts[k], colour, false)).reverse();
    if (unknown) rows.push(line(words.unknown, unknown, null, true));
    host.replaceChildren(...rows);
    byId("by-class-unit").textContent = words.residents_by + " " + data.measure.unit;
  };
  const drawDistricts = function () {
    const body = byId("by-district");
    if (!body) return;
    const groups = new Map();
    data.zones.district.forEach((name, i) => {
      const key = name || words.no_district;
      if (!groups.has(key)) groups.set(key, []);
      groups.get(key).push(i);
    });
    const lived = [...groups].filter(([, list]) => list.some((i) => data.zones.residents[i]));
    const rows = lived.map(([name, list]) => [name, ...weighted(list, data.measure.column)])
      .sort((a, b) => (b[1] || 0) - (a[1] || 0));
    const most = Math.max(1, ...rows.map((row) => row[1] || 0));
    body.replaceChildren(...rows.slice(0, 14).map(([name, mean, people]) => el("tr", {},
      el("th", { scope: "row" }, name), el("td", {}, gp.persons(people)),
      el("td", {}, el("div", { class: "mini" }, el("i", { style: { width: (100 * (mean || 0)) / most + "%" } })), el("b", {}, gp.persons(mean === null ? null : Math.round(mean)))))));
    const all = weighted(data.zones.id.map((_, i) => i), data.measure.column);
    byId("all-mean").textContent = gp.persons(all[0] === null ? null : Math.round(all[0]));
  };

  gp.show = function (column) {
    data.measure = data.measures.find((measure) => measure.column === column);
    gp.layers.cells.setStyle(gp.style.cell);
    byId("measure-title").textContent = data.measure.title;
    byId("measure-condition").textContent = data.measure.condition;
    byId("legend-title").textContent = data.measure.title;
    byId("legend-unit").textContent = data.measure.unit + " \u00b7 " + data.measure.short;
    gp.legendScale(data.measure, byId("legend-scale"));
    document.title = data.measure.title + " \u2013 " + data.study;
    drawShares();
    drawDistricts();
    if (gp.cell !== undefined && gp.cell >= 0) gp.openCell(gp.cell);
  };

  gp.openCell = function (i) {
    gp.selected = -1; gp.paintSites();
    gp.cell = i;
    const limits = data.timeLimits.filter((limit) => limit.id !== "gravity");
    const table = el("table", { class: "grid" },
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, words.jobs_by_limit), limits.map((limit) => el("th", { scope: "col" }, limit.label)))),
      el("tbody", {}, data.modes.map((mode) => el("tr", {}, el("th", { scope: "row" }, mode.label), limits.map((limit) => {
        const m = data.measures.find((one) => one.mode === mode.id && one.limit === limit.id && one.percentile === data.measure.percentile) ||
          data.measures.find((one) => one.mode === mode.id && one.limit === limit.id);
        const on = m && m.column === data.measure.column;
        return el("td", { class: on ? "on" : "" }, m ? gp.persons(data.zones.values[m.column][i]) : "");
      })))));
    gp.openCard(gp.cellName(i), gp.cellPeople(i), [table, el("p", { class: "note" }, data.sourceLine)]);
  };
  const closed = gp.onCardClosed;
  gp.onCardClosed = function () { gp.cell = -1; closed(); };

  gp.startAccess = function () {
    if (data.sites.length) gp.addBadges();
    document.querySelectorAll("[data-open-site]").forEach((button) => {
      button.addEventListener("click", () => gp.selectSite(Number(button.dataset.openSite), button));
    });
    gp.onSwitch = function (id, on) { if (id === "switch-sites") gp.showBadges(on); };
    gp.startChoices();
    if (!data.measures.length) return;
    const form = byId("measure"), current = { mode: data.measure.mode, limit: data.measure.limit, percentile: data.measure.percentile };
    const pick = function () {
      const same = data.measures.filter((m) => m.mode === current.mode && m.limit === current.limit);
      const found = same.find((m) => m.percentile === current.percentile) || same[0];
      if (found) gp.show(found.column);
    };
    form.addEventListener("change", (event) => {
      current[event.target.name] = event.target.name === "percentile" ? Number(event.target.value) : event.target.value;
      pick();
    });
    pick();
  };
})(GP);
