/* The sites page: weights move, scores and ranks follow at once, table and map together. */
"use strict";
(function (gp) {
  const data = gp.data, words = gp.words, el = gp.el;
  const body = document.getElementById("ranking");
  const rows = new Map([...document.querySelectorAll("#table tr[data-site]")].map((row) => [Number(row.dataset.site), row]));
  const sliders = [...document.querySelectorAll("input[data-group]")];
  const start = data.groups.map((group) => group.weight);
  let kept = start.slice(), weights = start.slice(), method = data.method;

  /* criterion weights: the group's weight, shared within it as the study does */
  const weightOf = (criterion) => weights[criterion.group] * criterion.share;
  const additive = function (site) {
    let open = 0;
    site.points = data.criteria.map((criterion, c) => {
      const points = 100 * weightOf(criterion), value = site.values[c];
      if (value === null && data.unknown !== "worst") open += points;
      return points * (value || 0);
    });
    site.low = site.points.reduce((a, b) => a + b, 0);
    site.high = site.low + open;
  };
  /* as siting/aggregation.py: points above those of a site at the floor go by the logarithms gained */
  const geometric = function (site) {
    const floor = Math.log(data.valueFloor), least = 100 * data.valueFloor;
    let low = 0, open = 0;
    const gains = data.criteria.map((criterion, c) => {
      const weight = weightOf(criterion), value = site.values[c], log = Math.log(Math.max(value || 0, data.valueFloor));
      low += weight * log;
      if (value === null && data.unknown !== "worst") open -= weight * log;
      return weight * (log - floor);
    });
    const total = gains.reduce((a, b) => a + b, 0);
    site.low = 100 * Math.exp(low);
    site.high = 100 * Math.exp(low + open);
    site.points = gains.map((gain, c) => weightOf(data.criteria[c]) * least + (total > 0 ? (site.low - least) * gain / total : 0));
  };
  const rescore = function () {
    for (const site of data.sites) {
      (method === "geometric" ? geometric : additive)(site);
      site.parts = data.groups.map(() => 0);
      data.criteria.forEach((criterion, c) => { site.parts[criterion.group] += site.points[c]; });
    }
    const ranked = data.sites.filter((site) => !site.excluded);
    for (const site of ranked) {
      site.rank = 1 + ranked.filter((other) => other.low > site.low + 1e-9).length;
      site.tied = ranked.some((other) => other !== site && Math.abs(other.low - site.low) <= 1e-9);
    }
  };
  gp.order = () => data.sites.map((_, i) => i)
    .sort((a, b) => gp.place(data.sites[a]) - gp.place(data.sites[b]) || data.sites[b].high - data.sites[a].high || (data.sites[a].id < data.sites[b].id ? -1 : 1));

  const paintRow = function (i) {
    const site = data.sites[i], row = rows.get(i);
    if (!row || site.excluded) return;
    row.querySelector(".place").textContent = gp.rankText(site);
    row.querySelector(".tie").hidden = !site.tied;
    row.querySelector(".points").textContent = gp.scoreText(site);
    const bar = row.querySelector(".bar"), parts = bar.querySelectorAll("i:not(.open)");
    site.parts.forEach((part, k) => { parts[k].style.width = part + "%"; });
    let open = bar.querySelector("i.open");
    if (site.high - site.low > 0.05) {
      if (!open) { open = el("i", { class: "open" }); bar.append(open); }
      open.style.width = (site.high - site.low) + "%";
    } else if (open) open.remove();
  };
  const paintSliders = function () {
    sliders.forEach((slider, k) => {
      const share = Math.round(100 * weights[k]);
      if (document.activeElement !== slider) slider.value = String(100 * weights[k]);
      slider.style.setProperty("--share", 100 * weights[k] + "%");
      slider.setAttribute("aria-valuetext", words.share_of_total.replace("{share}", share));
      document.getElementById("share-" + k).textContent = share + "\u00a0%";
    });
    const asStarted = method === data.method && weights.every((w, k) => Math.abs(w - start[k]) < 1e-9);
    document.getElementById("reset").disabled = asStarted;
    gp.moved = !asStarted;
    document.getElementById("table").classList.toggle("moved", gp.moved);
    const told = document.getElementById("moved-note");
    if (told) told.hidden = !gp.moved;
  };
  const note = data.movedNote;
  let quiet = null;
  const announce = function (before) {
    clearTimeout(quiet);
    quiet = setTimeout(() => {
      const moved = data.sites.filter((site, i) => site.rank !== before[i]).slice(0, 3)
        .map((site) => words.now_rank.replace("{name}", site.name).replace("{rank}", site.rank));
      const told = moved.length ? moved.join(". ") : words.ranks_same;
      document.getElementById("live").textContent = gp.moved && note ? told + ". " + note : told;
      said = data.sites.map((site) => site.rank);
    }, 500);
  };
  let said = data.sites.map((site) => site.rank);
  const update = function () {
    rescore();
    data.sites.forEach((_, i) => paintRow(i));
    for (const i of gp.order()) { const row = rows.get(i); if (row && !data.sites[i].excluded) body.append(row); }
    paintSliders();
    gp.paintSites();
    if (gp.selected >= 0) gp.siteCard(gp.selected);
    announce(said);
    gp.remember();
  };
  gp.showRows = () => rows.forEach((row, i) => { row.hidden = gp.isLeftOut(i); });
  gp.weights = () => weights;
  gp.method = () => method;
  /* weights from elsewhere; false where they are no weights of this study's groups */
  gp.setWeights = function (wanted, name) {
    const sum = wanted.reduce((a, b) => a + b, 0), isFree = sliders.every((slider) => !slider.disabled);
    if (!isFree || wanted.length !== start.length || !wanted.every((weight) => weight >= 0) || !(sum > 0)) return false;
    weights = wanted.map((weight) => weight / sum);
    if (weights.filter((w) => w > 1e-9).length > 1) kept = weights.slice();
    choose(document.querySelector('input[name=method][value="' + CSS.escape(name || "") + '"]') ? name : data.method);
    return true;
  };

  sliders.forEach((slider, k) => {
    slider.addEventListener("input", () => {
      const mine = Math.min(1, Math.max(0, Number(slider.value) / 100));
      const others = kept.reduce((sum, w, m) => (m === k ? sum : sum + w), 0);
      weights = kept.map((w, m) => (m === k ? mine : others > 1e-9 ? (w / others) * (1 - mine) : (1 - mine) / Math.max(1, kept.length - 1)));
      if (kept.length === 1) weights = [1];
      update();
    });
    slider.addEventListener("change", () => {
      if (weights.filter((w) => w > 1e-9).length > 1) kept = weights.slice();
      paintSliders();
    });
  });
  document.getElementById("reset").addEventListener("click", () => {
    weights = start.slice(); kept = start.slice(); sliders.forEach((s) => s.blur());
    choose(data.method);
  });
  const choose = function (name) {
    method = name;
    const box = document.querySelector('input[name=method][value="' + name + '"]');
    if (box) { box.checked = true; document.getElementById("method-note").textContent = words["method_" + name + "_note"]; }
    update();
  };
  document.querySelectorAll("input[name=method]").forEach((box) => box.addEventListener("change", () => choose(box.value)));

  /* the table as it is shown: the columns of the file beside the page, and the weights they rest on */
  const quoted = (cell) => {
    const plain = cell === null || cell === undefined ? "" : String(cell);
    /* a text that a spreadsheet would run as a formula */
    const text = typeof cell === "string" && /^'*[=+\-@\t\r\n]/.test(cell) ? "'" + plain : plain;
    return /[",\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
  };
  gp.rankingCsv = function () {
    const { columns, rows: lines } = data.table, by = new Map(data.sites.map((site) => [site.id, site]));
    const isShown = new Set(data.sites.filter((_, i) => !gp.isLeftOut(i)).map((site) => site.id)), idColumn = columns.indexOf("site_id");
    const asShown = lines.filter((line) => isShown.has(String(line[idColumn]))).map((line) => {
      const row = Object.fromEntries(columns.map((name, k) => [name, line[k]])), site = by.get(String(row.site_id));
      if (gp.moved && !site.excluded) {
        Object.assign(row, { rank: site.rank, score: site.low, score_low: site.low, score_high: site.high });
        data.criteria.forEach((criterion, c) => { row[criterion.id + "_contribution"] = site.points[c]; });
      }
      return row;
    });
    const last = (row) => row.rank === null ? Infinity : row.rank;
    asShown.sort((a, b) => last(a) - last(b) || b.score_high - a.score_high);
    const given = [["method", method], ...data.criteria.map((criterion) => [criterion.id + "_weight", weightOf(criterion)])];
    if (gp.isFiltered()) given.push(["filter", gp.filterText()]);
    const head = [...columns, ...given.map(([name]) => name)];
    return [head, ...asShown.map((row) => [...columns.map((name) => row[name]), ...given.map(([, value]) => value)])]
      .map((line) => line.map(quoted).join(",") + "\n").join("");
  };
  const link = document.getElementById("ranking-csv");
  if (link) link.addEventListener("click", (event) => {
    if (!gp.moved && !gp.isFiltered()) return;
    event.preventDefault();
    const file = URL.createObjectURL(new Blob([gp.rankingCsv()], { type: "text/csv" }));
    el("a", { href: file, download: gp.moved ? "sites_moved_weights.csv" : "sites_filtered.csv" }).click();
    setTimeout(() => URL.revokeObjectURL(file), 1000);
  });

  gp.hoverSite = function (i, on) {
    const row = rows.get(i);
    if (row) row.classList.toggle("near", on);
    gp.hoverBadge(i, on);
  };
  gp.onSelect = function (chosen) {
    rows.forEach((row, i) => {
      row.classList.toggle("on", i === chosen);
      row.querySelector("button").setAttribute("aria-expanded", String(i === chosen));
    });
    if (chosen >= 0 && rows.get(chosen)) rows.get(chosen).scrollIntoView({ block: "nearest" });
    gp.remember();
  };
  gp.startSites = function () {
    gp.onSwitch = function (id, on) { if (id === "switch-sites") gp.showBadges(on); };
    gp.addBadges();
    gp.startChoices();
    /* a map that was hidden at the start has no size to be fitted to until it is shown */
    document.querySelector(".show-map").addEventListener("click", () => {
      gp.map.invalidateSize({ animate: false });
      if (!gp.map.getSize().x) return;
      gp.fit();
      gp.spreadBadges();
      gp.stage().scrollIntoView({ block: "start" });
    });
    rows.forEach((row, i) => {
      row.addEventListener("mouseenter", () => gp.hoverSite(i, true));
      row.addEventListener("mouseleave", () => gp.hoverSite(i, false));
      row.addEventListener("focusin", () => gp.hoverSite(i, true));
      row.addEventListener("focusout", () => gp.hoverSite(i, false));
      row.addEventListener("click", () => gp.selectSite(i, row.querySelector("button")));
    });
    paintSliders();
    gp.placeLabels();
    const chosen = gp.recall(), isWide = window.innerWidth >= 1100;
    const first = chosen !== undefined ? chosen : isWide ? gp.order().find((i) => !gp.isLeftOut(i)) : undefined;
    if (first !== undefined) gp.selectSite(first);
    if (first !== undefined && isWide) {
      /* the first card opens in short, so that all sites are in the first view */
      document.getElementById("card").classList.add("short");
      gp.fit();
    }
    gp.watchAddress();
  };
})(GP);
