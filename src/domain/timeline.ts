/**
 * What happened to an alert, in plain words, from its facts: the answer to "why was I woken?". Used by the API, the
 * screens and `tocsin show`.
 */
import { byWhom } from "./by-whom.ts";
import type { AlertFact, AttentionRung, Fact, FailureReason, SkipReason, StepReason } from "./fact.ts";
import type { Presence } from "./presence.ts";
import type { Asked } from "./alert.ts";
import type { EpochMs, MachineId, PersonId } from "./ids.ts";
import type { Machine } from "./machine.ts";
import type { Team, Via } from "./team.ts";

export interface TimelineEntry {
  readonly at: EpochMs;
  /** The fact's kind. */
  readonly kind: string;
  /** Who did it. */
  readonly by?: PersonId;
  /** Whom it concerns. */
  readonly person?: PersonId;
  readonly via?: Via;
  /** A sentence or two. Holds text from alerts and notes: show it as text only. */
  readonly text: string;
}

/**
 * One entry for each fact of one alert, in their order. `team` and `machines` give people and machines their names; ids
 * serve without them.
 */
export function timelineOf(
  facts: readonly Fact[],
  team: Team | null,
  machines: ReadonlyMap<MachineId, Pick<Machine, "name">> = new Map(),
): TimelineEntry[] {
  const people = new Map(team?.people.map((person) => [person.id, person.name]));
  const nameOf = (person: PersonId | null) => (person === null ? null : (people.get(person) ?? person));
  const machineOf = (machine: MachineId) => machines.get(machine)?.name ?? machine.slice(0, 8);
  return facts.flatMap((fact) => ("alertId" in fact ? [entryOf(fact, nameOf, machineOf)] : []));
}

/** Why this person is asked, as a sentence for a notice: "You are on call in schedule primary." */
export function whyAsked(asked: Asked): string {
  switch (asked.because) {
    case "schedule":
      return `You are on call in schedule ${asked.of}.`;
    case "group":
      return `You are in group ${asked.of}.`;
    case "person":
      return "The policy names you.";
    case "everyone":
      return "The policy asks everyone who is not away now.";
    case "last-resort":
      return "Nobody the policy names can be reached, so every desktop that is there is asked.";
  }
}

type NameOf = (person: PersonId | null) => string | null;

type MachineOf = (machine: MachineId) => string;

function entryOf(fact: AlertFact, nameOf: NameOf, machineOf: MachineOf): TimelineEntry {
  const by = "by" in fact && fact.by !== null ? { by: fact.by } : {};
  const via = "via" in fact ? { via: fact.via } : {};
  const person = "person" in fact ? { person: fact.person, ...via } : {};
  return { at: fact.at, kind: fact.kind, ...by, ...person, text: textOf(fact, nameOf, machineOf) };
}

function textOf(fact: AlertFact, nameOf: NameOf, machineOf: MachineOf): string {
  switch (fact.kind) {
    case "alert-opened":
      // Raised by hand, where nobody knows whose the machine is.
      if (fact.by === null && fact.integration === null && fact.source === "by hand")
        return `Raised by hand, severity ${fact.severity}: policy ${fact.policy}.`;
      return fact.by === null
        ? `Opened by ${fact.source}, severity ${fact.severity}: policy ${fact.policy}.`
        : `Raised by ${nameOf(fact.by)}, severity ${fact.severity}: policy ${fact.policy}.`;
    case "content-changed":
      return `Its source now says: ${fact.content.title}`;
    case "severity-raised":
      return `Severity rose from ${fact.from} to ${fact.to}.`;
    case "occurrences-counted":
      return `Reported ${fact.occurrences} times by now.`;
    case "step-entered":
      return stepText(fact, nameOf);
    case "step-skipped":
      return `Step ${fact.step + 1} skipped at once: ${skipTexts[fact.reason]}.`;
    case "notification-attempted":
      return (
        [
          `${viaTexts[fact.via]} to ${nameOf(fact.person)}`,
          ...(fact.machine === undefined ? [] : [`from ${machineOf(fact.machine)}`]),
          ...(fact.attempt > 1 ? [`attempt ${fact.attempt}`] : []),
        ].join(", ") + "."
      );
    case "notification-sent":
      return fact.via === "desktop"
        ? `On the screen of ${nameOf(fact.person)}.`
        : `E-mail to ${nameOf(fact.person)} accepted by the mail server.`;
    case "notification-failed":
      return `${viaTexts[fact.via]} to ${nameOf(fact.person)} failed: ${whyFailed(fact)}. ${
        fact.retryAt !== null
          ? `It will be tried again${fact.nextNow === true ? ", and the next way is tried at once" : ""}`
          : fact.machine === undefined
            ? `${fact.again === true ? "It is tried again later" : "It is not tried again"}; the next way is tried at once`
            : "That machine does not try again; another one may send it, and the next way is tried at once"
      }.`;
    case "notification-withdrawn":
      return `${viaTexts[fact.via]} to ${nameOf(fact.person)} not sent: no longer needed.`;
    case "attention-reached":
      return `${rungTexts[fact.rung]} ${nameOf(fact.person)}.`;
    case "person-not-waited-for":
      return `${nameOf(fact.person)} is not waited for (${presenceTexts[fact.presence]}): the next way is tried at once.`;
    case "alert-acknowledged":
      return `Acknowledged ${byWhom(nameOf(fact.by), fact.origin)}.`;
    case "alert-snoozed":
      return `Snoozed ${byWhom(nameOf(fact.by), fact.origin)}.`;
    case "alert-retriggered":
      return `Triggered again: ${stepTexts[fact.reason]}.`;
    case "alert-escalated":
      return `Escalated ${byWhom(nameOf(fact.by), fact.origin)}.`;
    case "alert-transferred":
      if (fact.because !== undefined)
        return `Goes on by policy ${fact.policy} of the team as it is now: the one that it opened under reaches nobody.`;
      return `Transferred to policy ${fact.policy} ${byWhom(nameOf(fact.by), fact.origin)}.`;
    case "note-added":
      return `${nameOf(fact.by) ?? "Note"}: ${fact.text}`;
    case "alert-went-stale":
      return "Its source fell silent: nobody knows whether it still holds.";
    case "alert-heard-again":
      return "Its source reports it again.";
    case "alert-resolved":
      return `Resolved ${byWhom(nameOf(fact.by), fact.origin)}.`;
    default:
      // A kind that only a newer Tocsin knows.
      return `(${(fact as AlertFact).kind})`;
  }
}

