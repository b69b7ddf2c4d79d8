// Compute people with the script that a page carries: node run.mjs PACKAGE JOB.json
// A job has `program`, `words` (or null), `people` (values by name) and `number` of the period; what is
// printed is a line of JSON a person: faults, or outputs and the row that decides, then the notice.
import { readFileSync } from "node:fs";
import vm from "node:vm";

const [folder, file] = process.argv.slice(2);
const job = JSON.parse(readFileSync(file, "utf-8"));
const sources = ["exact.js", "notice.js"].map((name) => readFileSync(`${folder}/${name}`, "utf-8"));
vm.runInThisContext(sources.join("\n") + "\nglobalThis.page = { calculator, notice };");
const { calculator, notice } = globalThis.page;

const lines = [];
for (const person of job.people) {
  const given = new Map(Object.entries(person).map(([name, value]) =>
    [name, Array.isArray(value) ? calculator.read(value[1]) : value]));
  const done = calculator.compute(job.program, given, job.number);
  const found = done.faults.length ? { faults: done.faults } : {
    outputs: done.outputs.map(calculator.text),
    steps: Object.fromEntries(done.steps.map((step) => [step.name, [calculator.text(step.value), step.row]])),
  };
  if (job.brief) delete found.steps;
  const deciding = done.steps?.find((step) => step.name === done.period.decides);
  found.row = deciding ? deciding.row : null;
  if (job.words) found.notice = notice.tell(job.words, job.program, given, job.number);
  lines.push(JSON.stringify(found));
}
for (const text of job.texts ?? []) {
  const value = calculator.parse(text);
  lines.push(JSON.stringify(value === undefined ? "two ways" : calculator.text(value)));
}
process.stdout.write(lines.join("\n") + "\n");
