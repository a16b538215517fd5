/**
 * All that a person can do to one alert from the console. Only what makes sense in its state is offered.
 */
import { useState } from "preact/hooks";
import type { AlertJson } from "#wire/alert-json";
import type { TeamMessage } from "#wire/client-contract";
import type { AlertCommand } from "../shared/engine-link.ts";
import { SnoozeMenu } from "../shared/snooze-menu.tsx";

interface Props {
  readonly alert: AlertJson;
  readonly team: TeamMessage | null;
  /** Resolves with whether it was done. */
  onCommand(command: AlertCommand): Promise<boolean>;
}

export function AlertActions({ alert, team, onCommand }: Props) {
  const [snoozing, setSnoozing] = useState(false);
  const open = alert.status !== "resolved";
  const otherPolicies = team?.policies.filter(({ id }) => id !== alert.policy) ?? [];
  return (
    <div class="detail-actions">
      {alert.status !== "acknowledged" && open && (
        <button
          type="button"
          class="button button-strong"
          onClick={() => void onCommand({ kind: "acknowledge" })}
        >
          Acknowledge
        </button>
      )}
      {open && (
        <>
          <button type="button" class="button" onClick={() => void onCommand({ kind: "resolve" })}>
            Resolve
          </button>
          <span class="menu-anchor menu-below">
            <button
              type="button"
              class="button"
              aria-haspopup="menu"
              aria-expanded={snoozing}
              onClick={() => setSnoozing(!snoozing)}
            >
              Snooze
            </button>
            {snoozing && (
              <SnoozeMenu
                onChoose={(forMs) => {
                  setSnoozing(false);
                  void onCommand({ kind: "snooze", forMs });
                }}
                onClose={() => setSnoozing(false)}
              />
            )}
          </span>
          <button type="button" class="button" onClick={() => void onCommand({ kind: "escalate" })}>
            Escalate
          </button>
          {otherPolicies.length > 0 && (
            <select
              aria-label="Transfer to another policy"
              value=""
              onChange={(event) => void onCommand({ kind: "transfer", policy: event.currentTarget.value })}
            >
              <option value="" disabled>
                Transfer to…
              </option>
              {otherPolicies.map(({ id }) => (
                <option key={id} value={id}>
                  {id}
                </option>
              ))}
            </select>
          )}
        </>
      )}
      <form
        class="note"
        onSubmit={(event) => {
          event.preventDefault();
          const form = event.currentTarget;
          const text = String(new FormData(form).get("text")).trim();
          if (text !== "") void onCommand({ kind: "note", text }).then((done) => done && form.reset());
        }}
      >
        <input
          name="text"
          aria-label="Note"
          placeholder="Add a note for the others"
          maxLength={4000}
          autoComplete="off"
        />
        <button type="submit" class="button">
          Add
        </button>
      </form>
    </div>
  );
}
