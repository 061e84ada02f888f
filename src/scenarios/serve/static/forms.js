"use strict";
// What a form does by itself; all else is done by htmx, and without either by a button.
(() => {
  const told = () => document.getElementById("said");

  function tell(text) {
    const place = told();
    if (!place) return;
    const line = document.createElement("p");
    line.className = "attention";
    line.textContent = text;
    place.replaceChildren(line);
  }

  // A form that asks for something else must not take the place of what was typed meanwhile.
  let edits = 0;
  document.addEventListener("input", () => { edits += 1; });
  document.addEventListener("htmx:beforeRequest", (event) => { event.detail.xhr.edits = edits; });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, xhr } = event.detail;
    if (target.id === "record" && xhr.edits !== edits) event.detail.shouldSwap = false;
  });

  document.addEventListener("htmx:sendError", () =>
    tell("The server does not answer: is scen serve still running? What you typed is still here."));
  document.addEventListener("htmx:responseError", (event) => {
    const said = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html");
    const why = said.querySelector("main .attention, main p")?.textContent ?? "";
    tell(`Not written, and what you typed is still here. ${why}`);
  });

  // What was refused is where one goes on.
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.requestConfig?.triggeringEvent?.type !== "submit") return;
    const fault = document.querySelector(".fault:not(:empty)");
    const field = fault?.closest("fieldset, .field")?.querySelector("input, textarea, select");
    fault?.closest("details")?.setAttribute("open", "");
    (field ?? document.getElementById("outcome"))?.focus();
  });

  // A place in a file: to the line and the column.
  document.addEventListener("click", (event) => {
    const place = event.target.closest("[data-line]"), text = document.querySelector("textarea.whole");
    if (!place || !text) return;
    event.preventDefault();
    const lines = text.value.split("\n").slice(0, place.dataset.line - 1);
    const at = lines.reduce((sum, line) => sum + line.length + 1, +place.dataset.column - 1);
    text.focus();
    text.setSelectionRange(at, at);
    text.scrollTop = (place.dataset.line - 5) * parseFloat(getComputedStyle(text).lineHeight);
  });

  // The handle on the scale of log odds, and the field beside it: each follows the other.
  const share = (text) => {
    if (!/^\s*([0-9]+([.,][0-9]*)?|[.,][0-9]+)\s*%?\s*$/.test(text)) return NaN;
    const number = parseFloat(text.replace(",", "."));
    if (text.includes("%") || text.trim() === "1" || number >= 2) return number / 100;
    return number < 1 ? number : NaN;
  };
  const field = (handle) => document.getElementsByName(handle.dataset.odds)[0];

  function follow(handle) {
    const p = share(field(handle).value), is = p > 0 && p < 1;
    handle.hidden = false;
    handle.tabIndex = is ? 0 : -1;
    handle.classList.toggle("unset", !is);
    handle.setAttribute("aria-valuetext", is ? field(handle).value : "no figure yet");
    handle.value = is ? 10 * Math.log10(p / (1 - p)) : 0;
    read(handle, is && !field(handle).value.includes("%") ? `read as ${+(100 * p).toPrecision(6)}%` : "");
  }

  function read(handle, words) {
    const next = field(handle).nextElementSibling;
    const place = next?.matches(".read") ? next : document.createElement("output");
    place.className = "hint read";
    place.textContent = words;
    if (place !== next) field(handle).after(place);
  }

  document.addEventListener("input", (event) => {
    const handle = event.target;
    if (handle.matches(".handle")) {
      const p = 100 / (1 + 10 ** (-handle.value / 10)), edge = Math.min(p, 100 - p);
      field(handle).value = `${p.toFixed(edge < 1 ? 2 : edge < 10 ? 1 : 0)}%`;
      handle.classList.remove("unset");
      handle.tabIndex = 0;
      handle.setAttribute("aria-valuetext", field(handle).value);
      read(handle, "");
    } else document.querySelectorAll(`[data-odds="${CSS.escape(handle.name ?? "")}"]`).forEach(follow);
  });
  document.querySelectorAll(".handle").forEach(follow);
  // Without a figure a key would begin at 50 %, which anchors: a number or a place comes first.
  document.addEventListener("keydown", (event) => {
    if (event.target.matches(".handle.unset") && /^(Arrow|Page|Home|End)/.test(event.key)) event.preventDefault();
  });
  document.addEventListener("pointerup", ({ target }) => {
    if (target.matches(".handle.unset")) target.dispatchEvent(new Event("input", { bubbles: true }));
  });

  // What was typed is kept by the server as one goes, and once more when one leaves.
  let typed = false;
  document.addEventListener("input", (event) => { typed ||= !!event.target.closest(".record:not([data-kept])"); });
  document.addEventListener("submit", () => { typed = false; });
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    if (event.detail.xhr.getResponseHeader("HX-Redirect")) typed = false;
  });
  addEventListener("pagehide", () => {
    const form = document.getElementById("record");
    if (!typed || !form) return;
    const texts = [...new FormData(form)].filter(([, text]) => typeof text === "string");
    fetch(form.action, { method: "POST", body: new URLSearchParams(texts), keepalive: true });
  });
})();
