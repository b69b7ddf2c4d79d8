// Evaluates DMN files for the cases beside them, and compares: node run.mjs FOLDER
import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { DmnModdle } from "dmn-moddle";
import { load, same } from "./engine.mjs";

const folder = process.argv[2];
const files = (await readdir(folder)).filter((name) => name.endsWith(".json")).sort();
const engines = { decimals: await load({ decimals: true }), floats: await load({ decimals: false }) };
const total = { cases: 0, values: 0, decimals: 0, floats: 0, limits: 0 };

/** Return a decision as a function of the values that it reads. */
function compile(engine, logic, names) {
  if (logic.$type === "dmn:LiteralExpression") return engine.expression(logic.text, names);
  if (logic.$type === "dmn:Context") {
    const known = [...names];
    const entries = logic.contextEntry.map((entry) => {
      const run = compile(engine, entry.value, known);
      if (entry.variable) known.push(entry.variable.name);
      return [entry.variable?.name, run];
    });
    return (values) => {
      const own = { ...values };
      let last = null;
      for (const [name, run] of entries) {
        last = run(own);
        if (name) own[name] = last;
      }
      return last;
    };
  }
  if (logic.$type !== "dmn:DecisionTable" || logic.hitPolicy !== "FIRST") {
    throw new Error(`unknown logic ${logic.$type} ${logic.hitPolicy}`);
  }
  const asked = logic.input.map((one) => engine.expression(one.inputExpression.text, names));
  const rows = logic.rule.map((rule) => [
    rule.inputEntry.map((entry) => engine.unaryTests(entry.text, [...names, "?"])),
    engine.expression(rule.outputEntry[0].text, names),
  ]);
  return (values) => {
    const found = asked.map((run) => run(values));
    for (const [tests, output] of rows) {
      if (tests.every((test, n) => test({ ...values, "?": found[n] }) === true)) return output(values);
    }
    return null;
  };
}

for (const file of files) {
  const { rule, on, dmn, kinds, cases, limit } = JSON.parse(await readFile(path.join(folder, file), "utf8"));
  const { rootElement, warnings } = await new DmnModdle().fromXML(dmn);
  if (warnings.length) throw new Error(`${rule} ${on}: ${warnings[0].message}`);
  const decisions = rootElement.drgElement.filter((one) => one.$type === "dmn:Decision");
  const counts = { decimals: 0, floats: 0 };
  for (const [name, engine] of Object.entries(engines)) {
    const known = Object.keys(kinds);
    const runs = decisions.map((decision) => {
      const reads = (decision.informationRequirement ?? []).map(
        (need) => (need.requiredInput ?? need.requiredDecision).href.replace(/^#(input|decision)_/, ""),
      );
      for (const read of reads) if (!known.includes(read)) throw new Error(`${read} is not there yet`);
      known.push(decision.name);
      const run = compile(engine, decision.decisionLogic, reads);
      // a decision sees what it says that it requires, and nothing else
      return [decision.name, (all) => run(Object.fromEntries(reads.map((read) => [read, all[read]])))];
    });
    for (const { given, expected } of cases) {
      const values = {};
      for (const [input, kind] of Object.entries(kinds)) {
        const value = given[input] ?? null;
        values[input] =
          value === null ? null : kind === "number" ? engine.number(value)
          : kind === "date" ? engine.date(value) : value;
      }
      for (const [decision, run] of runs) values[decision] = run(values);
      for (const [decision, wanted] of Object.entries(expected)) {
        total.values += name === "decimals" ? 1 : 0;
        if (same(values[decision], wanted, name === "decimals")) continue;
        counts[name] += 1;
        if (name === "decimals" && !limit && counts[name] <= 5) {
          const got = String(values[decision]);
          console.log(`${rule} ${on}: ${decision} is ${got}, not ${JSON.stringify(wanted)}, for ${JSON.stringify(given)}`);
        }
      }
    }
    total[name === "decimals" && limit ? "limits" : name] += counts[name];
  }
  if (limit && !counts.decimals) throw new Error(`${rule}: no limit of 34 digits any more; take it off the list`);
  total.cases += cases.length;
  console.log(`${rule} ${on}: ${cases.length} cases, ${decisions.length} decisions; ` +
    `differ: ${counts.decimals} with decimals, ${counts.floats} with binary floats` +
    (limit ? ` (a limit of 34 digits that is known: ${limit})` : ""));
}
console.log(`${files.length} files, ${total.cases} cases, ${total.values} values; ` +
  `differ: ${total.decimals} with decimals, ${total.floats} with binary floats, ` +
  `${total.limits} at known limits`);
process.exitCode = files.length && total.cases && !total.decimals ? 0 : 1;
