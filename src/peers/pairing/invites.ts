/**
 * The invites that are open on this machine. In memory only: a restart ends them. Of a secret only its hash is kept, so
 * that a memory dump or a log lets nobody in. Used by `pairing-desk.ts`.
 */
import { createHash, randomBytes } from "node:crypto";
import type { EpochMs, PersonId } from "#domain/ids";
import type { MachineRole } from "#domain/machine";

/** What the machine that uses the invite will be. */
export interface Offer {
  readonly role: MachineRole;
  /** Null: it says itself whose it is, or nobody's. */
  readonly person: PersonId | null;
}

export type TakenInvite =
  | { readonly ok: true; readonly offer: Offer }
  | { readonly ok: false; readonly reason: "wrong-secret" | "expired" | "used" };

interface Open {
  readonly offer: Offer;
  readonly expiresAt: EpochMs;
  /** Fingerprint of the machine that used it. It alone may ask again, in case the answer got lost on its way. */
  usedBy: string | null;
}

export const inviteLastsMs = 15 * 60_000;
/** How long a late-comer is told "expired" rather than "wrong". */
const rememberedMs = 24 * 3_600_000;
const mostInvites = 100;

export class Invites {
  private readonly open = new Map<string, Open>();

  constructor(private readonly now: () => EpochMs) {}

  /** The secret is told here and never again. */
  make(offer: Offer): { readonly secret: string; readonly expiresAt: EpochMs } {
    this.forgetOld();
    const secret = randomBytes(16).toString("base64url");
    const expiresAt = this.now() + inviteLastsMs;
    this.open.set(hashOf(secret), { offer, expiresAt, usedBy: null });
    return { secret, expiresAt };
  }

  /** Once: from now on it is this machine's. */
  take(secret: string, fingerprint: string): TakenInvite {
    const invite = this.open.get(hashOf(secret));
    if (invite === undefined) return { ok: false, reason: "wrong-secret" };
    if (invite.usedBy !== null && invite.usedBy !== fingerprint) return { ok: false, reason: "used" };
    // A clock that was set back does not make it last longer than its length.
    const leftMs = invite.expiresAt - this.now();
    if (leftMs <= 0 || leftMs > inviteLastsMs) return { ok: false, reason: "expired" };
    invite.usedBy = fingerprint;
    return { ok: true, offer: invite.offer };
  }

  /** The machine could not be taken in after all; it may try again. */
  giveBack(secret: string): void {
    const invite = this.open.get(hashOf(secret));
    if (invite !== undefined) invite.usedBy = null;
  }

  private forgetOld(): void {
    const now = this.now();
    for (const [hash, { expiresAt }] of this.open)
      if (now - expiresAt > rememberedMs || this.open.size >= mostInvites) this.open.delete(hash);
  }
}

function hashOf(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}
