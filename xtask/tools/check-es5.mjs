// Parses each file named on the command line as ECMAScript 5. Server scripts of the app run on an engine that is
// older than anything a developer tries them on, and newer syntax fails there only when the script is first used.
import { readFileSync } from "node:fs";
import { parse } from "acorn";

let broken = 0;
for (const file of process.argv.slice(2)) {
  try {
    parse(readFileSync(file, "utf8"), { ecmaVersion: 5, sourceType: "script" });
  } catch (error) {
    broken += 1;
    console.error(`${file}: ${error.message}`);
  }
}
process.exit(broken === 0 ? 0 : 1);
