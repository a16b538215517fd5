/**
 * Schedules: who is on call and why, who is next, the coming two weeks, and whether anybody is ever missing.
 * Asked of the engine when it is opened, every minute, and whenever the team changes.
 */
import type { SchedulesJson } from "#wire/schedules-json";
import type { EngineLink, EngineView } from "../shared/engine-link.ts";
import { ScheduleSection } from "./schedule-section.tsx";
import { shiftTime, viewerZone } from "./shift-words.ts";
import { useAnswer } from "./use-answer.ts";

interface Props {
  readonly link: EngineLink;
  readonly engine: EngineView;
  /** Whose machine this is: their shifts are marked. Null in a browser. */
  readonly person: string | null;
}

const askAgainMs = 60_000;

export function SchedulesPage({ link, engine, person }: Props) {
  const { shown: schedules, problem } = useAnswer("schedules", { link, engine }, askAgainMs);
  const count = schedules?.schedules.length ?? 0;
  return (
    <div class="schedules">
      <header>
        <h1>Schedules</h1>
        {count > 0 && <p class="soft">All times are in your time zone, {viewerZone()}.</p>}
      </header>
      {problem !== null && (
        <p class="fault" role="alert">
          {schedules === null ? problem : `This is from ${shiftTime(schedules.now)}. ${problem}`}
        </p>
      )}
      {schedules === null && problem === null && <p class="soft">Asking the engine…</p>}
      {schedules !== null && count === 0 && <NoSchedules />}
      {schedules !== null && schedules.warnings.length > 0 && <Warnings schedules={schedules} />}
      {schedules?.schedules.map((schedule) => (
        <ScheduleSection
          key={schedule.id}
          schedule={schedule}
          overview={schedules}
          team={engine.team}
          viewer={person}
        />
      ))}
    </div>
  );
}

function Warnings({ schedules }: { readonly schedules: SchedulesJson }) {
  const more = schedules.warningCount - schedules.warnings.length;
  return (
    <section class="schedule-warnings" aria-labelledby="schedule-warnings">
      <h2 id="schedule-warnings">To look at</h2>
      <ul>
        {schedules.warnings.map(({ text, start, end, times }) => (
          <li key={text}>
            {text}: {spanWords(schedules, start, end)}
            {times > 1 && `, and ${times - 1} more ${times === 2 ? "time" : "times"} within a year`}.
          </li>
        ))}
      </ul>
      {more > 0 && <p class="soft">And {more} more; tocsin coverage lists them all.</p>}
    </section>
  );
}

function spanWords({ now, coveredUntil }: SchedulesJson, start: string, end: string): string {
  const until = end >= coveredUntil ? "for at least a year" : `until ${shiftTime(end)}`;
  return start <= now ? `now, ${until}` : `from ${shiftTime(start)} ${until}`;
}

const example = `schedules:
  - id: primary
    layers:
      - id: weekly
        participants: [ana, ben]
        start: 2026-01-05T09:00:00
        handoff: FREQ=WEEKLY;BYDAY=MO`;

function NoSchedules() {
  return (
    <section class="first">
      <h2>No schedules yet</h2>
      <p>
        A schedule says who is on call when, so that an alert wakes one person and not everybody. Add one to
        the team file; Tocsin takes it over as soon as the file is saved.
      </p>
      <div class="command">
        <pre tabIndex={0} aria-label="A schedule in the team file">
          {example}
        </pre>
      </div>
      <p class="soft">
        Then let a policy ask it, with notify: [{"{"} schedule: primary {"}"}]. tocsin check FILE says whether
        all is well.
      </p>
    </section>
  );
}
