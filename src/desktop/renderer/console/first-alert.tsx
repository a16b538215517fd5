/**
 * The empty board: nothing is wrong, and here is how to prove that something would be heard. Or nobody knows.
 */
import { useState } from "preact/hooks";
import type { DesktopState } from "../../contract.ts";
import type { EngineLink, EngineView } from "../shared/engine-link.ts";

interface Props {
  readonly link: EngineLink;
  readonly engine: EngineView;
  readonly desktop: DesktopState | null;
}

export function FirstAlert({ link, engine, desktop }: Props) {
  const [said, setSaid] = useState("");
  const line = curlLine(engine.url || location.origin, desktop?.dataDir ?? null);
  const raise = async (): Promise<void> => {
    const answer = await link.raise("Test alert from the console", "critical");
    setSaid(answer.ok ? "" : `Not raised: ${answer.text ?? answer.reason ?? ""}`);
  };
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(line);
      setSaid("Copied.");
    } catch {
      setSaid("The clipboard is not available: select the line and copy it.");
    }
  };
  if (!engine.health.ready) return <Blind />;
  return (
    <section class="first">
      <h1>No open alerts</h1>
      <p>
        {engine.health.trusted ? "Tocsin is watching." : blind} To see and hear what an alert is like, raise
        one; it goes the same way as a real one, to whoever is on call.
      </p>
      <p>
        <button type="button" class="button button-strong" onClick={() => void raise()}>
          Raise a test alert
        </button>
      </p>
      <h2>Or send one from a terminal</h2>
      <div class="command">
        <pre tabIndex={0}>{line}</pre>
        <button type="button" class="button button-small" onClick={() => void copy()}>
          Copy
        </button>
      </div>
      <p role="status">{said}</p>
      {engine.team !== null && (
        <p class="soft">{integrationsLine(engine.team.integrations.map(({ id }) => id))}</p>
      )}
    </section>
  );
}

const blind = "None that Tocsin knows of: it is not to be trusted now, see above.";

/** No alert can be raised now, and there may be no address to send one to. */
function Blind() {
  return (
    <section class="first">
      <h1>No open alerts</h1>
      <p>{blind}</p>
    </section>
  );
}

/** The token stays in its file: nothing secret is on the screen or in the clipboard. */
function curlLine(url: string, dataDir: string | null): string {
  const token = dataDir === null ? "$TOCSIN_TOKEN" : `$(cat ${shellQuoted(`${dataDir}/token`)})`;
  const body = JSON.stringify({ title: "Disk full on db-1", severity: "critical" });
  return [
    `curl ${url}/api/v1/alerts`,
    `-H "Authorization: Bearer ${token}"`,
    "-H 'Content-Type: application/json'",
    `-d '${body}'`,
  ].join(" \\\n  ");
}

function shellQuoted(path: string): string {
  return /^[\w./@+-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

function integrationsLine(ids: readonly string[]): string {
  if (ids.length === 0)
    return "No integration is set up yet: add one to the team file, so that your monitoring can report here.";
  return `Reports are taken from ${ids.join(", ")}.`;
}
