// Runs the core in the Python of browsers: node run.mjs WHEELS ROOT
// Prints what was computed there; what cannot be had, such as numpy without its host, is named.
import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { loadPyodide } from "pyodide";

const [wheels, root] = process.argv.slice(2).map((path) => resolve(path));
const pyodide = await loadPyodide();
for (const name of readdirSync(wheels).filter((file) => file.endsWith(".whl"))) {
  await pyodide.loadPackage(join(wheels, name), { checkIntegrity: false, messageCallback: () => {} });
}
try {
  // From the folder of the package, else from the host of Pyodide's own wheels.
  await pyodide.loadPackage("numpy", { messageCallback: () => {}, errorCallback: () => {} });
} catch (error) {
  console.log(`numpy cannot be fetched: ${error.message.split("\n")[0]}`);
}
pyodide.mountNodeFS("/project", root);
pyodide.runPython(`
import sys
print(f"Python {sys.version.split()[0]} on {sys.platform}")
sys.path.insert(0, "/project/tests/pyodide")
sys.dont_write_bytecode = True
import core
core.main()
`);
