/* Small manners of every page: theme, menus, dialogs, CSRF for htmx, messages. No text of its own: pages bring it. */
(function () {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");

  // theme: the reader's choice, else the system's; set before the first paint
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const stored = function () { try { return localStorage.getItem("anye.theme"); } catch { return null; } };
  const paint = function () { root.setAttribute("data-bs-theme", stored() || (dark.matches ? "dark" : "light")); };
  dark.addEventListener("change", paint);
  paint();

  function switchTheme() {
    const next = root.getAttribute("data-bs-theme") === "dark" ? "light" : "dark";
    try { localStorage.setItem("anye.theme", next); } catch { /* private windows forget the choice */ }
    paint();
    root.setAttribute("data-bs-theme", next);
  }

  function closeDrawer(side) {
    side.classList.remove("is-open");
    const button = document.querySelector("[data-drawer='" + side.id + "']");
    if (button) { button.setAttribute("aria-expanded", "false"); button.focus(); }
  }

  function openDrawer(button) {
    const side = document.getElementById(button.dataset.drawer);
    if (side.classList.contains("is-open")) { closeDrawer(side); return; }
    side.classList.add("is-open");
    button.setAttribute("aria-expanded", "true");
    const first = side.querySelector("nav a");
    if (first) { first.focus(); }
  }

  function closeMenus(except) {
    document.querySelectorAll("details.menu[open]").forEach(function (menu) { if (menu !== except) { menu.open = false; } });
  }

  function pick(button) {
    const native = button.parentElement.querySelector(".picker-native");
    const field = button.parentElement.querySelector("input:not(.picker-native)");
    native.onchange = function () { field.value = native.value; field.focus(); };
    if (/^\d{4}-\d{2}(-\d{2})?$/.test(field.value)) { native.value = field.value; }
    if (native.showPicker) { native.showPicker(); } else { native.focus(); }
  }

  document.addEventListener("click", function (event) {
    const at = event.target instanceof Element ? event.target : null;
    if (!at) { return; }
    closeMenus(at.closest("details.menu"));
    const side = document.querySelector(".side.is-open");
    const drawer = at.closest("[data-drawer]");
    if (drawer) { openDrawer(drawer); } else if (side && !side.contains(at)) { closeDrawer(side); }
    const opener = at.closest("[data-opens]");
    if (opener) { event.preventDefault(); document.getElementById(opener.dataset.opens).showModal(); }
    const fold = at.closest("[data-unfolds]");
    if (fold) { fold.setAttribute("aria-expanded", String(fold.getAttribute("aria-expanded") !== "true")); }
    if (at.closest("[data-closes-dialog]")) { at.closest("dialog").close(); }
    if (at.closest("[data-dismiss]")) { at.closest(".message").remove(); }
    if (at.closest("[data-theme-switch]")) { switchTheme(); }
    const picker = at.closest("[data-picker]");
    if (picker) { pick(picker); }
    if (at.matches("dialog")) { at.close(); }
  });

  document.addEventListener("change", function (event) {
    const all = event.target instanceof Element ? event.target.closest("[data-picks-all]") : null;
    if (!all) { return; }
    document.querySelectorAll("input[name=row][form='" + all.dataset.picksAll + "']").forEach(function (box) { box.checked = all.checked; });
  });

  document.addEventListener("submit", function (event) {
    if (event.target.matches("form[data-closes]")) { event.target.closest("dialog").close(); }
  });

  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") { return; }
    const menu = document.querySelector("details.menu[open]");
    if (menu) { menu.open = false; menu.querySelector("summary").focus(); return; }
    const side = document.querySelector(".side.is-open");
    if (side) { closeDrawer(side); }
  });

  // a message that the page itself did not bring
  function toast(words, tone) {
    const place = document.getElementById("toasts");
    if (!place || !words) { return; }
    const box = document.createElement("div");
    const text = document.createElement("p");
    const close = document.createElement("button");
    box.className = "message message-" + tone;
    text.textContent = words;
    close.type = "button";
    close.className = "btn btn-sm";
    close.dataset.dismiss = "";
    close.textContent = place.dataset.close;
    box.append(text, close);
    place.replaceChildren(box);
  }

  document.addEventListener("htmx:configRequest", function (event) {
    const meta = document.querySelector("meta[name='csrf-token']");
    if (meta) { event.detail.headers["X-CSRFToken"] = meta.content; }
  });
  document.addEventListener("htmx:sendError", function () { toast(document.body.dataset.failed, "bad"); });
  document.addEventListener("htmx:responseError", function (event) {
    const refused = [400, 403, 404].includes(event.detail.xhr.status);
    toast(refused ? document.body.dataset.refused : document.body.dataset.failed, "bad");
  });
  // a form sent with errors answers 422 with the form again: show it
  document.addEventListener("htmx:beforeSwap", function (event) {
    if (event.detail.xhr.status === 422) { event.detail.shouldSwap = true; event.detail.isError = false; }
  });

  function focusErrors(within) {
    const box = within.querySelector("[data-focus]");
    if (box) { box.focus(); }
  }
  document.addEventListener("htmx:afterSwap", function (event) { focusErrors(event.target.parentElement || document); });
  document.addEventListener("DOMContentLoaded", function () { focusErrors(document); });
})();
