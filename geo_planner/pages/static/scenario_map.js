/* The map of the editor: every edit in its style, the one chosen with handles, and drawing by Geoman. */
"use strict";
(function (gp) {
  const words = gp.words, el = gp.el, edited = gp.data.edited;
  const byId = (id) => document.getElementById(id);
  const SNAPPED_TO = ["roads"], KINDS = { Point: "Marker", LineString: "Line", Polygon: "Polygon", MultiPolygon: "Polygon" };
  const HINTS = { Point: "scn_hint_point", LineString: "scn_hint_line", Polygon: "scn_hint_area", MultiPolygon: "scn_hint_area" };
  let handles = null, drawing = null, marks = null;

  const isLine = (feature) => /Line/.test(feature.geometry.type);
  gp.style.editCasing = (feature) => (isLine(feature) && feature.properties.change !== "removed" ? { color: "#FFFFFF", weight: 5.5, opacity: 1, fill: false } : { stroke: false, fill: false });
  gp.style.edit = function (feature) {
    const { change, isOther } = feature.properties, isRemoved = change === "removed";
    const line = { color: isRemoved ? edited.removed : edited.added, weight: isRemoved ? 1.6 : 3.2, dashArray: { changed: "6 4", removed: "2 4" }[change] || null, opacity: isOther ? 0.9 : 1 };
    return isLine(feature) ? { ...line, fill: false } : { ...line, weight: isRemoved ? 1.6 : 2.2, fill: true, fillColor: line.color, fillOpacity: isRemoved ? 0.04 : 0.12 };
  };
  const CHANGED = /^(Rezone|Adjust|Change|Congest|Move|AddCycleTrack|Extend)/;
  const changeOf = (edit) => (gp.isRemoval(edit) ? "removed" : CHANGED.test(edit.do) ? "changed" : "added");
  /* what an edit says, and what the service found it leads to */
  const featuresOf = function (edit, trace, k, chosen) {
    const own = gp.shapesOf(edit), hasCourse = trace && trace.shapes.features.some((one) => one.properties.table === "shapes");
    const shapes = own.filter((shape) => !(hasCourse && shape.type === "LineString" && Array.isArray(edit.stops)));
    const said = shapes.map((geometry) => ({ type: "Feature", geometry, properties: { change: changeOf(edit), edit: k, isOther: k !== chosen } }));
    const found = trace ? trace.shapes.features.filter((one) => one.geometry).map((one) => ({ ...one, properties: { change: one.properties.change, edit: k, isOther: k !== chosen } })) : [];
    return [...said, ...found];
  };
  const mark = function (feature) {
    const [lon, lat] = feature.geometry.coordinates, isRemoved = feature.properties.change === "removed";
    return L.marker([lat, lon], { pane: "businesses", interactive: false, keyboard: false, pmIgnore: true, snapIgnore: true,
      icon: L.divIcon({ className: "gp-label-anchor", html: el("i", { class: "edit-point" + (isRemoved ? " removed" : "") }, isRemoved ? "\u2715" : null), iconSize: [11, 11] }) });
  };
  const label = function (edit, features) {
    const at = features.find((one) => one.geometry.type !== "Point") || features[0];
    if (!edit.name || !at) return null;
    const center = L.geoJSON(at).getBounds().getCenter();
    return L.marker(center, { pane: "labels", interactive: false, keyboard: false, pmIgnore: true, snapIgnore: true, icon: L.divIcon({ className: "gp-label-anchor", html: el("span", { class: "edit-name" + (changeOf(edit) === "removed" ? " removed" : "") }, edit.name) }) });
  };
  gp.drawEdits = function (edits, traces, chosen, put) {
    const all = edits.map((edit, k) => featuresOf(edit, traces[k], k, chosen)), features = all.flat();
    const areas = features.filter((one) => one.geometry.type !== "Point");
    marks = marks || L.layerGroup().addTo(gp.map);
    marks.clearLayers();
    for (const name of ["edits_casing", "edits"]) gp.layers[name].clearLayers().addData({ type: "FeatureCollection", features: areas });
    features.filter((one) => one.geometry.type === "Point").forEach((one) => marks.addLayer(mark(one)));
    edits.map((edit, k) => label(edit, all[k])).filter(Boolean).forEach((one) => marks.addLayer(one));
    gp.layers.edits.eachLayer((layer) => { layer.options.snapIgnore = true; });
    drawHandles(edits[chosen], put);
  };

  /* the shape of the chosen edit has square handles: drag one, and the form follows */
  const drawHandles = function (edit, put) {
    if (handles) { handles.remove(); handles = null; }
    const form = edit && gp.data.forms[edit.do], field = form && form.fields.find((one) => one.kind === "shape" && gp.shapeOf(edit[one.key]));
    if (!field || drawing || !gp.map.pm) return;
    const shape = gp.shapeOf(edit[field.key]);
    if (shape.type === "Point") {
      handles = L.marker([shape.coordinates[1], shape.coordinates[0]], { draggable: true, pane: "badges", keyboard: false, alt: words.scn_corner_handle, pmIgnore: true, snapIgnore: true,
        icon: L.divIcon({ className: "gp-handle", iconSize: [13, 13] }) }).addTo(gp.map);
      handles.on("dragend", () => { const at = handles.getLatLng(); put(field.key, gp.rounded([at.lng, at.lat])); });
      return;
    }
    handles = L.geoJSON(shape, { style: { color: edited.added, weight: 2, opacity: 0.01, fill: false }, pane: "sites", pmIgnore: false }).addTo(gp.map);
    handles.eachLayer((layer) => {
      layer.pm.enable({ allowSelfIntersection: false, snappable: false, draggable: false, hideMiddleMarkers: false });
      layer.on("pm:edit", () => put(field.key, gp.rounded(layer.toGeoJSON().geometry.coordinates)));
    });
  };

  /* draw one shape; what is given back are its coordinates */
  gp.draw = function (type, take) {
    if (!gp.map.pm) return;
    gp.stopDrawing();
    const kind = KINDS[type];
    drawing = { type, take };
    drawHandles(null);
    const line = { color: edited.added, weight: 3.2, dashArray: "1 6" };
    gp.map.pm.enableDraw(kind, { snappable: byId("snap").checked, snapDistance: 14, templineStyle: line, hintlineStyle: line, pathOptions: line, tooltips: false, continueDrawing: false, finishOn: "dblclick", allowSelfIntersection: type === "LineString",
      markerStyle: { icon: L.divIcon({ className: "gp-handle", iconSize: [13, 13] }) } });
    byId("hint").textContent = words[HINTS[type]];
    byId("hint").hidden = false;
    gp.map.getContainer().classList.add("is-drawing");
    gp.map.getContainer().focus({ preventScroll: true });
  };
  gp.stopDrawing = function () {
    if (!drawing) return;
    drawing = null;
    gp.map.pm.disableDraw();
    byId("hint").hidden = true;
    gp.map.getContainer().classList.remove("is-drawing");
    if (gp.onDrawn) gp.onDrawn();
  };
  const finish = function (layer) {
    const shape = layer.toGeoJSON().geometry, { take } = drawing;
    layer.remove();
    gp.stopDrawing();
    take(gp.rounded(shape.coordinates));
  };
  /* once, as the page opens: the edits in view; later the view is the user's */
  gp.showEdits = function (edits, traces) {
    const shapes = [...edits.flatMap((edit) => gp.shapesOf(edit)), ...traces.flatMap((trace) => trace.shapes.features.map((one) => one.geometry).filter(Boolean))];
    if (shapes.length) gp.map.fitBounds(L.geoJSON(shapes).getBounds().pad(0.3), { maxZoom: 15, animate: false });
  };
  gp.startDrawing = function () {
    gp.map.getContainer().tabIndex = 0;
    if (!gp.map.pm) return;
    gp.map.pm.setGlobalOptions({ pmIgnore: false });
    gp.map.pm.setLang(gp.data.language === "da" ? "da" : "en");
    for (const [name, layer] of Object.entries(gp.layers)) layer.eachLayer((one) => { one.options.snapIgnore = !SNAPPED_TO.includes(name); });
    gp.map.on("pm:create", (event) => { if (drawing) finish(event.layer); });
    gp.map.on("pm:drawstart", ({ workingLayer }) => {
      workingLayer.on("pm:vertexadded", () => { byId("live").textContent = gp.words_of("scn_points_so_far", { count: workingLayer.getLatLngs().flat().length }); });
    });
    document.addEventListener("keydown", (event) => {
      if (!drawing || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
      const tool = gp.map.pm.Draw[KINDS[drawing.type]];
      if (event.key === "Escape") gp.stopDrawing();
      else if (event.key === "Enter" && tool._finishShape) { event.preventDefault(); tool._finishShape(); }
      else if (event.key === "Backspace" && tool._removeLastVertex) { event.preventDefault(); tool._removeLastVertex(); }
    });
  };
})(GP);
