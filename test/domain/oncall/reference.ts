/**
 * Who is on call, worked out for one instant in the most literal way: contract §3 read aloud, with rrule-temporal and
 * Temporal for every date. Slow, shares no code with the product; the on-call tests hold the two against each other.
 */
import { RRuleTemporal } from "rrule-temporal";
import { Temporal } from "temporal-polyfill";
import type { EpochMs, PersonId } from "#domain/ids";
import type { Layer, LocalDateTime, Team } from "#domain/team";

/** One instance knows one team, and answers up to `horizon`. */
export class Reference {
  private readonly handoffs = new Map<Layer, EpochMs[]>();
  private readonly windows = new Map<Layer, [EpochMs, EpochMs][]>();
  private readonly terms = new Map<Layer, [EpochMs, EpochMs]>();

  constructor(
    private readonly team: Team,
    private readonly horizon: EpochMs,
  ) {}

  personAt(at: EpochMs): PersonId | null {
    return this.crewAt(at)[0] ?? null;
  }

  /** Everybody at once, in the turn's order. */
  crewAt(at: EpochMs): readonly PersonId[] {
    const schedule = this.team.schedules[0]!;
    const override = schedule.overrides.filter(({ start, end }) => start <= at && at < end).pop();
    if (override !== undefined) return [override.person];
    for (const layer of schedule.layers.toReversed()) {
      const crew = this.crewOf(layer, schedule.timeZone, at);
      if (crew.length > 0) return crew;
    }
    return [];
  }

  /** `[start, end, people]` of the final schedule, several joined by `+`: one look at every instant at which anything of it changes. */
  segmentsBetween(from: EpochMs, to: EpochMs): [EpochMs, EpochMs, string | null][] {
    const schedule = this.team.schedules[0]!;
    const ofLayers = schedule.layers.flatMap((layer) => [
      ...this.termOf(layer, schedule.timeZone),
      ...this.handoffsOf(layer, schedule.timeZone),
      ...this.windowsOf(layer, schedule.timeZone).flat(),
    ]);
    const ofSpans = [...schedule.overrides, ...this.team.absences].flatMap(({ start, end }) => [start, end]);
    const changes = [from, ...new Set([...ofLayers, ...ofSpans]), to]
      .filter((change) => from <= change && change <= to)
      .sort((a, b) => a - b);
    const segments: [EpochMs, EpochMs, string | null][] = [];
    changes.slice(0, -1).forEach((start, index) => {
      const end = changes[index + 1]!;
      const people = this.crewAt(start).join("+") || null;
      const last = segments.at(-1);
      if (start === end) return;
      if (last?.[2] === people) last[1] = end;
      else segments.push([start, end, people]);
    });
    return segments;
  }

  private crewOf(layer: Layer, timeZone: string, at: EpochMs): readonly PersonId[] {
    const [start, end] = this.termOf(layer, timeZone);
    if (at < start || at >= end) return [];
    if (!this.isOnDuty(layer, timeZone, at)) return [];

    const shift = countUpTo(this.handoffsOf(layer, timeZone), at);

    const turns = layer.turns ?? layer.participants.map((person) => [person]);
    const order = turns.map((_, index) => turns[(shift + index) % turns.length]!);
    const isAway = (person: PersonId): boolean => this.absencesOf(person, at).length > 0;
    const [first = []] = order;
    // A turn with nobody is meant so.
    if (first.length === 0) return [];
    const serving: PersonId[] = [];
    for (const person of first) {
      if (!isAway(person)) serving.push(person);
      else {
        const substitute = this.absencesOf(person, at).pop()!.substitute;
        const isThere =
          substitute !== undefined && (first.includes(substitute) || serving.includes(substitute));
        if (substitute !== undefined && !isAway(substitute) && !isThere) serving.push(substitute);
      }
    }
    if (serving.length > 0) return serving;
    const left = order.map((turn) => turn.filter((person) => !isAway(person)));
    return left.find((turn) => turn.length > 0) ?? [];
  }

  private absencesOf(person: PersonId, at: EpochMs): Team["absences"][number][] {
    return this.team.absences.filter(
      (absence) => absence.person === person && absence.start <= at && at < absence.end,
    );
  }

