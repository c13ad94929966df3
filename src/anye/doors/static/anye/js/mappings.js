/* The page of columns: what is left and what is said twice is shown while one chooses, and what is left can be dragged
   onto its column. Without this script the lists alone do the same. No text of its own: the page brings it. */
(function () {
  "use strict";
  const form = document.querySelector("[data-map]");
  if (!form) { return; }
  const selects = Array.from(form.querySelectorAll("[data-map-row] select"));

  function show() {
    const given = selects.map(function (select) { return select.value; }).filter(Boolean);
    form.querySelectorAll("[data-map-chip]").forEach(function (chip) { chip.hidden = given.includes(chip.dataset.mapChip); });
    selects.forEach(function (select) {
      const twice = select.value !== "" && given.indexOf(select.value) !== given.lastIndexOf(select.value);
      const row = select.closest("[data-map-row]");
      const isGuessed = select.value === row.dataset.mapGuess;
      row.querySelector(".map-twice").hidden = !twice;
      row.querySelector("[data-map-guessed]").hidden = !isGuessed;
      row.querySelector("[data-map-said]").hidden = isGuessed;
    });
    let lacks = false;
    form.querySelectorAll("[data-map-need]").forEach(function (need) {
      need.hidden = need.dataset.mapNeed.split("|").some(function (name) { return given.includes(name); });
      lacks = lacks || !need.hidden;
    });
    form.querySelector("[data-map-all]").hidden = lacks;
  }
  form.addEventListener("change", show);
  show();

  // another register is another page
  const place = document.querySelector("[data-map-place]");
  place.addEventListener("submit", function () { place.action = place.querySelector("[data-map-source]").value; });

  let dragged = "";
  const rowOf = function (event) { return event.target instanceof Element ? event.target.closest("[data-map-row]") : null; };
  const mark = function (row) { form.querySelectorAll(".is-over").forEach(function (one) { if (one !== row) { one.classList.remove("is-over"); } }); if (row) { row.classList.add("is-over"); } };
  form.addEventListener("dragstart", function (event) {
    const chip = event.target instanceof Element ? event.target.closest("[data-map-chip]") : null;
    if (!chip) { return; }
    dragged = chip.dataset.mapChip;
    event.dataTransfer.setData("text/plain", dragged);
    event.dataTransfer.effectAllowed = "move";
  });
  form.addEventListener("dragover", function (event) {
    const row = dragged ? rowOf(event) : null;
    mark(row);
    if (row) { event.preventDefault(); }
  });
  form.addEventListener("drop", function (event) {
    const row = dragged ? rowOf(event) : null;
    if (!row) { return; }
    event.preventDefault();
    const select = row.querySelector("select");
    select.value = dragged;
    select.focus();
    show();
  });
  form.addEventListener("dragend", function () { dragged = ""; mark(null); });
})();
