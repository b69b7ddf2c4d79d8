// Search, filters and sorting, in the browser, over the index that the build wrote. No text of a
// record is ever read as markup: all goes through textContent.
"use strict";
(() => {
  const PAGE = 50;
  const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const element = (name, attributes, ...inside) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
    made.append(...inside);
    return made;
  };

  // A row of the index: page, title, placeholder, numbers of values by column, words.
  const prepared = (kind) => kind.rows.map(([stem, title, placeholder, cells, words]) => {
    const texts = cells.map((cell, n) => cell.map((number) => kind.values[n][number]));
    const head = fold(title);
    return { stem, title, placeholder, cells, texts, head, all: `${head} ${words} ${fold(texts.flat().join(" "))}` };
  });

  // Records that hold every word; those that have them in their name first.
  const found = (rows, asked) => {
    const words = fold(asked).split(/[^\p{L}\p{N}]+/u).filter(Boolean);
    if (!words.length) return rows;
    const whole = words.join(" ");
    return rows
      .filter((row) => words.every((word) => row.all.includes(word)))
      .map((row) => {
        let rank = row.placeholder;
        if (!row.head.startsWith(whole)) rank += 2;
        if (!words.every((word) => row.head.includes(word))) rank += 4;
        return [rank, row];
      })
      .sort((one, other) => one[0] - other[0])
      .map((pair) => pair[1]);
  };

  const counted = (n, words, lang) => {
    const single = lang === "fr" ? n <= 1 : n === 1;
    return `${n.toLocaleString(lang)} ${words.results[single ? 0 : 1]}`;
  };

  const link = (kind, row, root, words, own) => {
    const parts = [element("a", own ? { href: `${root}${kind}/${row.stem}.html`, lang: own } : { href: `${root}${kind}/${row.stem}.html` }, row.title)];
    if (row.placeholder) parts.push(" ", element("span", { class: "mark" }, words.placeholder));
    return parts;
  };

  const search = (box, index) => {
    const root = box.dataset.root;
    const input = box.querySelector("input");
    const count = box.querySelector("#count");
    const results = box.querySelector("#results");
    const kinds = index.kinds.map((kind) => ({ ...kind, all: prepared(kind) }));
    const limits = new Map();
    const show = () => {
      const asked = input.value.trim();
      results.replaceChildren();
      if (!asked) { count.textContent = index.words.begin; return; }
      let total = 0;
      for (const kind of kinds) {
        const rows = found(kind.all, asked);
        if (!rows.length) continue;
        total += rows.length;
        const limit = limits.get(kind.kind) || 10;
        const list = element("ul", { class: "hits" });
        for (const row of rows.slice(0, limit)) {
          const line = element("li", null, ...link(kind.kind, row, root, index.words, index.own));
          const more = row.texts.slice(0, kind.columns).map((cell) => cell.slice(0, 3).join(", ")).filter(Boolean).join(" · ");
          if (more) line.append(element("span", { class: "small" }, more));
          list.append(line);
        }
        const group = element("section", { class: "group" }, element("h2", null, `${kind.title} (${rows.length.toLocaleString(index.lang)})`), list);
        if (rows.length > limit) {
          const button = element("button", { type: "button" }, index.words.more);
          button.addEventListener("click", () => { limits.set(kind.kind, limit + PAGE); show(); });
          group.append(button);
        }
        results.append(group);
      }
      count.textContent = total ? counted(total, index.words, index.lang) : index.words.none;
    };
    input.addEventListener("input", () => { limits.clear(); show(); });
    input.value = new URLSearchParams(location.search).get("q") || "";
    box.hidden = false;
    show();
    input.focus();
  };

  const list = (box, index) => {
    const kind = index.kinds.find((one) => one.kind === box.dataset.kind);
    const root = box.dataset.root;
    const table = document.getElementById("rows");
    const body = table.tBodies[0];
    const form = box.querySelector("form");
    const input = box.querySelector("#q");
    const count = box.querySelector("#count");
    const collator = new Intl.Collator(index.lang, { numeric: true, sensitivity: "base" });
    const all = prepared(kind);
    let sorted = { column: -2, down: false };
    let limit = PAGE;

    const selects = kind.filters.map((column) => {
      const values = kind.values[column].map((text, number) => [text, number]);
      if (values.length < 2 && all.every((row) => row.cells[column].length)) return null;
      values.sort((one, other) => collator.compare(one[0], other[0]));
      const id = `f-${column}`;
      const select = element("select", { id }, element("option", { value: "" }, index.words.all));
      for (const [text, number] of values) select.append(element("option", { value: String(number) }, text));
      box.querySelector("#filters").append(element("div", { class: "field" }, element("label", { for: id }, kind.labels[column]), select));
      return [column, select];
    }).filter(Boolean);

    if (!selects.length) box.querySelector("details").hidden = true;
    const ordered = (row) => row.cells[sorted.column].map((number) => (kind.orders[sorted.column] || kind.values[sorted.column])[number]);
    const key = (row) => sorted.column < 0 ? row.title : ordered(row).join(", ");
    const more = element("button", { type: "button", hidden: "" }, index.words.more);
    table.after(more);
    more.addEventListener("click", () => {
      const last = body.rows.length;
      limit += PAGE * 4;
      show();
      body.rows[last]?.querySelector("a")?.focus();
    });

    const show = () => {
      let rows = found(all, input.value);
      for (const [column, select] of selects) {
        if (select.value !== "") rows = rows.filter((row) => row.cells[column].includes(Number(select.value)));
      }
      if (sorted.column > -2) {
        rows = [...rows].sort((one, other) => {
          const [left, right] = [key(one), key(other)];
          if (!left !== !right) return left ? -1 : 1;
          return collator.compare(left, right) * (sorted.down ? -1 : 1);
        });
      }
      body.replaceChildren(...rows.slice(0, limit).map((row) => {
        const line = element("tr", null, element("th", { scope: "row" }, ...link(kind.kind, row, root, index.words, index.own)));
        for (let n = 0; n < kind.columns; n++) {
          const cell = row.texts[n];
          const text = cell.slice(0, 3).join(", ") + (cell.length > 3 ? ` +${cell.length - 3}` : "");
          line.append(element("td", { "data-label": kind.labels[n] }, text));
        }
        return line;
      }));
      count.textContent = rows.length ? counted(rows.length, index.words, index.lang) : index.words.none;
      more.hidden = rows.length <= limit;
    };

    const heads = table.tHead.rows[0].cells;
    [...heads].forEach((head, position) => {
      const button = element("button", { type: "button", title: `${index.words.sort} ${head.textContent}` }, head.textContent);
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const column = position - 1;
        sorted = { column, down: sorted.column === column && !sorted.down };
        for (const other of heads) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", sorted.down ? "descending" : "ascending");
        show();
      });
    });
    table.tHead.classList.add("sortable");
    document.querySelectorAll(".pages, .count-static").forEach((old) => old.remove());
    const changed = () => { limit = PAGE; show(); };
    input.addEventListener("input", changed);
    form.addEventListener("change", changed);
    form.addEventListener("submit", (event) => event.preventDefault());
    box.querySelector("details").open = matchMedia("(min-width: 45.01rem)").matches;
    form.addEventListener("reset", () => setTimeout(changed));
    box.hidden = false;
    show();
  };

  globalThis.registerIndex = (index) => {
    const box = document.getElementById("list") || document.getElementById("search");
    if (box) (box.id === "list" ? list : search)(box, index);
  };
})();
