/* Result layers shared by pages: zones, sites with rank badges, plans, workplaces, constraints. */
"use strict";
(function (gp) {
  const data = gp.data, words = gp.words, el = gp.el;
  const INK = "#17232D";

  /* hatches: SVG patterns for shapes, a canvas pattern for cells */
  const hatches = {};
  gp.hatch = function (colour, ground) {
    const id = ("hatch-" + colour + (ground || "")).replace(/[^a-z0-9-]/gi, "");
    if (!hatches[id]) {
      const svg = hatches.svg || (hatches.svg = document.body.appendChild(gp.svg("svg", { class: "vh", "aria-hidden": "true" })));
      svg.append(gp.svg("defs", {}, gp.svg("pattern", { id: id, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
        ...(ground ? [gp.svg("rect", { width: 6, height: 6, fill: ground })] : []),
        gp.svg("rect", { width: 2, height: 6, fill: colour }))));
      hatches[id] = true;
    }
    return "url(#" + id + ")";
  };
  const canvasFills = {};
  gp.hatched = function (ground, line) {
    const key = ground + line;
    if (canvasFills[key]) return canvasFills[key];
    const tile = document.createElement("canvas");
    tile.width = tile.height = 7;
    const pen = tile.getContext("2d");
    pen.fillStyle = ground; pen.fillRect(0, 0, 7, 7);
    pen.strokeStyle = line; pen.lineWidth = 1.1;
    pen.beginPath(); pen.moveTo(-1, 8); pen.lineTo(8, -1); pen.stroke();
    canvasFills[key] = pen.createPattern(tile, "repeat");
    return canvasFills[key];
  };
  gp.unknownPattern = () => gp.hatched("#FFFFFF", "#8A949B");

  /* zones */
  gp.cellValue = (i) => data.measure ? data.zones.values[data.measure.column][i] : null;
  gp.style.cell = function (feature) {
    const value = gp.cellValue(feature.properties.i);
    if (value === null) {
      return { fillColor: gp.unknownPattern(), fillOpacity: 1, color: "#8A949B", weight: 0.8, dashArray: "2 2", opacity: 1 };
    }
    const colour = data.measure.colours[gp.classOf(value, data.measure.borders)];
    return { fillColor: colour, fillOpacity: 1, color: colour, weight: 0.7, opacity: 1, dashArray: null };
  };
  gp.point.cell = (feature, latlng) => L.circleMarker(latlng, { pane: "cells", renderer: gp.renderer("cells", "canvas"), radius: 5 });
  gp.cellName = function (i) {
    const where = data.zones.district[i] || data.zones.id[i];
    return data.cellSize ? where + ", " + words.cell_of.replace("{size}", gp.number(data.cellSize)) : where;
  };
  gp.cellPeople = (i) => gp.filled(words.residents_and_jobs,
    { residents: gp.number(data.zones.residents[i]), jobs: gp.number(data.zones.jobs[i]) });
  gp.each.cell = function (feature, layer) {
    const i = feature.properties.i;
    gp.tip(layer, () => [gp.cellName(i), gp.persons(gp.cellValue(i)) + " " + data.measure.tip, gp.cellPeople(i)]);
    layer.on("mouseover", () => { layer.setStyle({ color: INK, weight: 2 }); layer.bringToFront(); });
    layer.on("mouseout", () => layer.setStyle(gp.style.cell(feature)));
    layer.on("click", (event) => { L.DomEvent.stop(event); if (gp.openCell) gp.openCell(i, layer.getBounds ? layer.getBounds().getCenter() : layer.getLatLng()); });
  };

  /* sites */
  gp.selected = -1;
  const siteShapes = {}, badges = {};
  /* what sites are coloured by: their outline alone, their score, or a fill that came with the page */
  gp.fill = data.fill || (data.score ? "score" : "outline");
  const fillOf = (name) => (data.fills || []).find((fill) => fill.id === name);
  const OUT = { color: "#5B6771", weight: 1.5, opacity: 1, fillColor: "#E4E6E4", fillOpacity: 1, dashArray: null };
  const colourOf = function (site, i) {
    if (gp.fill === "score") return data.score.colours[gp.classOf(site.low, data.score.borders)];
    return fillOf(gp.fill).colours[i];
  };
  gp.isLeftOut = () => false;
  gp.style.site = function (feature) {
    const i = feature.properties.i, site = data.sites[i], on = i === gp.selected, fill = fillOf(gp.fill);
    const line = on ? 3.2 : 1.5;
    if (gp.isLeftOut(i)) return { color: "#8A949B", weight: on ? 3.2 : 1, opacity: 0.7, fillColor: "#FFFFFF", fillOpacity: 0.05, dashArray: "2 3" };
    if (gp.fill === "outline") return { color: INK, weight: on ? 3.2 : 2, fillColor: "#FFFFFF", fillOpacity: on ? 0.55 : 0.25, opacity: 1, dashArray: null };
    if (site.excluded && (!fill || fill.hidesExcluded)) return { ...OUT, weight: line };
    const colour = colourOf(site, i), open = fill ? fill.hatched[i] : site.high - site.low > 0.05;
    if (colour === null) return { color: "#5B6771", weight: line, opacity: 1, dashArray: "2 2", fillColor: gp.hatch("#8A949B", "#FFFFFF"), fillOpacity: 1 };
    return { color: INK, weight: line, opacity: 1, fillOpacity: 1, dashArray: open ? "4 3" : null,
      fillColor: open ? gp.hatch("#17232D", colour) : colour };
  };
  gp.fillLine = function (i) {
    const fill = fillOf(gp.fill);
    return fill ? fill.label + ": " + fill.texts[i] : "";
  };
  gp.scoreText = function (site) {
    return site.high - site.low > 0.05
      ? gp.number(site.low, 0) + "\u2013" + gp.number(site.high, 0) : gp.number(site.low, 1);
  };
  /* excluded sites have no rank: they stand after all others, with the reason in words */
  gp.place = (site) => site.rank === null ? data.sites.length + 1 : site.rank;
  gp.rankText = (site) => site.rank === null ? "\u2715" : String(site.rank);
  gp.siteLine = (site) => site.excluded ? words.excluded_site.replace("{reason}", site.excluded) : words.site_line.replace("{rank}", site.rank)
    .replace("{count}", data.sites.filter((other) => !other.excluded).length).replace("{score}", gp.scoreText(site));
  gp.each.site = function (feature, layer) {
    const i = feature.properties.i;
    siteShapes[i] = layer;
    gp.tip(layer, () => [data.sites[i].name, gp.siteLine(data.sites[i]), gp.fillLine(i), ...data.sites[i].tip]);
    layer.on("click", (event) => { L.DomEvent.stop(event); gp.selectSite(i); });
    layer.on("mouseover", () => gp.hoverSite && gp.hoverSite(i, true));
    layer.on("mouseout", () => gp.hoverSite && gp.hoverSite(i, false));
  };
  gp.bar = function (site) {
    const track = el("div", { class: "bar" }, site.parts.map((part, k) =>
      el("i", { style: { width: part + "%", background: data.groups[k].colour } })));
    if (site.high - site.low > 0.05) {
      track.append(el("i", { class: "open", style: { width: (site.high - site.low) + "%" } }));
    }
    return track;
  };
  const scoreParts = function (site) {
    const ticks = el("div", { class: "ticks", "aria-hidden": "true" }, [0, 25, 50, 75, 100].map((t) => el("span", {}, String(t))));
    const key = el("ul", { class: "key" }, data.groups.map((group, k) => el("li", {},
      el("i", { style: { background: group.colour } }), group.label, el("b", {}, gp.number(site.parts[k], 1)))));
    return [el("div", { role: "img", "aria-label": site.name + ": " + gp.scoreText(site) }, gp.bar(site), ticks), key];
  };
  /* where a card leads on a served page: what the place reaches, and a site's brief */
  gp.onward = function ([lat, lon], siteId) {
    const links = data.links || {}, at = (value) => value.toFixed(6);
    const found = [
      siteId && gp.besideButton ? gp.besideButton(data.sites.findIndex((site) => site.id === siteId)) : null,
      links.ask ? el("a", { class: "btn", href: links.ask + "&lat=" + at(lat) + "&lon=" + at(lon) }, words.from_here) : null,
      links.site_brief && siteId ? el("a", { class: "btn", href: links.site_brief.replace("{site}", encodeURIComponent(siteId)) }, words.brief_title) : null].filter(Boolean);
    return found.length ? el("p", { class: "onward" }, found) : null;
  };
  const section = (part) => el("section", {}, el("h3", {}, part.title), gp.rows(part.rows),
    part.notes.map((note) => el("p", { class: "aside-note" }, note)));
  let wasOpen = false;
  const more = (sections) => el("details", { open: wasOpen ? "" : null, ontoggle: (event) => { wasOpen = event.target.open; if (wasOpen) document.getElementById("card").classList.remove("short"); } },
    el("summary", {}, words.more_figures), sections.map(section));
  /* a wide window docks the card on the map; a narrow one has it below, or as a sheet at the foot */
  const placeCard = function () {
    const card = document.getElementById("card"), stage = document.getElementById("stage");
    if (!card || !stage || !document.querySelector("body.sites,body.access")) return;
    const docked = window.innerWidth >= 1100;
    if (docked !== stage.contains(card)) docked ? stage.append(card) : stage.after(card);
  };
  placeCard();
  window.addEventListener("resize", placeCard);
  gp.siteCard = function (i, from) {
    const site = data.sites[i], scored = data.groups.length && !site.excluded;
    const sure = site.sure && !gp.moved ? " \u00b7 " + site.sure : "";
    gp.openCard(site.name, gp.siteLine(site) + sure, [
      ...(scored ? scoreParts(site) : []), gp.rows(site.rows),
      el("p", { class: "chips" }, site.chips.map(([kind, text]) => el("span", { class: "chip " + kind }, text))),
      site.sections.length ? more(site.sections) : null,
      gp.onward(site.anchor, site.id),
      el("p", { class: "note" }, data.sourceLine)], from);
  };
  gp.selectSite = function (i, from) {
    gp.selected = i;
    gp.paintSites();
    gp.siteCard(i, from);
    if (gp.onSelect) gp.onSelect(i);
    gp.showInFreeSpace(L.latLng(data.sites[i].anchor));
  };
  gp.onCardClosed = function () {
    gp.selected = -1;
    gp.paintSites();
    if (gp.onSelect) gp.onSelect(-1);
  };
  /* pan only when the card or an edge would hide the place */
  gp.showInFreeSpace = function (latlng) {
    const card = document.getElementById("card"), box = gp.map.getContainer().getBoundingClientRect();
    if (!box.width) return;
    const p = gp.map.latLngToContainerPoint(latlng), c = card.getBoundingClientRect();
    const inside = p.x > 30 && p.y > 60 && p.x < box.width - 30 && p.y < box.height - 30;
    const under = c.width && p.x > c.left - box.left - 30 && p.x < c.right - box.left + 30 && p.y > c.top - box.top - 30 && p.y < c.bottom - box.top + 30;
    if (inside && !under) return;
    const free = L.point(Math.max(60, (c.width && c.left > box.left + 200 ? c.left - box.left : box.width) / 2), box.height * 0.4);
    gp.map.panBy(p.subtract(free), { animate: false });
  };
  gp.paintSites = function () {
    for (const [i, layer] of Object.entries(siteShapes)) {
      layer.setStyle(gp.style.site(layer.feature));
      if (Number(i) === gp.selected) layer.bringToFront();
    }
    for (const [i, badge] of Object.entries(badges)) {
      const node = badge.getElement();
      if (!node) continue;
      node.firstChild.textContent = gp.rankText(data.sites[i]);
      node.classList.toggle("on", Number(i) === gp.selected);
      badge.setZIndexOffset(Number(i) === gp.selected ? 2000 : 1000 - gp.place(data.sites[i]));
      node.setAttribute("aria-label", data.sites[i].name + ", " + gp.siteLine(data.sites[i]));
    }
  };
  gp.hoverBadge = (i, on) => badges[i] && badges[i].getElement() && badges[i].getElement().classList.toggle("near", on);
  gp.addBadges = function () {
    const most = 100;
    data.sites.forEach((site, i) => {
      if (gp.place(site) > most) return;
      const icon = L.divIcon({ className: "gp-badge", html: el("span", {}, gp.rankText(site)), iconSize: [24, 24] });
      const badge = L.marker(site.anchor, { pane: "badges", icon: icon, keyboard: true, riseOnHover: true });
      badge.on("click", (event) => { L.DomEvent.stop(event); gp.selectSite(i, badge.getElement()); });
      badge.on("mouseover", () => gp.hoverSite && gp.hoverSite(i, true));
      badge.on("mouseout", () => gp.hoverSite && gp.hoverSite(i, false));
      badges[i] = badge;
      badge.addTo(gp.map);
    });
    gp.map.on("zoomend", gp.spreadBadges);
    gp.spreadBadges();
    gp.paintSites();
  };
  let areBadgesOn = true;
  gp.showBadges = function (on = areBadgesOn) {
    areBadgesOn = on;
    for (const [i, badge] of Object.entries(badges)) on && !gp.isLeftOut(Number(i)) ? badge.addTo(gp.map) : badge.remove();
    if (on) { gp.spreadBadges(); gp.paintSites(); }
    gp.placeLabels();
  };
  /* badges that would touch are pushed apart, small sites' badges off the nearest station */
  gp.spreadBadges = function () {
    const list = Object.entries(badges).map(([i, badge]) => {
      const home = gp.map.latLngToLayerPoint(data.sites[i].anchor);
      return { badge: badge, home: home, at: home.clone(), small: data.sites[i].small };
    });
    const dots = gp.stationPoints().map((latlng) => gp.map.latLngToLayerPoint(latlng));
    const push = (a, from, room) => {
      const gap = a.subtract(from), length = Math.max(0.1, Math.hypot(gap.x, gap.y));
      return length < room ? gap.multiplyBy((room - length) / length) : L.point(0, 0);
    };
    for (let round = 0; round < 80; round += 1) {
      list.forEach((a, k) => {
        list.forEach((b, m) => { if (k !== m) a.at = a.at.add(push(a.at, b.at.add([0, k < m ? 0.01 : -0.01]), 26).multiplyBy(0.5)); });
        dots.forEach((dot) => { a.at = a.at.add(push(a.at, dot, a.small ? 24 : 20).multiplyBy(0.5)); });
        const off = a.at.subtract(a.home), far = Math.hypot(off.x, off.y);
        if (far > 44) a.at = a.home.add(off.multiplyBy(44 / far));
      });
    }
    for (const a of list) {
      const off = a.at.subtract(a.home), node = a.badge.getElement();
      a.badge._offset = off;
      if (node) { node.style.marginLeft = Math.round(off.x - 12) + "px"; node.style.marginTop = Math.round(off.y - 12) + "px"; }
    }
  };
  gp.badgeBoxes = function () {
    return Object.entries(badges).filter(([, badge]) => badge.getElement()).map(([i, badge]) => {
      const p = gp.map.latLngToContainerPoint(data.sites[i].anchor).add(badge._offset || [0, 0]);
      return [p.x - 12, p.y - 12, p.x + 12, p.y + 12];
    });
  };

  /* plans, constraints */
  gp.style.plan = function (feature) {
    const p = feature.properties;
    if (p.outline) return { color: "#46545F", weight: 1, opacity: 1, dashArray: "3 2", fillColor: "#FFFFFF", fillOpacity: 0.01 };
    const colour = p.code ? data.planUses[p.code].colour : "#FFFFFF";
    const edge = p.code ? data.planUses[p.code].edge : "#8A949B";
    return { color: edge, weight: 0.8, opacity: 1, dashArray: p.code ? null : "2 2", fillOpacity: data.planOpacity,
      fillColor: p.proposed ? gp.hatch(colour, "#FFFFFF") : p.code ? colour : gp.hatch("#8A949B", "#FFFFFF") };
  };
  const openFacts = function (p, meta, link) {
    gp.selected = -1; gp.paintSites();
    gp.openCard(p.name, meta, [gp.rows(p.rows), link ? el("p", { class: "note" }, el("a", { href: link, rel: "noreferrer noopener" }, words.plan_document)) : null, el("p", { class: "note" }, data.sourceLine)]);
  };
  gp.each.plan = function (feature, layer) {
    const p = feature.properties;
    gp.tip(layer, [p.name, p.rows[0][1], p.rows[1][0] + " " + p.rows[1][1]]);
    layer.on("click", (event) => { L.DomEvent.stop(event); openFacts(p, p.kind, p.url); });
  };
  gp.style.constraint = function (feature) {
    const effect = feature.properties.effect, colour = data.constraints[effect];
    if (effect === "excludes") return { color: colour, weight: 1.3, fillColor: colour, fillOpacity: 0.2, opacity: 1 };
    if (effect === "limits") return { color: colour, weight: 1.2, fillColor: gp.hatch(colour), fillOpacity: 0.8, opacity: 1 };
    return { color: colour, weight: 1.3, fillColor: colour, fillOpacity: 0.02, opacity: 1 };
  };
  gp.point.constraint = (feature, latlng) => L.circleMarker(latlng, { pane: "constraints", radius: 5 });
  gp.each.constraint = function (feature, layer) {
    const p = feature.properties;
    gp.tip(layer, [p.name, p.rows[0][1]]);
    layer.on("click", (event) => { L.DomEvent.stop(event); openFacts(p, words.constraint, null); });
  };

  /* workplaces: colour and shape tell the cluster, area tells the jobs */
  const Mark = L.CircleMarker.extend({
    _updatePath: function () {
      if (this._empty()) { this._renderer._setPath(this, "M0 0"); return; }
      const p = this._point, r = this._radius, shape = this.options.shape;
      const d = shape === "square" ? 0.89 * r : 1.25 * r;
      const square = "M" + (p.x - d) + " " + (p.y - d) + "h" + 2 * d + "v" + 2 * d + "h" + -2 * d + "z";
      const diamond = "M" + p.x + " " + (p.y - d) + "l" + d + " " + d + "l" + -d + " " + d + "l" + -d + " " + -d + "z";
      if (shape === "square" || shape === "diamond") this._renderer._setPath(this, shape === "square" ? square : diamond);
      else this._renderer._updateCircle(this);
    } });
  gp.point.business = function (feature, latlng) {
    const p = feature.properties, look = data.clusters[p.cluster];
    const size = look.shape === "dot" ? 2.4 : 3.4, growth = look.shape === "dot" ? 0.2 : 0.32;
    return new Mark(latlng, { pane: "businesses", renderer: gp.renderer("businesses", "svg"), shape: look.shape,
      radius: Math.min(17, size + Math.sqrt(p.jobs || 0) * growth), color: "#FFFFFF", weight: 0.9, fillColor: look.colour, fillOpacity: 0.92, opacity: 1 });
  };
  gp.each.business = function (feature, layer) {
    const p = feature.properties;
    gp.tip(layer, [p.name, p.figure + " " + words.unit_jobs, data.clusters[p.cluster].label]);
    layer.on("click", (event) => {
      L.DomEvent.stop(event);
      openFacts({ name: p.name, rows: [[words.jobs, p.figure], [words.cluster, data.clusters[p.cluster].label], [words.branch, p.branch || words.unknown]] }, words.workplace, null);
    });
  };
})(GP);
