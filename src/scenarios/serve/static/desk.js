"use strict";
// What a page does by itself: it follows the database, the day and the keys.
(() => {
  const main = () => document.querySelector("main");
  const bar = () => document.getElementById("bar");
  let asking = null;

  // -- another state of the same page, or another day of it ---------------------------------

  const replaced = ["#rules", "header.site", "main", "nav.index", "nav.way", "footer", "#bar > nav", "#keyed", "#bar .attention", "#tools > summary", "#cite", "#time .steps", "#time svg"];
  const fields = "input:not([type=hidden]), select, textarea", focusable = `a, summary, button, ${fields}`;

  const all = (what) => [...main().querySelectorAll(what)];

  // The old rules hold until the new ones are here: no row is shown that was filtered out.
  function relink(now) {
    const old = [...document.querySelectorAll("#rules")], last = old.at(-1);
    if (last.href === now.href) return;
    now.addEventListener("load", () => old.forEach((it) => it.remove()));
    last.after(now);
  }

  // Also while a state of the page lacks the field: a file that was half written when it was read.
  const typed = new Map(), name = (field) => field.id || field.name;

  // What was unfolded, typed and focused stays, as far as the other state has a place for it.
  function put(page) {
    const folds = all("details").map((it) => it.open), row = rows().findIndex((it) => it.matches(".at"));
    for (const field of all(fields)) typed.set(name(field), field.value);
    const focused = all(focusable).indexOf(document.activeElement);
    for (const what of replaced) {
      const [old, now] = [document.querySelector(what), page.querySelector(what)];
      if (old && now && what === "#rules") relink(now);
      else if (old && now) {
        const open = [...old.querySelectorAll(".menu")].map((it) => it.open);
        now.querySelectorAll(".menu").forEach((it, n) => { it.open = open[n]; });
        old.replaceWith(now);
      }
      else if (old) old.remove();
      else if (now && what === "#rules") document.head.append(now);
      else if (now && what.startsWith("#bar")) bar().append(now);
      else if (what.startsWith("#time")) continue;
      else if (now) main().before(now);
    }
    if (all("details").length === folds.length) all("details").forEach((it, n) => { it.open = folds[n]; });
    for (const field of all(fields)) {
      field.value = typed.get(name(field)) ?? field.value;
      if (field.selectedIndex < 0) field.selectedIndex = 0;
    }
    rows()[row]?.classList.add("at");
    const day = page.getElementById("day");
    if (slider && day) {
      for (const name of ["min", "max", "data-runs", "data-today"]) slider.setAttribute(name, day.getAttribute(name));
      slider.value = day.getAttribute("value");
      told(dated(+slider.value));
    }
    if (focused >= 0) all(focusable)[focused]?.focus({ preventScroll: true });
    bar().dataset.state = page.getElementById("bar").dataset.state;
    document.title = page.title;
    if (window.htmx) htmx.process(main());
  }

  async function show(address, { push = "" } = {}) {
    asking?.abort();
    if (push) history[push](null, "", address);
    const own = asking = new AbortController();
    const late = setTimeout(() => document.body.classList.add("busy"), 250);
    try {
      const answer = await fetch(address, { signal: own.signal });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (own.signal.aborted) return;
      if (!page.getElementById("bar")) { location.reload(); return; }
      if (push && answer.url !== location.href) history.replaceState(null, "", answer.url);
      put(page);
      hint(isBehind() ? "The database has changed: this page follows soon." : "");
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

  let stream = null, isLost = false, latest = 0, later = null;
  const isBehind = () => +bar().dataset.state < latest && !new URLSearchParams(location.search).has("rev");

  // A server with much to do shows an earlier state: the page asks again until it has the latest.
  function renew() {
    clearTimeout(later);
    if (!isBehind()) return;
    if (main().hasAttribute("data-live")) show(location.href).then(() => { later = setTimeout(renew, 2000); });
    else hint("The database has changed since this page was opened. What you typed is kept.");
  }

  function follow() {
    if (stream || document.hidden) return;
    stream = new EventSource(new URL("events", document.querySelector('link[href$="/-/desk.css"]').href));
    stream.addEventListener("state", (event) => { latest = +event.data; renew(); });
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

  const slider = document.getElementById("day");
  let moved = -Infinity, isHeld = false;

  const dated = (place) => {
    const run = slider.dataset.runs.split(" ").map((it) => it.split(":")).findLast((it) => +it[0] <= place);
    return new Date(Date.parse(run[1]) + (place - run[0]) * 864e5).toISOString().slice(0, 10);
  };

  const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

  function told(day) {
    const [year, month, of] = day.split("-"), shown = `${+of} ${MONTHS[month - 1]} ${year}`;
    slider.setAttribute("aria-valuetext", shown);
    document.getElementById("shown").textContent = shown;
    document.querySelector("#when [name=as_of]").value = day;
  }

  // Steps within a second are one in the browser's history, and so is a drag.
  function move() {
    const address = new URL(location.href), day = dated(+slider.value);
    if (day < slider.dataset.today) address.searchParams.set("as_of", day);
    else address.searchParams.delete("as_of");
    told(day);
    show(address, { push: performance.now() - moved > 1000 ? "pushState" : "replaceState" });
    moved = isHeld ? Infinity : performance.now();
  }

  function step(by) {
    const before = slider.value;
    slider.value = +before + by;
    if (slider.value !== before) move();
  }

  if (slider) {
    slider.hidden = false;
    slider.addEventListener("input", move);
    slider.addEventListener("pointerdown", () => { isHeld = true; moved = -Infinity; });
    addEventListener("pointerup", () => { if (isHeld) moved = -Infinity; isHeld = false; });
    slider.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -4, PageUp: 4 }[event.key];
      if (!by || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      step(by * (event.shiftKey ? 1 : 7));
    });
    document.addEventListener("click", (event) => {
      const link = event.target.closest("#time [data-step]");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      step(+link.dataset.step);
    });
    addEventListener("popstate", () => { moved = -Infinity; show(location.href); });
  }

  // -- the keys ------------------------------------------------------------------------------

  const typing = (it) => it.closest("input:not([type=range]), textarea, select, [contenteditable]") !== null;
  const rows = () => [...document.querySelectorAll("main tbody tr:not(.group), main .plain > li")]
    .filter((it) => it.checkVisibility());
  let first = "";

  function toRow(by) {
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
    first = "";
    if (link) { event.preventDefault(); go(link); }
    else if (event.key === "g") first = "g ";
    else if (event.key === "?") { event.preventDefault(); help.open ? help.close() : help.showModal(); }
    else if (event.key === "/") { event.preventDefault(); document.getElementById("tools").open = true; document.getElementById("find").focus(); }
    else if (event.key === "j") toRow(1);
    else if (event.key === "k") toRow(-1);
    else if (slider && (event.key === "[" || event.key === "]")) step(event.key === "[" ? -7 : 7);
  });
})();
