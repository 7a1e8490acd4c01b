// Reads an update set back with ServiceNow's own SDK and compares what it found with what the packer meant.
//
//   node read-back.mjs SET.xml MANIFEST.json [--parse-only]
//
// Three readings, all offline (the third takes most of the time; `--parse-only` leaves it out):
//   1. the SDK's parser on the whole file: it must take envelope and rows without a complaint;
//   2. the same parser on each row's payload: table, sys_id, action and every field of every record must be those of
//      the manifest. (On the whole file it passes over payloads with a double wrapper without a word: labels, choice
//      lists, form sections. Alone they are read.)
//   3. the SDK's build plugins turn every record into the SDK's own sources, and the SDK checks those: that is what
//      `now-sdk transform` does, and it knows the columns of the platform's tables.
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
// By path: the packages do not export these modules, and what the command line offers reports no mistakes.
const sdk = join(here, "node_modules/@servicenow/sdk-api/dist");
const require = createRequire(join(sdk, "index.js"));
const { Parser } = require(join(sdk, "context/parser.js"));
const { Project } = require(join(sdk, "project.js"));
const { PLUGINS } = require(join(sdk, "plugin-registry.js"));
const { Diagnostic, Plugins } = require("@servicenow/sdk-build-core");
const { XMLParser } = require("fast-xml-parser");

// What the parser leaves out of a record on purpose.
const AUDIT = new Set([
  "sys_scope", "sys_package", "sys_mod_count", "sys_class_name", "sys_updated_on", "sys_updated_by",
  "sys_created_on", "sys_created_by", "sys_update_name",
]);

const complaints = [];
const complain = (message) => complaints.push(message);

// A log that takes nothing lightly: a warning of the SDK is a complaint too.
function listening(about) {
  const note = (...words) => complain(`${about()}: ${words.map(String).join(" ")}`);
  const ignore = () => {};
  return { error: note, warn: note, info: ignore, debug: ignore, log: ignore, trace: ignore };
}

const text = (element) => element?.["#text"] ?? "";
const list = (value) => (value === undefined ? [] : [value].flat());

function envelope(source, scopeId) {
  const options = { parseTagValue: false, ignoreAttributes: false, alwaysCreateTextNode: true, htmlEntities: true };
  const { unload } = new XMLParser({ ...options, ignoreDeclaration: true }).parse(source.trim(), true);
  const [set] = list(unload.sys_remote_update_set);
  return {
    scope: text(set.application_scope),
    scopeId,
    name: text(set.application_name),
    rows: list(unload.sys_update_xml).map((row) => ({ name: text(row.name), payload: text(row.payload) })),
  };
}

// The SDK's parser with its real plugins, which say what refers to what, and plain objects for what it finds.
function plainParser(set, about) {
  const plugins = new Plugins(PLUGINS);
  const project = {
    getConfig: () => ({ scopeId: set.scopeId }),
    getLogger: () => listening(about),
    resolvePath: (path) => path,
    getPlugins: () => plugins,
    getFactory: () => ({ createRecord: (record) => record, createReference: (reference) => reference.guid }),
  };
  return new Parser(project);
}

function compare(row, found, meant) {
  const key = (record) => `${record.table} ${record.sys_id}`;
  const left = new Map(meant.map((record) => [key(record), record]));
  if (left.size !== meant.length) {
    complain(`${row}: the packer put one record twice into this row`);
  }
  for (const { table, action, properties } of found) {
    const record = left.get(`${table} ${properties.sys_id}`);
    if (!record) {
      complain(`${row}: yields ${table} ${properties.sys_id}, which the packer did not put there`);
      continue;
    }
    left.delete(key(record));
    if (action !== record.action) {
      complain(`${row}: ${key(record)}: the action reads ${action}, not ${record.action}`);
    }
    const fields = new Set([...Object.keys(properties), ...Object.keys(record.fields)]);
    for (const field of fields) {
      if (AUDIT.has(field)) {
        continue;
      }
      const [is, should] = [properties[field], record.fields[field]];
      // The parser trims; white space around a script means nothing.
      if (is?.trim() !== should?.trim()) {
        const shown = (value) => (value === undefined ? "nothing" : JSON.stringify(value.slice(0, 80)));
        complain(`${row}: ${key(record)}: ${field} reads ${shown(is)}, not ${shown(should)}`);
      }
    }
  }
  for (const missing of left.keys()) {
    complain(`${row}: ${missing} was not read back`);
  }
}

