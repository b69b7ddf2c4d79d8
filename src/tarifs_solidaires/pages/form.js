// The form of the page: what is written is read, worked out here, and told; nothing is sent.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const { program, words: w } = data;
  const form = document.getElementById("calculator"), told = document.getElementById("notice");
  const field = (name) => form.elements.namedItem("in-" + name);
  const complain = (name, text) => {
    const at = field(name), place = document.getElementById("error-" + name);
    if (!place) return false;
    place.textContent = text;
    if (at) at.setAttribute("aria-invalid", text ? "true" : "false");
    return true;
  };
  const list = (heading, lines) => {
    if (!lines.length) return;
    const title = document.createElement("h3"), items = document.createElement("ul");
    title.textContent = heading;
    for (const text of lines) items.appendChild(document.createElement("li")).textContent = text;
    told.append(title, items);
  };
  const read = () => {
    const given = new Map(), faults = [];
    for (const [name, item] of Object.entries(program.inputs)) {
      const at = field(name), text = at ? at.value.trim() : "";
      if (text === "") continue;
      if (item.kind === "flag") given.set(name, text === "yes");
      else if (item.kind === "code") given.set(name, text);
      else if (item.kind === "date") {
        const time = Date.parse(text + "T00:00:00Z");
        if (Number.isNaN(time)) faults.push({ input: name, text: w.refused[name] });
        else given.set(name, calculator.make(BigInt(Math.round(time / 86400000))));
      } else {
        const value = calculator.parse(text);
        if (value) given.set(name, value);
        else {
          const bare = text.replace(/[\s\u00a0\u202f\u2009]/g, ""), [whole, part] = bare.split(/[.,]/);
          const rest = (part ?? "").replace(/0+$/, "");
          faults.push({ input: name, text: value === null ? w.refused[name] : notice.fill(w.ambiguous, {
            name: notice.capital(w.labels[name]), value: text, one: whole + part,
            other: rest ? whole + w.number.point + (rest.length === 3 ? rest + "0" : rest) : whole,
          }) });
        }
      }
    }
    return { given, faults };
  };
  const run = () => {
    told.replaceChildren();
    for (const name of Object.keys(program.inputs)) complain(name, "");
    const { given, faults } = read();
    const number = form.elements.namedItem("day");
    const unread = new Set(faults.map((one) => one.input));
    let found = notice.tell(w, program, given, number ? Number(number.value) : undefined);
    const all = [...faults, ...found.faults.filter((one) => !unread.has(one.input))];
    if (all.length) {
      const missed = document.createElement("p");
      missed.className = "fault";
      missed.textContent = data.correct;
      told.append(missed);
      const others = all.filter((one) => !complain(one.input, one.text));
      list("", others.map((one) => one.text));
      const first = all.map((one) => field(one.input)).find(Boolean);
      if (first) first.focus();
      return;
    }
    const lead = document.createElement("p");
    lead.className = "lead";
    lead.textContent = found.lead.join(" ");
    told.append(lead);
    list(data.headings.why, found.steps);
    list(data.headings.changes, found.changes);
    list(data.headings.notes, found.notes);
    const last = document.createElement("p");
    last.className = "small";
    last.textContent = data.remark;
    told.append(last);
    told.scrollIntoView({ block: "nearest" });
  };
  form.addEventListener("submit", (event) => { event.preventDefault(); run(); });
  form.addEventListener("reset", () => { told.replaceChildren(); for (const name of Object.keys(program.inputs)) complain(name, ""); });
  form.hidden = false;
  const today = new Date().toISOString().slice(0, 10);
  if (today < data.from || today > data.to) document.getElementById("other-day").hidden = false;
})();
