/* The editor of briefings: a button puts its token where the reader last wrote; leaving with unsaved words is asked about. */
(function () {
  "use strict";
  const form = document.getElementById("briefing-form");
  if (!form) { return; }
  const fields = Array.from(form.querySelectorAll("textarea"));
  let last = fields.find(function (field) { return field.value.trim(); }) || fields[0];
  let isChanged = false;

  fields.forEach(function (field) { field.addEventListener("focus", function () { last = field; }); });
  form.addEventListener("input", function () { isChanged = true; });
  form.addEventListener("submit", function () { isChanged = false; });
  window.addEventListener("beforeunload", function (event) { if (isChanged) { event.preventDefault(); } });

  function insert(words) {
    const at = last.selectionStart;
    last.setRangeText(words, at, last.selectionEnd, "end");
    last.focus();
    last.dispatchEvent(new Event("input", { bubbles: true }));
  }

  document.addEventListener("click", function (event) {
    const button = event.target instanceof Element ? event.target.closest("[data-inserts], [data-inserts-line]") : null;
    if (!button) { return; }
    if (button.dataset.inserts) { insert(button.dataset.inserts); return; }
    const before = last.value.slice(0, last.selectionStart);
    insert((before === "" || before.endsWith("\n") ? "\n" : "\n\n") + button.dataset.insertsLine + "\n\n");
  });
})();
