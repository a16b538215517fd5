/**
 * A machine without an engine: it shows and acknowledges what the engines of its team say. Started by `start-machine.ts`
 * when the membership says that this machine is a desk. It has no journal and no keys; what it knows it was just told.
 */
import { BearerToken } from "#api/bearer-token";
import type { ClientConnection } from "#api/client-hub";
import { createHttpServer } from "#api/http-server";
import { pageRoutes } from "#api/pages";
import { serveStream } from "#api/stream";
import { createSystemDesktops } from "#channels/system-notification";
import type { PersonId } from "#domain/ids";
import { connectDesk } from "#peers/link/desk-client";
import { readIdentity } from "#peers/identity/machine-identity";
import { writeMembership, type KnownEngine, type Membership } from "#peers/identity/membership";
import { refusalText } from "#peers/link/peer-client";
import { realScheduler } from "#peers/link/scheduler";
import { leaveAddress, openDataDirectory, readOrMakeToken } from "#system/data-directory";
import { SystemClock } from "#system/system-clock";
import type { MachinesJson } from "#wire/machines-json";
import type { TocsinOptions } from "../compose.ts";
import { openSecurityFile } from "./security-file.ts";
import { DeskHub } from "./desk/desk-hub.ts";
import { deskHealthRoutes, deskRoutes } from "./desk/desk-routes.ts";
import { EngineLine } from "./desk/engine-line.ts";
import { showOnSystem } from "./desk/system-popups.ts";

export type DeskOptions = Pick<
  TocsinOptions,
  "data" | "host" | "port" | "desktop" | "pages" | "version" | "log"
> & { readonly membership: Membership };

export interface Desk {
  readonly url: string;
  /** As of an engine's hub: the app's port. */
  attach(connection: ClientConnection): void;
  /** The machine may have slept: an engine that went meanwhile is looked for at once. */
  lookAtClock(): void;
  stop(): Promise<void>;
}

export type DeskStart =
  | { readonly ok: true; readonly desk: Desk }
  /** As of `startTocsin`. */
  | { readonly ok: false; readonly exitCode: 1; readonly text: string };

/** A hung engine is given up after three times this at most: the next one is found within ten seconds. */
const pingMs = 3000;
const clientsGraceMs = 1000;

const revokedDeskText = refusalText("revoked-machine");

export async function startDesk(options: DeskOptions): Promise<DeskStart> {
  const { data, log, version, membership } = options;
  const directory = openDataDirectory(data);
  if (!directory.ok) return { ok: false, exitCode: 1, text: directory.text };
  const read = readIdentity(data);
  if (!read.ok) return { ok: false, exitCode: 1, text: read.text };
  const { identity } = read;
  if (identity === null) return { ok: false, exitCode: 1, text: withoutIdentity(data) };

  const clock = new SystemClock();
  const now = () => clock.now();
  const security = openSecurityFile(data, realScheduler, now);
  const engines = new KnownEngines(data, membership, (error) =>
    log.warn({ err: error }, "the team's engines could not be kept: after a restart the old ones are tried"),
  );
  let url = "";
  let lastWhy = "";
  const hub = new DeskHub({
    self: { id: identity.id, name: membership.name },
    version,
    url: () => url,
    line: {
      send: (message) => line.send(message),
      welcomed: () => {
        lastWhy = "";
        line.welcomed();
      },
    },
    onMachines: (machines) => engines.learn(machines),
    now,
    scheduler: realScheduler,
    log,
  });
  const line = new EngineLine(
    {
      engines: () => engines.inOrder(),
      call: (engine, signal) =>
        connectDesk({
          identity,
          engine,
          scheduler: realScheduler,
          securityLog: security.write,
          limits: { pingMs },
          signal,
        }),
      scheduler: realScheduler,
    },
    {
      onUp: () => hub.lineUp(),
      onMessage: (message) => hub.hear(message),
      onDown: (why) => {
        // Every few seconds, for as long as it lasts.
        if (why !== lastWhy) log.warn({ why }, "no engine is connected");
        lastWhy = why;
        if (why === revokedDeskText) {
          engines.revokedAs(identity.id, now());
          hub.revoked();
        }
        hub.lineDown(why);
      },
    },
  );

  const token = new BearerToken(readOrMakeToken(data));
  const server = createHttpServer({ host: options.host, port: options.port, log });
  await server.app.register(deskRoutes(hub, token));
  await server.app.register(deskHealthRoutes(hub, token));
  await server.app.register(pageRoutes({ directory: options.pages }));
  serveStream(server.app, { clock, token, hub, log });
  const listening = await server.listen();
  if (!listening.ok) return { ok: false, exitCode: 1, text: listening.text };
  url = listening.url;
  const forgetAddress = leaveAddress(data, url);

  if (options.desktop === "system") {
    const person = () => (hub.mirror.machine(identity.id)?.person ?? null) as PersonId | null;
    const desktops = createSystemDesktops({ person });
    showOnSystem({ hub, desktops, person, alert: (id) => hub.mirror.alert(id), now });
  }
  clock.onStep(() => line.hurry());
  line.start();
  return {
    ok: true,
    desk: {
      url,
      attach: (connection) => hub.attach(connection),
      lookAtClock: () => {
        now();
        line.hurry();
      },
      async stop() {
        hub.close();
        line.stop();
        forgetAddress();
        await server.close(clientsGraceMs);
      },
    },
  };
}

/** Whom to call: the coordinator first. Kept in the membership, so that after a restart they are found again. */
class KnownEngines {
  private coordinator: string | null = null;

  constructor(
    private readonly data: string,
    private membership: Membership,
    private readonly onNotKept: (error: unknown) => void,
  ) {}

  inOrder(): readonly KnownEngine[] {
    return [...this.membership.engines].sort(
      (a, b) => Number(b.id === this.coordinator) - Number(a.id === this.coordinator),
    );
  }

  learn({ coordinator, machines }: MachinesJson): void {
    this.coordinator = coordinator ?? this.coordinator;
    const engines = machines
      .filter(
        ({ role, revokedAt, addresses }) =>
          role === "engine" && revokedAt === undefined && addresses.length > 0,
      )
      .map(({ id, fingerprint, addresses }) => ({ id, fingerprint, addresses }));
    const { revoked, ...membership } = this.membership;
    const isNews = revoked !== undefined || JSON.stringify(engines) !== JSON.stringify(membership.engines);
    if (engines.length > 0 && isNews) this.keep({ ...membership, engines });
  }

  /** Every engine that answers says so. Kept, so that this desk may join again with a new invite. */
  revokedAs(machine: string, at: number): void {
    if (this.membership.revoked !== undefined) return;
    this.keep({ ...this.membership, revoked: { machine, text: revokedDeskText, at: Math.round(at) } });
  }

  private keep(membership: Membership): void {
    this.membership = membership;
    try {
      writeMembership(this.data, this.membership);
    } catch (error) {
      this.onNotKept(error);
    }
  }
}

function withoutIdentity(data: string): string {
  return `${data} says that this machine is a desk of a team, and its key (machine.json) is gone: join the team anew, with "tocsin join".`;
}
