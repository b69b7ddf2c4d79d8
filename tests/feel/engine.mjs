// The FEEL engine feelin, as it is and with decimal numbers.
//
// FEEL prescribes decimal numbers of 34 digits; feelin counts in binary floats. The second engine is
// feelin with its numbers replaced by those of decimal.js: each change below must be found exactly
// once, so that another version of feelin is noticed.
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import Decimal from "decimal.js";

Decimal.set({ precision: 34, rounding: Decimal.ROUND_HALF_EVEN, toExpNeg: -60, toExpPos: 60 });

const NUMBERS = [
  ["return typeof obj === 'number';", "return obj instanceof Decimal;"],
  [
    "const value = node.input.includes('.') ? parseFloat(node.input) : parseInt(node.input);",
    "const value = new Decimal(node.input);",
  ],
  ["return a + b;\n                }, 'add'", "return isNumber(a) ? a.plus(b) : a + b;\n                }, 'add'"],
  ["return a - b;\n                }, 'subtract'", "return a.minus(b);\n                }, 'subtract'"],
  ["(a, b) => a * b, 'multiply'", "(a, b) => a.times(b), 'multiply'"],
  ["(a, b) => !b ? null : a / b, 'divide'", "(a, b) => b.isZero() ? null : a.div(b), 'divide'"],
  ["return op(context)(() => 0, value);", "return op(context)(() => new Decimal(0), value);"],
  ["function cmp(a, b) {\n", "function cmp(a, b) {\n    if (isNumber(a)) return a.cmp(b);\n"],
  ["if (a == b) {\n        return true;", "if (isNumber(a) ? a.eq(b) : a == b) {\n        return true;"],
  ["min === null ? el : Math.min(min, el)", "min === null ? el : Decimal.min(min, el)"],
  ["max === null ? el : Math.max(max, el)", "max === null ? el : Decimal.max(max, el)"],
  [
    "const adjust = Math.pow(10, scale);\n        return Math.floor(n * adjust) / adjust;",
    "return n.floor();",
  ],
  [
    "const adjust = Math.pow(10, scale);\n        return Math.ceil(n * adjust) / adjust;",
    "return n.ceil();",
  ],
  ["return Math.sqrt(number);", "return number.sqrt();"],
  [
    "return offsetted(bankersRound, n, scale);",
    "return n.toDecimalPlaces(scale.toNumber(), Decimal.ROUND_HALF_EVEN);",
  ],
  [
    "get days() { return this.yearsMonths ? null : this.value.days; }",
    "get days() { return this.yearsMonths ? null : new Decimal(this.value.days); }",
  ],
  ["filterTarget[idx < 0 ? filterTarget.length + idx : idx - 1]", "filterTarget[Number(idx) - 1]"],
];

// Names and functions that a file uses must exist, and functions must take what they are given.
const FATAL = new Set(["NO_VARIABLE_FOUND", "NO_FUNCTION_FOUND", "FUNCTION_INVOCATION_FAILURE"]);

/** Return an engine: `expression(text, names)` and `unaryTests(text, names)` compile to functions. */
export async function load({ decimals }) {
  const file = createRequire(import.meta.url).resolve("feelin");
  let text = await readFile(file, "utf8");
  text += "\nexport { interpreter, InterpreterContext };\n";
  if (decimals) {
    for (const [old, now] of NUMBERS) {
      if (text.split(old).length !== 2) throw new Error(`feelin changed: ${old}`);
      text = text.replace(old, () => now);
    }
    text = `import Decimal from "decimal.js";\n${text}`;
  }
  const changed = path.join(path.dirname(file), `engine-${decimals ? "decimals" : "floats"}.mjs`);
  await writeFile(changed, text);
  const { interpreter, InterpreterContext, date } = await import(pathToFileURL(changed));

  const compiled = (kind) => (text, names) => {
    const notes = new InterpreterContext();
    const shape = Object.fromEntries(names.map((name) => [name, null]));
    const { root } = interpreter[kind](text, shape, undefined, notes);
    return (context) => {
      notes.warnings.length = 0;
      let value = root(context);
      if (kind === "unaryTest") value = value(context["?"]);
      const fatal = notes.warnings.find((one) => FATAL.has(one.type));
      if (fatal) throw new Error(`${text}: ${fatal.message}`);
      return value;
    };
  };
  return {
    expression: compiled("evaluate"),
    unaryTests: compiled("unaryTest"),
    number: (text) => (decimals ? new Decimal(text) : Number(text)),
    date,
  };
}

/** Say whether a value is the expected one; numbers up to the last digits that the engine has. */
export function same(value, expected, decimals) {
  if (expected === null || typeof expected !== "object") return value === expected;
  if (value === null || typeof value !== (decimals ? "object" : "number")) return false;
  const wanted = new Decimal(expected.number);
  const most = wanted.abs().plus(1).times(decimals ? "1e-28" : "1e-12");
  return new Decimal(value).minus(wanted).abs().lte(most);
}
