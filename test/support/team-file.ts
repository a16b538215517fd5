/** Team files for real processes. JSON, since YAML 1.2 contains it. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** One for each kind of client; long enough for the schema. */
export const keys = {
  prometheus: "prometheus-key-0123456789-0123456789",
  webhook: "webhook-key-0123456789-0123456789abc",
  events: "events-key-0123456789-0123456789abcd",
} as const;

export interface TeamFileOptions {
  /** Of an SMTP server on 127.0.0.1 that wants no login; without it nobody gets mail. */
  readonly mailPort?: number;
  /** Whatever else is to differ, by top-level key. */
  readonly change?: Record<string, unknown>;
}

/** Ana, Ben and Chi, each told by mail at once; a step for each, then everyone. */
export function teamFile({ mailPort, change = {} }: TeamFileOptions = {}): Record<string, unknown> {
  const byMail = [{ via: "email", after: "0s" }];
  return {
    version: 1,
    team: { name: "Test", timeZone: "UTC" },
    people: ["ana", "ben", "chi"].map((id) => ({
      id,
      name: id[0]!.toUpperCase() + id.slice(1),
      email: `${id}@tocsin.test`,
      notify: byMail,
    })),
    policies: [
      {
        id: "default",
        steps: [
          { notify: [{ person: "ana" }], within: "5m" },
          { notify: [{ person: "ben" }], within: "5m" },
          { notify: [{ everyone: true }], within: "5m" },
        ],
      },
    ],
    routes: [{ match: {}, policy: "default" }],
    integrations: [
      { id: "prometheus", type: "alertmanager", key: keys.prometheus },
      { id: "webhook", type: "alertmanager", key: keys.webhook },
      { id: "events", type: "events", key: keys.events },
    ],
    ...(mailPort !== undefined && {
      email: { host: "127.0.0.1", port: mailPort, secure: false, from: "Tocsin <tocsin@tocsin.test>" },
    }),
    ...change,
  };
}

/** Returns its path. */
export function writeTeamFile(folder: string, team: Record<string, unknown>): string {
  const file = join(folder, "team.yaml");
  writeFileSync(file, JSON.stringify(team, null, 2));
  return file;
}
