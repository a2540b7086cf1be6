/* The answers beside the map: a figure, its curve by minutes, a table by band, and named places. */
"use strict";
(function (gp) {
  const data = gp.data, words = gp.words, el = gp.el, ask = data.ask;
  const byId = (id) => document.getElementById(id);
  const LOW = gp.LOW, HIGH = gp.HIGH, most = gp.most, S_PER_MIN = 60, M2_PER_KM2 = 1e6;
  const PLOT = { width: 440, height: 180, left: 44, right: 12, top: 10, bottom: 26 };
  const SHARPEST_MIN = 1;
  let shown = null;

  /* a mode with a window has one column for every percentile, another mode has one */
  const series = (sums, name, percentile) => sums[name + "_p" + percentile] || sums[name] || null;
  const atMinute = (values, minutes) => (values ? values[minutes - 1] : null);
  /* short times reach more: the lower percentile of times has the higher count */
  const range = function (values, minutes) {
    const ends = values.map((one) => atMinute(one, minutes));
    if (ends.includes(null) || ends[0] === ends[1]) return "";
    return gp.persons(Math.min(...ends)) + " \u2013 " + gp.persons(Math.max(...ends));
  };
  const labelOf = (id) => (ask.counts.find((one) => one.id === id) || { label: "" }).label;

  /* round steps of an axis: 1, 2 or 5 times a power of ten */
  const roundStep = function (top) {
    const rough = Math.max(top, 1) / 3, power = Math.pow(10, Math.floor(Math.log10(rough)));
    return power * ([1, 2, 5].find((k) => k * power >= rough) || 10);
  };
  const drawPlot = function () {
    const { middle, band } = shown, n = most();
    const top = Math.max(1, ...middle, ...(band || []).flat());
    const step = roundStep(top), ceiling = Math.ceil(top / step) * step, divisor = ceiling >= 10000 ? 1000 : 1;
    const x = (minutes) => PLOT.left + ((PLOT.width - PLOT.left - PLOT.right) * minutes) / n;
    const y = (value) => PLOT.height - PLOT.bottom - ((PLOT.height - PLOT.bottom - PLOT.top) * value) / ceiling;
    const path = (values) => values.map((value, k) => (k ? "L" : "M") + x(k + 1) + " " + y(value)).join("");
    const svg = gp.svg("svg", { viewBox: "0 0 " + PLOT.width + " " + PLOT.height, role: "img", "aria-label": sentence() });
    for (let value = 0; value <= ceiling; value += step) {
      svg.append(gp.svg("path", { d: "M" + x(0) + " " + y(value) + "H" + x(n), stroke: "#E3E6E3" }),
        gp.svg("text", { x: PLOT.left - 8, y: y(value) + 4, "text-anchor": "end" }, gp.number(value / divisor, step / divisor < 1 ? 1 : 0)));
    }
    if (band) svg.append(gp.svg("path", { d: path(band[0]) + band[1].map((value, k) => "L" + x(k + 1) + " " + y(value)).reverse().join("") + "Z", fill: "#0B5D73", "fill-opacity": 0.2 }));
    svg.append(gp.svg("path", { d: path(middle), fill: "none", stroke: "#0B5D73", "stroke-width": 2 }));
    ask.bands.forEach((minutes, k) => {
      const from = k ? ask.bands[k - 1] : 0;
      svg.append(gp.svg("rect", { x: x(from), y: y(0), width: x(minutes) - x(from), height: 5, fill: ask.colours[k], "fill-opacity": 0.75 }),
        gp.svg("text", { x: x(minutes), y: PLOT.height - 4, "text-anchor": "middle", class: minutes === shown.limit ? "on" : "" }, gp.number(minutes)));
    });
    svg.append(gp.svg("path", { d: "M" + x(shown.limit) + " " + PLOT.top + "V" + y(0), stroke: "#17232D", "stroke-dasharray": "2 3", "stroke-width": 1.6 }),
      gp.svg("circle", { cx: x(shown.limit), cy: y(atMinute(middle, shown.limit)), r: 4, fill: "#0B5D73", stroke: "#fff", "stroke-width": 1.5 }));
    byId("plot").replaceChildren(svg);
    byId("plot-note").textContent = (divisor > 1 ? words.plot_thousand : words.plot_plain).replace("{what}", labelOf(shown.count)) +
      (band ? " \u00b7 " + words.plot_band.replace("{middle}", shown.percentile === 50 ? words.median : words.percentile.replace("{number}", shown.percentile)) : "");
  };
  const title = () => words.count_within.replace("{what}", labelOf(shown.count)).replace("{minutes}", shown.limit);
  const sentence = () => title() + ": " + gp.persons(atMinute(shown.middle, shown.limit));
  const drawLimit = function () {
    byId("sum-title").textContent = title();
    byId("sum").textContent = gp.persons(atMinute(shown.middle, shown.limit));
    const spread = shown.band ? range(shown.band, shown.limit) : "";
    byId("sum-range").textContent = spread ? words.middle_half.replace("{range}", spread) : "";
    for (const id of ["limit", "limit-number"]) { byId(id).max = most(); byId(id).value = shown.limit; }
    byId("limit").setAttribute("aria-valuetext", sentence());
    byId("limit").style.setProperty("--share", (100 * (shown.limit - 1)) / (most() - 1) + "%");
    drawPlot();
    document.querySelectorAll("#bands tr").forEach((row) => row.classList.toggle("on", Number(row.dataset.minutes) === shown.limit));
  };
  const drawBands = function () {
    const columns = [
      [words.reached_area, (minutes, k) => (shown.areas[k] === undefined ? "" : gp.number(shown.areas[k] / M2_PER_KM2, 1) + "\u00a0km\u00b2")],
      shown.middle ? [labelOf(shown.count), (minutes) => el("b", {}, gp.persons(atMinute(shown.middle, minutes)))] : null,
      shown.band ? [LOW + "\u2013" + HIGH + " %", (minutes) => range(shown.band, minutes) || words.no_spread] : null,
      shown.residents ? [labelOf("residents"), (minutes) => gp.persons(atMinute(shown.residents, minutes))] : null,
    ].filter(Boolean);
    byId("bands-head").replaceChildren(el("th", { scope: "col" }, words.within), ...columns.map(([label]) => el("th", { scope: "col", class: "num" }, label)));
    byId("bands").replaceChildren(...ask.bands.map((minutes, k) => el("tr", { "data-minutes": minutes },
      el("th", { scope: "row" }, el("i", { style: { background: ask.colours[k] } }), minutes + " min"),
      ...columns.map(([, cell]) => el("td", { class: "num" }, cell(minutes, k))))));
  };

  const minutesOf = (seconds) => (seconds === null ? null : Math.round(seconds / S_PER_MIN));
  const dots = function (row) {
    const limit = most(), x = (minutes) => 4 + (82 * Math.min(minutes, limit)) / limit;
    const svg = gp.svg("svg", { width: 90, height: 12, "aria-hidden": "true" }, gp.svg("path", { d: "M4 6H86", stroke: "#CDD3D1" }));
    if (row.middle !== null && row.middle <= limit) {
      if (row.low !== null && row.high !== null && row.high - row.low >= SHARPEST_MIN) svg.append(gp.svg("path", { d: "M" + x(row.low) + " 6H" + x(row.high), stroke: "#9FB4BC", "stroke-width": 5 }));
      svg.append(gp.svg("circle", { cx: x(row.middle), cy: 6, r: 3.6, fill: "#46545F" }));
    }
    return svg;
  };
  const drawPlaces = function (state, times) {
    byId("places").hidden = !times;
    if (!times) return;
    // two places on one point are one destination of the answer
    const keyOf = (point) => point.split(",").map(Number).join(","), end = times.columns.indexOf("to_id");
    const found = new Map(times.rows.map((row) => [keyOf(row[end]), row]));
    const column = (percentile) => {
      const k = Math.max(times.columns.indexOf("travel_time_s_p" + percentile), times.columns.indexOf("travel_time_s"));
      return ask.places.map((place) => minutesOf(found.get(place.lon + "," + place.lat)[k]));
    };
    const [middle, low, high] = [shown.percentile, LOW, HIGH].map(column);
    const hasWindow = times.columns.includes("travel_time_s_p" + LOW);
    const rows = ask.places.map((place, k) => ({ place, middle: middle[k], low: hasWindow ? low[k] : null, high: hasWindow ? high[k] : null }));
    rows.sort((a, b) => (a.middle ?? Infinity) - (b.middle ?? Infinity));
    const reached = rows.filter((row) => row.middle !== null).length;
    byId("places-note").textContent = words.places_reached.replace("{count}", reached).replace("{all}", rows.length) +
      (ask.placesNotAsked ? " \u00b7 " + words.places_not_asked.replace("{count}", ask.placesNotAsked) : "");
    byId("place-rows").closest("table").classList.toggle("no-window", !hasWindow);
    byId("dots-head").textContent = "0 \u2013 " + most();
    byId("place-rows").replaceChildren(...rows.map((row) => el("tr", {},
      el("th", { scope: "row" }, row.place.name, " ", el("span", { class: "light" }, row.place.kind)),
      el("td", { class: "dots" }, dots(row)),
      el("td", { class: "num" }, row.middle === null ? words.not_reached : el("b", {}, String(row.middle))),
      el("td", { class: "num spread" }, row.low === null && row.high === null ? "" : (row.low ?? "?") + "\u2013" + (row.high ?? "?")),
      el("td", { class: "num" }, row.middle === null ? "" : el("button", { type: "button", class: "link", "aria-label": words.journey + ": " + row.place.name, onclick: () => gp.openJourney(row.place) }, words.journey)))));
  };

  /* the curve as the service answered it, minute by minute */
  const csv = function ({ minutes, sums }) {
    const names = Object.keys(sums);
    const lines = minutes.map((limit, k) => [limit, ...names.map((name) => sums[name][k] ?? "")]);
    return [["minutes", ...names], ...lines].map((cells) => cells.join(",") + "\r\n").join("");
  };
  let offered = null;
  const offer = function (answer) {
    if (offered) URL.revokeObjectURL(offered);
    offered = URL.createObjectURL(new Blob([csv(answer)], { type: "text/csv" }));
    byId("get-curve").href = offered;
  };

  const listen = function () {
    for (const id of ["limit", "limit-number"]) {
      byId(id).addEventListener("input", () => {
        const minutes = Math.round(Number(byId(id).value));
        if (!shown || !shown.middle || !(minutes >= 1 && minutes <= most())) return;
        shown.limit = minutes;
        drawLimit();
      });
      byId(id).addEventListener("change", () => { if (shown) gp.keepLimit(shown.limit); });
    }
  };
  let isListening = false;

  gp.showReach = function (state, { features, sums, times }) {
    if (!isListening) { listen(); isListening = true; }
    const percentile = Number(state.percentile);
    const of = function (name, p) {
      const values = sums ? series(sums.sums, name, p) : null;
      return values && values.every(Number.isFinite) ? values : null;
    };
    const middle = of(state.count, percentile), hasWindow = Boolean(middle && sums.sums[state.count + "_p" + LOW]);
    shown = { count: state.count, percentile, limit: Math.min(Number(state.limit), most()), middle,
      band: hasWindow ? [of(state.count, LOW), of(state.count, HIGH)] : null,
      residents: state.count === "residents" ? null : of("residents", percentile),
      areas: ask.bands.map((minutes) => (features.find((one) => one.properties.minutes === minutes) || { properties: {} }).properties.area_m2) };
    byId("reach").hidden = byId("tab-reach").getAttribute("aria-selected") !== "true";
    drawBands();
    byId("figures").hidden = byId("get-curve").hidden = !middle;
    if (middle) { drawLimit(); offer(sums); } else { byId("sum-title").textContent = labelOf(shown.count) + ": " + words.unknown; }
    drawPlaces(state, times);
    byId("answer-note").textContent = data.sourceLine;
  };
})(GP);
