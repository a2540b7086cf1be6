/* The draft of a scenario: every change can be undone, is kept in the browser at once and then by the service. */
"use strict";
(function (gp) {
  const words = gp.words, MOST_STEPS = 200, SAVE_AFTER_MS = 800, TRY_AGAIN_MS = 5000;

  gp.makeDraft = function (id, tell) {
    const key = "geo_planner " + gp.data.service.study + " " + id;
    const draft = { content: null, revision: null, past: [], future: [], keptAt: null, savedAt: null, state: "saved", theirs: null };
    let timer = null, saving = null;

    const keep = function () {
      try {
        localStorage.setItem(key, JSON.stringify({ content: draft.content, revision: draft.revision, at: Date.now() }));
        draft.keptAt = new Date();
      } catch { draft.keptAt = null; }
    };
    const save = async function () {
      clearTimeout(timer);
      if (saving || draft.state === "conflict") return saving;
      saving = put().catch((error) => (error.status === 412 ? differ() : Promise.reject(error))).catch(fail)
        .then(() => { saving = null; tell("saved"); });
      return saving;
    };
    const put = async function () {
      const sent = JSON.stringify(draft.content);
      const { revision } = await gp.ask("PUT", "/scenarios/" + id, draft.content, { headers: { "If-Match": '"' + draft.revision + '"' } });
      draft.revision = revision;
      draft.savedAt = new Date();
      draft.state = JSON.stringify(draft.content) === sent ? "saved" : "unsaved";
      if (draft.state === "saved") localStorage.removeItem(key); else { keep(); later(); }
    };
    /* what the service refuses is tried again with the next change, a lost connection soon */
    const fail = function (error) {
      draft.state = error.status ? "refused" : "offline";
      draft.reason = error.message;
      if (!error.status) timer = setTimeout(save, TRY_AGAIN_MS);
    };
    const later = function () { clearTimeout(timer); timer = setTimeout(save, SAVE_AFTER_MS); };
    const differ = async function () {
      draft.theirs = await gp.ask("GET", "/scenarios/" + id);
      draft.state = "conflict";
    };

    /* a change has a name, by which it is undone; typing in one field is one change */
    draft.change = function (label, act, group) {
      const last = draft.past[draft.past.length - 1], before = JSON.stringify(draft.content);
      act(draft.content);
      if (JSON.stringify(draft.content) === before) return;
      if (!(group && last && last.group === group && !draft.future.length)) draft.past.push({ label, content: before, group });
      if (draft.past.length > MOST_STEPS) draft.past.shift();
      draft.future = [];
      touched();
    };
    const touched = function () {
      if (draft.state !== "conflict") draft.state = "unsaved";
      keep();
      later();
      tell("changed");
    };
    const step = function (from, to) {
      const one = from.pop();
      if (!one) return;
      to.push({ label: one.label, content: JSON.stringify(draft.content) });
      draft.content = JSON.parse(one.content);
      touched();
    };
    draft.undo = () => step(draft.past, draft.future);
    draft.redo = () => step(draft.future, draft.past);
    draft.save = async function () {
      while (draft.state === "unsaved" || saving) await (saving || save());
      if (draft.state !== "saved") throw new Error(draft.reason || words.scn_conflict);
    };

    /* another copy was changed: both are there, and neither is lost unasked */
    draft.keepMine = function () { draft.revision = draft.theirs.revision; draft.theirs = null; draft.state = "unsaved"; later(); tell("changed"); };
    draft.takeTheirs = function () {
      draft.past.push({ label: words.scn_mine, content: JSON.stringify(draft.content) });
      Object.assign(draft, { content: structuredClone(draft.theirs.content), revision: draft.theirs.revision, theirs: null, state: "saved" });
      localStorage.removeItem(key);
      tell("changed");
    };
    draft.open = async function () {
      const stored = await gp.ask("GET", "/scenarios/" + id);
      let kept = null;
      try { kept = JSON.parse(localStorage.getItem(key)); } catch { /* nothing that can be read was kept */ }
      Object.assign(draft, { content: stored.content, revision: stored.revision, savedAt: new Date(stored.changed_at) });
      if (!Array.isArray(draft.content.modifications)) draft.content.modifications = [];
      if (kept && JSON.stringify(kept.content) !== JSON.stringify(stored.content)) {
        draft.content = kept.content;
        draft.keptAt = new Date(kept.at);
        if (kept.revision === stored.revision) { draft.state = "unsaved"; later(); }
        else { draft.theirs = stored; draft.state = "conflict"; }
      }
    };
    window.addEventListener("online", () => { if (draft.state === "offline") save(); });
    return draft;
  };
})(GP);
