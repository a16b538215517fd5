/**
 * Where other machines come in: the server on its port, and the word on the local network that says where it is. Used by
 * `team-machines`; a machine that is alone has none.
 */
import type { Logger } from "pino";
import type { MachineId } from "#domain/ids";
import { printAddress, type Address } from "#peers/link/address";
import { PeerServer, type PeerServerOptions } from "#peers/link/peer-server";
import { startDiscovery, type Discovery } from "#peers/pairing/discovery";
import { addressesOf } from "#peers/pairing/lan-addresses";

export interface TeamDoorOptions {
  readonly server: PeerServerOptions;
  readonly log: Pick<Logger, "info">;
}

export class TeamDoor {
  private server: PeerServer | null = null;
  private discovery: Discovery | null = null;
  private at: Address | null = null;

  constructor(private readonly options: TeamDoorOptions) {}

  get isOpen(): boolean {
    return this.server !== null;
  }

  /** Where it is open; null: it is not. */
  get address(): Address | null {
    return this.at;
  }

  /** Where other machines find this one, the most likely one first. */
  addresses(): readonly string[] {
    return this.at === null ? [] : addressesOf(this.at);
  }

  /** @returns why other machines cannot reach this one, with the remedy; null: they can. */
  async open(where: Address): Promise<string | null> {
    if (this.server !== null) return null;
    const server = new PeerServer(this.options.server);
    try {
      const port = await server.listen(where.host, where.port);
      this.at = { host: where.host, port };
    } catch (error) {
      server.close();
      const why = (error as NodeJS.ErrnoException).code ?? String(error);
      return `Other machines cannot reach this one: ${printAddress(where)} cannot be opened (${why}). Give another one with --peers HOST:PORT.`;
    }
    this.server = server;
    this.options.log.info(this.at, "other machines are let in here");
    return null;
  }

  /** A convenience: machines whose addresses have changed are found on the local network. */
  async discover(
    teamId: string,
    self: MachineId,
    onFound: (machine: MachineId, addresses: readonly string[]) => void,
  ): Promise<void> {
    if (this.at === null || this.discovery !== null) return;
    const onTrouble = (text: string) => this.options.log.info(text);
    this.discovery = { stop: () => {} };
    this.discovery = await startDiscovery({ self, teamId, port: this.at.port, onFound, onTrouble });
  }

  close(): void {
    this.discovery?.stop();
    this.server?.close();
  }
}
