/**
 * The network between the machines of a team that runs as processes: a wire for each pair, which can be cut in one
 * direction or in both. What was said meanwhile is held, as TCP would send it again, and arrives when the wire is whole.
 */
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

const detour = new URL("detour.mjs", import.meta.url).href;

export class TeamNetwork {
  private readonly cutWays = new Set<string>();
  private readonly flows = new Set<Flow>();
  private readonly servers: Server[] = [];
  private readonly detours = new Map<string, Record<number, number>>();

  /** Lays the wires: everybody to everybody who listens, at the port given here. */
  static async between(
    names: readonly string[],
    listening: ReadonlyMap<string, number>,
  ): Promise<TeamNetwork> {
    const network = new TeamNetwork();
    for (const from of names) {
      const detours: Record<number, number> = {};
      for (const [to, port] of listening) if (to !== from) detours[port] = await network.lay(from, to, port);
      network.detours.set(from, detours);
    }
    return network;
  }

  /** For a process of this machine, so that what it dials goes over these wires. */
  environmentOf(name: string): NodeJS.ProcessEnv {
    return {
      NODE_OPTIONS: `--import ${detour}`,
      TOCSIN_TEST_DETOURS: JSON.stringify(this.detours.get(name) ?? {}),
    };
  }

  /** Nothing of what these say reaches those. */
  cutOneWay(from: readonly string[], to: readonly string[]): void {
    for (const a of from) for (const b of to) this.cutWays.add(`${a}>${b}`);
  }

  cut(some: readonly string[], others: readonly string[]): void {
    this.cutOneWay(some, others);
    this.cutOneWay(others, some);
  }

  heal(): void {
    this.cutWays.clear();
    for (const flow of this.flows) flow.goOn();
  }

  close(): void {
    for (const server of this.servers) server.close();
    for (const flow of this.flows) flow.end();
  }

  private async lay(from: string, to: string, port: number): Promise<number> {
    const server = createServer({ allowHalfOpen: true }, (near) => {
      const far = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
      this.join(near, far, () => this.cutWays.has(`${from}>${to}`));
      this.join(far, near, () => this.cutWays.has(`${to}>${from}`));
    });
    this.servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
  }

  private join(from: Socket, to: Socket, isCut: () => boolean): void {
    const flow = new Flow(from, to, isCut, () => this.flows.delete(flow));
    this.flows.add(flow);
  }
}

/** One direction of one connection. */
class Flow {
  private readonly held: (Buffer | "end" | "reset")[] = [];

  constructor(
    private readonly from: Socket,
    private readonly to: Socket,
    private readonly isCut: () => boolean,
    private readonly onOver: () => void,
  ) {
    from.setNoDelay(true);
    from.on("data", (bytes) => this.pass(bytes));
    from.on("end", () => this.pass("end"));
    from.on("error", () => this.pass("reset"));
    to.on("drain", () => from.resume());
    // Over only when what it said is through: the other side must not learn of an end that a cut wire hides.
    from.on("close", () => this.held.length === 0 && this.onOver());
  }

  goOn(): void {
    while (this.held.length > 0 && !this.isCut()) this.send(this.held.shift()!);
    if (this.from.destroyed && this.held.length === 0) this.onOver();
  }

  end(): void {
    this.from.destroy();
    this.to.destroy();
  }

  private pass(said: Buffer | "end" | "reset"): void {
    this.held.push(said);
    this.goOn();
  }

  private send(said: Buffer | "end" | "reset"): void {
    if (said === "reset") this.to.resetAndDestroy();
    else if (said === "end") this.to.end();
    else if (!this.to.destroyed && !this.to.write(said)) this.from.pause();
  }
}
