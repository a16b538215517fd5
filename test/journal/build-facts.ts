/** Small facts for the journal's tests. The same arguments give equal facts. */
import type { Fact } from "#domain/fact";
import type { JournaledFact, Vector } from "#domain/place";
import type { AlertId, PersonId, PolicyId, TeamRevision } from "#domain/ids";

const at = 1_700_000_000_000;

export function engineStarted(when = at): Fact {
  return { kind: "engine-started", at: when, version: "0.1.0" };
}

type Opened = Extract<Fact, { kind: "alert-opened" }>;

export function opened(id: string, changes: Partial<Opened> = {}): Opened {
  return {
    kind: "alert-opened",
    at,
    alertId: id as AlertId,
    integration: null,
    dedupKey: `disk/${id}`,
    policy: "default" as PolicyId,
    teamRevision: "3f0c" as TeamRevision,
    silentAfterMs: null,
    by: null,
    severity: "critical",
    title: `Disk full on ${id}`,
    source: "db1.example.org",
    labels: { alertname: "DiskFull", instance: `${id}.example.org:9100`, job: "node" },
    details: { summary: "Less than 5 % is free." },
    links: [{ href: "https://example.org/runbook" }],
    ...changes,
  };
}

export function acknowledged(id: string): Fact {
  return {
    kind: "alert-acknowledged",
    at: at + 1,
    alertId: id as AlertId,
    by: "ana" as PersonId,
    origin: "window",
    ackTimeoutAt: null,
  };
}

export function noted(id: string, text: string): Fact {
  return { kind: "note-added", at: at + 2, alertId: id as AlertId, by: null, origin: "api", text };
}

export function resolved(id: string, covers?: Vector): Fact {
  const fact: Fact = {
    kind: "alert-resolved",
    at: at + 3,
    alertId: id as AlertId,
    by: null,
    origin: "source",
  };
  return covers === undefined ? fact : { ...fact, covers };
}

export function factsIn(journaled: Iterable<JournaledFact>): Fact[] {
  return Array.from(journaled, ({ fact }) => fact);
}
