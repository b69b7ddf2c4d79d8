// A result in words: the sentences of a notice, their places filled with exact numbers.
"use strict";
const notice = (() => {
  const { make, read, multiply, isRoot, isNumber, isqrt, same, less, compute, constant } = calculator;
  const places = (value, most) => {
    for (let p = 0; p <= most; p++) if (10n ** BigInt(p) % value.d === 0n) return p;
    return null;
  };
  const near = (value) => isRoot(value)
    ? make(isqrt(value.root.n * 10n ** 24n / value.root.d), 10n ** 12n) : value;
  const number = (w, value, least, most) => {
    let decimals = isRoot(value) ? null : places(value, most);
    const rational = near(value);
    if (decimals === null) decimals = Math.min(2, most);
    if (decimals > 0 && decimals < least) decimals = least;
    const scale = 10n ** BigInt(decimals);
    // halves go up, below zero too, as in Python's floor
    const up = 2n * rational.n * scale + rational.d, by = 2n * rational.d;
    let units = up / by;
    if (up < 0n && units * by !== up) units -= 1n;
    const size = units < 0n ? -units : units;
    const whole = String(size / scale).replace(/\B(?=(\d{3})+$)/g, w.number.group);
    const text = decimals ? whole + w.number.point + String(size % scale).padStart(decimals, "0") : whole;
    return (units < 0n ? w.number.minus : "") + text;
  };
  const fill = (pattern, values) => pattern.replace(/\ue000([^\ue001]*)\ue001/g,
    (_, name) => typeof values === "function" ? values(name) : values[name] ?? "");
  const HUNDRED = make(100n);
  const amount = (value, format) => format.percent && !isRoot(value) ? multiply(HUNDRED, value) : value;
  const exact = (value, format) => !isRoot(value) && places(amount(value, format), format.most) !== null;
  const quantity = (w, value, format) => {
    const text = number(w, amount(value, format), format.least, format.most);
    const rational = near(value);
    const count = rational.n <= 0n ? 0n : (rational.n + rational.d - 1n) / rational.d;
    const pattern = format.around[count > 1n ? 2 : Number(count)];
    if (format.least === 2 && text.startsWith(w.number.minus)) {
      return w.number.minus + fill(pattern, { "": text.slice(1) });
    }
    return fill(pattern, { "": text });
  };
  const day = (w, value) => new Intl.DateTimeFormat(w.lang, { dateStyle: "long", timeZone: "UTC" })
    .format(new Date(Number(value.n) * 86400000));
  const said = (w, program, name, value, format) => {
    if (value === null || value === undefined) return w.none;
    if (value === true) return w.yes;
    if (value === false) return w.no;
    if (typeof value === "string") return w.codes[name]?.[value] ?? value.replace(/_/g, " ");
    if (program.inputs[name]?.kind === "date") return day(w, value);
    return quantity(w, value, format ?? w.formats[name]);
  };
  const capital = (text) => text.replace(/^([^\p{L}\p{N}]*)(\p{L})/u, (_, a, b) => a + b.toUpperCase());

  const result = (w, program, done, entry, value) => {
    if (value === null) {
      const steps = new Map(done.steps.map((step) => [step.name, step]));
      const cause = steps.get(steps.get(entry.name)?.missing);
      const name = cause && cause.row !== null ? w.steps[cause.name]?.rows?.[cause.row]?.name : "";
      return name ? fill(entry.case, { case: name }) : entry.missing;
    }
    const pattern = isNumber(value) && !isRoot(value) && value.n === 0n ? entry.zero : entry.some;
    return fill(pattern, { [entry.name]: worth(w, program, entry, value) });
  };
  const worth = (w, program, entry, value) => {
    if (value === null) return w.missing;
    const text = said(w, program, entry.name, value, entry.format);
    return isNumber(value) && !exact(value, entry.format) ? fill(w.about, { value: text }) : text;
  };
  const names = (node, found = new Set()) => {
    if (!Array.isArray(node)) return found;
    if (["name", "among", "flag", "given"].includes(node[0]) && typeof node[1] === "string") found.add(node[1]);
    if (node[0] === "#" || node[0] === "word") return found;
    for (const part of node) names(part, found);
    return found;
  };
  // The steps that the results were worked out from for this person.
  const reached = (program, done) => {
    const steps = new Map(done.steps.map((step) => [step.name, step]));
    const trees = new Map(done.period.steps.map((step) => [step.name, step]));
    const found = new Set(), stack = [...program.outputs];
    while (stack.length) {
      const name = stack.pop();
      if (found.has(name) || !steps.has(name)) continue;
      found.add(name);
      const step = steps.get(name), tree = trees.get(name);
      if (!tree) continue;
      const node = tree.value, own = new Set([...names(tree.least), ...names(tree.most)]);
      if (node[0] === "choice") {
        node[1].forEach((one, i) => {
          if (step.row === null || i <= step.row) names(one[0], own);
          if (i === step.row) names(one[1], own);
        });
      } else if (node[0] === "best" && step.row !== null) names(node[2][step.row], own);
      else names(node, own);
      stack.push(...own);
    }
    return done.steps.filter((step) => found.has(step.name));
  };
  const line = (w, program, done, step) => {
    const words = step.through ? w.through[step.name] : w.steps[step.name];
    if (!words) return "";
    const row = words.rows && step.row !== null ? words.rows[step.row] : null;
    if (step.value === null) return fill(w.nothing, { name: words.title }) + (row ? row.case : "") + ".";
    const format = w.formats[step.name];
    let text = fill(row ? row.told : words.told ?? "\ue000=\ue001", (name) => name === "~"
      ? (isNumber(step.raw) && !exact(step.raw, format) ? "≈" : "=")
      : name === "=" ? said(w, program, step.name, step.raw)
      : said(w, program, name, done.values.get(name) ?? null));
    for (const key of ["least", "most"]) {
      if (step[key + "Applied"]) text += fill(w[key], { bound: said(w, program, step.name, step[key]) });
    }
    const tree = done.period.steps.find((one) => one.name === step.name);
    if (tree?.unit) {
      const before = step.mostApplied ? step.most : step.leastApplied ? step.least : step.raw;
      const [one, other] = [before, step.value].map((v) => said(w, program, step.name, v));
      if (one !== other) {
        text += ", " + fill(w[tree.mode] ?? w.nearest, { unit: said(w, program, step.name, read(tree.unit)), value: other });
      }
    }
    return fill(w.pair, { name: words.title, value: text }) + (row ? row.case : "") + ".";
  };

  const fault = (w, program, one) => one.code === "uncovered" ? w.uncovered
    : one.code === "two_ways" ? w.twice[one.input]
    : one.code === "requirement" ? w.requirements[program.requirements.findIndex((r) => r.input === one.input)]
    : w.refused[one.input];

  // What one other value would give; each was worked out, so that each is true.
  const changes = (w, program, given, number, done) => {
    const key = (outputs) => outputs.map((v) => String(calculator.text(v))).join("|"), own = key(done.outputs);
    const found = [];
    const tried = (name, value) => {
      const other = compute(program, new Map(given).set(name, value), number);
      return other.faults.length || key(other.outputs) === own ? null : other;
    };
    const tell = (name, value, other) => {
      const format = w.per[name];
      const what = w.results.map((entry, i) => [entry, other.outputs[i], done.outputs[i]])
        .filter(([, a, b]) => calculator.text(a) !== calculator.text(b))
        .map(([entry, a]) => fill(w.pair, { name: w.labels[entry.name] ?? entry.name, value: worth(w, program, entry, a) }));
      const pattern = typeof value !== "boolean" ? w.change : value ? w.if_yes : w.if_not;
      found.push(fill(pattern, {
        name: capital(w.labels[name]), value: said(w, program, name, value, format),
        own: said(w, program, name, done.values.get(name) ?? null, format), what: what.join(w.semicolon),
      }));
    };
    for (const [name, item] of Object.entries(program.inputs)) {
      const value = done.values.get(name) ?? null;
      if (!done.period.reads.includes(name) || (item.formula && !given.has(name))) continue;
      if (item.kind === "flag") {
        const other = tried(name, value !== true);
        if (other) tell(name, value !== true, other);
      } else if (item.kind === "code") {
        if (item.codes.length > 12) continue;
        for (const code of item.codes) {
          const other = code !== value && tried(name, code);
          if (other) tell(name, code, other);
        }
      } else if (item.kind !== "date" && value !== null) {
        for (const side of [-1n, 1n]) {
          for (const point of points(program, done.period, name, item, value, side)) {
            const other = tried(name, point);
            if (other) { tell(name, point, other); break; }
          }
        }
      }
    }
    return found;
  };
  // Values of an input at which a condition turns, the nearest first, on one side of a value.
  const points = (program, period, name, item, value, side) => {
    const step = read(item.step), found = new Map();
    const put = (bound) => {
      for (const n of [-1n, 0n, 1n]) {
        const on = calculator.meant(item, calculator.add(bound, multiply(make(n), step)));
        if (on && (side < 0n ? less(on, value) : less(value, on))) found.set(calculator.text(on), on);
      }
    };
    const walk = (node) => {
      if (!Array.isArray(node)) return;
      if (node[0] === "compare" && node[1][0] === "name" && node[1][1] === name) {
        const right = node[3], bound = right[0] === "#" ? read(right[1])
          : right[0] === "name" ? constant(period.constants[right[1]] ?? null) : null;
        if (isNumber(bound)) put(bound);
      }
      if (node[0] === "#" || node[0] === "word") return;
      node.forEach(walk);
    };
    for (const one of period.steps) [one.value, one.least, one.most].forEach(walk);
    if (item.kind === "whole") put(calculator.add(value, make(side)));
    return [...found.values()].sort((a, b) => (less(a, b) ? -1 : same(a, b) ? 0 : 1) * (side < 0n ? -1 : 1));
  };

  // The notice of one person: faults by input, or sentences.
  const tell = (w, program, given, number) => {
    const done = compute(program, given, number);
    if (done.faults.length) return { faults: done.faults.map((one) => ({ input: one.input, text: fault(w, program, one) })) };
    return {
      faults: [],
      lead: w.results.map((entry, i) => result(w, program, done, entry, done.outputs[i])),
      steps: reached(program, done).map((step) => line(w, program, done, step)).filter(Boolean),
      notes: reached(program, done).map((step) => step.row !== null && w.steps[step.name]?.rows?.[step.row]?.note).filter(Boolean),
      changes: changes(w, program, given, number, done),
    };
  };
  return { tell, fill, number, capital };
})();
