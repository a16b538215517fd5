/**
 * One schedule of the schedules page. Each shift is a line of words with a bar beside it; the bars only repeat what the
 * words say, and a stretch without anybody differs in words and shape, not only in colour.
 */
import { useState } from "preact/hooks";
import type { TeamMessage } from "#wire/client-contract";
import type { ScheduleJson, SchedulesJson, ShiftJson } from "#wire/schedules-json";
import { crewWords, shareOf, shiftSpan, shiftTime, viewerZone } from "./shift-words.ts";

interface Props {
  readonly schedule: ScheduleJson;
  readonly overview: SchedulesJson;
  readonly team: TeamMessage | null;
  readonly viewer: string | null;
}

type Naming = (shift: Pick<ShiftJson, "person" | "persons">) => string;

/** Shifts drawn at once; more on request. */
const shiftsAtFirst = 14;

export function ScheduleSection({ schedule, overview, team, viewer }: Props) {
  const { id, timeZone, onCall, why, shadow } = schedule;
  const name: Naming = ({ person, persons }) => crewWords(persons ?? person, team, viewer);
  return (
    <section class="schedule" aria-labelledby={`schedule-${id}`}>
      <header>
        <h2 id={`schedule-${id}`}>{id}</h2>
        <p class="soft">
          {timeZone === viewerZone() ? `Runs in ${timeZone}` : `Runs in ${timeZone}, not in your zone`}
        </p>
      </header>
      <dl class="schedule-now">
        <div>
          <dt class="soft">On call now</dt>
          <dd class={onCall.person === null ? "schedule-who schedule-nobody" : "schedule-who"}>
            {name(onCall)}
          </dd>
          <dd>{sinceWords(onCall)}</dd>
          {shadow !== undefined && (
            <dd class="soft">Shadow: {crewWords(shadow, team, viewer)}, sees it and is not asked</dd>
          )}
        </div>
        <div>
          <dt class="soft">Next</dt>
          <dd class="schedule-who">{nextName(schedule, name)}</dd>
          <dd>{nextWords(schedule)}</dd>
        </div>
      </dl>
      <p class="soft">Why: {why}</p>
      <Shifts schedule={schedule} overview={overview} name={name} />
      <Coverage schedule={schedule} until={overview.coveredUntil} />
    </section>
  );
}

function sinceWords({ start, end }: ShiftJson): string {
  const since = start === undefined ? "For more than a year" : `Since ${shiftTime(start)}`;
  return end === undefined ? `${since}, with no end within a year` : `${since}, until ${shiftTime(end)}`;
}

function nextName({ onCall, next }: ScheduleJson, name: Naming): string {
  if (next !== null) return name(next);
  return onCall.end === undefined ? "No change" : "Nobody";
}

function nextWords({ onCall, next }: ScheduleJson): string {
  if (next?.start === undefined)
    return onCall.end === undefined ? "Within a year" : `From ${shiftTime(onCall.end)} on`;
  const from = `From ${shiftTime(next.start)}`;
  const nobodyBefore = onCall.person !== null && onCall.end !== undefined && onCall.end < next.start;
  return nobodyBefore ? `${from}; nobody before, from ${shiftTime(onCall.end!)}` : from;
}

interface ShiftsProps {
  readonly schedule: ScheduleJson;
  /** The bars reach from its `now` to its `shiftsUntil`. */
  readonly overview: SchedulesJson;
  readonly name: Naming;
}

function Shifts({ schedule: { id, shifts, shiftCount }, overview, name }: ShiftsProps) {
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? shifts : shifts.slice(0, shiftsAtFirst);
  return (
    <>
      <h3 id={`shifts-${id}`}>The coming two weeks</h3>
      <ol class="shifts" aria-labelledby={`shifts-${id}`}>
        {shown.map((shift) => {
          const { left, width } = shareOf(shift, overview.now, overview.shiftsUntil);
          return (
            <li key={shift.start ?? ""} class={shift.person === null ? "shift shift-nobody" : "shift"}>
              <span class="shift-who">{name(shift)}</span>
              <span class="shift-when soft">{shiftSpan(shift)}</span>
              <span class="shift-track" aria-hidden="true">
                <span class="shift-bar" style={{ left: `${left}%`, width: `${width}%` }} />
              </span>
            </li>
          );
        })}
      </ol>
      {shifts.length > shown.length && (
        <p>
          <button type="button" class="button button-small" onClick={() => setWhole(true)}>
            Show {shifts.length - shown.length} more
          </button>
        </p>
      )}
      {isWhole && shiftCount > shifts.length && (
        <p class="soft">And {shiftCount - shifts.length} more; tocsin oncall lists them all.</p>
      )}
    </>
  );
}

interface CoverageProps {
  readonly schedule: ScheduleJson;
  /** How far it was looked: a gap that reaches there may go on. */
  readonly until: string;
}

function Coverage({ schedule: { id, gaps, gapCount }, until }: CoverageProps) {
  return (
    <>
      <h3 id={`coverage-${id}`}>Coverage</h3>
      {gapCount === 0 ? (
        <p>
          <span aria-hidden="true">✓ </span>Covered for the next 366 days.
        </p>
      ) : (
        <>
          <p class="schedule-nobody">
            <span aria-hidden="true">⚠ </span>
            Nobody is on call {gapCount === 1 ? "once" : `${gapCount} times`} in the next 366 days:
          </p>
          <ul class="gaps" aria-labelledby={`coverage-${id}`}>
            {gaps.map((gap) => (
              <li key={gap.start}>
                {shiftSpan({ start: gap.start, ...(gap.end < until && { end: gap.end }) })}: {gap.text}
              </li>
            ))}
          </ul>
          {gapCount > gaps.length && (
            <p class="soft">And {gapCount - gaps.length} more; tocsin coverage lists them all.</p>
          )}
        </>
      )}
    </>
  );
}
