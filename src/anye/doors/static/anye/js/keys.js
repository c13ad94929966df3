/* The keyboard: j k Enter [ ] / ? and g with a letter. Rows are reached by focusing their own link, so that Enter,
   screen readers and Tab work as everywhere. The help dialog has the switch that turns these keys off. */
(function () {
  "use strict";
  const STORE = "anye.keys";
  const WAIT = 1200; // milliseconds in which the letter after g is awaited
  let goUntil = 0;

  function isOff() { try { return localStorage.getItem(STORE) === "off"; } catch { return false; } }

  function isTyping(target) {
    return target instanceof Element && Boolean(target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]"));
  }

  function rows() { return Array.from(document.querySelectorAll("main [data-row]")).filter(function (row) { return row.querySelector("a[href], button"); }); }

  function move(step) {
    const all = rows();
    if (!all.length) { return; }
    const at = all.findIndex(function (row) { return row.contains(document.activeElement); });
    const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + step))];
    next.querySelector("a[href], button").focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest", behavior: "instant" });
  }

  function search() {
    const field = document.querySelector("main [data-search]") || document.querySelector("[data-search]");
    if (field) { field.focus(); field.select(); }
  }

  function press(selector) {
    const link = document.querySelector(selector);
    if (link) { link.click(); }
  }

  function go(letter) {
    const link = document.querySelector("[data-go='" + CSS.escape(letter) + "']");
    if (link) { window.location.assign(link.href); }
    return Boolean(link);
  }

  const keys = {
    j: function () { move(1); },
    k: function () { move(-1); },
    "/": search,
    "?": function () { const help = document.getElementById("keys-help"); if (help && !help.open) { help.showModal(); } },
    "]": function () { press("main [data-page='after']"); },
    "[": function () { press("main [data-page='before']"); },
    g: function () { goUntil = Date.now() + WAIT; },
  };

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isOff()) { return; }
    if (isTyping(event.target)) {
      if (event.key === "Escape") { event.target.blur(); }
      return;
    }
    if (document.querySelector("dialog[open]")) { return; }
    if (Date.now() < goUntil && event.key !== "g") {
      goUntil = 0;
      if (go(event.key.toLowerCase())) { event.preventDefault(); }
      return;
    }
    const act = keys[event.key];
    if (act) { event.preventDefault(); act(); }
  });

  // after a page of a listing was swapped in, its first row is next
  document.addEventListener("htmx:afterSwap", function (event) {
    const path = event.detail.requestConfig && event.detail.requestConfig.elt;
    if (path instanceof Element && path.hasAttribute("data-page")) { move(1); }
  });

  document.addEventListener("change", function (event) {
    if (!(event.target instanceof Element) || !event.target.matches("[data-keys-switch]")) { return; }
    try { localStorage.setItem(STORE, event.target.checked ? "on" : "off"); } catch { /* private windows forget it */ }
  });

  document.addEventListener("DOMContentLoaded", function () {
    const box = document.querySelector("[data-keys-switch]");
    if (box) { box.checked = !isOff(); }
  });
})();