async function parse(source, set, manifest) {
  let row = "the update set";
  const parser = plainParser(set, () => row);
  let whole = 0;
  try {
    whole = (await parser.parsePayload({ path: "update-set.xml", content: source })).length;
  } catch (error) {
    complain(`the update set: ${error.message}`);
  }
  const meant = new Map(manifest.rows.map((row) => [row.name, row]));
  let records = 0;
  for (const { name, payload } of set.rows) {
    row = name;
    const expected = meant.get(name);
    if (!expected) {
      complain(`${name}: the packer made no such row, or made one of that name only`);
      continue;
    }
    meant.delete(name);
    try {
      const found = await parser.parsePayload({ path: `${name}.xml`, content: payload });
      records += found.length;
      compare(name, found, expected.records);
    } catch (error) {
      complain(`${name}: ${error.message}`);
    }
  }
  for (const name of meant.keys()) {
    complain(`${name}: the row is not in the file`);
  }
  return { whole, records };
}

// What the SDK's types lack though the platform's own exports have it.
const KNOWN = ["'sys_domain_path' does not exist in type 'Data<\"sys_ui_section\">'"];

// What `now-sdk transform` does, in a folder that is gone afterwards.
async function transform(set) {
  const folder = mkdtempSync(join(tmpdir(), "imper-sdk-"));
  try {
    // The SDK adds imports to what it writes only from packages that the project names and has.
    const dependencies = JSON.parse(readFileSync(join(here, "package.json"), "utf8")).devDependencies;
    const description = { name: "read-back", version: "1.0.0", devDependencies: dependencies };
    writeFileSync(join(folder, "package.json"), JSON.stringify(description));
    symlinkSync(join(here, "node_modules"), join(folder, "node_modules"));
    const config = { scope: set.scope, scopeId: set.scopeId, name: set.name };
    writeFileSync(join(folder, "now.config.json"), JSON.stringify(config));
    const project = new Project({ rootDir: folder, logger: listening(() => "the SDK's plugins") });
    const files = set.rows.map(({ name, payload }) => ({
      path: join(folder, "metadata/update", `${name}.xml`),
      content: payload,
    }));
    const { changedFiles, handledPaths } = await project.transform(files);
    for (const { name } of set.rows.filter((_, index) => !handledPaths.includes(files[index].path))) {
      complain(`${name}: no plugin of the SDK took it`);
    }
    for (const diagnostic of await project.getDiagnostics()) {
      const serious = [Diagnostic.Level.Error, Diagnostic.Level.Warn].includes(diagnostic.level);
      const message = String(diagnostic.message);
      if (serious && !KNOWN.some((known) => message.includes(known))) {
        complain(`${basename(diagnostic.file.getFilePath(), ".now.ts")}: the SDK's check: ${message}`);
      }
    }
    return changedFiles.length;
  } catch (error) {
    complain(`the SDK's plugins: ${error.message}`);
    return 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const [setPath, manifestPath, only] = process.argv.slice(2);
const source = readFileSync(setPath, "utf8");
const manifest = JSON.parse(readFileSync(manifestPath, "utf8"));
try {
  const set = envelope(source, manifest.application);
  const { whole, records } = await parse(source, set, manifest);
  const sources = only === "--parse-only" ? "no" : await transform(set);
  console.log(
    `   ${set.rows.length} rows, ${records} records read back (${whole} of them from the whole file), ` +
      `${sources} source files of the SDK made of them`,
  );
} catch (error) {
  complain(`the file: ${error.message}`);
}
for (const complaint of complaints) {
  console.error(complaint);
}
process.exit(complaints.length === 0 ? 0 : 1);
