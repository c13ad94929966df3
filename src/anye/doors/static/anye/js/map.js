/* The map: shapes from the page's JSON, names and numbers from the table beside it, shades by classes of the style sheet. No tile,
   no request. One stop of the Tab key; the arrows go from area to area in the table's order, Enter opens. No text of its own. */
(function () {
  "use strict";
  const place = document.querySelector("[data-map]");
  if (!place || !window.L) { return; }
  const L = window.L;
  const shapes = JSON.parse(document.getElementById(place.dataset.map).textContent);
  const rows = new Map(Array.from(document.getElementById(place.dataset.table).tBodies[0].rows).map(function (row) {
    const link = row.querySelector("[data-name] a");
    return [row.dataset.code, { name: link.textContent.trim(), said: row.querySelector("[data-said]").textContent.trim(), brief: row.dataset.brief, href: link.href, shade: row.dataset.shade, value: Number(row.dataset.value || 0) }];
  }));
  const order = Array.from(rows.keys());
  const most = Math.max.apply(null, Array.from(rows.values(), function (row) { return row.value; })) || 1;

  const map = L.map(place, {
    attributionControl: false, zoomControl: false, scrollWheelZoom: false, keyboard: false, zoomSnap: 0, zoomDelta: 0.5,
    dragging: !L.Browser.mobile, fadeAnimation: false, zoomAnimation: false, markerZoomAnimation: false, maxZoom: 18,
  });
  L.control.zoom({ position: "bottomright", zoomInTitle: place.dataset.zoomIn, zoomOutTitle: place.dataset.zoomOut }).addTo(map);

  function words(row) {
    const box = document.createElement("div"), name = document.createElement("strong"), said = document.createElement("span");
    name.textContent = row.name;
    said.textContent = row.said;
    box.append(name, said);
    return box;
  }

  // a point is as large as its figure: by its surface, never too small to be pressed
  function radius(row) { return 7 + 13 * Math.sqrt(row.value / most); }
  function spot(row, at) { return L.circleMarker(at, { radius: radius(row) }); }

  if (shapes.ground && shapes.ground.type !== "Point") {
    L.geoJSON(shapes.ground, { interactive: false, style: { className: "report-ground" } }).addTo(map);
  }
  const areas = shapes.areas.map(function (area) {
    const row = rows.get(area.code);
    const style = { className: "report-area report-shade-" + (row.shade || "unknown") };
    const whole = L.geoJSON(area.geometry, { style: style, pointToLayer: function (_feature, at) { return spot(row, at).setStyle(style); } });
    const layer = whole.getLayers()[0];
    layer.options.className = style.className;
    layer.bindTooltip(words(row), { direction: "top", sticky: false, opacity: 1 });
    layer.on("click", function () { window.location.assign(row.href); });
    return { code: area.code, row: row, layer: layer, isPoint: area.geometry.type === "Point", label: null };
  }).sort(function (one, other) { return order.indexOf(one.code) - order.indexOf(other.code); });
  const drawn = L.featureGroup(areas.map(function (area) { return area.layer; })).addTo(map);
  const bounds = drawn.getBounds(), hasPoints = areas.some(function (area) { return area.isPoint; });

  // room for the buttons: beside the areas, on a narrow screen below them; and for the words below points
  function fit() {
    const isWide = place.clientWidth > 480;
    map.fitBounds(bounds, {
      paddingTopLeft: hasPoints ? [28, 24] : [16, 16], paddingBottomRight: isWide ? [64, hasPoints ? 48 : 16] : [16, 92], maxZoom: 15, animate: false,
    });
  }

  function middleOf(area) { return area.isPoint ? area.layer.getLatLng() : area.layer.getCenter(); }

  // one of them is a stop of the Tab key
  function element(area) { return area.layer.getElement(); }
  function stop(at, isFocused) {
    areas.forEach(function (area, number) { element(area).setAttribute("tabindex", number === at ? "0" : "-1"); });
    // the map is moved, and not scrolled: it would be scrolled back
    if (isFocused) { element(areas[at]).focus({ preventScroll: true }); }
  }
  fit();
  areas.forEach(function (area, at) {
    const path = element(area);
    path.setAttribute("role", "link");
    path.setAttribute("aria-label", area.row.name + " " + area.row.said);
    path.addEventListener("keydown", function (event) {
      const next = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: areas.length - 1 }[event.key];
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); window.location.assign(area.row.href); }
      if (next === undefined) { return; }
      event.preventDefault();
      stop((next + areas.length) % areas.length, true);
    });
    path.addEventListener("focus", function () {
      if (!map.getBounds().contains(middleOf(area))) { map.panTo(middleOf(area), { animate: false }); }
      area.layer.openTooltip();
    });
    path.addEventListener("blur", function () { area.layer.closeTooltip(); });
  });
  stop(0, false);

  // the unknown is hatched; the pattern stands in the drawing itself, which the style sheet refers to
  function hatch() {
    const svg = place.querySelector(".leaflet-overlay-pane svg"), make = function (name) { return document.createElementNS("http://www.w3.org/2000/svg", name); };
    const pattern = make("pattern"), stroke = make("path"), defs = make("defs");
    Object.entries({ id: "report-hatch", width: 8, height: 8, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" }).forEach(function (each) { pattern.setAttribute(each[0], each[1]); });
    stroke.setAttribute("d", "M0 0V8");
    stroke.setAttribute("class", "report-hatch");
    pattern.append(stroke);
    defs.append(pattern);
    svg.prepend(defs);
  }
  hatch();

  // names on the map, and numbers where there is room for them too: with their unit, else without
  areas.forEach(function (area) {
    const box = words(area.row);
    box.className = "report-label" + (area.isPoint ? " is-below" : area.row.shade === "5" ? " is-on-dark" : area.row.shade === "" ? " is-on-hatch" : "");
    box.setAttribute("aria-hidden", "true");
    const middle = middleOf(area);
    L.marker(middle, { icon: L.divIcon({ html: box, className: "report-spot", iconSize: [0, 0], iconAnchor: [0, area.isPoint ? -radius(area.row) : 0] }), interactive: false, keyboard: false }).addTo(map);
    area.label = box;
  });
  function isApart(one, other) {
    return one.right <= other.left || one.left >= other.right || one.bottom <= other.top || one.top >= other.bottom;
  }
  function label() {
    const edge = place.getBoundingClientRect(), isWide = edge.width > 480;
    const taken = areas.filter(function (area) { return area.isPoint; }).map(function (area) { return element(area).getBoundingClientRect(); });
    // of an area, its label may be wider than it is as long as no other label stands there
    function isFree(area, isLoose) {
      const own = element(area).getBoundingClientRect(), box = area.label.getBoundingClientRect();
      const fits = area.isPoint ? isWide : isLoose || (box.width <= own.width * 0.98 && box.height <= own.height * 0.9);
      const isSeen = box.left >= edge.left && box.right <= edge.right && box.top >= edge.top && box.bottom <= edge.bottom;
      return fits && isSeen && taken.every(function (other) { return other === area.taken || isApart(box, other); });
    }
    function say(area, words) {
      const said = area.label.querySelector("span");
      said.textContent = words;
      said.hidden = !words;
    }
    // every name comes before any number
    areas.forEach(function (area) {
      say(area, "");
      area.taken = null;
      const isShown = isFree(area, isWide);
      area.label.classList.toggle("is-hidden", !isShown);
      if (isShown) { area.taken = area.label.getBoundingClientRect(); taken.push(area.taken); }
    });
    areas.filter(function (area) { return area.taken; }).forEach(function (area) {
      const found = [area.row.said, area.row.brief, ""].find(function (words) { say(area, words); return !words || isFree(area, false); });
      say(area, found);
      taken[taken.indexOf(area.taken)] = area.taken = area.label.getBoundingClientRect();
    });
  }
  map.on("zoomend moveend", label);
  label();
  // a finger that moves down a page goes past the map, until somebody has looked closer
  const whole = map.getZoom();
  if (L.Browser.mobile) {
    map.on("zoomend", function () { if (map.getZoom() > whole) { map.dragging.enable(); } else { map.dragging.disable(); } });
  }
  function again() { map.invalidateSize({ animate: false }); fit(); label(); }
  let waiting = 0;
  window.addEventListener("resize", function () { cancelAnimationFrame(waiting); waiting = requestAnimationFrame(again); });
  window.addEventListener("beforeprint", function () { place.classList.add("is-on-paper"); again(); });
  window.addEventListener("afterprint", function () { place.classList.remove("is-on-paper"); again(); });
  place.dataset.drawn = String(areas.length);
})();
