/**
 * A mail's content as plain text and as HTML. Pure; called by `email-message`.
 *
 * The HTML is what every mail client of the last twenty years shows: a few elements, inline styles, no pictures, colours
 * that the client may turn dark. Severity is a word and a shape first, a colour second.
 */
import type { Severity } from "#domain/severity";
import type { MailContent, MailLine } from "./email-content.ts";
import { escapeMarkup } from "./hostile-text.ts";

export function renderText(content: MailContent): string {
  const parts = [`${content.severity.toUpperCase()}: ${content.title}\n${content.origin}`];
  for (const { heading, lines } of content.sections)
    parts.push(`${heading}\n${lines.map(textLine).join("\n")}`);
  parts.push(`-- \n${content.footer}`);
  return `${parts.join("\n\n")}\n`;
}

/** Every line of a value is indented, so that none can pass for a heading of the mail's own. */
function textLine({ name, value }: MailLine): string {
  const lines = value.split("\n");
  if (name === undefined) return lines.map((line) => `  ${line}`).join("\n");
  if (lines.length === 1) return `  ${name}: ${value}`;
  return `  ${name}:\n${lines.map((line) => `    ${line}`).join("\n")}`;
}

const colors: Readonly<Record<Severity, string>> = {
  critical: "#c62828",
  error: "#d84315",
  warning: "#b8860b",
  info: "#1565c0",
};

export function renderHtml(content: MailContent, subject: string): string {
  const sections = content.sections
    .map(
      ({ heading, lines }) =>
        `<h2 style="font-size:1em;margin:1.2em 0 .3em">${escapeMarkup(heading)}</h2>\n${lines.map(htmlLine).join("\n")}`,
    )
    .join("\n");
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">
<title>${escapeMarkup(subject)}</title><style>:root{color-scheme:light dark}</style></head>
<body style="font-family:sans-serif;line-height:1.45;max-width:42em;margin:1em;overflow-wrap:anywhere">
<div style="border-left:.5em solid ${colors[content.severity]};padding-left:.8em">
<strong>${content.severity.toUpperCase()}</strong>
<h1 style="font-size:1.3em;margin:.1em 0">${isolated(content.title)}</h1>
${isolated(content.origin)}
</div>
${sections}
<p style="font-size:.85em;opacity:.75;margin-top:2em">${escapeMarkup(content.footer)}</p>
</body></html>
`;
}

function htmlLine({ name, value, kind }: MailLine): string {
  const label = name === undefined ? "" : `<strong>${isolated(name)}:</strong> `;
  return `<div style="white-space:pre-wrap">${label}${htmlValue(value, kind)}</div>`;
}

function htmlValue(value: string, kind: MailLine["kind"]): string {
  switch (kind) {
    case "command":
      return `<code>${escapeMarkup(value)}</code>`;
    case "link":
      return `<a href="${escapeMarkup(value)}">${escapeMarkup(value)}</a>`;
    case undefined:
      return isolated(value);
  }
}

/** `bdi`: text that turns its direction round cannot reorder what stands beside it. */
function isolated(text: string): string {
  return `<bdi>${escapeMarkup(text)}</bdi>`;
}