  private termOf(layer: Layer, timeZone: string): [EpochMs, EpochMs] {
    let term = this.terms.get(layer);
    if (term === undefined) {
      const at = (text: LocalDateTime): EpochMs => instant(Temporal.PlainDateTime.from(text), timeZone);
      term = [at(layer.start), layer.end === undefined ? Infinity : at(layer.end)];
      this.terms.set(layer, term);
    }
    return term;
  }

  private handoffsOf(layer: Layer, timeZone: string): EpochMs[] {
    let handoffs = this.handoffs.get(layer);
    if (handoffs === undefined) {
      const start = Temporal.PlainDateTime.from(layer.start);
      const term = this.termOf(layer, timeZone);
      handoffs = this.expand(layer.handoff, start, timeZone)
        .map((handoff) => instant(handoff, timeZone))
        .filter((handoff) => handoff > term[0])
        .sort((a, b) => a - b);
      this.handoffs.set(layer, handoffs);
    }
    return handoffs;
  }

  private isOnDuty(layer: Layer, timeZone: string, at: EpochMs): boolean {
    if (layer.windows === undefined) return true;
    return this.windowsOf(layer, timeZone).some(([opening, closing]) => opening <= at && at < closing);
  }

  private windowsOf(layer: Layer, timeZone: string): [EpochMs, EpochMs][] {
    let spans = this.windows.get(layer);
    if (spans === undefined) {
      spans = (layer.windows ?? []).flatMap(({ rrule, from, to }) => {
        const start = Temporal.PlainDateTime.from(`${layer.start.slice(0, 10)}T${from}`);
        const [opening, closing] = [from, to].map((text) => Temporal.PlainTime.from(text));
        return this.expand(rrule, start, timeZone).map((time): [EpochMs, EpochMs] => {
          const day = time.toPlainDate();
          return [
            instant(day.toPlainDateTime(opening), timeZone),
            instant((to > from ? day : day.add({ days: 1 })).toPlainDateTime(closing), timeZone),
          ];
        });
      });
      this.windows.set(layer, spans);
    }
    return spans;
  }

  /** Wall-clock times. In UTC, since in a zone that library leaves skipped times out, and the contract moves them. */
  private expand(rrule: string, start: Temporal.PlainDateTime, timeZone: string): Temporal.PlainDateTime[] {
    const compact = (time: { toString(): string }): string => time.toString().replace(/[-:]/g, "");
    const horizon = compact(Temporal.Instant.fromEpochMilliseconds(this.horizon));
    // COUNT by hand: with a rule that never occurs that library counts to its own limit. And UNTIL, as it is in the zone.
    const [bare, end] = rrule.split(/;(?=COUNT|UNTIL)/);
    const [name, bound] = end?.split("=") ?? [];
    const rruleString = `DTSTART;TZID=UTC:${compact(start)}\nRRULE:${bare};UNTIL=${horizon}`;
    const times = new RRuleTemporal({ rruleString, maxIterations: 1e6 })
      .all()
      // The library brings another Temporal with it, which misses some changes of clocks (Cairo, May 2014): only its dates.
      .map(({ epochMilliseconds }) => wallTime(epochMilliseconds));
    if (name === "COUNT") return times.slice(0, Number(bound));
    if (name === undefined) return times;
    const last = `${bound!.slice(0, 4)}-${bound!.slice(4, 6)}-${bound!.slice(6, 11)}:${bound!.slice(11, 13)}:${bound!.slice(13)}`;
    if (!last.endsWith("Z"))
      return times.filter(
        (time) => Temporal.PlainDateTime.compare(time, Temporal.PlainDateTime.from(last)) <= 0,
      );
    return times.filter((time) => instant(time, timeZone) <= Temporal.Instant.from(last).epochMilliseconds);
  }
}

function wallTime(shown: number): Temporal.PlainDateTime {
  const date = new Date(shown);
  return new Temporal.PlainDateTime(
    date.getUTCFullYear(),
    date.getUTCMonth() + 1,
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
  );
}

function instant(local: Temporal.PlainDateTime, timeZone: string): EpochMs {
  return local.toZonedDateTime(timeZone).epochMilliseconds;
}

/** How many of them, ascending, are at or before `at`. */
function countUpTo(ascending: readonly EpochMs[], at: EpochMs): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
