/** What must be the same on all machines for them to agree on who is on call, as this one has it. Told with heartbeats. */
import { createHash } from "node:crypto";
import type { EpochMs } from "#domain/ids";
import { nextHandoffs } from "#domain/oncall/next-handoff";
import type { Team } from "#domain/team";
import type { RuntimeJson } from "#wire/peer-contract";

const dayMs = 86_400_000;
/** Long enough to meet a change of offset that one machine's tables have and another's have not. */
const horizonMs = 60 * dayMs;

export class OwnRuntime {
  private known: { readonly team: Team; readonly day: number; readonly handoffs: string | null } | null =
    null;

  constructor(private readonly tocsin: string) {}

  now(team: Team | null, now: EpochMs): RuntimeJson {
    const { version: node, versions } = process;
    const handoffs = team === null ? null : this.handoffs(team, now);
    const timeZones = versions["tz"] ?? "unknown";
    return { tocsin: this.tocsin, node, timeZones, revision: team?.revision ?? null, handoffs };
  }

  /** A hash of the handoffs of the next 60 days, counted from midnight UTC so that machines compare the same stretch. */
  private handoffs(team: Team, now: EpochMs): string | null {
    const day = Math.floor(now / dayMs);
    if (this.known?.team !== team || this.known.day !== day) {
      const start = day * dayMs;
      this.known = { team, day, handoffs: hashOf(team, start) };
    }
    return this.known.handoffs;
  }
}

function hashOf(team: Team, start: EpochMs): string | null {
  try {
    const handoffs = nextHandoffs(team, start, start + horizonMs);
    return createHash("sha256").update(JSON.stringify(handoffs)).digest("hex").slice(0, 16);
  } catch {
    // What cannot be computed is shown elsewhere; it is no difference between machines.
    return null;
  }
}
