// Parses the server scripts in each file named on the command line as ECMAScript 5: whole scripts (.js), the
// evaluations inside Jelly (.xml, .html), and the scripts that stand in records (.toml). They run on an engine that is
// older than anything a developer tries them on, and newer syntax fails there only when the script is first used.
import { readFileSync } from "node:fs";
import { parse } from "acorn";

const ENTITIES = { "&lt;": "<", "&gt;": ">", "&amp;": "&", "&quot;": '"', "&apos;": "'" };

// The scripts of a file, each with the line that it begins on, counted from 0.
function scripts(file, text) {
  if (file.endsWith(".js")) {
    return [{ line: 0, code: text }];
  }
  const line = (offset) => text.slice(0, offset).split("\n").length - 1;
  if (file.endsWith(".toml")) {
    // A name of a file is no script.
    return [...text.matchAll(/^(?:condition|script) = ("(?!.*\.js"$).*")$/gm)].map((found) => ({
      line: line(found.index),
      code: JSON.parse(found[1]),
    }));
  }
  return [...text.matchAll(/(<g2?:evaluate\b[^>]*>)([\s\S]*?)<\/g2?:evaluate>/g)].map((found) => ({
    line: line(found.index + found[1].length),
    code: found[2].replace(/&(?:lt|gt|amp|quot|apos);/g, (entity) => ENTITIES[entity]),
  }));
}

let broken = 0;
let count = 0;
for (const file of process.argv.slice(2)) {
  for (const { line, code } of scripts(file, readFileSync(file, "utf8"))) {
    count += 1;
    try {
      parse(code, { ecmaVersion: 5, sourceType: "script" });
    } catch (error) {
      broken += 1;
      const at = error.loc ? `:${line + error.loc.line}` : "";
      console.error(`${file}${at}: ${error.message.replace(/ \(\d+:\d+\)$/, "")}`);
    }
  }
}
console.log(`   ${count} scripts`);
process.exit(broken === 0 ? 0 : 1);
