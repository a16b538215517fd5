/**
 * Brings the journals at the two ends of one link together. Whoever lacks something asks (`want`, one at a time), takes
 * the answer, and asks for the rest: so it is resumable, and nobody is sent more than it takes. New facts are pushed
 * besides. Made by `synchronisation.ts` for each link.
 */
import type { EpochMs, MachineId, OriginId } from "#domain/ids";
import type { Vector } from "#domain/place";
import type { Clock, Engine, TravellingFact } from "#engine/ports";
import type { PeerMessage } from "#wire/peer-contract";
import { LookBack } from "./look-back.ts";
import type { PeerLink } from "./peer-link.ts";
import { peerLimits, peerTiming } from "./peer-timing.ts";
import { takeFacts, type Taken } from "./take-facts.ts";
import { advance, factsMissing, lastOf, originsOf, withLast } from "./vectors.ts";

type Want = Extract<PeerMessage, { type: "want" }>;
type Facts = Extract<PeerMessage, { type: "facts" }>;

export interface SynchronisationContext {
  readonly clock: Clock;
  readonly engine: Engine;
  /** Counts the settlings; null while it does not settle. */
  settling(): number | null;
  /** Origins of which this machine has other facts than we. */
  quarantined(machine: MachineId): ReadonlySet<OriginId>;
  quarantine(machine: MachineId, origin: OriginId, seq: number): void;
  /** It has no more of some origin than we, so there is nothing to contradict any more. */
  contradictsNoMore(machine: MachineId, vector: Vector): void;
  /** We write to another origin now; see `look-back.ts`. */
  restored(machine: MachineId, origin: OriginId, firstOfOurs: number): void;
  /** One line in the security log, and the link is closed. */
  refuse(link: PeerLink, event: string, details: Record<string, unknown>): void;
  securityLog(event: string, details: Record<string, unknown>): void;
  /** It has everything that we have, and will hear so next. */
  caughtUp(machine: MachineId): void;
  /** Something has come of these origins; ask on, and pass it on. */
  taken(from: MachineId, origins: readonly OriginId[]): void;
}

export class LinkSynchronisation {
  /** What the other machine has, as far as we know; null: not heard yet. */
  theirs: Vector | null = null;
  private asked: { readonly request: number; readonly at: EpochMs; readonly settling: number | null } | null =
    null;
  private requests = 0;
  private provenFor: number | null = null;
  /** The last question has led nowhere. */
  private pausedAt: EpochMs | null = null;
  private taking: Promise<void> = Promise.resolve();
  private untakenBytes = 0;
  private unanswered: Want | null = null;
  /** Was told to ask for more: what is new comes to it that way. */
  private isPulling = false;
  private lookBack: LookBack | null = null;
  /** Has said that it has more than it sends; believed again when it says something else. */
  private disbelieved: Vector | null = null;
  private closed = false;

  constructor(
    private readonly link: PeerLink,
    private readonly context: SynchronisationContext,
  ) {}

  /** Its vector, by its heartbeat. */
  heard(vector: Vector): void {
    this.theirs = vector;
    this.context.contradictsNoMore(this.link.machine, vector);
  }

  /** Right after the first heartbeat: a journal that was restored elsewhere is found out by the last fact it has. */
  showHeadOf(origin: OriginId): void {
    const { engine } = this.context;
    const vector = engine.vector();
    const last = lastOf(vector, origin);
    if (last === 0) return;
    const facts = engine.factsBeyond(withLast(vector, origin, last - 1), 1).slice(0, 1);
    this.link.send({ type: "facts", facts, more: false });
  }

  /** Everything that it had was taken in during this settling. */
  isProvenFor(settling: number): boolean {
    return this.provenFor === settling;
  }

  isWaiting(now: EpochMs): boolean {
    return isWithin(this.asked?.at ?? null, peerTiming.answerWithinMs, now);
  }

  wantsToAsk(now: EpochMs): boolean {
    if (this.closed || isWithin(this.pausedAt, peerTiming.beatEveryMs, now)) return false;
    if (isWithin(this.asked?.at ?? null, peerTiming.askAgainAfterMs, now)) return false;
    const settling = this.context.settling();
    return (settling !== null && !this.isProvenFor(settling)) || this.lacksSomething();
  }

  ask(now: EpochMs): void {
    const { engine } = this.context;
    const { origin } = engine;
    let vector = engine.vector();
    for (const other of this.context.quarantined(this.link.machine))
      vector = withLast(vector, other, Math.max(lastOf(vector, other), lastOf(this.theirs ?? {}, other)));
    if (this.lookBack?.isOver === true) this.lookBack = null;
    if (lastOf(this.theirs ?? {}, origin) > lastOf(vector, origin)) this.lookBack ??= new LookBack(engine);
    if (this.lookBack !== null) vector = withLast(vector, origin, this.lookBack.agreedUpTo);
    this.requests += 1;
    if (this.link.send({ type: "want", vector, request: this.requests }))
      this.asked = { request: this.requests, at: now, settling: this.context.settling() };
  }

  want(want: Want): void {
    this.theirs = want.vector as Vector;
    this.unanswered = want;
    this.answer();
  }

  /** Also called now and then, for what waits until the other has read enough. */
  answer(): void {
    const { engine, caughtUp } = this.context;
    if (this.unanswered === null || this.link.unreadBytes > peerLimits.unreadBytes) return;
    const { vector, request } = this.unanswered as Want & { vector: Vector };
    const facts = engine.factsBeyond(vector, peerLimits.portionBytes);
    const after = advance(vector, facts);
    const more = factsMissing(after, engine.vector()) > 0 && facts.length > 0;
    if (facts.length === 0) caughtUp(this.link.machine);
    const answered = request === undefined ? {} : { request };
    if (!this.link.send({ type: "facts", ...answered, facts, more })) return;
    this.unanswered = null;
    this.isPulling = more;
    this.theirs = after;
  }

