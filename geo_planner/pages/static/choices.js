/* Lists beside checkboxes: what sites are coloured by, which measure of station areas is drawn.
   The legend shows the part of what is chosen. */
"use strict";
(function (gp) {
  const lists = () => [...document.querySelectorAll("select[data-choose]")];
  const boxOf = (list) => document.getElementById(list.dataset.choose);

  gp.showChosenLegend = function () {
    for (const list of lists()) {
      const box = boxOf(list);
      document.querySelectorAll('[data-choice^="' + box.id + '="]').forEach((part) => {
        part.hidden = !box.checked || part.dataset.choice !== box.id + "=" + list.value;
      });
      list.disabled = !box.checked;
    }
  };
  const swapLayer = function (list) {
    const box = boxOf(list), next = list.selectedOptions[0].dataset.layer;
    if (!next || next === box.dataset.layer) return;
    gp.layers[box.dataset.layer].remove();
    box.dataset.layer = next;
    box.dispatchEvent(new Event("change"));
  };
  /* cells and sites share one scale of colours: both at once could not be told apart */
  const makeRoom = function () {
    const cells = document.getElementById("switch-cells");
    if (!cells || !cells.checked || gp.fill === "outline") return;
    cells.checked = false;
    cells.dispatchEvent(new Event("change"));
  };
  const choose = function (list) {
    if (list.dataset.choose === "switch-sites") {
      gp.fill = list.value;
      gp.paintSites();
      makeRoom();
    } else swapLayer(list);
    gp.showChosenLegend();
    gp.placeLabels();
  };
  gp.startChoices = function () {
    for (const list of lists()) {
      list.addEventListener("change", () => choose(list));
      choose(list);
    }
    const known = gp.onSwitch;
    gp.onSwitch = function (id, on) {
      if (known) known(id, on);
      gp.showChosenLegend();
    };
  };
})(GP);
