/**
 * The first start with more than one person in the team: whose machine is this? Until that is said, nobody is alerted here.
 */
import { useState } from "preact/hooks";
import type { TeamMessage } from "#wire/client-contract";
import { askDesktop } from "../shared/bridge.ts";

export function WhoseMachine({ team }: { readonly team: TeamMessage }) {
  const [chosen, setChosen] = useState<string | null>(null);
  return (
    <form
      class="whose"
      onSubmit={(event) => {
        event.preventDefault();
        if (chosen !== null) void askDesktop({ type: "choose-person", person: chosen });
      }}
    >
      <h1 id="whose">Whose machine is this?</h1>
      <p>Alerts for this person appear here. You can change it in the settings.</p>
      <div role="radiogroup" aria-labelledby="whose" class="people">
        {team.people.map(({ id, name }) => (
          <label key={id}>
            <input
              type="radio"
              name="person"
              value={id}
              checked={chosen === id}
              onChange={() => setChosen(id)}
            />
            <span>{name}</span> <span class="soft">{id}</span>
          </label>
        ))}
      </div>
      <button type="submit" class="button button-strong" disabled={chosen === null}>
        This is my machine
      </button>
    </form>
  );
}
