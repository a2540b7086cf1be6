/* The form of an edit, made from the schema: every kind of value has one way of being put in. */
"use strict";
(function (gp) {
  const words = gp.words, el = gp.el;
  let serial = 0;
  const isNothing = (value) => value === undefined || value === null || value === "";

  /* values by their path in an edit, such as service.0.start; what is emptied goes, with what held it alone */
  const valueAt = (edit, path) => path.split(".").reduce((value, step) => (isNothing(value) ? undefined : value[step]), edit);
  const put = function (holder, steps, value) {
    const [step, ...rest] = steps, isList = Array.isArray(holder);
    const now = isList ? [...holder] : { ...holder };
    if (rest.length) {
      const inner = isNothing(now[step]) ? (/^\d+$/.test(rest[0]) ? [] : {}) : now[step];
      value = put(inner, rest, value);
    }
    const isGone = value === undefined || (!isList && typeof value === "object" && !Object.keys(value).length);
    if (!isGone) now[step] = value;
    else if (!isList) delete now[step];
    else if (rest.length) now[step] = {};
    else now.splice(Number(step), 1);
    return now;
  };
  gp.putAt = (edit, path, value) => put(edit, path.split("."), value);

  const limitsOf = function (field) {
    const has = (value) => !isNothing(value);
    const from = has(field.min) ? gp.words_of("scn_from", { limit: gp.number(field.min, field.min % 1 ? 2 : 0) }) : has(field.above) ? gp.words_of("scn_above", { limit: gp.number(field.above, 0) }) : "";
    return [from, has(field.max) ? gp.words_of("scn_to", { limit: gp.number(field.max, 0) }) : ""].filter(Boolean).join(" ");
  };
  const helpOf = (field) => [field.help, limitsOf(field)].filter(Boolean).join(" \u00b7 ");
  const labelOf = (field) => [field.label, field.unit ? el("span", { class: "unit" }, " " + field.unit) : null, field.required ? el("span", { class: "unit" }, " \u00b7 " + words.scn_required) : null];
  const defaultWords = (value) => (isNothing(value) || typeof value === "object" ? "" : gp.words_of("scn_default", { value: String(value) }));

  const framed = function (form, field, path, input) {
    const id = "field-" + (serial += 1), help = helpOf(field);
    input.id = id;
    input.dataset.path = path;
    input.setAttribute("aria-describedby", id + "-wrong" + (help ? " " + id + "-help" : ""));
    if (!field.label) input.setAttribute("aria-label", form.label);
    return el("div", { class: "field" }, field.label ? el("label", { for: id }, labelOf(field)) : null, input, el("div", { class: "wrongs", id: id + "-wrong", "data-at": path }), help ? el("p", { class: "help", id: id + "-help" }, help) : null);
  };
  const grouped = (form, field, path, ...children) => el("fieldset", { class: "group", "data-path": path }, el("legend", {}, field.label ? labelOf(field) : form.label),
    el("div", { class: "wrongs", "data-at": path }), ...children, helpOf(field) ? el("p", { class: "help" }, helpOf(field)) : null);
  const small = (text, label, act) => el("button", { type: "button", class: "small", "aria-label": label, onclick: act }, text);
  const adder = (text, act) => el("button", { type: "button", class: "btn", onclick: act }, text);
  gp.removeButton = (name, act) => small("\u2715", gp.words_of("scn_remove", { name }), act);

  const kinds = {
    text: (form, field, path) => framed(form, field, path, el("input", { type: "text", value: form.get(path) ?? "", placeholder: defaultWords(field.default), oninput: (event) => form.put(path, event.target.value || (field.key ? undefined : "")) })),
    date: (form, field, path) => framed(form, field, path, el("input", { type: "date", value: form.get(path) ?? "", onchange: (event) => form.put(path, event.target.value || undefined) })),
    number: (form, field, path) => framed(form, field, path, el("input", { type: "number", step: "any", min: field.min, max: field.max, value: form.get(path) ?? "", placeholder: defaultWords(field.default),
      oninput: (event) => form.put(path, event.target.value === "" ? undefined : Number(event.target.value)) })),
    choice: (form, field, path) => framed(form, field, path, el("select", { onchange: (event) => form.put(path, field.choices.map((one) => one.id).find((id) => String(id) === event.target.value)) },
      el("option", { value: "" }, defaultWords((field.choices.find((one) => one.id === field.default) || {}).label) || words.scn_choose),
      field.choices.map((one) => el("option", { value: one.id, selected: one.id === form.get(path) ? "" : null }, one.label)))),
    boolean: (form, field, path) => framed(form, field, path, el("select", { onchange: (event) => form.put(path, { yes: true, no: false }[event.target.value]) },
      el("option", { value: "" }, typeof field.default === "boolean" ? defaultWords(words[field.default ? "scn_yes" : "scn_no"]) : words.scn_as_now),
      [["yes", true], ["no", false]].map(([id, one]) => el("option", { value: id, selected: one === form.get(path) ? "" : null }, words["scn_" + id])))),
    choices: (form, field, path) => grouped(form, field, path, el("div", { class: "boxes" }, field.choices.map((one) => el("label", {}, el("input", { type: "checkbox", checked: (form.get(path) || field.default || []).includes(one.id) ? "" : null,
      onchange: (event) => {
        const now = (form.get(path) || field.default || []).filter((id) => id !== one.id);
        form.put(path, event.target.checked ? [...now, one.id] : now.length ? now : undefined);
      } }), one.label)))),
    /* columns and their values: several are set apart by commas, a number is a number */
    pairs: function (form, field, path) {
      const rows = Object.entries(form.get(path) || {}), read = (text) => (/^-?(0|[1-9]\d*)(\.\d+)?$/.test(text.trim()) ? Number(text) : text.trim());
      const keep = (draw) => form.put(path, rows.length ? Object.fromEntries(rows) : undefined, draw);
      return grouped(form, field, path, rows.map((row, k) => el("div", { class: "row" },
        el("input", { type: "text", value: row[0], "aria-label": words.scn_column, "data-path": path + ".column", onchange: (event) => { row[0] = event.target.value; keep(); } }),
        el("input", { type: "text", value: [row[1]].flat().join(", "), "aria-label": words.scn_values, "data-path": path + ".values", onchange: (event) => { const parts = event.target.value.split(",").map(read); row[1] = parts.length > 1 ? parts : parts[0]; keep(); } }),
        gp.removeButton(row[0], () => { rows.splice(k, 1); keep(true); }))),
      adder(words.scn_add_condition, () => { rows.push(["", ""]); keep(true); }));
    },
    list: function (form, field, path) {
      const items = form.get(path) || [], named = (k) => field.label + " " + (k + 1);
      const swap = (k) => { const now = [...form.get(path)]; [now[k - 1], now[k]] = [now[k], now[k - 1]]; form.put(path, now, true); };
      const rows = items.map((_, k) => el("div", { class: "item" }, el("span", { class: "count", "aria-hidden": "true" }, String(k + 1)),
        el("div", { class: "inside" }, kindOf({ ...form, label: named(k) }, field.item, path + "." + k)),
        el("div", { class: "moves" }, k ? small("\u2191", gp.words_of("scn_up", { name: named(k) }), () => swap(k)) : null, gp.removeButton(named(k), () => { const now = form.get(path).filter((__, n) => n !== k); form.put(path, now.length ? now : undefined, true); }))));
      const fresh = { object: {}, number: 0, integer: 0 }[field.item.kind] ?? "";
      const isPlaced = field.item.kind === "object" && field.item.fields.some((part) => part.kind === "shape");
      const isFull = field.most && items.length >= field.most;
      return grouped(form, field, path, el("div", { class: "items" }, rows), isPlaced ? gp.placesField(form, field, path) : [],
        isFull ? null : adder(words.scn_add_row, () => form.put(path, [...(form.get(path) || []), fresh], true)));
    },
    object: (form, field, path) => grouped(form, field, path, el("div", { class: "fields" }, field.fields.map((part) => kindOf(form, part, path + "." + part.key)))),
    shape: (form, field, path) => grouped(form, field, path, gp.shapeField(form, field, path)),
  };
  kinds.integer = kinds.number;
  const kindOf = (form, field, path) => (field.isFile ? el("p", { class: "help" }, field.label + ": " + words.scn_files_not_here) : kinds[field.kind](form, field, path));

  /* each problem stands beside the field it is about, or the nearest that holds it */
  gp.showProblems = function (host, problems) {
    const places = new Map([...host.querySelectorAll("[data-at]")].map((node) => [node.dataset.at, node]));
    for (const node of places.values()) node.replaceChildren();
    host.querySelectorAll("[aria-invalid]").forEach((node) => node.removeAttribute("aria-invalid"));
    for (const problem of problems) {
      let place = problem.field;
      while (!places.has(place)) place = place.includes(".") ? place.slice(0, place.lastIndexOf(".")) : "";
      places.get(place).append(el("p", { class: "wrong" }, "! " + problem.text));
      const input = place && host.querySelector('input[data-path="' + place + '"],select[data-path="' + place + '"]');
      if (input) input.setAttribute("aria-invalid", "true");
    }
  };
  gp.formFields = function (form, edit) {
    const spec = gp.data.forms[edit.do], isFirst = (one) => one.required || one.key === "name" || one.kind === "shape" || (one.kind === "object" && edit[one.key] !== undefined);
    const more = spec.fields.filter((one) => !isFirst(one));
    const isOpen = more.some((field) => edit[field.key] !== undefined);
    return [el("p", { class: "help" }, spec.help), el("div", { class: "wrongs", "data-at": "" }), ...spec.fields.filter(isFirst).map((field) => kindOf(form, field, field.key)),
      more.length ? el("details", { class: "more", open: isOpen ? "" : null }, el("summary", {}, gp.words_of("scn_more", { count: more.length })), more.map((field) => kindOf(form, field, field.key))) : null].filter(Boolean);
  };
  gp.valueAt = valueAt;
})(GP);