  /** Sends on what is new of these origins, as long as the other reads. What is left over it asks for. */
  push(origins: readonly OriginId[]): void {
    const { engine } = this.context;
    if (this.closed || this.theirs === null || this.isPulling) return;
    const ours = engine.vector();
    let there = ours;
    for (const origin of origins)
      there = withLast(there, origin, Math.min(lastOf(ours, origin), lastOf(this.theirs, origin)));
    // One that is far behind asks for it, as fast as it can take it.
    if (factsMissing(there, ours) > peerLimits.pushedFacts) return;
    while (factsMissing(there, ours) > 0 && this.link.unreadBytes <= peerLimits.unreadBytes) {
      const facts = engine.factsBeyond(there, peerLimits.portionBytes);
      if (facts.length === 0 || !this.link.send({ type: "facts", facts, more: false })) return;
      there = advance(there, facts);
      this.theirs = advance(this.theirs, facts);
    }
  }

  facts(message: Facts): void {
    const bytes = message.facts.reduce((sum, { body }) => sum + body.length + 400, 0);
    this.untakenBytes += bytes;
    if (this.untakenBytes > peerLimits.untakenBytes)
      return this.context.refuse(this.link, "flood", {
        reason: "It sends facts faster than they can be kept.",
      });
    this.taking = this.taking.then(async () => {
      if (!this.closed) await this.take(message);
      this.untakenBytes -= bytes;
    });
  }

  close(): void {
    this.closed = true;
  }

  private lacksSomething(): boolean {
    if (this.theirs === null || this.theirs === this.disbelieved) return false;
    if (this.lookBack !== null && !this.lookBack.isOver) return true;
    const ours = this.context.engine.vector();
    const quarantined = this.context.quarantined(this.link.machine);
    return originsOf(this.theirs).some(
      (origin) => !quarantined.has(origin) && lastOf(this.theirs!, origin) > lastOf(ours, origin),
    );
  }

  private async take(message: Facts): Promise<void> {
    const { engine, clock, taken } = this.context;
    const isAnswer = this.asked !== null && message.request === this.asked.request;
    const settling = isAnswer ? this.asked!.settling : null;
    const facts = message.facts as readonly unknown[] as readonly TravellingFact[];
    const origins = [...new Set(facts.map(({ origin }) => origin))];
    const before = engine.vector();
    const progressed = await this.takeAll(facts, isAnswer);
    if (this.closed) return;
    if (this.theirs !== null && facts.length > 0) this.theirs = advance(this.theirs, facts);
    const grown = origins.filter((origin) => lastOf(engine.vector(), origin) > lastOf(before, origin));
    if (isAnswer) {
      this.asked = null;
      const stuck = grown.length === 0 && !progressed;
      this.pausedAt = stuck ? clock.now() : null;
      if (stuck && !message.more && settling !== null) this.provenFor = settling;
      if (facts.length === 0 && this.lacksSomething()) this.disbelieve();
    }
    taken(this.link.machine, grown);
  }

  /** @returns whether the next question will be another one, even if no fact was added. */
  private async takeAll(facts: readonly TravellingFact[], isAnswer: boolean): Promise<boolean> {
    const { engine } = this.context;
    const lookedBack = isAnswer && (await this.goOnLookingBack(facts));
    const quarantined = this.context.quarantined(this.link.machine);
    const own = engine.origin;
    // Nothing is added to the origin that we write to.
    const others = facts.filter(
      ({ origin, seq }) =>
        !quarantined.has(origin) && (origin !== own || seq <= lastOf(engine.vector(), own)),
    );
    const taken = await takeFacts(engine, others);
    return this.judge(taken) || lookedBack;
  }

  private judge(taken: Taken): boolean {
    const { machine } = this.link;
    const { engine, refuse, quarantine } = this.context;
    switch (taken.kind) {
      case "not-now":
        return false;
      case "malformed":
      case "damaged": {
        const { origin, seq } = taken;
        refuse(this.link, `${taken.kind}-fact`, { origin, seq });
        return false;
      }
      case "taken": {
        for (const { origin, seq } of taken.forked) {
          if (origin === engine.origin) this.lookBack ??= new LookBack(engine);
          else {
            quarantine(machine, origin, seq);
            // Whoever writes to it learns of it in this way, and begins another one.
            this.showHeadOf(origin);
          }
        }
        return taken.forked.length > 0;
      }
    }
  }

  private async goOnLookingBack(facts: readonly TravellingFact[]): Promise<boolean> {
    const { lookBack } = this;
    if (lookBack === null || lookBack.isOver) return false;
    const before = lookBack.agreedUpTo;
    try {
      const firstOfOurs = await lookBack.compare(facts);
      if (firstOfOurs !== null) this.context.restored(this.link.machine, lookBack.origin, firstOfOurs);
    } catch {
      // The journal cannot be written now; the next answer finds the same place.
      return false;
    }
    if (lookBack.isOver || facts.length === 0) this.lookBack = null;
    return lookBack.isOver || lookBack.agreedUpTo > before;
  }

  private disbelieve(): void {
    const isFirst = this.disbelieved === null;
    this.disbelieved = this.theirs;
    if (!isFirst) return;
    this.context.securityLog("claims-facts-it-does-not-have", { machine: this.link.machine });
  }
}

/** The wall clock may have been set back meanwhile; nothing waits longer for that. */
function isWithin(since: EpochMs | null, ms: number, now: EpochMs): boolean {
  return since !== null && Math.abs(now - since) < ms;
}
