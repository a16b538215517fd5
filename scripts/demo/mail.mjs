// The demo's mail server: a real one (exim4 and dovecot, scripts/mail-server) where it can be had, else one that only catches.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { ImapFlow } from "imapflow";
import { ROOT } from "../setup/paths.mjs";
import { onPath } from "../setup/run.mjs";
import { ensureSystemPackages } from "../setup/system-packages.mjs";
import { startMailCatcher } from "./mail-catcher.mjs";
import { afterwards, outputOf } from "./stage.mjs";

/**
 * Resolves with `{ port, what, domain, readNew }`: `readNew(user)` gives the subjects of the mails that arrived in that
 * person's mailbox since the last call.
 */
export async function startMail() {
  if (process.platform === "linux" && process.getuid() === 0) {
    const packages = await ensureSystemPackages(["mail"]);
    if (packages.ok && onPath("exim4") && onPath("dovecot")) return startRealMail();
  }
  return startCatcher();
}

async function startRealMail() {
  const folder = mkdtempSync(join(tmpdir(), "tocsin-demo-mail-"));
  const base = await freeBase();
  const script = (what) =>
    outputOf(join(ROOT, "scripts/mail-server"), [what, folder], {
      env: { ...process.env, PORT_BASE: String(base) },
    });
  const starting = script("start");
  afterwards(async () => {
    await starting.catch(() => {}); // half a server could not be stopped
    const groups = ["exim.pid", "dovecot.pid"].map((name) => readPid(join(folder, name)));
    await script("stop");
    await Promise.all(groups.map(endGroup));
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  });
  await starting;
  const seen = new Map();
  return {
    port: 2525 + base,
    what: "exim4 and dovecot",
    async readNew(user) {
      const client = new ImapFlow({
        host: "127.0.0.1",
        port: 1143 + base,
        secure: false,
        doSTARTTLS: false,
        auth: { user, pass: "pw" },
        logger: false,
      });
      await client.connect();
      try {
        await client.mailboxOpen("INBOX");
        const mails = await client.fetchAll("1:*", { envelope: true, uid: true }, { uid: true });
        const fresh = mails.filter(({ uid }) => uid > (seen.get(user) ?? 0));
        if (fresh.length > 0) seen.set(user, Math.max(...fresh.map(({ uid }) => uid)));
        return fresh.map(({ envelope }) => envelope.subject);
      } finally {
        await client.logout().catch(() => client.close());
      }
    },
  };
}

async function startCatcher() {
  const catcher = await startMailCatcher();
  afterwards(() => catcher.stop());
  const seen = new Map();
  return {
    port: catcher.port,
    what: "one that only catches (a real one needs exim4, dovecot and root)",
    async readNew(user) {
      const mails = catcher.mails.filter(({ to }) => to.some((address) => address.startsWith(`${user}@`)));
      const fresh = mails.slice(seen.get(user) ?? 0);
      seen.set(user, mails.length);
      return fresh.map(({ subject }) => subject);
    },
  };
}

/** A number to add to the mail server's usual ports such that all of them are free. */
async function freeBase() {
  for (;;) {
    const base = 10_000 + Math.floor(Math.random() * 20_000);
    const free = await Promise.all([2525, 2465, 2587, 1143, 1993].map((port) => isFree(port + base)));
    if (free.every(Boolean)) return base;
  }
}

function isFree(port) {
  return new Promise((done) => {
    const server = createServer();
    server.once("error", () => done(false)).listen(port, "127.0.0.1", () => server.close(() => done(true)));
  });
}

function readPid(file) {
  try {
    return Number(readFileSync(file, "utf8"));
  } catch {
    return null; // it had not come that far
  }
}

/** Resolves once none of them is left to write into the folder (exim's children outlive it), or after three seconds. */
async function endGroup(leader) {
  try {
    for (let tries = 0; leader && tries < 60; tries++) {
      process.kill(-leader, "SIGTERM");
      await pause(50);
    }
  } catch {
    // All gone.
  }
}
