/**
 * Says on every page when Tocsin is not to be trusted, why, and what to do. Nothing at all when everything is well.
 *
 * The most urgent first, and of many only the first ones at once: what is below must stay in sight.
 */
import type { EngineView } from "./engine-link.ts";
import { zonedTime } from "./words.ts";

interface Props {
  readonly engine: EngineView;
  /** This app's own, most urgent first. */
  readonly more?: readonly string[];
  /** How many are shown at once; the others are unfolded. */
  readonly atOnce: number;
}

interface Problem {
  readonly text: string;
  /** ISO 8601 UTC; null: not known. */
  readonly since: string | null;
}

export function HealthBanner({ engine, more = [], atOnce }: Props) {
  const { health, connected } = engine;
  const lost =
    connected || !engine.known
      ? []
      : ["The connection to the engine is lost; it is tried again. What is below may be out of date."];
  const problems: readonly Problem[] = [
    ...lost.map((text) => ({ text, since: null })),
    ...health.problems,
    ...more.map((text) => ({ text, since: null })),
  ];
  const blind = lost.length > 0 || !health.ready || !health.trusted;
  if (problems.length === 0 && !blind) return null;
  const [first, others] = [problems.slice(0, atOnce), problems.slice(atOnce)];
  return (
    <section class={`banner ${blind ? "banner-blind" : "banner-note"}`} role="alert">
      <strong>{blind ? "Not to be trusted now" : "Needs a look"}</strong>
      {problems.length === 0 && <p>The engine is starting.</p>}
      <ProblemList problems={first} />
      {others.length > 0 && (
        <details>
          <summary>{others.length === 1 ? "1 more problem" : `${others.length} more problems`}</summary>
          <ProblemList problems={others} />
        </details>
      )}
    </section>
  );
}

function ProblemList({ problems }: { readonly problems: readonly Problem[] }) {
  return (
    <ul>
      {problems.map(({ text, since }) => (
        <li key={text}>
          {text}
          {since !== null && (
            <>
              {" "}
              <span class="since">
                Since <time dateTime={since}>{zonedTime(since)}</time>.
              </span>
            </>
          )}
        </li>
      ))}
    </ul>
  );
}
