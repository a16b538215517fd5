// The demo's engine: headless, with a team of three whose steps take seconds, on the machine of Ana.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import { BUILT } from "../setup/paths.mjs";
import { afterwards, goOn, outputOf, startChild } from "./stage.mjs";

/**
 * Resolves once it listens, with `{ url, post, alert, command }`. `env` has the desktop on which Ana's notifications
 * appear.
 */
export async function startEngine({ mailPort, env }) {
  goOn();
  const data = mkdtempSync(join(tmpdir(), "tocsin-demo-"));
  afterwards(() => rmSync(data, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
  const key = randomBytes(24).toString("hex");
  const team = join(data, "team.yaml");
  writeFileSync(team, teamText({ key, mailPort }));
  const args = [
    BUILT.cli,
    "serve",
    "--json",
    "--team",
    team,
    "--data",
    data,
    "--port",
    "0",
    "--person",
    "ana",
  ];
  const { child, ended } = startChild(process.execPath, args, { env });
  afterwards(async () => {
    child.kill("SIGTERM");
    await ended;
  });
  const { url } = JSON.parse(await firstLine(child, ended));
  const command = (name, ...words) => outputOf(process.execPath, [BUILT.cli, name, ...words, "--data", data]);
  return {
    url,
    command,
    async alert(id) {
      const token = readFileSync(join(data, "token"), "utf8").trim();
      const response = await fetch(`${url}/api/v1/alerts/${id}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      return response.json();
    },
    /** As a monitoring tool does. Returns the alert's id. */
    async post(body) {
      const response = await fetch(`${url}/in/${key}/json`, { method: "POST", body: JSON.stringify(body) });
      if (response.status !== 202)
        throw new Error(`the engine answered ${response.status}: ${await response.text()}`);
      return (await response.json()).alert;
    },
  };
}

function teamText({ key, mailPort }) {
  return `version: 1
team: { name: Demo, timeZone: UTC }
people:
  - id: ana
    name: Ana
    email: ana@tocsin.test
    notify: [{ via: desktop, after: 0s }, { via: email, after: 3s }]
  - { id: ben, name: Ben, email: ben@tocsin.test, notify: [{ via: email, after: 0s }] }
  - { id: chi, name: Chi, email: chi@tocsin.test, notify: [{ via: email, after: 0s }] }
policies:
  - id: default
    steps:
      - { notify: [{ person: ana }], within: 5s }
      - { notify: [{ person: ben }], within: 5s }
      - { notify: [{ everyone: true }], within: 5s }
routes: [{ match: {}, policy: default }]
integrations: [{ id: monitoring, type: events, key: ${key} }]
email: { host: 127.0.0.1, port: ${mailPort}, secure: false, from: "Tocsin <tocsin@tocsin.test>" }
`;
}

function firstLine(child, ended) {
  return new Promise((done, fail) => {
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (chunk) => {
      text += chunk;
      if (text.includes("\n")) done(text.split("\n")[0]);
    });
    ended.then((code) => fail(new Error(`the engine ended with ${code}`)));
  });
}
