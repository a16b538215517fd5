/**
 * Addresses that the mail server refuses, as the facts have it: until a mail to the same person is taken, or the address
 * is another one. Part of the state, since a refusal is as true after a restart, and on the team's other machines.
 */
import type { Frontier } from "./alert.ts";
import type { Fact, RefusedAddress } from "./fact.ts";
import { frontierOf, isLaterThan, type Place } from "./place.ts";
import type { State } from "./state.ts";
import type { Team } from "./team.ts";

/** What came of the last mail to somebody. */
export interface LastMail {
  readonly latest: Frontier;
  /** Null: it was taken. */
  readonly refused: (RefusedAddress & { readonly text: string }) | null;
}

/** Takes over `state` and changes it; see `State` on ownership. In whatever order the facts come. */
export function evolveLastMails(state: State, fact: Fact, place: Place): void {
  if (fact.kind !== "notification-sent" && fact.kind !== "notification-failed") return;
  if (fact.via !== "email") return;
  const refused =
    fact.kind === "notification-sent" || fact.refused === undefined
      ? null
      : { ...fact.refused, text: fact.text };
  // Other failures say nothing about the address.
  if (fact.kind === "notification-failed" && refused === null) return;
  const latest = frontierOf(fact, place);
  const known = state.lastMails.get(fact.person);
  if (known === undefined || isLaterThan(latest, known.latest))
    state.lastMails.set(fact.person, { latest, refused });
}

/** In words, with the remedy; null: none. `from`: the sender that the team file gives now, null: there is no mail. */
export function refusedMailText(
  lastMails: State["lastMails"],
  team: Team,
  from: string | null,
): string | null {
  if (from === null) return null;
  const texts: string[] = [];
  for (const { id, name, email } of team.people) {
    const refused = lastMails.get(id)?.refused ?? null;
    if (refused === null || refused.what !== "recipient" || refused.address !== (email ?? "")) continue;
    const place = refused.address === "" ? "" : ` (${refused.address})`;
    texts.push(`Mail to ${name}${place} is refused: ${withoutStop(refused.text)}.`);
  }
  const sender = senderRefusal(lastMails, from);
  if (sender !== null)
    texts.unshift(
      `No mail can be sent, since its sender ${from} is refused: ${withoutStop(sender)}. Correct "from" under "email:" in the team file.`,
    );
  if (texts.length === (sender === null ? 0 : 1)) return texts[0] ?? null;
  const remedy = "Correct the address in the team file, or have the mail server take it";
  return `${texts.join(" ")} ${remedy}; the next mail that is taken clears this.`;
}

/** Concerns everybody, until any mail at all is taken. */
function senderRefusal(lastMails: State["lastMails"], from: string): string | null {
  let last: LastMail | null = null;
  for (const mail of lastMails.values()) {
    const counts = mail.refused === null || (mail.refused.what === "sender" && mail.refused.address === from);
    if (counts && (last === null || isLaterThan(mail.latest, last.latest))) last = mail;
  }
  return last?.refused?.text ?? null;
}

function withoutStop(text: string): string {
  return text.replace(/\.$/, "");
}
