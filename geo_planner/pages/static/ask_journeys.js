/* Journeys from the pin to a place: a list, leg by leg, and the chosen one on the map. */
"use strict";
(function (gp) {
  const data = gp.data, words = gp.words, el = gp.el, ask = data.ask;
  const byId = (id) => document.getElementById(id);
  const S_PER_MIN = 60, MOST_SHOWN = 8;
  let place = null, drawn = null;

  const clock = (moment) => moment.slice(11, 16);
  const minutes = (seconds) => Math.round(seconds / S_PER_MIN) + " min";
  const legWords = function (leg) {
    if (leg.mode === "ride") return [el("span", { class: "line-name" }, leg.line || leg.route_id), leg.from_name + " \u2013 " + leg.to_name];
    return [(words["mode_" + leg.mode] || leg.mode) + " " + gp.number(Math.round(leg.distance_m / 10) * 10) + "\u00a0m"];
  };
  const casing = { color: "#fff", weight: 8, opacity: 0.9 };
  const look = (leg) => (leg.mode === "ride" ? { color: "#0B5D73", weight: 5 } : { color: "#46545F", weight: 3.4, dashArray: "0.1 6", lineCap: "round" });
  const draw = function (journey) {
    if (drawn) drawn.remove();
    const courses = (journey ? journey.legs : []).filter((leg) => leg.geometry && leg.geometry.coordinates.length);
    drawn = L.layerGroup(courses.flatMap((leg) => [casing, look(leg)].map((style) =>
      L.geoJSON(leg.geometry, { pane: "sites", interactive: false, smoothFactor: 0, style })))).addTo(gp.map);
    if (journey && place) L.circleMarker([place.lat, place.lon], { pane: "sites", radius: 7, color: "#17232D", weight: 3, fillColor: "#fff", fillOpacity: 1, interactive: false }).addTo(drawn);
  };
  const summary = (journey) => minutes(journey.time_s) + (journey.n_rides ? " \u00b7 " + (journey.n_rides === 1 ? words.one_ride : words.rides_of.replace("{count}", journey.n_rides)) : "") +
    (journey.fare === null ? "" : " \u00b7 " + gp.number(journey.fare, 2));
  const row = function (journey, k) {
    const legs = el("ol", { hidden: k ? "" : null }, journey.legs.map((leg) => el("li", {}, el("span", {}, clock(leg.start) + "\u2013" + clock(leg.end)), el("span", {}, ...legWords(leg)))));
    const head = el("button", { type: "button", "aria-expanded": String(!k), onclick: () => {
      document.querySelectorAll("#journeys .trip").forEach((one) => { one.querySelector("ol").hidden = true; one.querySelector("button").setAttribute("aria-expanded", "false"); });
      legs.hidden = false;
      head.setAttribute("aria-expanded", "true");
      draw(journey);
    } }, clock(journey.departure) + " \u2013 " + clock(journey.arrival), el("span", {}, summary(journey)));
    return el("div", { class: "trip" }, head, legs);
  };

  gp.openJourney = function (to) {
    gp.keepEnd(to.lon + "," + to.lat);
    gp.chooseTab("journeys");
    gp.askAgain();
    byId("tab-journeys").focus();
  };
  gp.showJourneys = async function (state, signal) {
    const host = byId("journeys");
    place = ask.places.find((one) => one.lon + "," + one.lat === state.to) || null;
    draw(null);
    if (!state.to) {
      host.replaceChildren(el("p", { class: "plain" }, words.journeys_empty));
      return;
    }
    const answer = await gp.answer("itineraries", { from: state.lon + "," + state.lat, to: state.to }, signal);
    const found = answer.journeys.slice(0, MOST_SHOWN);
    const title = words.journeys_to.replace("{place}", place ? place.name : state.to);
    const more = answer.journeys.length - found.length;
    const note = !found.length ? words.no_journey : more ? words.journeys_first.replace("{count}", found.length).replace("{all}", answer.journeys.length) : "";
    host.replaceChildren(el("h2", {}, title), ...found.map(row), el("p", { class: "note" }, note));
    if (found.length) draw(found[0]);
  };
})(GP);
