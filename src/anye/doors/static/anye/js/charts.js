/* Bars and lines, each drawn from the table that stands below it: a row has its number in data-value, empty where it is not known,
   and its words in the cells. Without this script the tables alone say the same. No text of its own: the page brings it.
   Hints are drawn into the canvas (richText), for the content security policy allows no styles in markup. */
(function () {
  "use strict";
  const charts = [];

  function rowsOf(table) {
    return Array.from(table.tBodies[0].rows).map(function (row) {
      const name = row.querySelector("[data-name]");
      const link = name.querySelector("a");
      return {
        code: row.dataset.code, name: name.textContent.trim(), said: row.querySelector("[data-said]").textContent.trim(),
        value: row.dataset.value === "" ? null : Number(row.dataset.value), href: link ? link.href : "",
      };
    });
  }

  function inks(place) {
    const style = getComputedStyle(place);
    const ink = function (name) { return style.getPropertyValue(name).trim(); };
    return { ink: ink("--ink"), soft: ink("--ink-2"), line: ink("--line"), strong: ink("--line-strong"), accent: ink("--accent"), card: ink("--card") };
  }

  function font() { return getComputedStyle(document.body).fontFamily; }

  function tooltip(colours, said) {
    return {
      renderMode: "richText", confine: true, backgroundColor: colours.card, borderColor: colours.strong, borderWidth: 1, padding: [6, 10],
      textStyle: { color: colours.ink, fontFamily: font(), fontSize: 13 }, formatter: said,
    };
  }

  // the axis of numbers: from nothing, in the table's unit; shares end at a hundred
  function numbers(table, colours, room) {
    const divisor = Number(table.dataset.divisor), most = table.dataset.most;
    return {
      type: "value", min: 0, max: most ? Number(most) : null, interval: most ? Number(most) / (room < 240 ? 2 : 4) : null, splitNumber: room < 240 ? 2 : 4, minInterval: divisor > 1 || most ? 0 : 1,
      name: table.dataset.unit, nameTextStyle: { color: colours.soft, fontFamily: font(), align: "left" },
      axisLabel: { color: colours.soft, formatter: function (value) { return (value / divisor).toLocaleString("en-US", { maximumFractionDigits: 2 }); } },
      splitLine: { lineStyle: { color: colours.line } }, axisLine: { show: false },
    };
  }

  function bars(table, place, colours) {
    const rows = rowsOf(table), isNarrow = place.clientWidth < 480;
    place.style.height = rows.length * 24 + 56 + "px";
    const names = isNarrow ? 84 : 130;
    return {
      grid: { left: names + 12, right: isNarrow ? 78 : 104, top: 28, bottom: 8, outerBoundsMode: "none" },
      tooltip: Object.assign({ trigger: "item" }, tooltip(colours, function (at) { return rows[at.dataIndex].name + "  " + rows[at.dataIndex].said; })),
      xAxis: Object.assign(numbers(table, colours, place.clientWidth - names - 104), { position: "top", nameLocation: "start", nameGap: 12, nameTextStyle: { color: colours.soft, fontFamily: font(), align: "right", verticalAlign: "bottom", padding: [0, 0, 6, 0] } }),
      yAxis: {
        type: "category", inverse: true, data: rows.map(function (row) { return row.name; }), axisTick: { show: false },
        axisLine: { lineStyle: { color: colours.strong } },
        axisLabel: { color: colours.ink, interval: 0, width: names, overflow: "truncate", fontFamily: font() },
      },
      series: [{
        type: "bar", barMaxWidth: 14, cursor: rows.some(function (row) { return row.href; }) ? "pointer" : "default",
        // what is not known has no bar, and its words stand where the bar would begin
        data: rows.map(function (row) { return row.value === null ? { value: 0, label: { color: colours.soft } } : row.value; }),
        itemStyle: { color: colours.accent }, emphasis: { itemStyle: { color: colours.ink } },
        label: { show: true, position: "right", color: colours.ink, fontFamily: font(), formatter: function (at) { return rows[at.dataIndex].said; } },
      }],
    };
  }

  function line(table, place, colours) {
    const rows = rowsOf(table);
    const days = rows.map(function (row) { return [row.code, row.value]; });
    // the axis names days of which there is a figure: the last, and as many before it as there is room for
    const every = Math.max(1, Math.ceil(rows.length * 90 / Math.max(place.clientWidth - 80, 90)));
    const named = rows.filter(function (_row, at) { return (rows.length - 1 - at) % every === 0; }).map(function (row) { return Date.parse(row.code + "T00:00:00"); });
    return {
      grid: { left: 8, right: 24, top: 34, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
      tooltip: Object.assign({ trigger: "axis", axisPointer: { lineStyle: { color: colours.strong } } }, tooltip(colours, function (all) {
        const row = rows[(Array.isArray(all) ? all[0] : all).dataIndex];
        return row.name + "  " + row.said;
      })),
      xAxis: {
        type: "time", axisLine: { lineStyle: { color: colours.strong } }, axisTick: { customValues: named },
        axisLabel: { color: colours.soft, hideOverlap: true, customValues: named, alignMaxLabel: "right", formatter: "{yyyy}-{MM}-{dd}" },
      },
      yAxis: numbers(table, colours, 240),
      series: [{
        type: "line", data: days, connectNulls: false, symbol: "circle", symbolSize: 7, showAllSymbol: true,
        lineStyle: { color: colours.accent, width: 2 }, itemStyle: { color: colours.accent },
      }],
    };
  }

  function draw(one) {
    const colours = inks(one.place);
    const option = (one.kind === "bars" ? bars : line)(one.table, one.place, colours);
    if (!one.chart) {
      one.chart = window.echarts.init(one.place, null, { renderer: "canvas" });
      one.chart.on("click", function (at) {
        const row = rowsOf(one.table)[at.dataIndex];
        if (row && row.href) { window.location.assign(row.href); }
      });
    } else {
      one.chart.resize();
    }
    one.chart.setOption(Object.assign({ animation: false, textStyle: { fontFamily: font() } }, option), true);
    one.place.dataset.drawn = String(rowsOf(one.table).length);
  }

  function all() { charts.forEach(draw); }

  function onPaper(is) {
    charts.forEach(function (one) {
      one.place.classList.toggle("is-on-paper", is);
      if (is) { one.place.setAttribute("data-bs-theme", "light"); } else { one.place.removeAttribute("data-bs-theme"); }
    });
    document.querySelectorAll("[data-folds]").forEach(function (fold) {
      if (is) { fold.dataset.was = fold.open ? "open" : ""; fold.open = true; } else { fold.open = fold.dataset.was === "open"; }
    });
    all();
  }

  document.querySelectorAll("[data-chart]").forEach(function (place) {
    const one = { place: place, kind: place.dataset.chart, table: document.getElementById(place.dataset.table), chart: null };
    draw(one);
    charts.push(one);
    // what is drawn folds its table, which is a click away
    const fold = document.querySelector("[data-folds='" + place.dataset.table + "']");
    if (fold) { fold.open = false; }
  });
  if (!charts.length) { return; }
  let waiting = 0;
  window.addEventListener("resize", function () { cancelAnimationFrame(waiting); waiting = requestAnimationFrame(all); });
  new MutationObserver(all).observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });
  window.addEventListener("beforeprint", function () { onPaper(true); });
  window.addEventListener("afterprint", function () { onPaper(false); });
})();
