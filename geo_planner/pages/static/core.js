/* What every map of geo_planner shares: words, numbers, styles, labels, badges, tooltip, card.
   Defined before the map's own script, which calls GP.style, GP.point and GP.each. A page with
   several maps makes one for each. Texts from data reach the page as text nodes only. */
"use strict";
var makeGP = function (data) {
  const words = data.words;
  const WIDTHS = { motorway: [1.6, 2.2, 2.8, 3.8, 5.2, 7.5], trunk: [1.2, 1.6, 2.3, 3.3, 4.8, 7],
    main: [0.8, 1.2, 1.8, 2.7, 4.2, 6.2], street: [0.3, 0.6, 1.0, 1.7, 3.0, 4.8],
    minor: [0, 0.25, 0.55, 1.0, 1.9, 3.3], rail: [1.4, 1.7, 2.0, 2.3, 2.8, 3.4],
    tram: [0.7, 0.9, 1.1, 1.3, 1.6, 2.0] };
  const NARROW_MAP = 560;
  const CASED = ["motorway", "trunk", "main"];
  const gp = { data: data, words: words, map: null, layers: {}, style: {}, point: {}, each: {} };
  const renderers = {};

  gp.renderer = function (pane, kind) {
    if (!renderers[pane]) renderers[pane] = L[kind]({ pane: pane, padding: kind === "canvas" ? 0.4 : 0.6 });
    return renderers[pane];
  };

  /* numbers */
  gp.number = function (value, decimals) {
    if (value === null || value === undefined) return words.unknown;
    const text = Math.abs(value).toFixed(decimals || 0).split(".");
    const whole = text[0].replace(/\B(?=(\d{3})+$)/g, "\u202f");
    const sign = value < 0 && /[1-9]/.test(text.join("")) ? "\u2212" : "";
    return sign + whole + (text[1] ? (data.language === "da" ? "," : ".") + text[1] : "");
  };
  /* a phrase with its gaps filled; a gap with a bar holds the forms for one and for many */
  gp.filled = (phrase, figures) => phrase.replace(/\{(\w+)(?::([^}|]*)\|([^}]*))?\}/g,
    (gap, name, one, many) => many === undefined ? figures[name] : String(figures[name]) === "1" ? one : many);
  gp.persons = function (value) {
    if (!value) return gp.number(value, 0);
    const step = Math.pow(10, Math.max(0, Math.floor(Math.log10(Math.abs(value))) - 2));
    return gp.number(Math.round(value / step) * step, 0);
  };
  gp.classOf = function (value, borders) {
    let k = 0;
    while (k < borders.length && value >= borders[k]) k += 1;
    return k;
  };

  /* what is shared is the page as its address says by now */
  document.addEventListener("click", function (event) {
    const link = event.target.closest("a[data-share]");
    if (!link) return;
    const to = new URL(link.href), page = to.searchParams.get("page").split(/[?#]/)[0];
    to.searchParams.set("page", page + location.search + location.hash);
    link.href = to.href;
  });

  /* a scenario or language chosen at the top keeps what the page's address says by now */
  document.addEventListener("click", function (event) {
    const link = event.target.closest(".choices a[data-key]");
    if (!link || link.dataset.key === "study") return;
    const value = new URL(link.href).searchParams.get(link.dataset.key), now = new URL(location.href);
    if (value === null) now.searchParams.delete(link.dataset.key);
    else now.searchParams.set(link.dataset.key, value);
    link.href = now.href;
  });

  /* documents */
  gp.el = function (tag, facts, ...children) {
    const node = document.createElement(tag);
    for (const [key, value] of Object.entries(facts || {})) {
      if (key === "class") node.className = value;
      else if (key === "style") Object.assign(node.style, value);
      else if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
      else if (value !== null && value !== undefined) node.setAttribute(key, value);
    }
    for (const child of children.flat()) {
      if (child !== null && child !== undefined) node.append(child);
    }
    return node;
  };
  gp.svg = function (tag, facts, ...children) {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [key, value] of Object.entries(facts)) node.setAttribute(key, value);
    node.append(...children);
    return node;
  };

  gp.legendScale = function (scale, host) {
    const n = scale.colours.length;
    host.replaceChildren(
      gp.el("div", { class: "swatches" }, scale.colours.map((colour, k) => gp.el("i", { class: k < (scale.losses || 0) ? "loss" : "", style: { backgroundColor: colour } }))),
      gp.el("div", { class: "borders" }, scale.labels.map((label, k) => gp.el("span", { style: { left: (100 * (k + 1)) / n + "%" } }, label))));
  };

  /* styles */
  const at = function (kind) {
    const zoom = gp.map ? gp.map.getZoom() : 12;
    const list = WIDTHS[kind], low = Math.max(0, Math.min(4, Math.floor(zoom) - 11));
    const share = Math.max(0, Math.min(1, zoom - 11 - low));
    const width = list[low] + (list[low + 1] - list[low]) * share;
    if (zoom < 11) return width * Math.max(0, 1 - (11 - zoom) * (list[0] < 0.5 ? 0.9 : 0.25));
    return zoom > 16 ? width * Math.pow(1.45, zoom - 16) : width;
  };
  const fill = (colour) => ({ stroke: false, fill: true, fillColor: colour, fillOpacity: 1 });
  gp.style.land = (f) => fill(data.land[f.properties.k]);
  gp.style.water = () => ({ color: "#A9C3D0", weight: 0.6, opacity: 1, fillColor: "#BFD5E0", fillOpacity: 1 });
  gp.style.veil = () => ({ stroke: false, fill: true, fillColor: "#FAF9F6", fillOpacity: 0.5 });
  gp.style.casing = (f) => {
    const far = gp.map && gp.map.getZoom() < 11, hidden = far && f.properties.k === "main";
    return { color: "#C6C1B3", weight: at(f.properties.k) + (far ? 0.7 : 1.3), opacity: hidden ? 0 : 1, fill: false, lineCap: "butt" };
  };
  gp.style.road = (f) => {
    const width = at(f.properties.k);
    return { color: "#FFFFFF", weight: width, opacity: width > 0 ? 1 : 0, fill: false };
  };
  gp.style.rail = (f) => ({ color: f.properties.k === "tram" ? "#8A949B" : "#56626B", weight: at(f.properties.k), opacity: 1, fill: false });
  gp.style.boundary = () => ({ color: "#7D878D", weight: 1.3, dashArray: "1 4", opacity: 1, fill: false });
  gp.style.area = (f) => f.properties.k === "core"
    ? { color: "#3A464F", weight: 1.2, fillColor: "#3A464F", fillOpacity: 0.05 }
    : { color: "#3A464F", weight: 1.0, dashArray: "2 4", fillColor: "#3A464F", fillOpacity: 0.03 };

  /* tooltip on ink: a bold first line, then plain ones */
  gp.tip = function (layer, lines) {
    layer.bindTooltip(function () {
      const [first, ...rest] = typeof lines === "function" ? lines() : lines;
      return gp.el("div", {}, gp.el("b", {}, first), rest.filter(Boolean).map((line) => gp.el("div", {}, line)));
    }, { sticky: true, direction: "top", offset: [0, -8], className: "gp-tip", opacity: 1 });
    /* shapes are no stops of the tab key: every one has a twin in a table or a badge */
    layer.on("add", () => {
      const shape = layer.getElement && layer.getElement();
      if (shape) shape.setAttribute("tabindex", "-1");
    });
  };

  /* card: docked, not a popup, so that neighbours stay in sight */
  let opener = null;
  gp.closeCard = function () {
    const card = document.getElementById("card");
    if (!card || card.hidden) return;
    card.hidden = true;
    document.body.classList.remove("has-card");
    if (gp.onCardClosed) gp.onCardClosed();
    if (opener && document.contains(opener)) opener.focus({ preventScroll: true });
    opener = null;
  };
  gp.openCard = function (title, meta, parts, from) {
    const card = document.getElementById("card");
    opener = from || null;
    card.replaceChildren(
      gp.el("div", { class: "card-head" }, gp.el("h2", {}, title),
        gp.el("button", { type: "button", class: "close", "aria-label": words.close, onclick: gp.closeCard }, "\u2715")),
      gp.el("p", { class: "meta" }, meta), ...parts.filter(Boolean));
    card.classList.remove("short");
    card.hidden = false;
    document.body.classList.add("has-card");
  };
  gp.rows = (rows) => gp.el("dl", { class: "facts" }, rows.map(([label, value]) =>
    gp.el("div", {}, gp.el("dt", {}, label), gp.el("dd", {}, value))));

  /* labels and stations: names never overlap; the more important one stays */
  const labels = [];
  gp.point.label = function (feature, latlng) {
    const p = feature.properties, station = p.kind === "station";
    const text = gp.el("span", { class: "name" }, p.name);
    const node = gp.el("div", { class: "gp-label " + p.kind }, station ? gp.el("i", {}) : null, text);
    labels.push({ latlng: latlng, text: text, node: node, station: station, beside: station || p.kind === "edit", rank: p.rank });
    return L.marker(latlng, { pane: "labels", interactive: false, keyboard: false,
      icon: L.divIcon({ className: "gp-label-anchor", html: node, iconSize: [0, 0] }) });
  };
  const overlaps = (a, b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
  const SPOTS = [(w, h) => [9, -h / 2], (w, h) => [-w / 2, -h - 8], (w, h) => [-w - 9, -h / 2],
    (w, h) => [-w / 2, 8], (w, h) => [7, -h - 4], (w, h) => [7, 4]];
  gp.placeLabels = function () {
    const zoom = gp.map.getZoom(), size = gp.map.getSize();
    const taken = (gp.badgeBoxes ? gp.badgeBoxes() : []).concat(gp.panelBoxes());
    const stations = labels.filter((l) => l.station);
    for (const l of labels) l.at = gp.map.latLngToContainerPoint(l.latlng);
    for (const l of stations) {
      l.node.hidden = zoom < 11 || (data.quietStations && !gp.inFocus(l.latlng));
      if (!l.node.hidden) taken.push([l.at.x - 7, l.at.y - 7, l.at.x + 7, l.at.y + 7]);
    }
    for (const l of labels) {
      if (l.station && l.node.hidden) continue;
      if (!l.station) l.node.hidden = false;
      const w = l.text.offsetWidth, h = l.text.offsetHeight;
      const far = l.at.x < -60 || l.at.y < -40 || l.at.x > size.x + 60 || l.at.y > size.y + 40;
      const spots = l.beside ? SPOTS : [(a, b) => [-a / 2, -b / 2]];
      let placed = null;
      if (!far && (l.rank < 3 || zoom >= 12)) {
        for (const spot of spots) {
          const [dx, dy] = spot(w, h);
          const box = [l.at.x + dx - 2, l.at.y + dy - 1, l.at.x + dx + w + 2, l.at.y + dy + h + 1];
          const cut = box[0] < 2 || box[1] < 2 || box[2] > size.x - 2 || box[3] > size.y - 16;
          if (!cut && !taken.some((other) => overlaps(box, other))) { placed = [dx, dy, box]; break; }
        }
      }
      l.text.style.visibility = placed ? "visible" : "hidden";
      if (placed) {
        l.text.style.transform = "translate(" + placed[0] + "px," + placed[1] + "px)";
        taken.push(placed[2]);
      }
    }
  };
  gp.panelBoxes = function () {
    const home = gp.map.getContainer().getBoundingClientRect();
    const stage = gp.map.getContainer().closest(".stage") || gp.map.getContainer();
    return [...stage.querySelectorAll(".panel, .leaflet-control, .north")].map((panel) => {
      const b = panel.getBoundingClientRect();
      return b.width ? [b.left - home.left, b.top - home.top, b.right - home.left, b.bottom - home.top] : [0, 0, 0, 0];
    });
  };
  gp.stationPoints = () => labels.filter((l) => l.station).map((l) => l.latlng);
  gp.inFocus = (latlng) => L.latLngBounds(data.focus).pad(0.06).contains(latlng);

  /* view */
  gp.resize = function () {
    for (const name of ["casing", "roads", "rails"]) {
      if (gp.layers[name]) gp.layers[name].setStyle(gp.layers[name].options.style);
    }
  };
  gp.stage = () => gp.map.getContainer().closest(".stage") || gp.map.getContainer().parentElement;
  /* what floats at the head of the map keeps its place: legend and card end below it */
  gp.watchHead = function () {
    const stage = gp.stage(), head = stage.querySelector(".choose,.switches");
    if (!head) return;
    const measure = () => stage.style.setProperty("--head", head.offsetTop + head.offsetHeight + "px");
    measure();
    new ResizeObserver(measure).observe(head);
  };
  const topOfFloats = function (stage) {
    const boxes = [...stage.querySelectorAll(".card,.legend")].map((panel) => panel.getBoundingClientRect());
    return Math.min(stage.getBoundingClientRect().bottom, ...boxes.filter((box) => box.height).map((box) => box.top));
  };
  gp.fit = function () {
    const size = gp.map.getSize(), pad = (data.padding || [20, 20, 20, 20]).slice();
    const stage = gp.stage(), head = stage.querySelector(".choose,.switches");
    const isDocked = window.innerWidth >= 1100, most = isDocked && data.fit ? 0.8 : 0.6;
    if (head && (data.fit || !isDocked)) pad[1] = head.offsetTop + head.offsetHeight + (isDocked ? 28 : 16);
    if (!isDocked) pad[3] = 40;
    else if (data.fit) pad[3] = stage.getBoundingClientRect().bottom - topOfFloats(stage) + 24;
    if (size.x < 760) { pad[0] = Math.min(pad[0], 24); pad[2] = Math.min(pad[2], 24); }
    for (const [a, b, room] of [[0, 2, size.x], [1, 3, size.y]]) {
      const share = Math.min(1, (most * room) / Math.max(1, pad[a] + pad[b]));
      pad[a] *= share; pad[b] *= share;
    }
    gp.map.fitBounds(data.fit || data.focus, { paddingTopLeft: [pad[0], pad[1]], paddingBottomRight: [pad[2], pad[3]], animate: false });
  };
  gp.open = function (map, layers) {
    gp.map = map;
    gp.layers = layers;
    map.attributionControl.setPrefix("Leaflet");
    map.attributionControl.addAttribution(data.credits);
    L.control.scale({ imperial: false, maxWidth: 110 }).addTo(map);
    const credits = map.attributionControl.getContainer();
    const creditsFit = function () {
      const width = map.getSize().x, isShort = width < NARROW_MAP;
      credits.style.maxWidth = Math.max(180, width - 130) + "px";
      credits.classList.toggle("short", isShort);
      for (const [name, value] of [["role", "button"], ["tabindex", "0"], ["aria-expanded", String(credits.classList.contains("open"))]]) {
        if (isShort) credits.setAttribute(name, value); else credits.removeAttribute(name);
      }
      // what floats over the map stays clear of the credits
      if (!isShort) map.getContainer().parentElement.style.setProperty("--foot", credits.offsetHeight + 8 + "px");
    };
    const creditsTurn = function () { if (credits.classList.contains("short")) { credits.classList.toggle("open"); creditsFit(); } };
    credits.addEventListener("click", creditsTurn);
    credits.addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); creditsTurn(); } });
    creditsFit();
    map.on("resize", () => { creditsFit(); gp.placeLabels(); });
    map.getContainer().setAttribute("aria-label", data.mapLabel);
    map.getContainer().setAttribute("role", "region");
    map.getContainer().style.background = data.ground;
    const roads = layers.roads.toGeoJSON(false);
    layers.casing.addData({ type: "FeatureCollection", features: roads.features.filter((f) => CASED.includes(f.properties.k)) });
    for (const name of ["roads", "boundary", "rails"]) layers[name].bringToFront();
    for (const way of ["in", "out"]) {
      const button = map.getContainer().querySelector(".leaflet-control-zoom-" + way);
      if (button) { button.title = words["zoom_" + way]; button.setAttribute("aria-label", button.title); }
    }
    gp.watchHead();
    gp.fit();
    map.setMinZoom(Math.max(3, Math.min(map.getZoom(), Math.floor(map.getBoundsZoom(data.limits, true)))));
    map.on("zoomend", gp.resize);
    map.on("moveend", gp.placeLabels);
    gp.resize();
    if (document.fonts && document.fonts.ready) document.fonts.ready.then(gp.placeLabels);
  };
  gp.start = function (map, layers) {
    gp.open(map, layers);
    gp.listen();
    document.querySelectorAll("input[data-layer]").forEach((box) => {
      const apply = function () {
        box.dataset.layer.split(" ").forEach((name) => {
          if (!layers[name]) return;
          if (box.checked) layers[name].addTo(map); else layers[name].remove();
        });
        document.querySelectorAll('[data-legend~="' + box.id + '"]').forEach((part) => { part.hidden = !box.checked; });
        if (gp.onSwitch) gp.onSwitch(box.id, box.checked);
      };
      box.addEventListener("change", apply);
      apply();
    });
    gp.placeLabels();
    document.documentElement.dataset.ready = "yes";
  };
  /* what the document listens to, once a page */
  gp.listen = function () {
    document.addEventListener("keydown", (event) => {
      document.documentElement.classList.remove("pointer");
      if (event.key === "Escape") gp.closeCard();
    });
    document.addEventListener("pointerdown", () => document.documentElement.classList.add("pointer"), true);
    document.querySelectorAll("button[data-toggle]").forEach((button) => {
      button.addEventListener("click", () => {
        const part = document.getElementById(button.dataset.toggle);
        const open = part.classList.toggle("open");
        button.setAttribute("aria-expanded", String(open));
      });
    });
  };
  return gp;
};
var GP = makeGP(JSON.parse(document.getElementById("gp-data").textContent));
