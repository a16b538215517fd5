/**
 * What the times of a report mean that says "until when" instead of "firing" or "resolved" (Alertmanager's API): by the
 * sender's clock, which may be minutes away from this machine's. Asked by `routes.ts` for every batch.
 *
 * A firing alert's `endsAt` lies ahead of its sender's clock and moves on with each report; a resolved one's is past and
 * stands still. So a sender is judged by its own earlier words, and by this machine's clock only where there are none yet.
 * What is remembered is lost by a restart: then the report that the open alert knows of stands in, and otherwise the
 * second word mends what the first one could not say.
 */
import type { EpochMs } from "#domain/ids";
import type { SaidNow } from "#domain/input";
import type { Report } from "#domain/said";
import { SenderClock } from "./sender-clock.ts";

export interface Times {
  readonly startsAt: EpochMs | null;
  readonly endsAt: EpochMs;
}

export interface Meaning {
  readonly status: "firing" | "resolved";
  /** How long the sender may be silent from now on before the alert is stale. Null for a resolve. */
  readonly silentAfterMs: number | null;
  readonly said: SaidNow;
}

export interface Sender {
  /** The same text for the same sender. */
  readonly id: string;
  /** For people: its address and integration. */
  readonly words: string;
}

export interface Skew {
  readonly words: string;
  /** How far its clock is ahead of this machine's; negative: behind. About. */
  readonly aheadMs: number;
}

/** One firing, as one sender said it last. */
interface Episode extends Times {
  /** By how much `endsAt` lay ahead of this machine's clock when it came. */
  readonly marginMs: number;
  readonly isOver: boolean;
  /** Taken for over before; then its end moved on. */
  readonly wentOn: boolean;
  /** Its end has moved on, as a firing's does and no other. */
  readonly moved: boolean;
  /** It has fired with an end that lay ahead, so by a clock that made sense: its being over since was no mistake. */
  readonly wasAhead: boolean;
  /** Its end came a little nearer, which a firing's never does. */
  readonly cameBack: boolean;
  /** How many times in a row it was over anew, just now each time. */
  readonly endedNow: number;
  /** In how many reports in a row it had run out before the next one came. */
  readonly ranOut: number;
  /** How many firings in a row overlapped the one before, all of them past by the clock. */
  readonly overlaps: number;
  /** The ends by which it was over before, latest first: what is said of one again stands still. */
  readonly ends: readonly EpochMs[];
}

/** How old an end is that is meant to be now. */
const justNowMs = 2_000;
/** How long a message may be on its way. */
const freshMs = 10_000;
/** How evenly a firing's end keeps its distance from this machine's clock: no better than its messages come. */
const evenMs = 5_000;
/** `ends`: of servers that look like one sender, behind one address and under one address for people. */
const most = { senders: 1_000, episodes: 200_000, ends: 4 };

export class SenderTimes {
  /** By id, the one that spoke last at the end. */
  private readonly clocks = new Map<string, SenderClock>();
  /** By sender and key, the one spoken of last at the end. */
  private readonly episodes = new Map<string, Episode>();

  /** Whether it remembers that firing of this key: such reports of a batch are read first, since others learn by them. */
  knows(sender: Sender, key: string): boolean {
    return this.episodes.has(nameOf(sender, key));
  }

  /** `known`: the last report of this sender that the open alert knows of. `now`: by this machine's clock. */
  read(sender: Sender, key: string, times: Times, now: EpochMs, known: Report | null): Meaning {
    const clock = this.clockOf(sender, now);
    clock.beganBy(times.startsAt, now);
    const name = nameOf(sender, key);
    const before = this.episodes.get(name) ?? episodeOf(known);
    const episode = judge(clock, before, times, now);
    remember(this.episodes, name, episode, most.episodes);
    const said = { sender: sender.id, startsAt: times.startsAt, endsAt: times.endsAt };
    if (!episode.isOver) {
      const { marginMs } = episode;
      const silentAfterMs = Math.max(marginMs - clock.aheadMs, Math.min(marginMs, clock.validMs));
      return { status: "firing", silentAfterMs, said: { ...said, ...(episode.wentOn && { wentOn: true }) } };
    }
    const isGuess = before?.startsAt !== times.startsAt && clock.isTrusted;
    const endedAt = Math.min(now, times.endsAt - clock.aheadMs);
    return {
      status: "resolved",
      silentAfterMs: null,
      said: { ...said, endedAt, ...(isGuess && { isGuess }) },
    };
  }

  /** The senders whose clocks are seen to be wrong now. */
  skews(now: EpochMs): readonly Skew[] {
    return [...this.clocks.values()].flatMap((clock) =>
      clock.isWrong(now) ? [{ words: clock.words, aheadMs: clock.aheadMs }] : [],
    );
  }

  /** This machine's clock was set by so much: what was measured by it moves along. */
  clockStepped(deltaMs: number): void {
    for (const clock of this.clocks.values()) clock.stepped(deltaMs);
    for (const [name, episode] of this.episodes)
      this.episodes.set(name, { ...episode, marginMs: episode.marginMs - deltaMs });
  }

  private clockOf({ id, words }: Sender, now: EpochMs): SenderClock {
    const clock = this.clocks.get(id) ?? new SenderClock(words);
    remember(this.clocks, id, clock, most.senders);
    clock.forget(now);
    return clock;
  }
}

function nameOf({ id }: Sender, key: string): string {
  return `${id}/${key}`;
}

