/**
 * What can be done about the selected alert: by button, and by the key that is written on it. Used by `alert-page.tsx`.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import type { DesktopState } from "../../contract.ts";
import type { AlertCommand } from "../shared/engine-link.ts";
import { SnoozeMenu } from "../shared/snooze-menu.tsx";

interface Props {
  readonly desktop: DesktopState;
  onCommand(command: AlertCommand): void;
  onSilence(): void;
  /** To the next (1) or the previous (-1) alert. */
  onMove(by: 1 | -1): void;
  onOpen(): void;
}

export function ActionBar({ desktop, onCommand, onSilence, onMove, onOpen }: Props) {
  const [snoozing, setSnoozing] = useState(false);
  const keys: Readonly<Record<string, () => void>> = {
    a: () => onCommand({ kind: "acknowledge" }),
    r: () => onCommand({ kind: "resolve" }),
    z: () => setSnoozing((open) => !open),
    e: () => onCommand({ kind: "escalate" }),
    s: onSilence,
    ArrowDown: () => onMove(1),
    ArrowUp: () => onMove(-1),
  };
  useKeys(keys, snoozing);
  return (
    <div class="actions" role="group" aria-label="Actions">
      <KeyButton strong name="Acknowledge" shortcut="A" onPress={keys["a"]!} />
      <KeyButton name="Resolve" shortcut="R" onPress={keys["r"]!} />
      <span class="menu-anchor">
        <KeyButton name="Snooze" shortcut="Z" onPress={keys["z"]!} expanded={snoozing} />
        {snoozing && (
          <SnoozeMenu
            onChoose={(forMs) => {
              setSnoozing(false);
              onCommand({ kind: "snooze", forMs });
            }}
            onClose={() => setSnoozing(false)}
          />
        )}
      </span>
      <KeyButton name="Escalate" shortcut="E" onPress={keys["e"]!} />
      <KeyButton
        name="Silence"
        shortcut="S"
        onPress={onSilence}
        disabled={desktop.silenced && !desktop.sounding}
      />
      <span class="actions-end">
        <button type="button" class="link" onClick={onOpen}>
          Timeline
        </button>
      </span>
    </div>
  );
}

/** The newest handlers without a new listener at every tick. A held key acts once. */
function useKeys(keys: Readonly<Record<string, () => void>>, menuOpen: boolean): void {
  const newest = useRef({ keys, menuOpen });
  newest.current = { keys, menuOpen };
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || newest.current.menuOpen) return;
      const act = newest.current.keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      if (act === undefined) return;
      event.preventDefault();
      act();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
}

interface KeyButtonProps {
  readonly name: string;
  readonly shortcut: string;
  readonly strong?: boolean;
  readonly expanded?: boolean;
  readonly disabled?: boolean;
  onPress(): void;
}

function KeyButton({ name, shortcut, strong = false, expanded, disabled = false, onPress }: KeyButtonProps) {
  const menu = expanded === undefined ? {} : { "aria-haspopup": "menu" as const, "aria-expanded": expanded };
  return (
    <button
      type="button"
      class={`button ${strong ? "button-strong" : ""}`}
      aria-label={name}
      aria-keyshortcuts={shortcut}
      disabled={disabled}
      onClick={onPress}
      {...menu}
    >
      {name}
      <kbd aria-hidden="true">{shortcut}</kbd>
    </button>
  );
}
