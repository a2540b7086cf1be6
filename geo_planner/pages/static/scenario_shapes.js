/* The shapes and words of edits, as scenarios say them. */
"use strict";
(function (gp) {
  const words = gp.words;
  const DIGITS = 6; // of a degree: a decimetre
  const TYPES = { 1: "Point", 2: "LineString", 3: "Polygon", 4: "MultiPolygon" };

  /* a shape may be given as GeoJSON or by its coordinates alone, whose depth says what it is */
  gp.shapeOf = function (value) {
    if (!value) return null;
    if (!Array.isArray(value)) return Array.isArray(value.coordinates) && (value.crs || "EPSG:4326") === "EPSG:4326" ? value : null;
    let depth = 0, inner = value;
    for (; Array.isArray(inner); inner = inner[0]) depth += 1;
    return TYPES[depth] && typeof inner === "number" ? { type: TYPES[depth], coordinates: value } : null;
  };
  /* every shape of an edit, wherever in it; stops of a line make a line */
  gp.shapesOf = function (value) {
    if (!value || typeof value !== "object") return [];
    const found = Object.entries(value).flatMap(([key, inner]) => (gp.data.shapeKeys.includes(key) ? [gp.shapeOf(inner)].filter(Boolean) : key === "stops" || Array.isArray(inner) ? [] : gp.shapesOf(inner)));
    const stops = Array.isArray(value.stops) ? value.stops.map((stop) => gp.shapeOf(stop && stop.at)).filter(Boolean) : [];
    if (stops.length > 1) found.push({ type: "LineString", coordinates: stops.map((stop) => stop.coordinates) });
    return [...found, ...stops];
  };
  /* coordinates as scenarios keep them, of a place or nested */
  gp.rounded = (nested) => nested.map((inner) => (Array.isArray(inner) ? gp.rounded(inner) : Number(inner.toFixed(DIGITS))));
  /* what an edit does in words: its kind and its name */
  gp.kindWords = (edit) => words["do_" + edit.do] || String(edit.do || "?");
  gp.editWords = (edit) => gp.kindWords(edit) + (edit.name ? " " + gp.filled(words.quoted, { name: edit.name }) : "");
  gp.isRemoval = (edit) => /^(Remove|Close)/.test(edit.do || "");
})(GP);
