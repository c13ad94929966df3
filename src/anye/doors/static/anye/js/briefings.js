/* The editor of briefings: a button puts its token where the reader last wrote; what is not saved is neither left nor issued
   unasked; the preview stays where it was read. */
(function () {
  "use strict";
  const form = document.getElementById("briefing-form");
  if (!form) { return; }
  const fields = Array.from(form.querySelectorAll("textarea"));
  const mine = form.querySelector("[name=text_" + form.dataset.language + "]");
  const written = new Set();
  let last = mine || fields[0];
  let isChanged = false;

  function changed(is) {
    isChanged = is;
    document.querySelectorAll("[data-needs-saved]").forEach(function (button) { button.disabled = is; });
    document.getElementById("unsaved").hidden = !is;
  }

  fields.forEach(function (field) {
    field.addEventListener("focus", function () { last = field; });
    ["focus", "click", "keyup"].forEach(function (name) { field.addEventListener(name, function () { written.add(field); }); });
  });
  form.addEventListener("input", function () { changed(true); });
  form.addEventListener("submit", function () { isChanged = false; });
  window.addEventListener("beforeunload", function (event) { if (isChanged) { event.preventDefault(); } });

  // where nobody has written yet, words go to the end: the first line is the heading
  function insert(words) {
    if (!written.has(last)) { last.setSelectionRange(last.value.length, last.value.length); }
    last.setRangeText(words, last.selectionStart, last.selectionEnd, "end");
    last.focus();
    last.dispatchEvent(new Event("input", { bubbles: true }));
  }

  document.addEventListener("click", function (event) {
    const button = event.target instanceof Element ? event.target.closest("[data-inserts], [data-inserts-line]") : null;
    if (!button) { return; }
    if (button.dataset.inserts) { insert(button.dataset.inserts); return; }
    const before = last.value.slice(0, written.has(last) ? last.selectionStart : last.value.length);
    insert((before === "" || before.endsWith("\n") ? "\n" : "\n\n") + button.dataset.insertsLine + "\n\n");
  });

  let top = 0;
  const seen = document.querySelector(".briefing-seen");
  document.addEventListener("htmx:beforeSwap", function (event) { if (event.detail.target.id === "preview") { top = seen.scrollTop; } });
  document.addEventListener("htmx:afterSettle", function (event) {
    if (event.detail.elt.id !== "preview") { return; }
    seen.scrollTop = top;
    const asked = event.detail.requestConfig && event.detail.requestConfig.elt;
    if (asked && asked.tagName === "BUTTON") { seen.scrollIntoView({ block: "nearest" }); }
  });
})();
