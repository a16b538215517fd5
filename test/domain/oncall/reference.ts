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

  constructor(
    private readonly team: Team,
    private readonly horizon: EpochMs,
  ) {}

  personAt(at: EpochMs): PersonId | null {
    const schedule = this.team.schedules[0]!;
    const override = schedule.overrides.filter(({ start, end }) => start <= at && at < end).pop();
    if (override !== undefined) return override.person;
    for (const layer of schedule.layers.toReversed()) {
      const person = this.personOf(layer, schedule.timeZone, at);
      if (person !== null) return person;
    }
    return null;
  }

  private personOf(layer: Layer, timeZone: string, at: EpochMs): PersonId | null {
    const start = instant(layer.start, timeZone);
    if (at < start || (layer.end !== undefined && at >= instant(layer.end, timeZone))) return null;
    if (!this.isOnDuty(layer, timeZone, at)) return null;

    let handoffs = this.handoffs.get(layer);
    if (handoffs === undefined) {
      handoffs = this.expand(layer.handoff, layer.start)
        .map((handoff) => instant(handoff, timeZone))
        .filter((handoff) => handoff > start);
      this.handoffs.set(layer, handoffs);
    }
    const shift = handoffs.filter((handoff) => handoff <= at).length;

    const order = layer.participants.map(
      (_, index) => layer.participants[(shift + index) % layer.participants.length]!,
    );
    const isAway = (person: PersonId): boolean => this.absencesOf(person, at).length > 0;
    const [first] = order;
    if (first === undefined) return null;
    if (!isAway(first)) return first;
    const substitute = this.absencesOf(first, at).pop()!.substitute;
    if (substitute !== undefined && !isAway(substitute)) return substitute;
    return order.find((person) => !isAway(person)) ?? null;
  }

  private absencesOf(person: PersonId, at: EpochMs): Team["absences"][number][] {
    return this.team.absences.filter(
      (absence) => absence.person === person && absence.start <= at && at < absence.end,
    );
  }

  private isOnDuty(layer: Layer, timeZone: string, at: EpochMs): boolean {
    if (layer.windows === undefined) return true;
    let spans = this.windows.get(layer);
    if (spans === undefined) {
      spans = layer.windows.flatMap(({ rrule, from, to }) =>
        this.expand(rrule, `${layer.start.slice(0, 10)}T${from}:00`).map((opening): [EpochMs, EpochMs] => {
          const day = Temporal.PlainDate.from(opening.slice(0, 10));
          const closing = to > from ? day : day.add({ days: 1 });
          return [
            instant(`${day.toString()}T${from}`, timeZone),
            instant(`${closing.toString()}T${to}`, timeZone),
          ];
        }),
      );
      this.windows.set(layer, spans);
    }
    return spans.some(([opening, closing]) => opening <= at && at < closing);
  }

  /** Wall-clock times. In UTC, since in a zone that library leaves skipped times out, and the contract moves them. */
  private expand(rrule: string, start: LocalDateTime): LocalDateTime[] {
    const compact = (text: string): string => text.replace(/[-:]/g, "");
    const until = compact(Temporal.Instant.fromEpochMilliseconds(this.horizon).toString());
    // COUNT by hand: with a rule that never occurs that library counts to its own limit.
    const [bare, count] = rrule.split(";COUNT=");
    const rruleString = `DTSTART;TZID=UTC:${compact(start)}\nRRULE:${bare};UNTIL=${until}`;
    const times = new RRuleTemporal({ rruleString, maxIterations: 1e6 }).all();
    return times.slice(0, Number(count ?? Infinity)).map((time) => time.toString().slice(0, 19));
  }
}

function instant(local: LocalDateTime, timeZone: string): EpochMs {
  return Temporal.PlainDateTime.from(local).toZonedDateTime(timeZone).epochMilliseconds;
}
