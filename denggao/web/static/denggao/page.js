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
// A plan's text and its draft: what one points at lights up in the other.
document.addEventListener("mouseover", function (event) {
  var beside = event.target.closest("[data-light]");
  if (!beside) { return; }
  beside.querySelectorAll(".lit").forEach(function (lit) { lit.classList.remove("lit"); });
  var mark = event.target.closest("[data-of]"), item = event.target.closest(".item");
  var names = mark ? mark.dataset.of.split(" ") : item ? [item.id] : [];
  names.forEach(function (name) {
    beside.querySelectorAll('[data-of~="' + name + '"], #' + name).forEach(function (one) { one.classList.add("lit"); });
  });
});
// Bars beside a table of the same figures; without this script the table says it all.
document.addEventListener("DOMContentLoaded", function () {
  if (!window.echarts) { return; }
  document.querySelectorAll("[data-chart]").forEach(function (place) {
    var told = JSON.parse(document.getElementById(place.dataset.chart).textContent);
    var size = parseFloat(getComputedStyle(place).fontSize);
    var text = { fontSize: Math.round(size * 0.85), color: "#33415a" };
    var chart = window.echarts.init(place, null, { renderer: "svg" });
    chart.setOption({
      animation: false, textStyle: text, color: ["#a9b3be", "#1a4fa3"],
      tooltip: { trigger: "axis", renderMode: "richText" },
      legend: { top: 4, data: ["目标", "完成"], textStyle: text },
      grid: { left: 8, right: 8, bottom: 8, top: size * 3, containLabel: true },
      xAxis: { type: "category", data: told.labels, axisLabel: { interval: 0, fontSize: text.fontSize, width: place.clientWidth / (told.labels.length + 1), overflow: "break" } },
      yAxis: { type: "value", minInterval: 1, axisLabel: { fontSize: text.fontSize } },
      series: [
        { name: "目标", type: "bar", data: told.target, barMaxWidth: size * 2 },
        { name: "完成", type: "bar", data: told.done, barMaxWidth: size * 2, label: { show: true, position: "top", fontSize: text.fontSize } },
      ],
    });
    // Paper is narrower than the window, and is laid out without this script: the picture scales.
    function scale() {
      place.querySelector("svg").setAttribute("viewBox", "0 0 " + chart.getWidth() + " " + chart.getHeight());
    }
    scale();
    window.addEventListener("resize", function () { chart.resize(); scale(); });
  });
});
