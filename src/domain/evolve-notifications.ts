/** What an alert still has to tell, after one more fact. Called by `evolve-alert`; truly pure. */
import type { Alert, Notification } from "./alert.ts";
import { someGaveUp } from "./acting.ts";
import type { AlertFact } from "./fact.ts";
import type { EpochMs, PersonId } from "./ids.ts";
import { limits } from "./limits.ts";
import type { Via } from "./team.ts";

type All = readonly Notification[];
type Of<Kind extends AlertFact["kind"]> = AlertFact & { readonly kind: Kind };
type NotificationFact = Of<
  | "notification-attempted"
  | "notification-sent"
  | "notification-withdrawn"
  | "notification-failed"
  | "attention-reached"
  | "person-not-waited-for"
>;

const noRungs: readonly never[] = [];
const noRetries: Notification["retries"] = {};

/** Several machines may have said them without knowing of one another; what was sent stays sent. */
export function evolveNotifications(all: All, fact: NotificationFact, steppedMs: number): All {
  switch (fact.kind) {
    case "notification-attempted":
      return changed(all, fact.actionId, (n) => (n.state === "sent" ? n : attempted(n, fact, steppedMs)));
    case "notification-sent":
      return changed(all, fact.actionId, (n) => ({ ...n, state: "sent" }));
    case "notification-withdrawn":
      return changed(all, fact.actionId, (n) => (n.state === "sent" ? n : { ...n, state: "withdrawn" }));
    case "notification-failed":
      return failed(all, fact, fact.at + steppedMs);
    case "attention-reached":
      return changed(all, fact.actionId, (n) =>
        n.rungs.includes(fact.rung) ? n : { ...n, rungs: [...n.rungs, fact.rung] },
      );
    case "person-not-waited-for":
      return nextChannelAtOnce(all, fact.actionId, fact.at + steppedMs);
  }
}

/**
 * `before`: the alert as it was. What still waited there for the same person and way gives its place: what it was put off
 * for holds on, and it is no repetition of what has never got through.
 */
export function planned(
  { notifications, wave }: Of<"step-entered">,
  round: number,
  before: Pick<Alert, "asked" | "notifications">,
): Notification[] {
  const taken = new Set<Notification>();
  // Spelled out: copying what the fact has, field by field in whatever order, is several times slower.
  return notifications.map(({ actionId, person, via, dueAt }) => {
    const waited = before.notifications.find((n) => isPendingFor(n, person, via) && !taken.has(n));
    if (waited !== undefined) taken.add(waited);
    return {
      actionId,
      person,
      via,
      dueAt,
      retries: waited?.retries ?? noRetries,
      wave,
      round,
      state: "planned",
      attempts: waited?.attempts ?? 0,
      isRepeat: waited?.isRepeat ?? before.asked.some((one) => one.person === person),
      isStuck: false,
      attemptedBy: null,
      attemptedAt: null,
      isOver: false,
      rungs: noRungs,
    };
  });
}

/** Whether it is still to be made, or to be made again. */
export function isToCome({ state, again }: Notification): boolean {
  return state === "planned" || (state === "failed" && again === true);
}

/** Whether it waits for its time, and nobody has given it up: that is asked for anew. */
export function isPendingFor(n: Notification, person: PersonId, via: Via): boolean {
  return n.state === "planned" && n.person === person && n.via === via && !someGaveUp(n);
}

/** Two machines have planned without knowing of one another: each action is made once, at the earlier of both times. */
export function plannedByBoth(all: All, also: All): All {
  const times = new Map(also.map(({ actionId, dueAt }) => [actionId, dueAt]));
  const known = new Set(all.map(({ actionId }) => actionId));
  const both = all.map((n) => ({ ...n, dueAt: Math.min(n.dueAt, times.get(n.actionId) ?? Infinity) }));
  return [...both, ...also.filter(({ actionId }) => !known.has(actionId))];
}

/** Those of this round and the ones before it are not made any more; what is under way still reports its outcome. */
export function endedUpTo(all: All, round: number): All {
  return all
    .filter((n) => n.round > round || n.state === "attempted")
    .map((n) => (n.round > round ? n : { ...n, isOver: true }));
}

