/* The start page: a small map that shows the headline measure; details are on the other pages. */
"use strict";
(function (gp) {
  gp.startOverview = function () {
    gp.map.scrollWheelZoom.disable();
    if (gp.data.sites.length) gp.addBadges();
    gp.openCell = null;
  };
})(GP);
