/**
 * Lets another machine in: for whom and as what, then one line, the same as a QR code, and how long it is good for. The
 * line is a secret, so it goes from the screen when it is over.
 */
import { useState } from "preact/hooks";
import type { TeamMessage } from "#wire/client-contract";
import type { InviteJson, MachinesJson } from "#wire/machines-json";
import type { EngineLink } from "../shared/engine-link.ts";
import { useNow } from "../shared/use-engine.ts";
import { PersonOptions } from "./machine-card.tsx";
import { qrPath, timeLeft } from "./machine-words.ts";

interface Props {
  readonly link: EngineLink;
  readonly machines: MachinesJson;
  readonly team: TeamMessage | null;
}

interface Made {
  readonly invite: InviteJson;
  readonly role: "engine" | "desk";
  /** Who belonged to the team then: another one has come by the invite. */
  readonly known: ReadonlySet<string>;
}

export function InviteCard({ link, machines, team }: Props) {
  const [role, setRole] = useState<"engine" | "desk">("engine");
  const [person, setPerson] = useState("");
  const [made, setMade] = useState<Made | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const make = async (): Promise<void> => {
    const known = new Set(machines.machines.map(({ id }) => id));
    const answer = await link.invite({ role, person: person === "" ? null : person });
    setFault(answer.ok ? null : (answer.text ?? "No invite could be made."));
    setMade(answer.invite === undefined ? null : { invite: answer.invite, role, known });
  };
  return (
    <section class="machine-invite" aria-labelledby="invite">
      <h2 id="invite">Invite a machine</h2>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void make();
        }}
      >
        <fieldset>
          <legend>What it is to be</legend>
          {(["engine", "desk"] as const).map((one) => (
            <label key={one}>
              <input type="radio" name="role" checked={role === one} onChange={() => setRole(one)} />
              <span>
                <strong>{one === "engine" ? "Engine" : "Desk"}</strong>{" "}
                <span class="soft">{roleExplained[one]}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <div class="machine-invite-person">
          <label for="invite-person">Whose it is</label>
          <select
            id="invite-person"
            value={person}
            onChange={(event) => setPerson(event.currentTarget.value)}
          >
            <PersonOptions team={team} />
          </select>
        </div>
        <button type="submit" class={made === null ? "button button-strong" : "button"}>
          {made === null ? "Make an invite" : "Make another invite"}
        </button>
      </form>
      {fault !== null && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
      {made !== null && <Invite key={made.invite.line} made={made} machines={machines} />}
    </section>
  );
}

const roleExplained = {
  engine: "takes in alerts, and takes over when others sleep; it holds the team file and the mail password.",
  desk: "shows and acknowledges alerts, and holds no secrets.",
} as const;

function Invite({ made, machines }: { readonly made: Made; readonly machines: MachinesJson }) {
  const [said, setSaid] = useState("");
  const { invite, known } = made;
  const left = timeLeft(invite.expiresAt, useNow());
  const joined = machines.machines.find(({ id }) => !known.has(id) && id !== machines.self.id);
  if (joined !== undefined) return <p role="status">{joined.name} has joined the team.</p>;
  if (left === null) return <p role="status">The invite is over. Make another one when you are ready.</p>;
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(invite.line);
      setSaid("Copied.");
    } catch {
      setSaid("The clipboard is not available: select the line and copy it.");
    }
  };
  return (
    <div class="machine-line">
      <div>
        <div class="command">
          <pre tabIndex={0} aria-label="The invite">
            {invite.line}
          </pre>
          <button type="button" class="button button-small" onClick={() => void copy()}>
            Copy
          </button>
        </div>
        <p role="status">{said}</p>
        <p>
          Good for <span class="number">{left}</span>, for one machine. Whoever has the line can use it: send
          it to the person themselves.
        </p>
        <h3>On the other machine</h3>
        <ol>
          <li>Start Tocsin, open Machines, and paste the line under “Join a team”.</li>
          <li>
            Or, without a desktop: <code>tocsin join &apos;LINE&apos; --data DIR</code>, then{" "}
            <code>tocsin serve --data DIR</code>.
          </li>
        </ol>
      </div>
      <QrCode rows={invite.qr} />
    </div>
  );
}

/** Always dark on light, whatever the theme: many readers know no other. */
function QrCode({ rows }: { readonly rows: readonly string[] }) {
  const size = rows.length;
  return (
    <svg class="machine-qr" role="img" aria-label="The invite as a QR code" viewBox={`0 0 ${size} ${size}`}>
      <rect width={size} height={size} fill="#ffffff" />
      <path d={qrPath(rows)} fill="#000000" shape-rendering="crispEdges" />
    </svg>
  );
}