/** See `shiftDeadlines`. */
export function shiftNotifications(all: All, deltaMs: number): All {
  return all.map((n) => {
    const retries = Object.entries(n.retries).map(([machine, at]) => [
      machine,
      at === null ? null : at + deltaMs,
    ]);
    return {
      ...n,
      dueAt: n.dueAt + deltaMs,
      attemptedAt: n.attemptedAt === null ? null : n.attemptedAt + deltaMs,
      retries: Object.fromEntries(retries) as Notification["retries"],
    };
  });
}

function attempted(n: Notification, fact: Of<"notification-attempted">, steppedMs: number): Notification {
  return {
    ...n,
    state: "attempted",
    attempts: Math.max(n.attempts, fact.attempt),
    attemptedBy: fact.machine ?? null,
    attemptedAt: fact.at + steppedMs,
  };
}

/** `at`: the fact's, by this machine's clock as it stands now. */
function failed(
  all: All,
  { actionId, retryAt, machine, nextNow, again }: Of<"notification-failed">,
  at: EpochMs,
): All {
  const before = all.find((n) => n.actionId === actionId);
  if (before === undefined || before.state === "sent") return all;
  const newer = all.find((n) => n.wave > before.wave && n.person === before.person && n.via === before.via);
  if (newer !== undefined && retryAt !== null)
    return superseded(all, before, newer, machine === undefined ? retryAt : null);
  // What a later step has planned is the one that is pending.
  const isForLater = again === true && newer === undefined;
  const after = changed(all, actionId, (n): Notification => {
    const isStuck = n.isStuck || nextNow === true;
    if (machine === undefined)
      return retryAt === null
        ? { ...n, state: "failed", ...(isForLater && forLater(at)) }
        : { ...n, isStuck, state: "planned", dueAt: retryAt, retries: givenUpOnly(n.retries) };
    // Another machine may be at it already.
    const state = n.state === "attempted" && n.attemptedBy !== machine ? "attempted" : "planned";
    return { ...n, isStuck, state, retries: { ...n.retries, [machine]: retryAt } };
  });
  if (nextNow === true && !before.isStuck) return nextChannelAtOnce(after, actionId, at);
  // Once: each further machine that gives up would bring forward one more way, and so would each further try.
  const isFirst = !someGaveUp(before) && before.again !== true;
  return retryAt === null && isFirst ? nextChannelAtOnce(after, actionId, at) : after;
}

/** By whichever machine is first then: what one could not do by then another one may. */
function forLater(at: EpochMs): Pick<Notification, "again" | "dueAt" | "retries"> {
  return { again: true, dueAt: at + limits.retrySeldomMs, retries: noRetries };
}

/**
 * A later step has planned the same for the same person while it was under way: that one is pending now, and the only one.
 * `notBefore`: what the mail server itself has put off is put off there, too; null: it said nothing.
 */
function superseded(all: All, before: Notification, newer: Notification, notBefore: EpochMs | null): All {
  const after = changed(all, before.actionId, (n) => ({ ...n, state: "failed" }));
  if (newer.state !== "planned") return after;
  return changed(after, newer.actionId, (n) => ({
    ...n,
    attempts: Math.max(n.attempts, before.attempts),
    isRepeat: n.isRepeat && before.isRepeat,
    dueAt: Math.max(n.dueAt, notBefore ?? n.dueAt),
  }));
}

/** The mail server's own word ends all waiting, but opens it to nobody. */
function givenUpOnly(retries: Notification["retries"]): Notification["retries"] {
  const kept = Object.entries(retries).filter(([, at]) => at === null);
  return kept.length === 0 ? noRetries : (Object.fromEntries(kept) as Notification["retries"]);
}

/** The person's next way in the same wave is not waited for any longer. */
function nextChannelAtOnce(all: All, actionId: string, at: EpochMs): All {
  const first = all.find((n) => n.actionId === actionId);
  const next = all.find(
    (n) =>
      n.state === "planned" && n.person === first?.person && n.wave === first.wave && n.actionId !== actionId,
  );
  if (next === undefined || next.dueAt <= at) return all;
  return changed(all, next.actionId, (n) => ({ ...n, dueAt: at }));
}

function changed(all: All, id: string, change: (n: Notification) => Notification): All {
  return all.map((n) => (n.actionId === id ? change(n) : n));
}
