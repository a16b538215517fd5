/**
 * Who coordinates, and where this machine stands: house rule "who acts". Asked at the beginning of every turn of the
 * engine, so `look` is cheap and its answer right at that moment. Driven by `peers.ts`.
 *
 * No election carries the guarantee that nobody is forgotten: every machine acts on what is due, only the later the more
 * machines stand before it. The role of coordinator merely says who is first, and is sticky, so that it seldom changes
 * hands. It follows from the heartbeats heard last and from this machine's own claim; there is nothing else to keep.
 */
import type { EpochMs, MachineId } from "#domain/ids";
import { maxEpoch } from "#wire/peer-contract";
import type { Membership, Sighting } from "./membership.ts";
import { peerTiming } from "./peer-timing.ts";

export interface WhoActsDependencies {
  readonly self: MachineId;
  readonly membership: Membership;
  /** The other engines of the team. */
  others(): readonly MachineId[];
  /** The machines with a link. */
  linked(): readonly MachineId[];
  /** This machine's journal and channels work. */
  able(): boolean;
  /** Everything that this machine had has been taken in since the last call of `settle`. */
  synced(machine: MachineId): boolean;
}

interface Claim {
  readonly machine: MachineId;
  readonly epoch: number;
}

export class WhoActs {
  /** The epoch of our own claim to coordinate. */
  private claim: number | null = null;
  private highestEpoch = 0;
  private followed: Claim | null = null;
  private followedSince: EpochMs | null = null;
  /** Since when nobody in sight coordinates. */
  private lostSince: EpochMs | null = null;
  private settlingSince: EpochMs | null = null;
  private suspendedSince: EpochMs | null = null;
  /** It has settled in sight of others: until then it says so, and hears who else does, before it acts. */
  private actsFrom: EpochMs | null = null;
  /** It has settled without seeing anybody: alone it acts, but it is not to take the role from a team that it rejoins. */
  private newcomer = false;

  constructor(private readonly dependencies: WhoActsDependencies) {}

  /**
   * Drops the role; acts again when it has everything that those in sight have, or after 10 s. One that is interrupted
   * goes on where it was at `awakeAt`: else a machine that hangs every few seconds would never act.
   */
  settle(now: EpochMs, awakeAt: EpochMs): void {
    const settledForMs = this.settlingSince === null ? 0 : Math.max(0, awakeAt - this.settlingSince);
    this.suspendedSince = null;
    this.settlingSince = now - settledForMs;
    this.actsFrom = null;
    this.claim = null;
    this.lostSince = null;
  }

  /** Acts no more until it settles anew. */
  suspend(now: EpochMs): void {
    this.suspendedSince = now;
    this.settlingSince = null;
    this.actsFrom = null;
    this.claim = null;
  }

  shift(deltaMs: number): void {
    if (this.followedSince !== null) this.followedSince += deltaMs;
    if (this.lostSince !== null) this.lostSince += deltaMs;
    if (this.settlingSince !== null) this.settlingSince += deltaMs;
    if (this.actsFrom !== null) this.actsFrom += deltaMs;
    if (this.suspendedSince !== null) this.suspendedSince += deltaMs;
  }

  /** Takes note of what has changed since the last look. Looking twice changes nothing. */
  look(now: EpochMs): void {
    if (this.settlingSince !== null && this.hasSettled(this.settlingSince, now)) {
      this.settlingSince = null;
      this.newcomer = this.dependencies.membership.heard(now).length === 0;
      // Another one may settle at this very moment, and both would be the first.
      if (!this.newcomer) this.actsFrom = now + peerTiming.announcedMs;
    }
    if (this.actsFrom !== null && now >= this.actsFrom) this.actsFrom = null;
    const acting = this.dependencies.membership.acting(now);
    if (acting.length > 0) this.newcomer = false;
    for (const { words } of this.dependencies.membership.heard(now))
      this.highestEpoch = Math.max(this.highestEpoch, words?.epoch ?? 0);
    if (!this.acts) this.claim = null;
    let best = this.bestClaim(acting, now);
    if (best !== null && best.machine !== this.dependencies.self) this.claim = null;
    if (best === null) best = this.takeOver(acting, now);
    else this.lostSince = null;
    if (best?.machine !== this.followed?.machine) this.followedSince = best === null ? null : now;
    this.followed = best;
  }

  /** What the others are told: false while it only takes in. */
  get acts(): boolean {
    return !this.isSettling && !this.isSuspended && this.dependencies.able();
  }

