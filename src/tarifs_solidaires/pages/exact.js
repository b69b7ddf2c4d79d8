// The steps of a rule, worked out in exact fractions of whole numbers, as the package does in Python.
// A number is {n, d} with d above 0; a square root is {root: number}; what is missing is null.
"use strict";
const calculator = (() => {
  const gcd = (a, b) => { if (a < 0n) a = -a; while (b) [a, b] = [b, a % b]; return a; };
  const make = (n, d = 1n) => {
    if (d < 0n) { n = -n; d = -d; }
    const g = gcd(n, d);
    return g > 1n ? { n: n / g, d: d / g } : { n, d };
  };
  const ZERO = make(0n);
  const read = (text) => { const [n, d] = text.split("/"); return make(BigInt(n), BigInt(d || 1)); };
  const isRoot = (a) => a !== null && typeof a === "object" && "root" in a;
  const isNumber = (a) => a !== null && typeof a === "object";
  const add = (a, b) => make(a.n * b.d + b.n * a.d, a.d * b.d);
  const subtract = (a, b) => make(a.n * b.d - b.n * a.d, a.d * b.d);
  const multiply = (a, b) => make(a.n * b.n, a.d * b.d);
  const divide = (a, b) => {
    if (b.n === 0n) throw new RangeError("division by zero");
    return make(a.n * b.d, a.d * b.n);
  };
  const less = (a, b) => a.n * b.d < b.n * a.d;
  const same = (a, b) => a.n === b.n && a.d === b.d;
  const square = (a) => isRoot(a) ? a.root : multiply(a, a.n < 0n ? make(-a.n, a.d) : a);
  const below = (a, b) => isRoot(a) || isRoot(b) ? less(square(a), square(b)) : less(a, b);
  const floor = (a) => { const q = a.n / a.d; return a.n < 0n && q * a.d !== a.n ? q - 1n : q; };
  const ceil = (a) => -floor(make(-a.n, a.d));
  const HALF = make(1n, 2n);
  const even = (a) => {
    const low = floor(a), rest = subtract(a, make(low));
    if (same(rest, HALF)) return low % 2n === 0n ? low : low + 1n;
    return less(rest, HALF) ? low : low + 1n;
  };
  const isqrt = (n) => {
    if (n < 2n) return n;
    let x = 1n << BigInt((n.toString(2).length + 1) >> 1);
    for (;;) { const y = (x + n / x) >> 1n; if (y >= x) return x; x = y; }
  };
  const rounded = (value, unit, mode) => {
    let quotient;
    if (isRoot(value)) {
      const four = divide(multiply(make(4n), value.root), multiply(unit, unit));
      const doubled = isqrt(floor(four));
      quotient = same(make(doubled * doubled), four) ? make(doubled, 2n) : make(2n * doubled + 1n, 4n);
    } else quotient = divide(value, unit);
    const count = mode === "half_up" ? floor(add(quotient, HALF))
      : mode === "half_down" ? ceil(subtract(quotient, HALF))
      : mode === "half_even" ? even(quotient)
      : mode === "up" ? ceil(quotient) : floor(quotient);
    return multiply(make(count), unit);
  };
  const extreme = (kind, values) => {
    let best = null;
    for (let i = 0; i < values.length; i++) {
      if (!isNumber(values[i])) return null;
      if (i === 0 || (kind === "min" ? below(values[i], best) : below(best, values[i]))) best = values[i];
    }
    return best;
  };
  const operate = (sign, a, b) => {
    if (a === null || b === null) return null;
    if (!isRoot(a) && !isRoot(b)) {
      return sign === "+" ? add(a, b) : sign === "-" ? subtract(a, b)
        : sign === "*" ? multiply(a, b) : divide(a, b);
    }
    if (sign !== "*" && sign !== "/") throw new TypeError("a square root is not added");
    const one = square(a), other = square(b);
    return { root: sign === "*" ? multiply(one, other) : divide(one, other) };
  };
  const compare = (a, sign, b) => {
    switch (sign) {
      case "<": return below(a, b);
      case ">": return below(b, a);
      case "<=": return !below(b, a);
      case ">=": return !below(a, b);
      case "=": return !below(a, b) && !below(b, a);
      default: return below(a, b) || below(b, a);
    }
  };
  const constant = (value) => Array.isArray(value) ? read(value[1]) : value;

  // One person: values by name, and the steps that are missing with the step because of which they are.
  class Reader {
    constructor(values, lists) { this.values = values; this.lists = lists; this.gone = new Map(); this.open = false; this.cause = ""; }
    name(name) {
      if (this.gone.has(name)) this.cause ||= this.gone.get(name);
      return this.values.get(name) ?? null;
    }
    value(node) {
      switch (node[0]) {
        case "#": return node.number || (node.number = read(node[1]));
        case "word": case "truth": return node[1];
        case "missing": return null;
        case "name": return this.name(node[1]);
        case "choice": case "best": case "marginal": return this.decided(node)[0];
        case "+": case "-": case "*": case "/":
          return operate(node[0], this.value(node[1]), this.value(node[2]));
        case "min": case "max": return extreme(node[0], node[1].map((part) => this.value(part)));
        case "root": {
          const inner = this.value(node[1]);
          return inner === null ? null : { root: inner };
        }
        case "round": {
          const part = this.value(node[1]);
          return part === null ? null : rounded(part, read(node[2]), node[3]);
        }
        case "listed": return this.listed(node);
      }
      throw new TypeError(node[0]);
    }
    listed([, by, first, amounts, beyond]) {
      const count = this.value(by);
      if (!isNumber(count)) return null;
      const place = count.n / count.d - BigInt(first), last = BigInt(amounts.length - 1);
      const at = place < 0n ? 0n : place > last ? last : place;
      const more = place > last ? place - last : 0n;
      return add(read(amounts[Number(at)]), multiply(read(beyond), make(more)));
    }
    // The value of a step, and the row, candidate or part that decides.
    decided(node) {
      if (node[0] === "choice") {
        for (let i = 0; i < node[1].length; i++) {
          const held = this.holds(node[1][i][0]);
          if (held === null) return [null, null];
          if (held) return [this.value(node[1][i][1]), i];
        }
        this.open = true;
        return [null, null];
      }
      if (node[0] === "best") {
        let best = null, row = null;
        for (let i = 0; i < node[2].length; i++) {
          const held = this.holds(node[2][i][0]);
          if (held === null) return [null, null];
          if (!held) continue;
          const value = this.value(node[2][i][1]);
          if (value === null) return [null, i];
          if (row === null || (node[1] === "lowest" ? below(value, best) : below(best, value))) {
            best = value; row = i;
          }
        }
        return [best, row];
      }
      if (node[0] === "marginal") {
        const amount = this.value(node[1]);
        if (!isNumber(amount)) return [null, null];
        let total = ZERO, start = ZERO, row = 0, known = true;
        for (const [upTo, tree] of node[2]) {
          const rate = this.value(tree), bound = upTo === null ? null : read(upTo);
          if (!isNumber(rate)) { known = false; break; }
          const stop = bound === null || less(amount, bound) ? amount : bound;
          if (less(start, stop)) total = add(total, multiply(rate, subtract(stop, start)));
          if (bound !== null) start = bound;
        }
        for (const [upTo] of node[2]) if (upTo !== null && less(read(upTo), amount)) row++;
        return [known ? total : null, row];
      }
      return [this.value(node), null];
    }
    holds(when) {
      const before = this.cause, held = this.held(when);
      if (held !== null) this.cause = before; // what was missing did not matter
      return held;
    }
    held(when) {
      switch (when[0]) {
        case "compare": {
          if (when[1][0] === "name" && (this.values.get(when[1][1]) ?? null) === null) {
            this.name(when[1][1]);
            return this.gone.has(when[1][1]) ? null : false;
          }
          const a = this.value(when[1]), b = this.value(when[3]);
          return a === null || b === null ? null : compare(a, when[2], b);
        }
        case "among": {
          const code = this.name(when[1]);
          if (this.gone.has(when[1])) return null;
          if (code === null) return false;
          return (this.lists[when[2]].includes(code) || when[3].some((p) => code.startsWith(p))) !== when[4];
        }
        case "flag": {
          const flag = this.name(when[1]);
          return this.gone.has(when[1]) ? null : flag === when[2];
        }
        case "given": return ((this.values.get(when[1]) ?? null) !== null) === when[2];
        case "every": case "some": {
          const stop = when[0] === "some";
          let found = !stop;
          for (const part of when[1]) {
            const held = this.holds(part);
            if (held === stop) return stop;
            if (held === null) found = null;
          }
          return found;
        }
      }
      throw new TypeError(when[0]);
    }
    // What one step comes to: its value, its row, and what it was before bounds and rounding.
    step(step) {
      this.cause = "";
      const [raw, row] = this.decided(step.value);
      const done = { name: step.name, raw, row, value: raw };
      for (const [key, kind] of [["least", "max"], ["most", "min"]]) {
        if (!step[key]) continue;
        done[key] = this.value(step[key]);
        const before = done.value;
        done.value = extreme(kind, [before, done[key]]);
        done[key + "Applied"] = done.value !== null && before !== null
          && (below(done.value, before) || below(before, done.value));
      }
      if (step.unit && done.value !== null) done.value = rounded(done.value, read(step.unit), step.mode);
      if (done.value === null) {
        const cases = step.value[0] === "choice" ? step.value[1] : step.value[0] === "best" ? step.value[2] : [];
        const own = row !== null && cases[row]?.[1][0] === "missing";
        done.missing = own ? step.name : this.cause || step.name;
        this.gone.set(step.name, done.missing);
      }
      this.values.set(step.name, done.value);
      return done;
    }
  }

  // Numbers as people write them: spaces of any kind, comma or point. null where it is not a number,
  // undefined where it can be read in two ways.
  const parse = (text) => {
    const plain = text.trim().replace(/[\s\u00a0\u202f\u2009']/g, "").replace(/^\u2212/, "-");
    if (!/^-?[0-9]+([.,][0-9]+)*$/.test(plain)) return null;
    const marks = plain.match(/[.,]/g) || [];
    let decimal = "";
    if (marks.length === 1) {
      const [whole, rest] = plain.replace("-", "").split(marks[0]);
      if (rest.length === 3 && whole.length <= 3 && !whole.startsWith("0")) return undefined;
      decimal = marks[0];
    } else if (marks.length > 1) {
      const last = marks[marks.length - 1], first = marks[0];
      if (last !== first) decimal = last;
      if (marks.slice(0, decimal ? -1 : undefined).some((mark) => mark !== first)) return null;
      const groups = (decimal ? plain.slice(0, plain.lastIndexOf(decimal)) : plain).replace("-", "").split(first);
      if (groups[0].length > 3 || groups.slice(1).some((group) => group.length !== 3)) return null;
    }
    const [whole, rest = ""] = decimal ? [plain.slice(0, plain.lastIndexOf(decimal)), plain.slice(plain.lastIndexOf(decimal) + 1)] : [plain];
    if (plain.length > 60) return null;
    return make(BigInt(whole.replace(/[.,]/g, "") + rest), 10n ** BigInt(rest.length));
  };

  const MILLION = 1000000n;
  // The value that a number is meant to be: on the grid where it is near; null where it cannot be right.
  const meant = (item, value) => {
    const step = read(item.step), near = divide(step, make(MILLION));
    if (less(value, subtract(read(item.low), near)) || less(add(read(item.high), near), value)) return null;
    const on = multiply(make(even(divide(value, step))), step), apart = subtract(value, on);
    if (!less(near, apart.n < 0n ? make(-apart.n, apart.d) : apart)) return on;
    return item.strict ? null : multiply(make(even(divide(value, near))), near);
  };
  // A code that an input accepts.
  const fits = (item, code) => item.codes.length ? item.codes.includes(code)
    : [...code].length <= item.longest && code !== ""
      && (!item.pattern || new RegExp(`^(?:${item.pattern})$`, "u").test(code));

  // given: exact values by name. Returns faults, or values and what each step came to.
  const compute = (program, given, number) => {
    const dated = program.periods[number ?? program.periods.length - 1];
    const period = { ...dated, steps: program.works[dated.work] };
    const faults = [], values = new Map();
    const has = (name) => given.has(name) || program.inputs[name]?.default !== undefined;
    for (const name of given.keys()) {
      if (!(name in program.inputs)) faults.push({ code: "unknown_input", input: name });
    }
    for (const [name, item] of Object.entries(program.inputs)) {
      if (!given.has(name) && !period.reads.includes(name) && !period.required.includes(name)) continue;
      const through = (item.ways || []).filter((way) => given.has(way));
      if (given.has(name) && through.length && period.reads.includes(name)) faults.push({ code: "two_ways", input: name });
      else if (through.length && !given.has(name)) {
        for (const way of item.ways) if (!has(way)) faults.push({ code: "missing_input", input: way });
      } else if (period.required.includes(name) && !given.has(name)) faults.push({ code: "missing_input", input: name });
    }
    for (const [name, value] of given) {
      const item = program.inputs[name];
      if (!item) continue;
      let found = value;
      if (item.step) found = isNumber(value) ? meant(item, value) : null;
      else if (item.kind === "flag") found = typeof value === "boolean" ? value : null;
      else found = typeof value === "string" && fits(item, value) ? value : null;
      if (found === null) faults.push({ code: "value", input: name });
      values.set(name, found);
    }
    if (faults.length) return { faults };
    const reader = new Reader(values, program.lists);
    for (const [name, item] of Object.entries(program.inputs)) {
      if (!values.has(name) && item.default !== undefined) values.set(name, constant(item.default));
    }
    for (const [name, value] of Object.entries(period.constants)) values.set(name, constant(value));
    const steps = [], waiting = Object.entries(program.inputs).filter(([name, item]) => item.formula
      && !given.has(name) && item.ways.every((way) => has(way)));
    for (const [name, item] of waiting) steps.push({ ...reader.step({ name, value: item.formula }), through: true });
    for (const { input, step } of program.requirements) {
      if (new Reader(values, program.lists).decided(step.value)[0] === false) return { faults: [{ code: "requirement", input }] };
    }
    for (const step of period.steps) steps.push(reader.step(step));
    const outputs = program.outputs.map((name) => values.get(name) ?? null);
    // an output that this version does not work out is missing whatever a table covers
    const lacking = steps.some((step) => step.value === null && program.outputs.includes(step.name));
    if (reader.open && lacking) return { faults: [{ code: "uncovered", input: "" }] };
    return { faults, values, steps, outputs, period };
  };
  const text = (value) => value === null ? null : isRoot(value) ? "root " + text(value.root)
    : isNumber(value) ? (value.d === 1n ? `${value.n}` : `${value.n}/${value.d}`) : value;
  return { make, read, add, subtract, multiply, divide, less, same, below, floor, isRoot, isNumber, isqrt, constant, parse, meant, fits, compute, text };
})();
