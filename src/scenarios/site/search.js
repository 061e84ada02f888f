(() => {
  const at = id => document.getElementById(id);
  const [form, field, count, list] = ["search", "words", "count", "found"].map(at);
  const entries = JSON.parse(at("index").textContent);
  const fold = text => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const texts = entries.map(([what, , title, day, more]) => fold([what, title, day, more].join(" ")));
  const titles = entries.map(entry => fold(entry[2]));
  const MOST = 100;
  const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
  const onScreen = day => {
    const [year, month, date] = day.split("-");
    return [date && +date, month && MONTHS[month - 1], year].filter(Boolean).join(" ");
  };

  const put = (parent, name, text) => {
    const made = parent.appendChild(document.createElement(name));
    made.textContent = text;
    return made;
  };
  const around = (text, words) => {
    const from = Math.min(...words.map(word => fold(text).indexOf(word)).filter(place => place >= 0));
    if (!isFinite(from)) return "";
    const start = Math.max(0, from - 60);
    return (start ? "…" : "") + text.slice(start, start + 180) + (text.length > start + 180 ? "…" : "");
  };
  const show = () => {
    const words = fold(field.value).split(/\s+/).filter(Boolean);
    list.replaceChildren();
    count.textContent = "";
    if (!words.length) return;
    const hits = texts.flatMap((text, n) => words.every(word => text.includes(word)) ? [n] : []);
    const named = n => words.every(word => titles[n].includes(word));
    hits.sort((a, b) => named(b) - named(a) || (entries[b][3] > entries[a][3]) - (entries[b][3] < entries[a][3]));
    const more = hits.length > MOST ? `, of which the first ${MOST} are shown` : "";
    count.textContent = `${hits.length || "Nothing"} found${more}.`;
    for (const n of hits.slice(0, MOST)) {
      const [what, where, title, day, text] = entries[n];
      const row = list.appendChild(document.createElement("li"));
      put(row, "a", title).href = "../" + where;
      put(row, "span", ` ${what.toLowerCase()}${day && " of " + onScreen(day)}`);
      const told = around(text, words);
      if (told) put(row, "p", told);
    }
  };

  form.hidden = false;
  form.addEventListener("submit", event => event.preventDefault());
  field.addEventListener("input", () => {
    show();
    history.replaceState(null, "", "#" + encodeURIComponent(field.value));
  });
  const read = () => { field.value = decodeURIComponent(location.hash.slice(1)); show(); };
  addEventListener("hashchange", read);
  read();
})();
