/* The map page: choose a measure; legend, residents by class and districts follow. */
"use strict";
(function (gp) {
  const data = gp.data, words = gp.words, el = gp.el;
  const byId = (id) => document.getElementById(id);

  const drawShares = function () {
    byId("by-class").replaceChildren(...data.measure.classes.map((row) => el("div", { class: "hbar" },
      el("span", {}, row.label), el("div", {}, el("i", { class: row.colour ? "" : "hatched", style: { width: 100 * row.width + "%", background: row.colour || "" } })),
      el("b", {}, row.text))));
    byId("by-class-unit").textContent = words.residents_by + " " + data.measure.unit;
    byId("all-mean").textContent = data.measure.mean;
    byId("all-mean-note").textContent = data.measure.saturation;
  };
  const drawDistricts = function () {
    const body = byId("by-district");
    if (!body) return;
    body.replaceChildren(...data.measure.districts.map((row) => el("tr", {},
      el("th", { scope: "row" }, row.name), el("td", {}, row.people),
      el("td", {}, el("div", { class: "mini" }, el("i", { style: { width: 100 * row.width + "%" } })), el("b", {}, row.mean)))));
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
    if (gp.cell !== undefined && gp.cell >= 0) gp.openCell(gp.cell, gp.cellAt);
  };

  gp.openCell = function (i, at) {
    gp.selected = -1; gp.paintSites();
    gp.cell = i;
    gp.cellAt = at;
    const limits = data.timeLimits.filter((limit) => limit.id !== "gravity");
    const table = el("table", { class: "grid" },
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, words.jobs_by_limit), limits.map((limit) => el("th", { scope: "col" }, limit.label)))),
      el("tbody", {}, data.modes.map((mode) => el("tr", {}, el("th", { scope: "row" }, mode.label), limits.map((limit) => {
        const m = data.measures.find((one) => one.mode === mode.id && one.limit === limit.id && one.percentile === data.measure.percentile) ||
          data.measures.find((one) => one.mode === mode.id && one.limit === limit.id);
        const on = m && m.column === data.measure.column;
        return el("td", { class: on ? "on" : "" }, m ? gp.persons(data.zones.values[m.column][i]) : "");
      })))));
    gp.openCard(gp.cellName(i), gp.cellPeople(i), [table, gp.onward([at.lat, at.lng]), el("p", { class: "note" }, data.sourceLine)]);
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
