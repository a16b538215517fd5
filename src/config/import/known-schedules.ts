/** The schedules of an import by their source's id. Used by the vendors' importers for what refers to them. */
import type { DraftSchedule, Renamed } from "./draft.ts";
import { IdRegister } from "./id-register.ts";
import type { Findings } from "./findings.ts";
import type { Place } from "./place.ts";

export class KnownSchedules {
  readonly list: DraftSchedule[] = [];
  readonly renamed: Renamed[] = [];
  private readonly ids = new IdRegister();
  private readonly bySource = new Map<string, DraftSchedule>();

  idFor(name: string): string {
    return this.ids.take([name], "schedule");
  }

  add(source: string, schedule: DraftSchedule): void {
    this.list.push(schedule);
    this.renamed.push({ kind: "schedule", source, name: schedule.name, id: schedule.id });
    this.bySource.set(source, schedule);
  }

  has(source: string): boolean {
    return this.bySource.has(source);
  }

  /** Null, and a remark, when the export does not have it. */
  find(place: Place, source: string, findings: Findings): DraftSchedule | null {
    const schedule = this.bySource.get(source);
    if (schedule !== undefined) return schedule;
    findings.leftOut(
      place,
      "asking a schedule",
      `the schedule ${source} is not among the imported ones`,
      "import it too, or name others in the step",
    );
    return null;
  }
}
