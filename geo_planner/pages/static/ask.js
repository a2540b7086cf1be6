/* The access page: a point and a question, which stand in the address; answers come from the service. */
"use strict";
(function (gp) {
  const data = gp.data, words = gp.words, el = gp.el, ask = data.ask;
  const byId = (id) => document.getElementById(id);
  const OF_TRANSIT = ["time", "day", "clock", "window", "percentile", "walk", "rides"], FIELDS = ["mode", ...OF_TRANSIT];
  const STALE_AFTER_MS = 300, AGAIN_AFTER_MS = 2000;
  const KEY_STEP_M = 10, KEY_LONG_STEP_M = 100, M_PER_DEGREE = 111320;
  const state = { lon: null, lat: null, name: "" };
  gp.LOW = 25;
  gp.HIGH = 75;
  gp.most = () => ask.bands[ask.bands.length - 1];
  let pin = null, running = null;

  /* the address: everything that is seen can be sent to somebody else */
  const readAddress = function () {
    const given = new URLSearchParams(location.search);
    for (const [name, value] of Object.entries(ask.defaults)) state[name] = given.get(name) ?? value;
    const [lon, lat] = ["lon", "lat"].map((name) => (given.has(name) ? Number(given.get(name)) : NaN));
    if (Number.isFinite(lon) && Number.isFinite(lat)) Object.assign(state, { lon, lat, name: given.get("name") || "" });
    state.to = given.get("to") || "";
  };
  const writeAddress = function () {
    const now = new URLSearchParams(location.search);
    const put = (name, value) => (value === "" || value === null ? now.delete(name) : now.set(name, value));
    for (const [name, value] of Object.entries(ask.defaults)) put(name, state[name] === value ? "" : state[name]);
    for (const name of ["lon", "lat", "name", "to"]) put(name, state[name]);
    history.replaceState(null, "", "?" + now);
  };

  /* questions */
  const question = function (more) {
    const query = new URLSearchParams({ study: ask.study, scenario: ask.scenario, mode: state.mode });
    if (state.mode === "transit") {
      query.set(state.time, (state.day ? state.day + "T" : "") + state.clock);
      query.set("window_min", state.window);
      query.set("max_walk_min", state.walk);
      query.set("max_rides", state.rides);
    }
    for (const [name, value] of Object.entries(more)) query.set(name, value);
    return query;
  };
  const address = (kind, more) => ask.api + "/" + kind + "?" + question(more);
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  /* networks that are still being opened are waited for; every other refusal is said */
  gp.answer = async function (kind, more, signal) {
    for (;;) {
      const response = await fetch(address(kind, more), { signal });
      if (response.ok) { say(""); return response.json(); }
      const problem = await response.json();
      if (response.status !== 503) throw new Error([problem.detail, ...problem.problems].join("\n"));
      say(problem.detail);
      await pause(AGAIN_AFTER_MS);
      signal.throwIfAborted();
    }
  };
  const say = function (text) {
    byId("busy").textContent = text;
    byId("busy").hidden = !text;
  };

  const dayWords = () => (state.day ? new Date(state.day + "T12:00").toLocaleDateString(data.language === "da" ? "da-DK" : "en-GB", { day: "numeric", month: "long", year: "numeric" }) : words.typical_day);
  const condition = function () {
    const parts = [document.querySelector("input[name=mode]:checked + span").textContent];
    if (state.mode === "transit") {
      const when = words[state.time === "arrive" ? "arriving_by" : "leaving_from"].replace("{clock}", state.clock);
      parts.push(when, dayWords(), words.window_of.replace("{minutes}", state.window),
        state.percentile === "50" ? words.median : words.percentile.replace("{number}", state.percentile));
    }
    return parts.join(" \u00b7 ");
  };
  const place = () => state.name || state.lat.toFixed(5) + ", " + state.lon.toFixed(5);
  const drawHead = function () {
    const has = state.lon !== null;
    byId("empty").hidden = has;
    byId("answer-tabs").hidden = !has;
    byId("downloads").hidden = !has;
    byId("share").hidden = !has;
    if (!has) return;
    byId("ask-title").textContent = words.access_from.replace("{place}", place());
    byId("ask-condition").textContent = condition();
    byId("legend-unit").textContent = condition();
    document.title = byId("ask-title").textContent + " \u2013 " + data.study;
    byId("get-areas").href = address("isochrones", areas());
  };
  const at = () => ({ lon: state.lon, lat: state.lat });
  const ofWindow = (percentiles) => (state.mode === "transit" ? { percentile: percentiles.join(",") } : {});
  const areas = () => ({ ...at(), ...ofWindow([state.percentile]), cutoffs_min: ask.bands.join(","), shape: "rings" });

  const stale = function (on) {
    for (const id of ["stage", "reach", "journeys"]) byId(id).classList.toggle("stale", on);
  };
  /* one answer that fails leaves the others standing */
  const refuse = function (messages) {
    byId("problem").textContent = [...new Set(messages)].join("\n");
    byId("problem").hidden = !messages.length;
  };
  const run = async function () {
    writeAddress();
    drawHead();
    if (running) running.abort();
    if (state.lon === null) return;
    const mine = (running = new AbortController());
    const slow = setTimeout(() => stale(true), STALE_AFTER_MS);
    refuse([]);
    const quartiles = ofWindow([...new Set([gp.LOW, Number(state.percentile), gp.HIGH])].sort((a, b) => a - b));
    const columns = [...new Set([state.count, "residents"])].filter((id) => ask.counts.some((one) => one.id === id));
    try {
      const answers = await Promise.allSettled([
        gp.answer("isochrones", areas(), mine.signal),
        columns.length ? gp.answer("reach", { ...at(), ...quartiles, columns: columns.join(","), cutoffs_min: Array.from({ length: gp.most() }, (_, i) => i + 1).join(",") }, mine.signal) : null,
        ask.places.length ? gp.answer("times", { ...quartiles, from: state.lon + "," + state.lat, to: ask.places.map((one) => one.lon + "," + one.lat).join(";") }, mine.signal) : null,
      ]);
      mine.signal.throwIfAborted();
      const [drawn, sums, times] = answers.map((one) => one.value || null);
      refuse(answers.filter((one) => one.reason).map((one) => one.reason.message));
      const features = drawn ? drawn.features.filter((feature) => feature.geometry) : [];
      gp.layers.reach.clearLayers().addData({ type: "FeatureCollection", features });
      gp.showReach(state, { features, sums, times });
      await gp.showJourneys(state, mine.signal);
      byId("live").textContent = byId("sum-title").textContent + (byId("figures").hidden ? "" : ": " + byId("sum").textContent);
    } catch (error) {
      if (!mine.signal.aborted) refuse([error.message]);
    } finally {
      clearTimeout(slow);
      if (running === mine) { stale(false); say(""); }
    }
  };
  gp.askAgain = run;
  gp.keepLimit = function (minutes) { state.limit = String(minutes); writeAddress(); };
  gp.keepEnd = function (end) { state.to = end; };

  /* the pin: dropped, dragged, or moved by arrow keys */
  const drop = function (latlng, name) {
    Object.assign(state, { lon: Number(latlng.lng.toFixed(6)), lat: Number(latlng.lat.toFixed(6)), name: name || "" });
    byId("place").value = state.name || place();
    drawPin();
    run();
  };
  const drawPin = function () {
    const icon = el("span", {});
    icon.innerHTML = '<svg width="30" height="40" viewBox="0 0 30 40" aria-hidden="true"><path d="M15 1C7 1 1 7 1 15c0 10 14 24 14 24s14-14 14-24C29 7 23 1 15 1z" fill="#17232D" stroke="#fff" stroke-width="2"/><circle cx="15" cy="15" r="5" fill="#fff"/></svg>';
    if (!pin) {
      pin = L.marker([state.lat, state.lon], { pane: "badges", draggable: true, alt: words.pin, title: words.pin,
        icon: L.divIcon({ className: "gp-pin", html: icon, iconSize: [30, 40], iconAnchor: [15, 39] }) }).addTo(gp.map);
      pin.on("dragend", () => drop(pin.getLatLng()));
      pin.getElement().addEventListener("keydown", (event) => {
        const way = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
        if (!way) return;
        event.preventDefault();
        event.stopPropagation();
        const step = (event.shiftKey ? KEY_LONG_STEP_M : KEY_STEP_M) / M_PER_DEGREE;
        drop(L.latLng(state.lat + way[1] * step, state.lon + (way[0] * step) / Math.cos((state.lat * Math.PI) / 180)));
      });
    }
    pin.setLatLng([state.lat, state.lon]);
  };
  gp.style.reach = function (feature) {
    const k = ask.bands.indexOf(feature.properties.minutes);
    return { color: "#fff", weight: 0.8, fill: true, fillColor: ask.colours[k], fillOpacity: 0.75 };
  };

  /* search: names of the region, or latitude and longitude */
  const MOST_HITS = 8, COORDINATES = /^\s*(-?\d+(?:\.\d+)?)\s*[,;\s]\s*(-?\d+(?:\.\d+)?)\s*$/;
  const hitsOf = async function (text) {
    const numbers = text.match(COORDINATES);
    if (numbers) return [{ name: numbers[1] + ", " + numbers[2], kind: words.coordinates, lat: Number(numbers[1]), lon: Number(numbers[2]), isPoint: true }];
    if (!text.trim()) return [];
    const query = new URLSearchParams({ q: text.trim(), limit: MOST_HITS, study: ask.study, scenario: ask.scenario });
    const response = await fetch(ask.api + "/search?" + query);
    if (!response.ok) return [];
    return (await response.json()).hits.map((hit) => ({ ...hit, kind: ask.kinds[hit.kind] }));
  };
  const startSearch = function () {
    const box = byId("place"), list = byId("hits");
    let hits = [], chosen = 0;
    const close = function () { list.hidden = true; box.setAttribute("aria-expanded", "false"); box.removeAttribute("aria-activedescendant"); };
    const take = function (hit) {
      close();
      box.value = hit.name;
      drop(L.latLng(hit.lat, hit.lon), hit.isPoint ? "" : hit.name);
      if (!gp.map.getBounds().contains([hit.lat, hit.lon])) gp.map.panTo([hit.lat, hit.lon], { animate: false });
    };
    const draw = function () {
      list.replaceChildren(...hits.map((hit, k) => el("li", { role: "option", id: "hit-" + k, "aria-selected": String(k === chosen), onmousedown: (event) => { event.preventDefault(); take(hit); } }, hit.name, el("span", {}, hit.kind))));
      if (!hits.length) list.replaceChildren(el("li", { role: "option", "aria-disabled": "true", "aria-selected": "false" }, words.no_such_place));
      list.hidden = !box.value.trim();
      box.setAttribute("aria-expanded", String(!list.hidden));
      if (hits.length) box.setAttribute("aria-activedescendant", "hit-" + chosen);
    };
    box.addEventListener("input", async () => {
      const asked = box.value, found = await hitsOf(asked);
      if (asked !== box.value) return;
      hits = found;
      chosen = 0;
      draw();
    });
    box.addEventListener("focus", () => box.select());
    box.addEventListener("blur", close);
    box.addEventListener("keydown", (event) => {
      if (event.key === "Escape") close();
      if (event.key === "Enter" && hits.length) { event.preventDefault(); take(hits[chosen]); }
      if (hits.length && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
        event.preventDefault();
        chosen = (chosen + (event.key === "ArrowDown" ? 1 : hits.length - 1)) % hits.length;
        draw();
      }
    });
  };

  const startForm = function () {
    const form = byId("question");
    const show = function () {
      for (const name of FIELDS) {
        const field = form.elements[name];
        field.value = state[name];
        if (name !== "mode" && field.value !== state[name]) state[name] = ask.defaults[name];
      }
      for (const name of OF_TRANSIT) form.querySelector('[data-field="' + name + '"]').hidden = state.mode !== "transit";
    };
    show();
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("change", (event) => {
      if (!event.target.validity.valid) return;
      state[event.target.name] = event.target.value;
      show();
      run();
    });
    byId("count").value = state.count;
    byId("count").addEventListener("change", () => { state.count = byId("count").value; run(); });
  };
  const startTabs = function () {
    const tabs = ["reach", "journeys"];
    const choose = function (name) {
      for (const one of tabs) {
        byId("tab-" + one).setAttribute("aria-selected", String(one === name));
        byId("tab-" + one).tabIndex = one === name ? 0 : -1;
        byId(one).hidden = one !== name;
      }
    };
    tabs.forEach((name, k) => {
      byId("tab-" + name).addEventListener("click", () => choose(name));
      byId("tab-" + name).addEventListener("keydown", (event) => {
        if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
        choose(tabs[1 - k]);
        byId("tab-" + tabs[1 - k]).focus();
      });
    });
    gp.chooseTab = choose;
  };

  gp.startAsk = function () {
    readAddress();
    // the veil goes under what is reached
    const veil = gp.layers.veil.toGeoJSON();
    gp.layers.veil.remove();
    L.geoJSON(veil, { pane: "land", renderer: gp.renderer("land", "canvas"), style: gp.style.veil, interactive: false }).addTo(gp.map);
    startSearch();
    startForm();
    startTabs();
    byId("examples").replaceChildren(...ask.places.filter((one) => gp.inFocus([one.lat, one.lon])).slice(0, 3).map((one) => el("li", {},
      el("button", { type: "button", class: "btn", onclick: () => drop(L.latLng(one.lat, one.lon), one.name) }, one.name))));
    byId("share").addEventListener("click", async () => {
      await navigator.clipboard.writeText(location.href);
      byId("live").textContent = byId("share").textContent = words.link_copied;
    });
    gp.map.on("click", (event) => drop(event.latlng));
    if (state.lon !== null) {
      byId("place").value = place();
      drawPin();
    }
    drawHead();
    run();
  };
})(GP);
