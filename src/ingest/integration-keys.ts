/**
 * Which integration a key belongs to. Called by `routes.ts` for every request.
 *
 * A key opens every format, whatever its integration's `type`: Alertmanager speaks PagerDuty's too, and a monitoring
 * tool that is refused at night helps nobody. The type says what the team set up, for people to read.
 */
import { hash } from "node:crypto";
import type { IntegrationId } from "#domain/ids";

export interface IntegrationKey {
  readonly id: IntegrationId;
  readonly type: string;
  readonly key: string;
}

export class IntegrationKeys {
  private source: readonly IntegrationKey[] = [];
  private byDigest: ReadonlyMap<string, IntegrationKey> = new Map();

  /** `current` is asked at every look-up, so that a reloaded team file counts at once; the same array means no change. */
  constructor(private readonly current: () => readonly IntegrationKey[]) {}

  /**
   * Undefined for a key that nobody has. What is compared are digests, whose bytes a caller cannot steer, so the time
   * it takes says nothing about how much of a key was right.
   */
  find(key: string): IntegrationKey | undefined {
    const keys = this.current();
    if (keys !== this.source) {
      this.source = keys;
      this.byDigest = new Map(keys.map((integration) => [digest(integration.key), integration]));
    }
    return this.byDigest.get(digest(key));
  }
}

function digest(key: string): string {
  return hash("sha256", key, "base64");
}
