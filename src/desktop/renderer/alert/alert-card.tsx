/**
 * One alert in full: what, how bad, since when, why you, and what happens if nobody does anything.
 */
import type { AlertJson } from "#wire/alert-json";
import type { TeamMessage } from "#wire/client-contract";
import { AlertText } from "../shared/alert-text.tsx";
import { SeverityMark } from "../shared/severity-mark.tsx";
import { clockTime, duration, escalationLine } from "../shared/words.ts";

interface Props {
  readonly alert: AlertJson;
  readonly team: TeamMessage | null;
  readonly why: string | undefined;
  readonly now: number;
  /** "2 of 7"; null when it is the only one. */
  readonly position: string | null;
}

export function AlertCard({ alert, team, why, now, position }: Props) {
  const escalation = escalationLine(alert, team, now);
  return (
    <>
      <header class="alert-head">
        <SeverityMark severity={alert.severity} size={26} word />
        {position !== null && <span class="alert-position">{position}</span>}
        <time class="alert-age" dateTime={alert.openedAt} title={`Opened ${clockTime(alert.openedAt)}`}>
          {duration(now - Date.parse(alert.openedAt))}
        </time>
      </header>
      <main class="alert-body">
        <div class="alert-content">
          <h1>{alert.title}</h1>
          <p class="alert-meta">
            <span>{alert.source}</span>
            {alert.occurrences > 1 && <span>reported {alert.occurrences} times</span>}
            <span>opened {clockTime(alert.openedAt)}</span>
          </p>
          {alert.stale === true && (
            <p class="stale">Its source fell silent: nobody knows whether this still holds.</p>
          )}
          <div id="why">
            <p>{why ?? "You are among those whom the policy asks."}</p>
            {escalation !== null && <p class="soft">{escalation} if nobody acknowledges.</p>}
          </div>
          <AlertText alert={alert} />
        </div>
      </main>
    </>
  );
}
