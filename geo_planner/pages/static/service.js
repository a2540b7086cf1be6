/* The service that a page of the workbench talks to: scenarios, jobs, and what it refuses. */
"use strict";
(function (gp) {
  const service = gp.data.service, words = gp.words, el = gp.el;
  const OPEN = ["waiting", "running", "cancelling"], TOAST_MS = 10000, S_PER_MIN = 60;
  const LEAST_SHARE = 0.03; // of a job before which its end cannot be foreseen

  gp.words_of = (key, values) => gp.filled(words[key], values);

  class Refused extends Error {
    constructor(status, problem) {
      super([problem.detail, ...(problem.problems || [])].filter(Boolean).join("\n"));
      this.status = status;
      this.problems = problem.problems || [];
    }
  }
  /* a question of the service: what it answers; what it refuses is thrown */
  gp.ask = async function (method, path, body, more) {
    const query = new URLSearchParams({ study: service.study, lang: gp.data.language, ...(more && more.query) });
    const headers = { ...(body === undefined ? {} : { "Content-Type": "application/json" }), ...(more && more.headers) };
    const response = await fetch(service.api + path + "?" + query, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), signal: more && more.signal });
    if (response.status === 204) return null;
    const answered = await response.json().catch(() => ({ detail: response.statusText }));
    if (!response.ok) throw new Refused(response.status, answered);
    return answered;
  };
  gp.jobs = async () => (await gp.ask("GET", "/jobs", undefined, { query: { limit: 200 } })).jobs;
  gp.comparison = (a, b) => service.compare + "&" + new URLSearchParams({ a, b });
  gp.isOpen = (job) => Boolean(job) && OPEN.includes(job.state);

  /* follow a job until it ends; gives what stops following */
  gp.follow = function (job, tell) {
    const source = new EventSource(service.api + "/jobs/" + job + "/events");
    source.addEventListener("job", (event) => {
      const now = JSON.parse(event.data);
      if (!gp.isOpen(now)) source.close();
      tell(now);
    });
    return () => source.close();
  };
  gp.stepWords = function (step) {
    const access = step.match(/^access by (\w+)$/);
    if (access) return gp.words_of("scn_step_access", { mode: (words["mode_" + access[1]] || access[1]).toLowerCase() });
    return words["scn_step_" + step.replaceAll(" ", "_")] || step;
  };
  gp.timeLeft = function (job) {
    if (!job.started_at || job.share < LEAST_SHARE) return "";
    const spent = (Date.now() - Date.parse(job.started_at)) / 1000, left = (spent / job.share) * (1 - job.share);
    return left < S_PER_MIN ? gp.words_of("scn_seconds_left", { count: Math.max(5, Math.round(left / 5) * 5) }) : gp.words_of("scn_minutes_left", { count: Math.ceil(left / S_PER_MIN) });
  };
  gp.when = (text) => new Date(text).toLocaleString(gp.data.language === "da" ? "da-DK" : "en-GB", { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });

  /* a word at the foot, with one thing to do about it */
  gp.toast = function (text, label, act) {
    const toast = el("div", { class: "toast" }, el("span", {}, text));
    const gone = setTimeout(() => toast.remove(), TOAST_MS);
    if (label) toast.append(el("button", { type: "button", onclick: () => { clearTimeout(gone); toast.remove(); act(); } }, label));
    document.getElementById("toasts").replaceChildren(toast);
  };
  gp.refuse = function (error) {
    const problem = document.getElementById("problem");
    problem.textContent = error ? error.message : "";
    problem.hidden = !error;
  };
  /* an id that is free: letters and digits of the name, a number where it is taken */
  gp.freeId = function (name, taken) {
    const plain = name.toLowerCase().replaceAll("æ", "ae").replaceAll("ø", "oe").replaceAll("å", "aa").normalize("NFD");
    const start = plain.replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 60) || "scenario";
    let id = start;
    for (let k = 2; taken.includes(id); k += 1) id = start + "-" + k;
    return id;
  };
  gp.download = function (name, text, type) {
    const link = el("a", { href: URL.createObjectURL(new Blob([text], { type })), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
  gp.exportAs = async function (id, kind) {
    const { name, text } = await gp.ask("GET", "/scenarios/" + id + "/file", undefined, { query: { format: kind } });
    gp.download(name, text, kind === "toml" ? "application/toml" : "application/json");
  };
})(GP);
