/* Places in the form: typed as a coordinate or a name, in the order of the line or area, or drawn on the map. */
"use strict";
(function (gp) {
  const words = gp.words, el = gp.el;
  const COORDINATES = /^\s*(-?\d+(?:\.\d+)?)\s*[,;\s]\s*(-?\d+(?:\.\d+)?)\s*$/;
  const shown = ([lon, lat]) => lat.toFixed(5) + ", " + lon.toFixed(5);

  /* the place that a text means: latitude and longitude, or the likeliest name */
  gp.placeOf = async function (text) {
    const numbers = text.match(COORDINATES);
    if (numbers) return { at: [Number(numbers[2]), Number(numbers[1])], name: "" };
    if (!text.trim()) return null;
    const [hit] = (await gp.ask("GET", "/search", undefined, { query: { q: text.trim(), limit: 1 } })).hits;
    return hit ? { at: gp.rounded([hit.lon, hit.lat]), name: hit.name } : null;
  };
  /* a field for one more place: Enter takes it, what is not found is said */
  const nextField = function (label, value, take, path) {
    const wrong = el("p", { class: "wrong", role: "alert", hidden: "" });
    const input = el("input", { type: "text", value, placeholder: words.scn_place, "aria-label": label, "data-path": path, autocomplete: "off" });
    let asked = value.trim(); // Enter and leaving the field ask once
    const read = async function () {
      if (input.value.trim() === asked) return;
      asked = input.value.trim();
      const found = await gp.placeOf(asked).catch(() => null);
      wrong.hidden = Boolean(found);
      wrong.textContent = found ? "" : "! " + words.no_such_place;
      if (found) take(found);
    };
    input.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); read(); } });
    input.addEventListener("change", read);
    return el("div", { class: "next" }, input, wrong);
  };
  const drawButton = (act) => el("button", { type: "button", class: "btn draw", onclick: act }, words.scn_draw);

  /* corners of the outer ring of an area, or points of a line, without the one that closes it */
  const pointsOf = function (shape) {
    if (!shape) return [];
    if (shape.type === "Point") return [shape.coordinates];
    const line = shape.type === "LineString" ? shape.coordinates : shape.type === "Polygon" ? shape.coordinates[0] : shape.coordinates[0][0];
    return shape.type === "LineString" ? line : line.slice(0, -1);
  };
  const hasMoreParts = (shape) => Boolean(shape) && ((shape.type === "Polygon" && shape.coordinates.length > 1) || shape.type === "MultiPolygon");
  const shapeFrom = function (type, points) {
    if (!points.length) return undefined;
    if (type === "Point") return points[points.length - 1];
    return type === "LineString" ? points : [[...points, points[0]]];
  };
  gp.shapeField = function (form, field, path) {
    const shape = gp.shapeOf(form.get(path)), type = field.shapes[0] || (shape ? shape.type : "Polygon"), points = pointsOf(shape);
    const put = (now) => form.put(path, shapeFrom(type, now), true);
    const draw = drawButton(() => gp.draw(type, (drawn) => form.put(path, drawn, true)));
    if (type === "Point") return [nextField(field.label, points.length ? shown(points[0]) : "", (found) => put([found.at]), path), draw];
    if (hasMoreParts(shape)) return [el("p", { class: "help" }, words.scn_many_parts), draw];
    const rows = points.map((point, k) => el("li", {}, el("span", { class: "count", "aria-hidden": "true" }, String(k + 1)),
      nextField(gp.words_of("scn_corner", { number: k + 1 }), shown(point), (found) => put(points.map((old, n) => (n === k ? found.at : old))), path + "." + k),
      gp.removeButton(gp.words_of("scn_corner", { number: k + 1 }), () => put(points.filter((_, n) => n !== k)))));
    return [el("ol", { class: "points" }, rows), nextField(gp.words_of("scn_corner", { number: points.length + 1 }), "", (found) => put([...points, found.at]), path + ".next"), draw];
  };
  /* items that have a place each, such as the stops of a line */
  gp.placesField = function (form, field, path) {
    const at = field.item.fields.find((part) => part.kind === "shape").key, hasName = field.item.fields.some((part) => part.key === "name");
    const items = () => form.get(path) || [];
    const add = function (places) {
      const before = items(), nameOf = (place, k) => place.name || gp.words_of("scn_new_stop", { number: before.length + k + 1 });
      form.put(path, [...before, ...places.map((place, k) => ({ ...(hasName ? { name: nameOf(place, k) } : {}), [at]: place.at }))], true);
    };
    return [nextField(gp.words_of("scn_next", { name: field.label }), "", (found) => add([found]), path + ".next"),
      drawButton(() => gp.draw("LineString", (line) => add(line.map((place) => ({ at: place })))))];
  };
})(GP);
