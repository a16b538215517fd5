/**
 * For how long to snooze: a menu of four, by mouse, arrows, or the digit before each. Used by the alert window and the
 * console.
 */
import { useEffect, useRef } from "preact/hooks";

const minuteMs = 60_000;
const choices = [
  { label: "5 minutes", forMs: 5 * minuteMs },
  { label: "15 minutes", forMs: 15 * minuteMs },
  { label: "1 hour", forMs: 60 * minuteMs },
  { label: "8 hours", forMs: 480 * minuteMs },
] as const;

interface Props {
  onChoose(forMs: number): void;
  onClose(): void;
}

export function SnoozeMenu({ onChoose, onClose }: Props) {
  const menu = useRef<HTMLDivElement>(null);
  useEffect(() => {
    (menu.current?.firstElementChild as HTMLElement | null)?.focus();
    const outside = (event: Event): void => {
      if (!menu.current?.parentElement?.contains(event.target as Node)) onClose();
    };
    addEventListener("pointerdown", outside);
    return () => removeEventListener("pointerdown", outside);
  }, []);

  const onKeyDown = (event: KeyboardEvent): void => {
    const items = [...(menu.current?.children ?? [])] as HTMLElement[];
    const at = items.indexOf(document.activeElement as HTMLElement);
    const choice = choices[Number(event.key) - 1];
    if (choice !== undefined) onChoose(choice.forMs);
    else if (event.key === "ArrowDown") items[(at + 1) % items.length]?.focus();
    else if (event.key === "ArrowUp") items[(at + items.length - 1) % items.length]?.focus();
    else if (event.key === "Escape" || event.key === "Tab" || event.key.toLowerCase() === "z") onClose();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div class="menu" role="menu" aria-label="Snooze for" ref={menu} onKeyDown={onKeyDown}>
      {choices.map(({ label, forMs }, index) => (
        <button key={label} type="button" role="menuitem" tabIndex={-1} onClick={() => onChoose(forMs)}>
          {label}
          <kbd aria-hidden="true">{index + 1}</kbd>
        </button>
      ))}
    </div>
  );
}
