// One person's machine in the demo: a headless Tocsin in a process and a data folder of its own, with its own identity.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BUILT } from "../setup/paths.mjs";
import { attachDesktop } from "./desktop.mjs";
import { afterwards, goOn, outputOf, startChild } from "./stage.mjs";

/** The machine of the first one of the team, who has the team file. */
export async function startFirst(person, team) {
  const data = freshFolder();
  const file = join(data, "team.yaml");
  writeFileSync(file, team);
  return start(person, data, "--team", file, "--peers", await freeAddress());
}

/** As a person does it: `tocsin invite` there, `tocsin join` here. */
export async function joinTeam(person, first) {
  const data = freshFolder();
  const { line } = JSON.parse(await first.command("invite", "--person", person.id, "--json"));
  const peers = ["--peers", await freeAddress()];
  await tocsin("join", line, "--name", nameOf(person), ...peers, "--data", data);
  return start(person, data);
}

const nameOf = ({ name }) => `${name}'s machine`;

async function start(person, data, ...more) {
  goOn();
  const args = ["serve", "--json", "--data", data, "--port", "0", "--person", person.id];
  const { child, ended } = startChild(process.execPath, [BUILT.cli, ...args, ...more], {
    env: withoutDesktop(),
  });
  let running = true;
  afterwards(async () => {
    child.kill("SIGTERM");
    await ended;
  });
  const { url } = JSON.parse(await firstLine(child, ended));
  const token = readFileSync(join(data, "token"), "utf8").trim();

  async function api(path, body) {
    const response = await fetch(`${url}${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  const { self } = await api("/api/v1/machines");
  return {
    id: self.id,
    person,
    name: nameOf(person),
    api,
    /** It is named after its computer until somebody gives it a name. */
    rename: () => api(`/api/v1/machines/${self.id}/rename`, { name: nameOf(person) }),
    isRunning: () => running,
    command: (name, ...words) => tocsin(name, ...words, "--data", data),
    attachDesktop: (onShow) => attachDesktop({ url, token, person: person.id, onShow }),
    /** As a monitoring tool does. Returns the alert's id. */
    async post(key, body) {
      const response = await fetch(`${url}/in/${key}/json`, { method: "POST", body: JSON.stringify(body) });
      if (response.status !== 202)
        throw new Error(`it answered ${response.status}: ${await response.text()}`);
      return (await response.json()).alert;
    },
    /** Without a goodbye: `kill -9`. */
    async kill() {
      running = false;
      child.kill("SIGKILL");
      await ended;
    },
  };
}

function tocsin(...args) {
  return outputOf(process.execPath, [BUILT.cli, ...args], { env: withoutDesktop() });
}

function freshFolder() {
  goOn();
  const data = mkdtempSync(join(tmpdir(), "tocsin-demo-"));
  afterwards(() => rmSync(data, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
  return data;
}

/** Three people's popups on one screen would only confuse; and no other Tocsin's folders or token. */
function withoutDesktop() {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(DISPLAY|WAYLAND_|DBUS_|TOCSIN_)/.test(name)),
  );
}

function freeAddress() {
  return new Promise((done, fail) => {
    const server = createServer().once("error", fail);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(`127.0.0.1:${port}`));
    });
  });
}

function firstLine(child, ended) {
  return new Promise((done, fail) => {
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (chunk) => {
      text += chunk;
      if (text.includes("\n")) done(text.split("\n")[0]);
    });
    ended.then((code) => fail(new Error(`Tocsin ended with ${code}`)));
  });
}
