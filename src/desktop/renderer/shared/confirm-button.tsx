/**
 * A button that asks once more in its own place before it does something to many alerts. No second window, no dialog:
 * the question is where the eyes already are.
 */
import { useEffect, useRef, useState } from "preact/hooks";

interface Props {
  readonly label: string;
  readonly question: string;
  readonly yes: string;
  onYes(): void;
}

export function ConfirmButton({ label, question, yes, onYes }: Props) {
  const [asking, setAsking] = useState(false);
  const cancel = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    // The harmless answer has the focus.
    if (asking) cancel.current?.focus();
  }, [asking]);
  if (!asking) {
    return (
      <button type="button" class="button" onClick={() => setAsking(true)}>
        {label}
      </button>
    );
  }
  return (
    <span
      class="confirm"
      role="group"
      aria-label={question}
      onKeyDown={(event) => event.key === "Escape" && setAsking(false)}
    >
      <span>{question}</span>
      <button
        type="button"
        class="button button-strong"
        onClick={() => {
          setAsking(false);
          onYes();
        }}
      >
        {yes}
      </button>
      <button type="button" class="button" ref={cancel} onClick={() => setAsking(false)}>
        Cancel
      </button>
    </span>
  );
}
