/**
 * One alert: what it is, what can be done, and its whole story in plain words.
 */
import { useEffect, useState } from "preact/hooks";
import type { AlertJson } from "#wire/alert-json";
import type { TeamMessage } from "#wire/client-contract";
import { AlertText } from "../shared/alert-text.tsx";
import type { AlertCommand, EngineLink, EngineView } from "../shared/engine-link.ts";
import { SeverityMark } from "../shared/severity-mark.tsx";
import { useNow } from "../shared/use-engine.ts";
import { ago, clockTime, escalationLine, statusLine } from "../shared/words.ts";
import { AlertActions } from "./alert-actions.tsx";
import { addressOf } from "./route.ts";
import { Timeline } from "./timeline.tsx";

interface Props {
  readonly link: EngineLink;
  readonly engine: EngineView;
  readonly id: string;
}

export function AlertDetail({ link, engine, id }: Props) {
  const now = useNow();
  const { alert, problem } = useAlert(link, engine, id);
  const [fault, setFault] = useState<string | null>(null);
  if (alert === null) return <p class="nothing">{problem ?? "Asking the engine…"}</p>;
  const command = async (what: AlertCommand): Promise<boolean> => {
    const answer = await link.command(id, "console", what);
    setFault(answer.ok ? null : `Not done: ${answer.text ?? answer.reason ?? "the engine gave no reason."}`);
    return answer.ok;
  };
  return (
    <article class="detail">
      <a class="back" href={alert.status === "resolved" ? addressOf.resolved : addressOf.board}>
        ← {alert.status === "resolved" ? "Resolved" : "Board"}
      </a>
      <header>
        <SeverityMark severity={alert.severity} size={24} word />
        <h1>{alert.title}</h1>
        <p>
          {statusLine(alert, engine.team, now)}
          {escalation(alert, engine.team, now)}
        </p>
        {alert.stale === true && (
          <p class="stale">Its source fell silent: nobody knows whether this still holds.</p>
        )}
      </header>
      {fault !== null && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
      <AlertActions alert={alert} team={engine.team} onCommand={command} />
      <Facts alert={alert} now={now} />
      <AlertText alert={alert} />
      <Timeline entries={alert.timeline ?? []} now={now} />
    </article>
  );
}

/** The alert with its timeline; asked again whenever the engine reports a change of it. */
function useAlert(
  link: EngineLink,
  engine: EngineView,
  id: string,
): { alert: AlertJson | null; problem: string | null } {
  const [alert, setAlert] = useState<AlertJson | null>(engine.open.get(id) ?? null);
  const [problem, setProblem] = useState<string | null>(null);
  const current = engine.open.get(id);
  useEffect(() => {
    void link.openAlert(id).then((answer) => {
      const found = answer.alerts?.[0];
      if (answer.ok && found !== undefined) setAlert(found);
      else setProblem(answer.text ?? "The engine does not know this alert.");
    });
  }, [id, current, engine.connected]);
  const newest = alert !== null && current !== undefined ? { ...current, timeline: alert.timeline } : alert;
  return { alert: newest as AlertJson | null, problem };
}

function escalation(alert: AlertJson, team: TeamMessage | null, now: number): string {
  const line = escalationLine(alert, team, now);
  return line === null ? "" : `. ${line} if nobody acknowledges.`;
}

function Facts({ alert, now }: { readonly alert: AlertJson; readonly now: number }) {
  const facts: readonly (readonly [string, string])[] = [
    ["Source", alert.source],
    ["Opened", `${clockTime(alert.openedAt)}, ${ago(now - Date.parse(alert.openedAt))}`],
    ["Reported", alert.occurrences === 1 ? "once" : `${alert.occurrences} times`],
    [
      "Policy",
      `${alert.policy}, step ${alert.step + 1}${alert.repeat > 0 ? `, repeat ${alert.repeat}` : ""}`,
    ],
  ];
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt class="soft">{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