/** At the end; the first one goes when there are too many. */
function remember<Value>(all: Map<string, Value>, name: string, value: Value, max: number): void {
  all.delete(name);
  all.set(name, value);
  if (all.size > max) all.delete(all.keys().next().value!);
}

/** Said before this engine started. */
function episodeOf(known: Report | null): Episode | undefined {
  if (known === null || known.endsAt === null) return undefined;
  const { startsAt, endsAt, at } = known;
  return { ...first, startsAt, endsAt, marginMs: endsAt - at, wasAhead: endsAt > at };
}

const first = {
  isOver: false,
  wentOn: false,
  moved: false,
  wasAhead: false,
  cameBack: false,
  endedNow: 0,
  ranOut: 0,
  overlaps: 0,
  ends: [],
};

function judge(clock: SenderClock, before: Episode | undefined, times: Times, now: EpochMs): Episode {
  const marginMs = times.endsAt - now;
  const isPast = marginMs <= clock.pastUpToMs;
  const heard: Episode = { ...first, ...times, marginMs, isOver: isPast, wasAhead: marginMs > 0 };
  if (before === undefined) return settle(clock, undefined, heard, now);
  if (before.startsAt !== times.startsAt) {
    const overlaps = isPast && overlap(before, times) ? before.overlaps + 1 : 0;
    // Once may be two senders that look like one; twice is a sender that says each firing as a new one.
    const wentOn = overlaps >= 2;
    return settle(clock, before, { ...heard, overlaps, wentOn, isOver: isPast && !wentOn }, now);
  }
  const gone = goneOn(clock, before, heard, isPast, now);
  const kept = { moved: before.moved, wasAhead: before.wasAhead || heard.wasAhead, ends: endsOf(before) };
  return settle(clock, before, { ...heard, ...kept, ...gone }, now);
}

function endsOf({ isOver, endsAt, ends }: Episode): readonly EpochMs[] {
  return isOver ? [endsAt, ...ends.filter((end) => end !== endsAt)].slice(0, most.ends) : ends;
}

/** One more report of the same firing. */
function goneOn(
  clock: SenderClock,
  before: Episode,
  { startsAt, endsAt, marginMs }: Episode,
  isPast: boolean,
  now: EpochMs,
): Partial<Episode> {
  if (endsAt === before.endsAt) return { isOver: before.isOver || before.cameBack || isPast };
  if (isPast && before.ends.includes(endsAt)) return { isOver: true };
  if (endsAt > before.endsAt) {
    const ranOut = before.endsAt <= now ? before.ranOut + 1 : 0;
    if (!isPast) return { isOver: false, wentOn: before.isOver && !before.wasAhead, moved: true, ranOut };
    // "Over, as of now": somebody's script, each day anew. Or, if it goes on, a clock that is behind by the whole validity.
    const endedNow = before.isOver && marginMs > -justNowMs ? before.endedNow + 1 : 0;
    if (endedNow > 0 && (endedNow < 2 || startsAt === null)) return { isOver: true, endedNow };
    // What still looked valid when it came has ended while nothing was heard.
    const keptUp =
      marginMs > before.marginMs - Math.min(clock.validMs / 2, Math.max(5_000, Math.abs(before.marginMs)));
    // Of what was over, only an end that goes with the time does: another server's end is later once, by any length.
    const goesOn = before.isOver ? Math.abs(marginMs - before.marginMs) <= evenMs : keptUp;
    return goesOn ? { isOver: false, wentOn: before.isOver, moved: true, ranOut } : { isOver: true };
  }
  if (isPast) return { isOver: true };
  if (startsAt === null || before.isOver) return { isOver: false };
  // Nearer than it was said to be, though not past by this machine's clock: the end, by a clock that is ahead.
  if (marginMs < freshMs) return { isOver: true };
  const { aheadMs, validMs } = clock;
  const isEnd = before.endsAt - endsAt >= Math.min(validMs, before.marginMs - Math.max(0, aheadMs)) / 4;
  return isEnd && (aheadMs > 0 || before.moved) ? { isOver: true } : { isOver: false, cameBack: true };
}

/** What the verdict says about the sender's clock. */
function settle(clock: SenderClock, before: Episode | undefined, heard: Episode, now: EpochMs): Episode {
  const { startsAt, endsAt, marginMs, isOver, wentOn, ranOut } = heard;
  if (isOver) {
    if (marginMs > 0) clock.overAt(marginMs, now);
    return heard;
  }
  if (startsAt !== null) clock.validFor(endsAt - startsAt);
  if (before !== undefined && before.startsAt === startsAt) clock.spokeAgainAfter(endsAt - before.endsAt);
  // A first word proves nothing about the clock that it was judged by.
  if (before === undefined || (before.startsAt !== startsAt && !wentOn)) return heard;
  if (heard.moved) clock.firesUpTo(marginMs, now);
  if (marginMs <= 0 || (clock.aheadMs < 0 && marginMs < 5_000)) clock.firesAt(marginMs, now);
  else if (wentOn || before.marginMs <= 0) clock.isRight();
  else if (ranOut >= 2) clock.runsOut(marginMs, now);
  return heard;
}

function overlap(before: Episode, { startsAt, endsAt }: Times): boolean {
  if (before.startsAt === null || startsAt === null || !before.isOver) return false;
  return startsAt > before.startsAt && startsAt < before.endsAt && endsAt > before.endsAt;
}
