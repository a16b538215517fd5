/**
 * Says on every page when Tocsin is not to be trusted, why, and what to do. Nothing at all when everything is well.
 */
import type { EngineView } from "./engine-link.ts";
import { clockTime } from "./words.ts";

export function HealthBanner({
  engine,
  more = [],
}: {
  readonly engine: EngineView;
  readonly more?: readonly string[];
}) {
  const { health, connected } = engine;
  const lost =
    connected || !engine.known
      ? []
      : ["The connection to the engine is lost; it is tried again. What is below may be out of date."];
  const problems = [
    ...lost.map((text) => ({ text, since: null })),
    ...health.problems,
    ...more.map((text) => ({ text, since: null })),
  ];
  const blind = lost.length > 0 || !health.ready || !health.trusted;
  if (problems.length === 0 && !blind) return null;
  return (
    <section class={`banner ${blind ? "banner-blind" : "banner-note"}`} role="alert">
      <strong>{blind ? "Not to be trusted now" : "Needs a look"}</strong>
      <ul>
        {problems.length === 0 && <li>The engine is starting.</li>}
        {problems.map(({ text, since }) => (
          <li key={text}>
            {text} {since !== null && <span class="soft">Since {clockTime(since)}.</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}
