// Reads the server scripts in each file named on the command line: whole scripts (.js), the evaluations inside Jelly
// (.xml, .html), and the scripts that stand in records (.toml). They must be ECMAScript 5, and use no name that nobody
// has declared. The engine that runs them is older than anything a developer tries them on, and both mistakes would
// show only when the script, or the branch with the mistyped name, is first run.
import { readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { parse } from "acorn";

const ENTITIES = { "&lt;": "<", "&gt;": ">", "&amp;": "&", "&quot;": '"', "&apos;": "'" };

// What the language and the platform declare for every script, and what the place of a script declares for it.
const EVERYWHERE = `Object Array String Number Boolean Math Date RegExp JSON Error parseInt parseFloat isNaN isFinite
  encodeURIComponent decodeURIComponent undefined NaN Infinity arguments gs Class GlideRecord GlideRecordSecure
  GlideAggregate GlideDateTime CertificateEncryption sn_ws sn_ws_err sn_cc`.split(/\s+/);
const PLACES = {
  sys_script: ["current", "previous"],
  sys_security_acl: ["current", "answer"],
  sys_ui_action: ["current", "g_modal", "getMessage"],
  sys_ui_macro: ["current"],
  sys_ui_page: ["RP"],
  sys_ws_definition: ["request", "response"],
  sp_widget: ["$sp", "data", "options", "input", "api"],
  sys_atf_test: ["outputs", "steps", "params", "stepResult", "assertEqual"],
};

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

const isNode = (value) => value !== null && typeof value === "object" && typeof value.type === "string";
const children = (node) => Object.values(node).flat().filter(isNode);
const isFunction = (node) => node.type === "FunctionDeclaration" || node.type === "FunctionExpression";

// The names that a function, or the whole script, declares anywhere inside: `var` belongs to the function, not the block.
function declared(body) {
  const names = new Set();
  const visit = (node) => {
    if (node.type === "VariableDeclarator") {
      names.add(node.id.name);
    }
    if (node.type === "FunctionDeclaration") {
      names.add(node.id.name);
    }
    if (!isFunction(node)) {
      children(node).forEach(visit);
    }
  };
  body.forEach(visit);
  return names;
}

// The parts of a node that are expressions or statements: names of properties and labels stand for nothing.
function parts(node) {
  switch (node.type) {
    case "MemberExpression":
      return node.computed ? [node.object, node.property] : [node.object];
    case "Property":
      return [node.value];
    case "LabeledStatement":
      return [node.body];
    case "BreakStatement":
    case "ContinueStatement":
      return [];
    default:
      return children(node);
  }
}

// Identifiers that no scope around them declares.
function undeclared(program, globals) {
  const found = [];
  const visit = (node, scopes) => {
    if (node.type === "Identifier") {
      if (!scopes.some((names) => names.has(node.name))) {
        found.push(node);
      }
    } else if (isFunction(node)) {
      const own = declared(node.body.body);
      node.params.forEach((parameter) => own.add(parameter.name));
      if (node.id) {
        own.add(node.id.name);
      }
      visit(node.body, [...scopes, own]);
    } else if (node.type === "CatchClause") {
      visit(node.body, [...scopes, new Set([node.param.name])]);
    } else {
      parts(node).forEach((part) => visit(part, scopes));
    }
  };
  visit(program, [globals, declared(program.body)]);
  return found;
}

const files = process.argv.slice(2).map((file) => ({ file, text: readFileSync(file, "utf8") }));
const OPTIONS = { ecmaVersion: 5, sourceType: "script", locations: true };

// What one script include declares, all others may use, and scripts elsewhere by the name of the application.
const shared = new Set(EVERYWHERE);
for (const { file, text } of files.filter(({ file }) => basename(dirname(file)) === "sys_script_include")) {
  shared.add(basename(file, ".js"));
  const application = /\bx_[a-z0-9_]+(?=\.)/.exec(text);
  if (application) {
    shared.add(application[0]);
  }
}

let broken = 0;
let count = 0;
for (const { file, text } of files) {
  const globals = new Set([...shared, ...(PLACES[basename(dirname(file))] ?? [])]);
  for (const { line, code } of scripts(file, text)) {
    count += 1;
    try {
      for (const name of undeclared(parse(code, OPTIONS), globals)) {
        broken += 1;
        console.error(`${file}:${line + name.loc.start.line}: ${name.name} is declared nowhere`);
      }
    } catch (error) {
      broken += 1;
      const at = error.loc ? `:${line + error.loc.line}` : "";
      console.error(`${file}${at}: ${error.message.replace(/ \(\d+:\d+\)$/, "")}`);
    }
  }
}
console.log(`   ${count} scripts`);
process.exit(broken === 0 ? 0 : 1);
