// `default_app.asar` for the fallback Electron, which has none: what turns `electron FOLDER` into running that folder.
// Called by setup/electron-fallback.mjs. As an asar of that name it ranks below a packaged app's own app.asar, and
// electron-builder leaves it out, as it does with Electron's.
import { writeFileSync } from "node:fs";
import { join } from "node:path";

const MAIN = `
import { app } from 'electron';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const required = [];
let folder;
for (let i = 1; i < process.argv.length && folder === undefined; i++) {
  const argument = process.argv[i];
  if (argument === '-r' || argument === '--require') required.push(process.argv[++i]);
  else if (!argument.startsWith('-')) folder = resolve(argument);
}
if (folder === undefined) {
  console.error('usage: electron [OPTION…] FOLDER');
  process.exit(2);
}
process.defaultApp = true;
const about = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
app.setName(about.productName ?? about.name);
if (about.version) app.setVersion(about.version);
if (about.desktopName) app.setDesktopName(about.desktopName);
app.setAppPath(folder);
for (const module of required) createRequire(join(folder, 'package.json'))(module);
// Awaited, so that 'ready' waits for the app's own module, as it does in any Electron.
await import(pathToFileURL(resolve(folder, about.main ?? 'index.js')));
`;

/** Writes the archive into Electron's resources folder. */
export function writeLoader(resources) {
  const about = JSON.stringify({
    name: "electron",
    productName: "Electron",
    type: "module",
    main: "main.js",
  });
  writeFileSync(join(resources, "default_app.asar"), asar({ "package.json": about, "main.js": MAIN }));
}

/** The asar format: two Chromium pickles (the header's length, then the header as JSON), then the files end to end. */
function asar(files) {
  const contents = Object.values(files).map((text) => Buffer.from(text));
  let offset = 0;
  const entries = Object.keys(files).map((name, i) => {
    const entry = { size: contents[i].length, offset: String(offset) };
    offset += entry.size;
    return [name, entry];
  });
  const json = Buffer.from(JSON.stringify({ files: Object.fromEntries(entries) }));
  const padded = Math.ceil(json.length / 4) * 4;
  const head = Buffer.alloc(16 + padded);
  [4, 8 + padded, 4 + padded, json.length].forEach((value, i) => head.writeUInt32LE(value, i * 4));
  json.copy(head, 16);
  return Buffer.concat([head, ...contents]);
}
