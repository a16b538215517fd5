/**
 * The other alerts that wait, worst and first-out on top. A flood is one line of summary over the same list; every alert
 * in it goes on escalating (EEMUA 191: more than 10 in 10 minutes are more than a person can take in one by one).
 */
import { useEffect, useRef } from "preact/hooks";
import type { AlertJson } from "#wire/alert-json";
import { ConfirmButton } from "../shared/confirm-button.tsx";
import { SeverityMark } from "../shared/severity-mark.tsx";
import { clockTime, duration, severityWords } from "../shared/words.ts";

const flood = { alerts: 10, withinMs: 600_000 };
/** More rows than anybody reads; the rest is counted, and comes up as these are dealt with. */
const rowsAtMost = 100;

interface Props {
  readonly alerts: readonly AlertJson[];
  readonly selected: string;
  readonly now: number;
  onSelect(id: string): void;
  onAcknowledgeAll(): void;
}

export function AlertList({ alerts, selected, now, onSelect, onAcknowledgeAll }: Props) {
  const current = useRef<HTMLLIElement>(null);
  useEffect(() => current.current?.scrollIntoView({ block: "nearest" }), [selected]);
  const rows = alerts.slice(0, rowsAtMost);
  return (
    <section class="alert-list" aria-label="All alerts that wait for you">
      <div class="alert-list-head">
        <Summary alerts={alerts} now={now} />
        <ConfirmButton
          label={`Acknowledge all ${alerts.length}…`}
          question={`Acknowledge all ${alerts.length}?`}
          yes={`Yes, all ${alerts.length}`}
          onYes={onAcknowledgeAll}
        />
      </div>
      <ul role="listbox" aria-label="Alerts" tabIndex={0} aria-activedescendant={optionId(selected)}>
        {rows.map((alert) => (
          <li
            key={alert.id}
            id={optionId(alert.id)}
            ref={alert.id === selected ? current : null}
            role="option"
            aria-selected={alert.id === selected}
            onClick={() => onSelect(alert.id)}
          >
            <SeverityMark severity={alert.severity} size={16} />
            <span class="row-title">{alert.title}</span>
            <span class="row-source soft">{alert.source}</span>
            <time class="row-age soft" dateTime={alert.openedAt}>
              {duration(now - Date.parse(alert.openedAt))}
            </time>
          </li>
        ))}
        {alerts.length > rows.length && <li class="soft row-more">and {alerts.length - rows.length} more</li>}
      </ul>
    </section>
  );
}

const keys = (
  <span class="hint" aria-hidden="true">
    <kbd>↑</kbd> <kbd>↓</kbd> choose
  </span>
);

const optionId = (alertId: string): string => `option-${alertId}`;

function Summary({ alerts, now }: { readonly alerts: readonly AlertJson[]; readonly now: number }) {
  const worst = alerts[0]!.severity;
  const worstText = `${alerts.filter(({ severity }) => severity === worst).length} ${severityWords[worst].toLowerCase()}`;
  const recent = alerts.filter(({ openedAt }) => Date.parse(openedAt) > now - flood.withinMs).length;
  if (recent <= flood.alerts)
    return (
      <p>
        {`${alerts.length} wait for you, ${worstText}`}
        {keys}
      </p>
    );
  const first = alerts.reduce((a, b) => (a.openedAt <= b.openedAt ? a : b));
  return (
    <div class="flood">
      <p>
        {`Flood: ${recent} in 10 minutes, ${worstText}`}
        {keys}
      </p>
      <p class="flood-first">{`The first, at ${clockTime(first.openedAt)}: ${first.title}`}</p>
    </div>
  );
}
