/**
 * Labels, details and links of an alert. All of it is hostile text: it is only ever put into text nodes, and a link is a
 * button that asks main, never an address that the page follows.
 */
import type { AlertJson } from "#wire/alert-json";
import { askDesktop, bridge } from "./bridge.ts";

export function AlertText({ alert }: { readonly alert: AlertJson }) {
  const details = Object.entries(alert.details);
  const labels = Object.entries(alert.labels);
  const links = alert.links.filter(({ href }) => /^https?:\/\//i.test(href));
  return (
    <>
      {details.length > 0 && <Pairs pairs={details} name="Details" />}
      {labels.length > 0 && (
        <ul class="labels" aria-label="Labels">
          {labels.map(([name, value]) => (
            <li key={name}>
              <span class="soft">{name}</span> {value}
            </li>
          ))}
        </ul>
      )}
      {links.length > 0 && (
        <ul class="links" aria-label="Links">
          {links.map((link, index) => (
            <li key={index}>
              <LinkOut href={link.href} text={link.text ?? link.href} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Pairs({
  pairs,
  name,
}: {
  readonly pairs: readonly (readonly [string, string])[];
  readonly name: string;
}) {
  return (
    <dl class="pairs" aria-label={name}>
      {pairs.map(([key, value]) => (
        <div key={key}>
          <dt>{key}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function LinkOut({ href, text }: { readonly href: string; readonly text: string }) {
  if (bridge === null) {
    return (
      <a href={href} target="_blank" rel="noopener noreferrer nofollow">
        {text}
      </a>
    );
  }
  return (
    <button
      type="button"
      class="link"
      title={href}
      onClick={() => void askDesktop({ type: "open-link", href })}
    >
      {text}
    </button>
  );
}
