/**
 * Integrations: what each monitoring tool has sent to this engine since its start, and what became of it, for whoever asks
 * "does it reach us at all?". Asked of the engine every few seconds while it is shown.
 */
import type { Comings, IntegrationsJson } from "#wire/integrations-json";
import type { EngineLink, EngineView } from "../shared/engine-link.ts";
import { useNow } from "../shared/use-engine.ts";
import { ago, zonedTime } from "../shared/words.ts";
import { useAnswer } from "./use-answer.ts";

interface Props {
  readonly link: EngineLink;
  readonly engine: EngineView;
}

const askAgainMs = 5_000;

export function IntegrationsPage({ link, engine }: Props) {
  const { shown: seen, problem } = useAnswer("integrations", { link, engine }, askAgainMs);
  const now = useNow();
  const rows = seen?.integrations ?? [];
  const ignored = rows.some(({ changedNothing }) => changedNothing > 0);
  return (
    <div class="integrations">
      <header>
        <h1>Integrations</h1>
        {seen !== null && (
          <p class="soft">
            What monitoring tools have sent to this engine since it started,{" "}
            <time dateTime={seen.since}>{zonedTime(seen.since)}</time>.
          </p>
        )}
      </header>
      {problem !== null && (
        <p class="fault" role="alert">
          {seen === null ? problem : `What is below is out of date. ${problem}`}
        </p>
      )}
      {seen === null && problem === null && <p class="soft">Asking the engine…</p>}
      {seen !== null && rows.length === 0 && <NoIntegrations />}
      {seen !== null && (rows.length > 0 || seen.strangers.refused > 0) && <Table seen={seen} now={now} />}
      {ignored && (
        <p class="soft">
          A report changes nothing when it ends what is not open here, or comes late from one of several
          senders. A few are usual after a restart. If they go on, see that its ends carry the same key (
          <code>dedup_key</code>, labels) as its alerts.
        </p>
      )}
    </div>
  );
}

function Table({ seen, now }: { readonly seen: IntegrationsJson; readonly now: number }) {
  return (
    <table class="alerts comings">
      <thead>
        <tr>
          <th scope="col">Integration</th>
          <th scope="col">Last heard</th>
          <th scope="col" class="count">
            Taken
          </th>
          <th scope="col" class="count">
            Changed nothing
          </th>
          <th scope="col" class="count">
            Refused
          </th>
        </tr>
      </thead>
      <tbody>
        {seen.integrations.map((one) => (
          <Row key={one.id} name={one.id} type={one.type} comings={one} now={now} />
        ))}
        {seen.strangers.refused > 0 && (
          <Row name="Without a key of the team file" type={null} comings={seen.strangers} now={now} />
        )}
      </tbody>
    </table>
  );
}

interface RowProps {
  readonly name: string;
  readonly type: string | null;
  readonly comings: Comings;
  readonly now: number;
}

function Row({ name, type, comings, now }: RowProps) {
  const { taken, changedNothing, refused, lastAt, lastRefusal } = comings;
  return (
    <tr>
      <th scope="row">
        {name}
        {type !== null && <span class="soft row-small"> {type}</span>}
        {lastRefusal !== undefined && (
          <p class="row-small refusal">
            Refused {ago(now - Date.parse(lastRefusal.at))}: {lastRefusal.text}
          </p>
        )}
      </th>
      <td>
        {lastAt === undefined ? (
          <span class="soft">nothing yet</span>
        ) : (
          <time dateTime={lastAt} title={zonedTime(lastAt)}>
            {ago(now - Date.parse(lastAt))}
          </time>
        )}
      </td>
      <Count of="taken" value={taken} />
      <Count of="changed nothing" value={changedNothing} />
      <Count of="refused" value={refused} isBad={refused > 0} />
    </tr>
  );
}

/** `of` is shown where the table has no head, in a narrow window. */
function Count({ of, value, isBad = false }: { of: string; value: number; isBad?: boolean }) {
  return (
    <td class={`count ${isBad ? "count-bad" : value === 0 ? "soft" : ""}`}>
      <span class="number">{value.toLocaleString("en-GB")}</span> <span class="count-of">{of}</span>
    </td>
  );
}

const example = `integrations:
  - { id: prometheus, type: alertmanager, key: "32-or-more-characters" }`;

function NoIntegrations() {
  return (
    <section class="first">
      <h2>No integrations yet</h2>
      <p>
        An integration lets a monitoring tool report to Tocsin. Add one to the team file; Tocsin takes it over
        as soon as the file is saved.
      </p>
      <div class="command">
        <pre>{example}</pre>
      </div>
    </section>
  );
}
