/**
 * The board: what is open, worst first, and what was resolved lately.
 */
import { useEffect, useState } from "preact/hooks";
import type { AlertJson } from "#wire/alert-json";
import type { DesktopState } from "../../contract.ts";
import type { EngineLink, EngineView } from "../shared/engine-link.ts";
import { useNow } from "../shared/use-engine.ts";
import { AlertTable } from "./alert-table.tsx";
import { FirstAlert } from "./first-alert.tsx";
import { addressOf } from "./route.ts";

const rank = { critical: 0, error: 1, warning: 2, info: 3 } as const;
const statusRank = { triggered: 0, snoozed: 1, acknowledged: 2, resolved: 3 } as const;
/** Rows drawn at once; more on request. */
const pageOfRows = 200;
const resolvedAtMost = 500;

interface Props {
  readonly link: EngineLink;
  readonly engine: EngineView;
  readonly desktop: DesktopState | null;
  readonly resolved: boolean;
}

export function Board({ link, engine, desktop, resolved }: Props) {
  const now = useNow();
  const [text, setText] = useState("");
  const [rows, setRows] = useState(pageOfRows);
  const old = useResolved(link, engine, resolved);
  const open = [...engine.open.values()].sort(byUrgency);
  const all = resolved ? old : open;
  const matching = all?.filter((alert) => matches(alert, text));
  return (
    <>
      <div class="board-head">
        <nav class="tabs" aria-label="Which alerts">
          <a href={addressOf.board} aria-current={resolved ? undefined : "page"}>
            Open <span class="number">{open.length}</span>
          </a>
          <a href={addressOf.resolved} aria-current={resolved ? "page" : undefined}>
            Resolved
          </a>
        </nav>
        <p class="soft">{resolved ? null : openSummary(open)}</p>
        {(all?.length ?? 0) > 0 && (
          <input
            type="search"
            aria-label="Find"
            placeholder="Find in title, source, labels"
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        )}
      </div>
      {matching === undefined && <p class="soft">Asking the engine…</p>}
      {matching?.length === 0 && text !== "" && <p class="nothing">No alert contains “{text}”.</p>}
      {all?.length === 0 &&
        (resolved ? (
          <p class="nothing">Nothing has been resolved yet.</p>
        ) : (
          <FirstAlert link={link} engine={engine} desktop={desktop} />
        ))}
      {matching !== undefined && matching.length > 0 && (
        <AlertTable link={link} team={engine.team} alerts={matching.slice(0, rows)} now={now} />
      )}
      {matching !== undefined && matching.length > rows && (
        <button type="button" class="button" onClick={() => setRows(rows + pageOfRows)}>
          Show {Math.min(pageOfRows, matching.length - rows)} more of {matching.length - rows}
        </button>
      )}
    </>
  );
}

/** Asked again whenever something changed; undefined until the first answer. */
function useResolved(
  link: EngineLink,
  engine: EngineView,
  wanted: boolean,
): readonly AlertJson[] | undefined {
  const [alerts, setAlerts] = useState<readonly AlertJson[] | undefined>(undefined);
  useEffect(() => {
    if (wanted)
      void link.listResolved(resolvedAtMost).then((answer) => answer.ok && setAlerts(answer.alerts ?? []));
  }, [wanted, engine.revision]);
  return alerts;
}

function byUrgency(a: AlertJson, b: AlertJson): number {
  return (
    statusRank[a.status] - statusRank[b.status] ||
    rank[a.severity] - rank[b.severity] ||
    a.openedAt.localeCompare(b.openedAt)
  );
}

function matches(alert: AlertJson, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  if (wanted === "") return true;
  const labels = Object.entries(alert.labels).map(([name, value]) => `${name}=${value}`);
  return [alert.title, alert.source, alert.severity, ...labels].some((part) =>
    part.toLowerCase().includes(wanted),
  );
}

function openSummary(open: readonly AlertJson[]): string {
  const waiting = open.filter(({ status }) => status === "triggered").length;
  if (open.length === 0) return "";
  return waiting === 0 ? "Everything open is acknowledged or snoozed." : `${waiting} unacknowledged`;
}
