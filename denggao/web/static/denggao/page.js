// What every page needs; all of it can be done without.
"use strict";
document.addEventListener("click", function (event) {
  var button = event.target.closest("[data-print]");
  if (button) { window.print(); }
  var close = event.target.closest("[data-close]");
  if (close) { close.closest("[data-panel]").replaceChildren(); }
});
document.addEventListener("change", function (event) {
  var all = event.target.closest("[data-all]");
  if (!all) { return; }
  document.querySelectorAll(all.dataset.all).forEach(function (box) { box.checked = all.checked; });
});
