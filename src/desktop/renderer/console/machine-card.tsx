/**
 * One machine of the machines page: what it is, whether it is there, who sits at it, and what may be changed about it.
 * Its state differs in words and shape, not only in colour.
 */
import { useState } from "preact/hooks";
import type { TeamMessage } from "#wire/client-contract";
import type { MachineChangeRequest, MachineJson } from "#wire/machines-json";
import { ConfirmButton } from "../shared/confirm-button.tsx";
import type { EngineLink } from "../shared/engine-link.ts";
import { connectionWords, differenceWords, ownerWords, peopleWords, roleWords } from "./machine-words.ts";

interface Props {
  readonly link: EngineLink;
  readonly machine: MachineJson;
  readonly team: TeamMessage | null;
  readonly isSelf: boolean;
  readonly coordinates: boolean;
  readonly mayChange: boolean;
}

export function MachineCard({ link, machine, team, isSelf, coordinates, mayChange }: Props) {
  const [isChanging, setChanging] = useState(false);
  const { id, name, role, person, addresses } = machine;
  const state = [
    ownerWords(person, team),
    // Nobody asks whether they are connected to themselves.
    ...(isSelf ? [] : [connectionWords(machine)]),
    ...peopleWords(machine, team),
  ];
  const differences = differenceWords(machine);
  return (
    <li class={machine.connected ? "machine" : "machine machine-away"} aria-labelledby={`machine-${id}`}>
      <header>
        <ConnectionMark connected={machine.connected} />
        <h2 id={`machine-${id}`}>{name}</h2>
        <ul class="labels" aria-label="What it is">
          {coordinates && <li class="machine-coordinates">Coordinates</li>}
          {isSelf && <li>This machine</li>}
          <li>{roleWords[role]}</li>
        </ul>
        {mayChange && (
          <button
            type="button"
            class="button button-small"
            aria-expanded={isChanging}
            aria-label={`Change ${name}`}
            onClick={() => setChanging(!isChanging)}
          >
            {isChanging ? "Done" : "Change"}
          </button>
        )}
      </header>
      <p>{state.join(" · ")}</p>
      {differences.length > 0 && (
        <ul class="machine-differences" aria-label="Differs from this machine">
          {differences.map((text) => (
            <li key={text}>
              <span aria-hidden="true">⚠ </span>
              {text}
            </li>
          ))}
        </ul>
      )}
      {addresses.length > 0 && <p class="machine-addresses soft">{addresses.join(", ")}</p>}
      {mayChange && isChanging && <Changes link={link} machine={machine} team={team} isSelf={isSelf} />}
    </li>
  );
}

/** A full disc is connected, a ring is not; the words beside it say the same. */
function ConnectionMark({ connected }: { readonly connected: boolean }) {
  return (
    <svg class="machine-mark" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
      <circle cx="6" cy="6" r="4.5" fill={connected ? "currentcolor" : "none"} stroke="currentcolor" />
    </svg>
  );
}

function Changes({ link, machine, team, isSelf }: Pick<Props, "link" | "machine" | "team" | "isSelf">) {
  const [fault, setFault] = useState<string | null>(null);
  const [name, setName] = useState(machine.name);
  const change = async (request: MachineChangeRequest): Promise<void> => {
    const answer = await link.changeMachine(machine.id, request);
    setFault(answer.ok ? null : (answer.text ?? "It could not be changed."));
  };
  return (
    <div class="machine-changes">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void change({ kind: "rename", name });
        }}
      >
        <label for={`name-${machine.id}`}>Name</label>
        <input
          id={`name-${machine.id}`}
          name="text"
          maxLength={80}
          value={name}
          onInput={(event) => setName(event.currentTarget.value)}
        />
        <button type="submit" class="button" disabled={name.trim() === "" || name === machine.name}>
          Rename
        </button>
      </form>
      <div>
        <label for={`person-${machine.id}`}>Whose it is</label>
        <select
          id={`person-${machine.id}`}
          value={machine.person ?? ""}
          onChange={({ currentTarget: { value } }) =>
            void change({ kind: "bind", person: value === "" ? null : value })
          }
        >
          <PersonOptions team={team} />
        </select>
      </div>
      {!isSelf && (
        <ConfirmButton
          label="Revoke…"
          question={`Lock ${machine.name} out for good? To come back it needs a new invite.${
            machine.role === "engine"
              ? " It has known the integrations' keys and the mail password: give out new ones."
              : ""
          }`}
          yes="Revoke it"
          onYes={() => void change({ kind: "revoke" })}
        />
      )}
      {fault !== null && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
    </div>
  );
}

/** For a `select` whose empty value is nobody. Also in `invite-card.tsx`. */
export function PersonOptions({ team }: { readonly team: TeamMessage | null }) {
  return (
    <>
      <option value="">Nobody’s (a server, for example)</option>
      {team?.people.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </>
  );
}
