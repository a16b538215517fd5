/**
 * What waits for room on one channel, worst first. A long line costs a turn no more than a short one: it stands in one row
 * for each person's critical and usual notifications, each row is sorted, and whoever has no room has none for all of a row.
 *
 * Own code, since each row must also give up one from its middle, and two short loops are less than an adapter.
 */
import type { Notify } from "#domain/command";
import type { AlertId } from "#domain/ids";
import { byUrgency, type Urgency } from "#domain/urgency";

/** Null: it is not wanted any more. */
type UrgencyNow = Urgency | null;

interface Place {
  readonly command: Notify;
  readonly urgency: Urgency;
  /** Of equally urgent ones, who came first goes first. */
  readonly number: number;
}

/** The most urgent is the last, where it is taken from. */
type Row = Place[];

export class WaitingLine {
  private readonly rows = new Map<string, Row>();
  private readonly placesOf = new Map<AlertId, Place[]>();
  private unwanted: Notify[] = [];
  private counted = 0;

  constructor(private readonly urgencyNow: (command: Notify) => UrgencyNow) {}

  get isEmpty(): boolean {
    return this.placesOf.size === 0 && this.unwanted.length === 0;
  }

  add(command: Notify): void {
    this.counted += 1;
    this.place(command, this.urgencyNow(command), this.counted);
  }

  /** This alert may have become better or worse, or be nothing that anybody is to be told of any more. */
  alertChanged(id: AlertId): void {
    for (const place of [...(this.placesOf.get(id) ?? [])]) {
      const urgency = this.urgencyNow(place.command);
      if (urgency !== null && byUrgency(urgency, place.urgency) === 0) continue;
      this.remove(place);
      this.place(place.command, urgency, place.number);
    }
  }

  /** Each of them may. */
  allChanged(): void {
    for (const id of [...this.placesOf.keys()]) this.alertChanged(id);
  }

  takeUnwanted(): Notify[] {
    return this.unwanted.splice(0);
  }

  takeAll(): Notify[] {
    const all = [...this.takeUnwanted(), ...[...this.placesOf.values()].flat().map(({ command }) => command)];
    this.rows.clear();
    this.placesOf.clear();
    return all;
  }

  /**
   * As many as there is room for, the most urgent first; `begin` is told of each before the next one's room is asked for.
   * Room only gets less meanwhile, and depends on the person and on whether it is critical alone.
   */
  takeTurns(hasRoom: (command: Notify, urgency: Urgency) => boolean, begin: (command: Notify) => void): void {
    const open = new Set([...this.rows.values()].filter((row) => row.length > 0));
    for (;;) {
      const row = mostUrgent(open);
      const first = row?.at(-1);
      if (row === null || first === undefined) return;
      if (hasRoom(first.command, first.urgency)) {
        this.remove(first);
        begin(first.command);
      } else open.delete(row);
      if (row.length === 0) open.delete(row);
    }
  }

  private place(command: Notify, urgency: UrgencyNow, number: number): void {
    if (urgency === null) return void this.unwanted.push(command);
    const place = { command, urgency, number };
    const row = this.rowOf(place);
    row.splice(indexIn(row, place), 0, place);
    const places = this.placesOf.get(command.alertId);
    if (places === undefined) this.placesOf.set(command.alertId, [place]);
    else places.push(place);
  }

  private remove(place: Place): void {
    const row = this.rowOf(place);
    row.splice(indexIn(row, place), 1);
    const { alertId } = place.command;
    const others = this.placesOf.get(alertId)!.filter((other) => other !== place);
    if (others.length > 0) this.placesOf.set(alertId, others);
    else this.placesOf.delete(alertId);
  }

  private rowOf({ command: { person }, urgency: { severity } }: Place): Row {
    const name = `${severity === 0 ? "critical" : "usual"} ${person}`;
    const row = this.rows.get(name) ?? [];
    this.rows.set(name, row);
    return row;
  }
}

function mostUrgent(rows: Iterable<Row>): Row | null {
  let best: Row | null = null;
  for (const row of rows) if (best === null || byTurn(row.at(-1)!, best.at(-1)!) < 0) best = row;
  return best;
}

function byTurn(a: Place, b: Place): number {
  return byUrgency(a.urgency, b.urgency) || a.number - b.number;
}

/** Where it stands, or is to stand, in a row. */
function indexIn(row: Row, place: Place): number {
  let low = 0;
  let high = row.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (byTurn(row[middle]!, place) > 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
