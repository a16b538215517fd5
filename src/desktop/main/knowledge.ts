/**
 * Everything that main knows about alerts and about its own standing, and what follows from it. No Electron here: it is
 * told, and asked. Built by `application.ts`.
 */
import type { EngineMessage } from "#wire/client-contract";
import type { Volumes } from "../contract.ts";
import { attentionOf } from "./attention.ts";
import type { Attention } from "./attention.ts";
import { healthOf } from "./health.ts";
import type { Doubt } from "./health.ts";
import { identify } from "./identity.ts";
import type { Identity } from "./identity.ts";
import { emptyMirror, reflect } from "./mirror.ts";
import type { Mirror } from "./mirror.ts";

/** What is known elsewhere, asked for anew each time. */
export interface Sources {
  /** `--person`. */
  readonly flag: string | null;
  preference(): string | null;
  doubt(): Doubt | null;
  paused(): boolean;
  volumes(): Volumes;
}

export class Knowledge {
  private mirror: Mirror;
  private readonly silenced = new Set<string>();
  private readonly reasons = new Map<string, string>();

  /** `startedAt`: ISO 8601 UTC. */
  constructor(
    private readonly sources: Sources,
    private readonly startedAt: string,
  ) {
    this.mirror = emptyMirror(startedAt);
  }

  /** Takes in what the engine says. An alert is audible again when its person is asked anew, and when it is triggered anew. */
  hear(message: EngineMessage): void {
    this.mirror = reflect(this.mirror, message);
    if (message.type === "present") {
      this.reasons.set(message.alertId, message.why);
      this.silenced.delete(message.alertId);
    }
    if (message.type === "alerts" || message.type === "welcome") this.endSilences();
  }

  /** No sound for what waits now. */
  silence(): void {
    for (const { id } of this.attention().pending) this.silenced.add(id);
  }

  private endSilences(): void {
    for (const id of this.silenced)
      if (this.mirror.open.get(id)?.status !== "triggered") this.silenced.delete(id);
  }

  identity(): Identity {
    const { team, machines } = this.mirror;
    const own = machines?.machines.find(({ id }) => id === machines.self.id);
    // Alone it has no record but its own, which follows the setting.
    const isAlone = (machines?.team ?? null) === null;
    const recorded = isAlone ? null : (own?.person ?? null);
    return identify(this.sources.flag, this.sources.preference(), team, recorded);
  }

  /** What the engine said last, under main's own judgement of the engine. */
  shown(): Mirror {
    const health = healthOf(this.mirror, this.sources.doubt(), this.identity(), this.startedAt);
    return { ...this.mirror, health };
  }

  attention(): Attention {
    const { open, health } = this.shown();
    const { person } = this.identity();
    const { silenced, sources } = this;
    return attentionOf({
      open,
      health,
      person,
      paused: sources.paused(),
      silenced,
      volumes: sources.volumes(),
    });
  }

  /** Why the person was asked, by alert id, as the engine put it. */
  whys(): Readonly<Record<string, string>> {
    for (const id of this.reasons.keys()) if (!this.mirror.open.has(id)) this.reasons.delete(id);
    return Object.fromEntries(this.reasons);
  }

  /** An alert of the team is climbing its policy: the machine had better stay awake. */
  isEscalating(): boolean {
    return [...this.mirror.open.values()].some((alert) => alert.nextEscalationAt !== undefined);
  }
}
