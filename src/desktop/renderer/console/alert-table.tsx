/**
 * Alerts as a table: a row for each, with the one action that is most often wanted.
 */
import { useState } from "preact/hooks";
import type { AlertJson } from "#wire/alert-json";
import type { TeamMessage } from "#wire/client-contract";
import type { EngineLink } from "../shared/engine-link.ts";
import { SeverityMark } from "../shared/severity-mark.tsx";
import { ago, clockTime, escalationLine, statusLine } from "../shared/words.ts";
import { addressOf } from "./route.ts";

interface Props {
  readonly link: EngineLink;
  readonly team: TeamMessage | null;
  readonly alerts: readonly AlertJson[];
  readonly now: number;
}

export function AlertTable({ link, team, alerts, now }: Props) {
  const [fault, setFault] = useState<string | null>(null);
  const acknowledge = async (id: string): Promise<void> => {
    const answer = await link.command(id, "console", { kind: "acknowledge" });
    setFault(answer.ok ? null : `Not acknowledged: ${answer.text ?? answer.reason ?? ""}`);
  };
  return (
    <>
      {fault !== null && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
      <table class="alerts">
        <thead>
          <tr>
            <th scope="col">Severity</th>
            <th scope="col">Alert</th>
            <th scope="col">State</th>
            <th scope="col">Opened</th>
            <th scope="col">
              <span class="only-heard">Action</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {alerts.map((alert) => (
            <Row
              key={alert.id}
              alert={alert}
              team={team}
              now={now}
              onAcknowledge={() => void acknowledge(alert.id)}
            />
          ))}
        </tbody>
      </table>
    </>
  );
}

interface RowProps {
  readonly alert: AlertJson;
  readonly team: TeamMessage | null;
  readonly now: number;
  onAcknowledge(): void;
}

function Row({ alert, team, now, onAcknowledge }: RowProps) {
  const escalation = escalationLine(alert, team, now);
  return (
    <tr class={`row-${alert.status}`}>
      <td>
        <SeverityMark severity={alert.severity} word />
      </td>
      <td>
        <a class="row-title" href={addressOf.alert(alert.id)}>
          {alert.title}
        </a>
        <p class="soft row-small">
          {alert.source}
          {alert.occurrences > 1 && ` · ${alert.occurrences} times`}
          {alert.stale === true && <span class="stale"> · source silent</span>}
        </p>
      </td>
      <td>
        {statusLine(alert, team, now)}
        {escalation !== null && <p class="soft row-small">{escalation}</p>}
      </td>
      <td class="number" title={clockTime(alert.openedAt)}>
        {ago(now - Date.parse(alert.openedAt))}
      </td>
      <td>
        {alert.status === "triggered" && (
          <button
            type="button"
            class="button button-small"
            aria-label={`Acknowledge ${alert.title}`}
            onClick={onAcknowledge}
          >
            Acknowledge
          </button>
        )}
      </td>
    </tr>
  );
}
