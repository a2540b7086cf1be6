/* The run of the scenario being edited: its steps, the share done, the time left, and where it leads. */
"use strict";
(function (gp) {
  const words = gp.words, el = gp.el;
  const byId = (id) => document.getElementById(id);
  let seen = [], stop = null;

  const buttonOf = (text, act) => el("button", { type: "button", class: "btn", onclick: act }, text);
  const show = function (job, tell) {
    const share = Math.round(100 * job.share), host = byId("job");
    if (job.step && seen[seen.length - 1] !== job.step) seen = [...seen.filter((step) => step !== job.step), job.step];
    const head = { waiting: gp.words_of("scn_waiting", { place: (job.place || 0) + 1 }), running: words.scn_running + " " + share + "\u00a0%", cancelling: words.scn_cancelling, done: "\u2713 " + words.scn_done, failed: "\u2715 " + words.scn_failed, cancelled: words.scn_cancelled }[job.state];
    const steps = el("ol", { class: "steps" }, seen.map((step) => el("li", { class: step === job.step && gp.isOpen(job) ? "now" : "past" }, (step === job.step && gp.isOpen(job) ? "" : "\u2713 ") + gp.stepWords(step))));
    const bar = el("div", { class: "bar", role: "progressbar", "aria-label": words.scn_job, "aria-valuemin": "0", "aria-valuemax": "100", "aria-valuenow": String(share) }, el("i", { style: { width: share + "%", background: "var(--accent)" } }));
    const end = {
      done: () => [el("a", { class: "btn main", id: "to-comparison", href: gp.comparison("baseline", job.scenario) }, words.scn_open_comparison)],
      failed: () => [el("p", { class: "wrong" }, [job.reason, ...job.problems].filter(Boolean).join("\n")), buttonOf(words.scn_run_again, tell.again)],
      cancelled: () => [buttonOf(words.scn_run_again, tell.again)],
    }[job.state] || (() => [buttonOf(words.scn_cancel_run, () => gp.ask("POST", "/jobs/" + job.id + "/cancel").catch(gp.refuse))]);
    host.hidden = false;
    host.replaceChildren(el("div", { class: "job-head" }, el("b", {}, head), el("span", { class: "meta" }, gp.isOpen(job) ? gp.timeLeft(job) : job.ended_at ? gp.when(job.ended_at) : "")), el("div", { class: "job-steps" }, gp.isOpen(job) ? bar : null, steps), el("div", { class: "actions" }, end()));
    tell.job(job);
  };
  gp.followRun = function (job, tell) {
    if (stop) stop();
    seen = [];
    show(job, tell);
    if (gp.isOpen(job)) stop = gp.follow(job.id, (now) => show(now, tell));
  };
  gp.latestRun = async (id) => (await gp.jobs()).find((job) => job.scenario === id) || null;
})(GP);