  get isSettling(): boolean {
    return this.settlingSince !== null;
  }

  get isSuspended(): boolean {
    return this.suspendedSince !== null;
  }

  /** As of the last look. */
  get coordinator(): (Claim & { readonly since: EpochMs }) | null {
    if (this.followed === null || this.followedSince === null) return null;
    return { ...this.followed, since: this.followedSince };
  }

  /** Of the coordinator that is followed, else the highest that was heard of. */
  get epoch(): number {
    return this.followed?.epoch ?? this.highestEpoch;
  }

  /** As of the last look; 0 acts first, null not at all. */
  position(now: EpochMs): number | null {
    if (this.isSettling || this.isSuspended || this.actsFrom !== null) return null;
    const { self, membership, able } = this.dependencies;
    const acting = membership.acting(now);
    // It takes in nothing, an acknowledgement neither: while another can, it must not act. If nobody can, as far as it is able.
    if (!able()) return acting.length === 0 ? 0 : null;
    const coordinator = this.followed?.machine ?? null;
    if (coordinator === self) return 0;
    const before = acting.filter(({ machine }) => machine !== coordinator && machine < self).length;
    return before + (coordinator === null ? 0 : 1);
  }

  /** When a look may find something new without any event. */
  nextChangeAt(now: EpochMs): EpochMs | null {
    const times = [
      this.actsFrom,
      this.settlingSince === null ? null : this.settlingSince + peerTiming.settleAtLeastMs,
      this.settlingSince === null ? null : this.settlingSince + peerTiming.settleAtMostMs,
      this.suspendedSince === null ? null : this.suspendedSince + peerTiming.suspendedAtMostMs,
      this.lostSince === null || !this.acts ? null : this.takeOverAt(this.lostSince, now),
    ].filter((at) => at !== null && at > now);
    return times.length === 0 ? null : Math.min(...(times as number[]));
  }

  /** The sleep that was announced has not come about. */
  overslept(now: EpochMs): boolean {
    return this.suspendedSince !== null && now - this.suspendedSince >= peerTiming.suspendedAtMostMs;
  }

  private hasSettled(since: EpochMs, now: EpochMs): boolean {
    if (now - since >= peerTiming.settleAtMostMs) return true;
    const linked = this.dependencies.linked();
    if (linked.length === 0 || !linked.every((machine) => this.dependencies.synced(machine))) return false;
    if (now - since >= peerTiming.settleAtLeastMs) return true;
    return this.dependencies.others().every((machine) => linked.includes(machine));
  }

  /** The highest epoch wins, of equal ones the smaller id. */
  private bestClaim(acting: readonly Sighting[], now: EpochMs): Claim | null {
    const { self, membership, others } = this.dependencies;
    const team = others();
    // What a machine says itself counts more than what others say of it.
    const speaksItself = new Set([self, ...membership.reachable(now).map(({ machine }) => machine)]);
    const claims: Claim[] = this.claim === null ? [] : [{ machine: self, epoch: this.claim }];
    for (const { machine, words } of acting) {
      if (words === null || words.coordinator === null) continue;
      const claim = { machine: words.coordinator, epoch: words.epoch };
      // We cannot see it, but somebody can who sees us: facts come that way, so there is no reason to take over from it.
      const seenForUs =
        !speaksItself.has(claim.machine) &&
        team.includes(claim.machine) &&
        words.hears.includes(claim.machine);
      if (claim.machine === machine || seenForUs) claims.push(claim);
    }
    return claims.sort(byRank)[0] ?? null;
  }

  private takeOver(acting: readonly Sighting[], now: EpochMs): Claim | null {
    const isAnnouncing = this.actsFrom !== null;
    if (!this.acts || isAnnouncing || (this.newcomer && acting.length === 0)) {
      this.lostSince = null;
      return null;
    }
    this.lostSince ??= now;
    if (now < this.takeOverAt(this.lostSince, now)) return null;
    this.lostSince = null;
    this.claim = Math.min(maxEpoch, this.highestEpoch + 1);
    this.highestEpoch = this.claim;
    return { machine: this.dependencies.self, epoch: this.claim };
  }

  private takeOverAt(lostSince: EpochMs, now: EpochMs): EpochMs {
    const { membership, self } = this.dependencies;
    const better = membership.acting(now).filter(({ machine }) => machine < self).length;
    return lostSince + better * peerTiming.takeoverStepMs;
  }
}

function byRank(a: Claim, b: Claim): number {
  return b.epoch - a.epoch || (a.machine < b.machine ? -1 : 1);
}
