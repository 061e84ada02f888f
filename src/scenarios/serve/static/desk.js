"use strict";
// What a page does by itself: it follows the database, the slider and the keys.
(() => {
  const main = () => document.querySelector("main");
  const bar = () => document.getElementById("bar");
  let asking = null;

  // -- another state of the same page, or another day of it ---------------------------------

  const replaced = ["#rules", "header.site", "main", "nav.index", "nav.way", "footer", "#bar > nav", "#keyed", "#bar .attention", "#tools > summary", "#cite"];
  const fields = "input:not([type=hidden]), select, textarea", focusable = `a, summary, button, ${fields}`;

  const all = (what) => [...main().querySelectorAll(what)];

  // What was unfolded, typed and focused stays, as far as the other state has a place for it.
  function put(page) {
    const folds = all("details").map((it) => it.open), typed = all(fields).map((it) => it.value);
    const focused = all(focusable).indexOf(document.activeElement);
    for (const what of replaced) {
      const [old, now] = [document.querySelector(what), page.querySelector(what)];
      if (old && now) {
        const open = [...old.querySelectorAll(".menu")].map((it) => it.open);
        now.querySelectorAll(".menu").forEach((it, n) => { it.open = open[n]; });
        old.replaceWith(now);
      }
      else if (old) old.remove();
      else if (now && what === "#rules") document.head.append(now);
      else if (now && what.startsWith("#bar")) bar().append(now);
      else if (now) main().before(now);
    }
    if (all("details").length === folds.length) all("details").forEach((it, n) => { it.open = folds[n]; });
    if (all(fields).length === typed.length) all(fields).forEach((it, n) => { it.value = typed[n]; });
    if (focused >= 0) all(focusable)[focused]?.focus({ preventScroll: true });
    bar().dataset.state = page.getElementById("bar").dataset.state;
    document.title = page.title;
    if (window.htmx) htmx.process(main());
  }

  async function show(address, { push = "" } = {}) {
    asking?.abort();
    const own = asking = new AbortController();
    const late = setTimeout(() => document.body.classList.add("busy"), 250);
    try {
      const answer = await fetch(address, { signal: own.signal });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (own.signal.aborted) return;
      if (!page.getElementById("bar")) { location.reload(); return; }
      if (push) history[push](null, "", answer.url);
      put(page);
      hint("");
    } catch (error) {
      if (error.name !== "AbortError") hint("The server does not answer: is scen serve still running?");
    } finally {
      clearTimeout(late);
      if (own === asking) document.body.classList.remove("busy");
    }
  }

  function hint(text) {
    const place = document.getElementById("changed");
    place.textContent = text;
    place.hidden = !text;
  }

  // -- the database changes ------------------------------------------------------------------

  let stream = null, isLost = false;

  function follow() {
    if (stream || document.hidden) return;
    stream = new EventSource("/-/events");
    stream.addEventListener("state", (event) => {
      if (+event.data <= +bar().dataset.state) return;
      document.dispatchEvent(new CustomEvent("desk:changed", { detail: event.data }));
      if (new URLSearchParams(location.search).has("rev")) return;
      if (main().hasAttribute("data-live")) show(location.href);
      else hint("The database has changed since this page was opened. What you typed is kept.");
    });
    stream.onopen = () => { if (isLost) hint(""); isLost = false; };
    stream.onerror = () => {
      isLost = true;
      hint(stream?.readyState === EventSource.CLOSED
        ? "scen serve was started anew: open the address that it printed. What you typed is kept."
        : "The server does not answer: is scen serve still running? What you typed is kept.");
    };
  }

  // A browser opens six connections to a server at most: a page that nobody sees gives its own back.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) { stream?.close(); stream = null; } else follow();
  });
  addEventListener("pagehide", () => { stream?.close(); stream = null; });
  addEventListener("pageshow", follow);

  // -- the day -------------------------------------------------------------------------------

  function dated(days, first) {
    const day = new Date(`${first}T00:00:00Z`);
    day.setUTCDate(day.getUTCDate() + days);
    return day.toISOString().slice(0, 10);
  }

  const slider = document.getElementById("day"), when = document.getElementById("when");
  if (slider && when) {
    slider.hidden = false;
    const asked = () => {
      const address = new URL(location.href);
      for (const [name, text] of new FormData(when)) {
        if (text) address.searchParams.set(name, text); else address.searchParams.delete(name);
      }
      return address;
    };
    let soon = 0;
    slider.addEventListener("input", () => {
      when.elements.as_of.value = dated(+slider.value, slider.dataset.first);
      clearTimeout(soon);
      soon = setTimeout(() => show(asked(), { push: "replaceState" }), 40);
    });
    when.elements.as_of.addEventListener("change", () => {
      const days = (Date.parse(when.elements.as_of.value) - Date.parse(slider.dataset.first)) / 864e5;
      if (Number.isFinite(days)) slider.value = days;
    });
    addEventListener("popstate", () => location.reload());
  }

  // -- the keys ------------------------------------------------------------------------------

  const typing = (it) => it.closest("input, textarea, select, [contenteditable]") !== null;
  const rows = () => [...document.querySelectorAll("main tbody tr:not(.group), main .plain > li")]
    .filter((it) => it.checkVisibility());
  let first = "", waits = 0;

  function step(by) {
    const all = rows(), at = all.findIndex((it) => it.classList.contains("at"));
    const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by];
    if (!next) return;
    all[at]?.classList.remove("at");
    next.classList.add("at");
    next.scrollIntoView({ block: "nearest" });
    next.querySelector("a")?.focus({ preventScroll: true });
  }

  // The scenario that one looks at: that of the row, else that of the page.
  function subject() {
    const row = document.querySelector(".at");
    const link = [...(row?.querySelectorAll("a") ?? []), location].map((it) => it.href);
    for (const href of link) {
      const found = new URL(href).pathname.match(/\/s\/([^/]+)\//);
      if (found) return found[1];
    }
    return "";
  }

  function go(link) {
    const address = new URL(link.href);
    if (link.dataset.key === "f" && subject()) address.searchParams.set("scenario", subject());
    location.assign(address);
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (typing(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const help = document.getElementById("keys"), key = (first + event.key).trim();
    const link = document.querySelector(`a[data-key="${CSS.escape(key).replaceAll("\\ ", " ")}"]`);
    clearTimeout(waits);
    first = "";
    if (link) { event.preventDefault(); go(link); }
    else if (event.key === "g") { first = "g "; waits = setTimeout(() => { first = ""; }, 1500); }
    else if (event.key === "?") { event.preventDefault(); help.open ? help.close() : help.showModal(); }
    else if (event.key === "/") { event.preventDefault(); document.getElementById("tools").open = true; document.getElementById("find").focus(); }
    else if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
  });
})();