function stepText(fact: AlertFact & { kind: "step-entered" }, nameOf: NameOf): string {
  const who = fact.asked.map((asked) => `${nameOf(asked.person)} (${becauseText(asked)})`).join(", ");
  const round = fact.repeat > 0 ? `, repeat ${fact.repeat}` : "";
  return `Step ${fact.step + 1}${round}, ${stepTexts[fact.reason]}: asks ${who || "nobody, since no desktop is there"}.`;
}

function becauseText(asked: Asked): string {
  switch (asked.because) {
    case "schedule":
      return `on call in ${asked.of}`;
    case "group":
      return `group ${asked.of}`;
    case "person":
      return "named";
    case "everyone":
      return "everyone";
    case "last-resort":
      return "last resort";
  }
}

/** Without a full stop. What the channel says in a whole sentence says it all; its bare words need the reason before them. */
function whyFailed({ reason, text }: { readonly reason: FailureReason; readonly text: string }): string {
  if (/^[A-Z].*\.$/s.test(text)) return text.slice(0, -1);
  return text === "" ? failureTexts[reason] : `${failureTexts[reason]} (${text})`;
}

const viaTexts: Record<Via, string> = { desktop: "Desktop alert", email: "E-mail" };

const stepTexts: Record<StepReason, string> = {
  opened: "as the policy says",
  "not-acknowledged-in-time": "since nobody acknowledged in time",
  "tier-failed": "since nobody in the step before could be told",
  "policy-repeated": "the policy starts again, since nobody acknowledged",
  "last-step-repeated": "the last step again, since nobody acknowledged",
  "severity-raised": "since it got worse",
  "escalated-by-person": "as a person asked",
  transferred: "under its new policy",
  "acknowledgement-timed-out": "acknowledged but not resolved in time",
  "snooze-ended": "the snooze is over",
  "reported-elsewhere": "since another machine reported it anew",
  "nobody-reachable": "nobody the policy names can be reached",
  "somebody-reachable-again": "somebody can be reached again",
};

const rungTexts: Record<AttentionRung, string> = {
  received: "Arrived at the desktop of",
  drawn: "Its window is drawn for",
  sounding: "It sounds at the desktop of",
  human: "Somebody moved or unlocked at the desktop of",
};

const presenceTexts: Record<Presence, string> = {
  active: "active",
  idle: "no key or mouse for a while",
  muted: "the machine's sound is off",
  locked: "the screen is locked",
  asleep: "the machine is asleep",
  offline: "the machine is offline",
};

const skipTexts: Record<SkipReason, string> = {
  "below-min-severity": "the alert is below its severity",
  "nobody-on-call": "nobody in it is on call, or everybody is away",
  "nobody-reachable": "nobody in it can be reached",
};

const failureTexts: Record<FailureReason, string> = {
  "no-desktop-attached": "no desktop is attached",
  "window-not-shown": "no window appeared",
  "no-address": "there is no address",
  "not-configured": "no mail server is configured",
  refused: "it was refused",
  unreachable: "the server cannot be reached",
  authentication: "the server refused the login",
  temporary: "the server cannot take it now",
  "timed-out": "it took too long",
  internal: "an internal error",
};
