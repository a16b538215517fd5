/** What the tests with a team of processes do over and over: raise, wait until all know, and hold the journals against what was promised. */
import { expect } from "vitest";
import { eventually } from "./eventually.ts";
import type { MailServer } from "./mail-server.ts";
import {
  afterAcknowledgement,
  differences,
  lateness,
  readJournal,
  union,
  type ExportedJournal,
} from "./team-journals.ts";
import { duplicatesIn, mailsOf } from "./team-mails.ts";
import { event, eventsPath, people } from "./team-of-six.ts";
import type { TeamMachine, TeamOfProcesses } from "./team-processes.ts";

const promisedMs = 60_000;

export class TeamWatch {
  /** All that were raised: at the end none may have been forgotten. */
  readonly alertIds: string[] = [];

  constructor(
    private readonly team: TeamOfProcesses,
    private readonly mail: MailServer,
  ) {}

  async raise(machine: TeamMachine, title: string, policy: "ladder" | "desks"): Promise<string> {
    const id = await machine.post(eventsPath, event(title, policy));
    this.alertIds.push(id);
    return id;
  }

  readJournals(engines: readonly TeamMachine[] = this.team.engines): Promise<ExportedJournal[]> {
    return Promise.all(engines.map(({ name, data }) => readJournal(name, data)));
  }

  /** The worst of these alerts' steps so far, in ms, as far as these engines know. */
  async latestStepMs(ids: readonly string[], engines?: readonly TeamMachine[]): Promise<number> {
    const { stepsMs, missing } = lateness(union(await this.readJournals(engines)), ids, Date.now());
    expect(missing).toEqual([]);
    expect(stepsMs.length).toBeGreaterThanOrEqual(ids.length);
    const latestMs = Math.max(...stepsMs);
    expect(latestMs).toBeLessThanOrEqual(promisedMs);
    return latestMs;
  }

  /** When all is whole again: equal journals, nobody forgotten, nothing after an acknowledgement. Returns the figures. */
  async expectAllKept(): Promise<string> {
    const startedMs = performance.now();
    await this.team.agree();
    const journals = await eventually(
      "all journals are equal",
      async () => {
        const read = await this.readJournals();
        const left = differences(read);
        if (left.length > 0) throw new Error(left.slice(0, 20).join("\n"));
        return read;
      },
      20_000,
    );
    const equalAfterMs = performance.now() - startedMs;
    const facts = union(journals);
    expect(journals.flatMap(afterAcknowledgement)).toEqual([]);
    const { stepsMs, notificationsMs, missing } = lateness(facts, this.alertIds, Date.now());
    expect(missing).toEqual([]);
    const latestMs = Math.max(...stepsMs, ...notificationsMs);
    expect(latestMs).toBeLessThanOrEqual(promisedMs);
    const mails = await mailsOf(this.mail, people);
    const sent = new Set(
      facts.flatMap(({ fact }) =>
        fact.kind === "notification-sent" && fact.via === "email" ? [fact.actionId] : [],
      ),
    );
    expect(new Set(mails.map(({ messageId }) => messageId)).size).toBeGreaterThanOrEqual(sent.size);
    return [
      `${facts.length} facts, equal in ${journals.length} journals (read within ${seconds(equalAfterMs)});`,
      `${stepsMs.length} steps, ${notificationsMs.length} notifications, the latest ${seconds(latestMs)} after it was due;`,
      `${mails.length} mails, ${duplicatesIn(mails)} of them copies of another`,
    ].join(" ");
  }
}

/** Whether a machine knows that the alert has come to this step (from 0) or a later one. */
export async function hasReached(machine: TeamMachine, id: string, step: number): Promise<boolean> {
  const alert = await machine.process.alert(id);
  return alert.step >= step || alert.repeat > 0;
}

export function allKnow(machines: readonly TeamMachine[], id: string, status: string): Promise<unknown> {
  return eventually(
    `${machines.map(({ name }) => name).join(", ")} know that it is ${status}`,
    async () => {
      const alerts = await Promise.all(machines.map((machine) => machine.process.alert(id)));
      return alerts.every((alert) => alert.status === status);
    },
    30_000,
  );
}

export const since = (startMs: number): string => `${Math.round(performance.now() - startMs)} ms`;
export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
/** A figure for whoever reads the test's output. */
export const say = (text: string): void => console.log(text);
