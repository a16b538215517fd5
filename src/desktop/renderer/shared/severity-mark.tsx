/**
 * A severity as shape, colour and (unless the word is next to it anyway) word: nobody has to tell red from orange.
 */
import type { AlertJson } from "#wire/alert-json";
import { severityWords } from "./words.ts";

/** Outlines on a 20 × 20 grid: octagon, triangle, diamond, circle. */
const outlines = {
  critical: "M6.3 1h7.4L19 6.3v7.4L13.7 19H6.3L1 13.7V6.3z",
  error: "M10 1.2 19.4 18H.6z",
  warning: "M10 .8 19.2 10 10 19.2.8 10z",
  info: "M10 1a9 9 0 1 1 0 18 9 9 0 0 1 0-18z",
} as const;

const signs = {
  critical: "M9 4.5h2V11H9zM9 13h2v2.3H9z",
  error: "M9.1 7h1.8v5.4H9.1zM9.1 13.8h1.8v1.9H9.1z",
  warning: "M9.1 5.6h1.8v5.6H9.1zM9.1 12.6h1.8v1.9H9.1z",
  info: "M9 5h2v2.1H9zM9 8.6h2V15H9z",
} as const;

interface Props {
  readonly severity: AlertJson["severity"];
  readonly size?: number;
  readonly word?: boolean;
}

export function SeverityMark({ severity, size = 18, word = false }: Props) {
  return (
    <span class={`severity severity-${severity}`}>
      <svg width={size} height={size} viewBox="0 0 20 20" aria-hidden="true">
        <path class="severity-shape" d={outlines[severity]} />
        <path class="severity-sign" d={signs[severity]} />
      </svg>
      {word ? (
        <span class="severity-word">{severityWords[severity]}</span>
      ) : (
        <span class="only-heard">{severityWords[severity]}</span>
      )}
    </span>
  );
}
