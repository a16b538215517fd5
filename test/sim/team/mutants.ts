/** Deliberately broken variants of what ships, made of wrappers around it. The simulation must catch each. */
import type { AlertFact, Fact } from "#domain/fact";
import type { AlertId } from "#domain/ids";
import type { JournaledFact } from "#domain/place";
import type { Channel, Journal } from "#engine/ports";
import { blindAtTheStart } from "../set-clocks.ts";
import type { Meddling } from "./machine.ts";

export const teamMutants = [
  "majority-quorum",
  "heartbeat-only-takeover",
  "truncates-rejoining-log",
  "marks-sent-before-sending",
  "does-not-reread-acknowledgement",
  "newer-wins-by-timestamp",
  "starts-without-a-look-at-the-clock",
  "ignores-revocation",
] as const;
export type TeamMutant = (typeof teamMutants)[number];

export function meddlingOf(mutant: TeamMutant | null, teamSize: number): Meddling {
  switch (mutant) {
    case null:
    case "truncates-rejoining-log":
      // The latter happens to the disk while nothing runs; see `truncatesOnStart`.
      return {};
    case "majority-quorum":
      return {
        standing: (standing, machine) => ({
          ...standing,
          position: () =>
            (machine.process?.peers.status().awake ?? 0) > teamSize / 2 ? standing.position() : null,
        }),
      };
    case "heartbeat-only-takeover":
      return {
        standing: (standing) => ({ ...standing, position: () => (standing.position() === 0 ? 0 : null) }),
      };
    case "marks-sent-before-sending":
      return { journal: marksSent };
    case "does-not-reread-acknowledgement":
      return { channel: blind };
    case "starts-without-a-look-at-the-clock":
      return { engine: blindAtTheStart };
    case "newer-wins-by-timestamp":
      return { journal: silencesKeys };
    case "ignores-revocation":
      return { engine: ({ revocation }) => void Object.assign(revocation, { learn: () => false }) };
  }
}

/** As logs of one leader do it: what the others do not have is thrown away when a machine comes back. */
export function truncatesOnStart(mutant: TeamMutant | null): boolean {
  return mutant === "truncates-rejoining-log";
}

function blind(channel: Channel): Channel {
  return {
    via: channel.via,
    send: (notice, signal) => channel.send({ ...notice, stillWanted: () => true }, signal),
    close: () => channel.close(),
  };
}

function marksSent(journal: Journal): Journal {
  const twice = (fact: Fact): Fact[] => {
    if (fact.kind !== "notification-attempted") return [fact];
    const { at, hlc, alertId, actionId, person, via } = fact;
    const sent: Fact = { kind: "notification-sent", at, alertId, actionId, person, via };
    return [fact, hlc === undefined ? sent : { ...sent, hlc }];
  };
  return withMethods(journal, { append: (facts: readonly Fact[]) => journal.append(facts.flatMap(twice)) });
}

/** An acknowledgement goes for its key: whatever was opened before it, by the clocks of whoever said so, is quiet. */
function silencesKeys(journal: Journal): Journal {
  const twist = (journaled: JournaledFact, all: readonly JournaledFact[]): JournaledFact => {
    const fact = journaled.fact as AlertFact;
    if (fact.kind !== "step-entered") return journaled;
    const facts = all.map((one) => one.fact as AlertFact);
    const opening = (id: AlertId) => facts.find((one) => one.kind === "alert-opened" && one.alertId === id);
    const own = opening(fact.alertId);
    const keyOf = (one: AlertFact | undefined) => (one?.kind === "alert-opened" ? one.dedupKey : null);
    const newer = facts.find(
      (one) =>
        one.kind === "alert-acknowledged" &&
        one.alertId !== fact.alertId &&
        own !== undefined &&
        one.at >= own.at &&
        keyOf(opening(one.alertId)) === keyOf(own),
    );
    if (newer?.kind !== "alert-acknowledged") return journaled;
    const { at, hlc, alertId, round } = fact;
    const silenced = {
      ...newer,
      at,
      alertId,
      ...(hlc !== undefined && { hlc }),
      ...(round !== undefined && { round }),
    };
    return { ...journaled, fact: silenced };
  };
  const twisted = (some: Iterable<JournaledFact>) => {
    const all = [...journal.replay(0)];
    return [...some].map((journaled) => twist(journaled, all));
  };
  return withMethods(journal, {
    merge: (facts: Parameters<Journal["merge"]>[0], now: number) => {
      const merged = journal.merge(facts, now);
      return { ...merged, added: twisted(merged.added) };
    },
    replay: (after: number) => twisted(journal.replay(after)),
    factsOf: (alertId: AlertId) => twisted(journal.factsOf(alertId)),
    loadSnapshot: () => null,
  });
}

/** The journal with some of its methods replaced. */
function withMethods(journal: Journal, methods: Partial<Journal>): Journal {
  return new Proxy(journal, {
    get(target, name) {
      const own = (methods as Record<PropertyKey, unknown>)[name];
      if (own !== undefined) return own;
      const value = Reflect.get(target, name, target) as unknown;
      return typeof value === "function" ? (value as (...args: unknown[]) => unknown).bind(target) : value;
    },
  });
}
