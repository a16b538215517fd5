/**
 * The links of this engine to all others of its team, whoever made them: dials those that it follows, takes those that
 * come in through the server, and keeps one for each. Built by `compose`; its links feed synchronisation.
 */
import type { MachineId } from "#domain/ids";
import type { PeerLink } from "../peer-link.ts";
import type { Hello } from "./hello.ts";
import { defaultLinkLimits, type LinkLimits } from "./link-limits.ts";
import { OneLink } from "./one-link.ts";
import { PeerClient, type LinkTrouble, type PeerAddress, type PeerClientOptions } from "./peer-client.ts";

export interface TeamLinksOptions extends Omit<PeerClientOptions, "limits" | "isLinked" | "onLink"> {
  readonly limits?: Partial<LinkLimits>;
  /** Each link once, when both have said hello; closed ones say so themselves. */
  readonly onLink: (link: PeerLink, hello: Hello) => void;
}

export class TeamLinks {
  private readonly clients = new Map<MachineId, PeerClient>();
  private readonly one: OneLink;
  private readonly limits: LinkLimits;

  constructor(private readonly options: TeamLinksOptions) {
    this.limits = { ...defaultLinkLimits, ...options.limits };
    this.one = new OneLink(options.identity.id, options.scheduler);
  }

  /** The other engines of the team as the list has them now, without revoked ones: those that are not in it any more are cut off. */
  follow(peers: readonly PeerAddress[]): void {
    const wanted = new Map(peers.map((peer) => [peer.id, peer]));
    wanted.delete(this.options.identity.id);
    for (const [id, client] of [...this.clients]) {
      if (wanted.has(id)) continue;
      client.stop();
      this.clients.delete(id);
    }
    for (const link of this.one.all())
      if (!wanted.has(link.machine)) link.close("It belongs to the team no more.");
    for (const [id, peer] of wanted) {
      const known = this.clients.get(id);
      if (known !== undefined) known.update(peer);
      else this.begin(peer);
    }
  }

  /** A link that the other side has made (the server's `onPeer`). */
  take(link: PeerLink, hello: Hello): void {
    this.keep(link, hello, link.machine);
  }

  /** Where a machine may be, from discovery. Only those that are followed are looked for. */
  suggest(machine: MachineId, addresses: readonly string[]): void {
    this.clients.get(machine)?.suggest(addresses);
  }

  /** After a sleep, or when the network has changed. */
  retryNow(): void {
    for (const client of this.clients.values()) client.retryNow();
  }

  /** Why there is no link to it; null: there is one, or nothing is known yet. */
  troubleWith(machine: MachineId): LinkTrouble | null {
    return this.one.has(machine) ? null : (this.clients.get(machine)?.trouble ?? null);
  }

  close(why: string): void {
    for (const client of this.clients.values()) client.stop();
    this.clients.clear();
    for (const link of this.one.all()) link.close(why);
  }

  private begin(peer: PeerAddress): void {
    const client = new PeerClient(peer, {
      ...this.options,
      limits: this.limits,
      isLinked: (machine) => this.one.has(machine),
      onLink: (link, hello) => this.keep(link, hello, this.options.identity.id),
    });
    this.clients.set(peer.id, client);
    client.retryNow();
  }

  private keep(link: PeerLink, hello: Hello, dialledBy: MachineId): void {
    if (!this.one.keep(link, dialledBy)) return;
    const { scheduler, onLink } = this.options;
    const sinceMs = scheduler.monotonicMs();
    onLink(link, hello);
    link.onClose(() => {
      if (!this.one.has(link.machine))
        this.clients.get(link.machine)?.linkEnded(scheduler.monotonicMs() - sinceMs);
    });
  }
}
