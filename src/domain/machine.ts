/**
 * The machines of a team: which are paired, whose they are, and that one is revoked. Facts, so that a machine that
 * pairs with one engine is known to all of them.
 */
import type { EpochMs, MachineId, PersonId } from "./ids.ts";

/** `engine`: may coordinate, holds the journal and the mail credentials. `desk`: shows and acknowledges, holds neither. */
export type MachineRole = "engine" | "desk";

export interface Machine {
  readonly id: MachineId;
  /** As people call it: "Ana's laptop". Hostile text. */
  readonly name: string;
  readonly role: MachineRole;
  /** Whose it is; null: nobody's, for example a server that only coordinates. */
  readonly person: PersonId | null;
  /** SHA-256 of its certificate (DER), 64 hexadecimal digits, lower case. */
  readonly fingerprint: string;
  /** Where other machines find it, `HOST:PORT`; empty for a desk. The first one that answers is used. */
  readonly addresses: readonly string[];
  readonly addedAt: EpochMs;
  /** Null: it belongs to the team. Never taken back: a revoked machine pairs anew, with a new key. */
  readonly revokedAt: EpochMs | null;
  /** Absent: it was not, or nobody knows. `machine`: where it was done. */
  readonly revokedBy?: { readonly person: PersonId | null; readonly machine: MachineId | null };
}

export type MachineFact = { readonly at: EpochMs; readonly hlc?: number } & (
  | {
      readonly kind: "machine-added";
      readonly machine: Omit<Machine, "addedAt" | "revokedAt" | "revokedBy">;
      /** The machine that took it in; its own id for the first one of a team. */
      readonly by: MachineId;
    }
  | {
      readonly kind: "machine-changed";
      readonly machineId: MachineId;
      readonly name?: string;
      readonly person?: PersonId | null;
      readonly addresses?: readonly string[];
    }
  | {
      readonly kind: "machine-revoked";
      readonly machineId: MachineId;
      readonly by: PersonId | null;
      /** The machine that says it; what one says that was revoked before has no effect. Absent: an older Tocsin said it. */
      readonly machine?: MachineId;
    }
);
