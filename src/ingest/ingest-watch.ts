/**
 * What goes wrong between Tocsin and those that report to it, told to people: messages that are refused, alerts that their
 * sender leaves out, clocks that differ. A problem of the engine while it lasts, and an alert of its own where an alert of
 * somebody else's may be lost; never more than one for each integration, however much it sends.
 */
import type { Logger } from "pino";
import type { EpochMs } from "#domain/ids";
import type { Severity } from "#domain/severity";
import type { Clock, EngineProblem } from "#engine/ports";
import { cleanLine } from "#wire/hostile-text";
import type { Refusal } from "./dialect.ts";
import type { Skew } from "./sender-times.ts";

/** Where it is told. */
export interface Notices {
  /** Null: there is no such problem (any more). */
  problem(kind: Extract<EngineProblem["kind"], "ingest" | "sender-clock">, text: string | null): void;
  /** While one with this key is open it is only worded anew. */
  alarm(key: string, severity: Severity, title: string, details: Readonly<Record<string, string>>): void;
}

export interface RefusedMessages {
  /** Null: whoever it was has no key. */
  readonly integration: string | null;
  readonly remote: string;
  readonly reason: Refusal["reason"];
  readonly text: string;
  readonly count: number;
  /** The rest of the same batch was kept: what is lost, nobody sends again. */
  readonly isPart: boolean;
}

interface Refused {
  count: number;
  lastAt: EpochMs;
  /** Of the last one, as `text`. */
  reason: Refusal["reason"];
  text: string;
  /** The others were refused for something else. */
  isMixed: boolean;
  /** Somebody's alert is lost: told at once. */
  isLoss: boolean;
  alarmedAt: EpochMs | null;
}

const quietMs = 5 * 60_000;
const lookEveryMs = 10_000;
const alarmAgainAfterMs = 60_000;
const logEveryMs = 60_000;
/** What cannot be understood may be somebody trying things out: a problem from here on, an alert from there on. */
const problemFrom = 3;
const alarmFrom = 12;
/** Longer than Alertmanager's default `repeat_interval`, after which it says it again. */
const truncatedForMs = 5 * 3_600_000;
const most = { integrations: 1_000, groups: 1_000, sentences: 5 };

export class IngestWatch {
  private readonly refusals = new Map<string, Refused>();
  private readonly truncations = new Map<string, { readonly text: string; readonly at: EpochMs }>();
  private readonly ignored = new Map<string, number>();
  private ignoredToldAt = 0;
  private readonly told = new Map<string, string>();
  private cancelLook: (() => void) | null = null;

  constructor(
    private readonly clock: Clock,
    private readonly log: Partial<Pick<Logger, "info">>,
    private readonly notices: Notices,
    private readonly skews: (now: EpochMs) => readonly Skew[],
  ) {}

  refused({ integration, remote, reason, text, count, isPart }: RefusedMessages): void {
    if (ownProblem.has(reason)) return;
    const now = this.clock.now();
    const name = integration ?? "";
    const known = this.refusals.get(name);
    const entry: Refused = known ?? {
      count: 0,
      lastAt: now,
      reason,
      text: "",
      isMixed: false,
      isLoss: false,
      alarmedAt: null,
    };
    const { isMixed, isLoss } = entry;
    entry.count += count;
    entry.lastAt = now;
    entry.isMixed ||= entry.reason !== reason;
    entry.reason = reason;
    entry.text = cleanLine(integration === null ? `${text} (from ${remote})` : text, 200);
    entry.isLoss ||= integration !== null && (isPart || loses.has(reason));
    if (known === undefined) {
      this.refusals.set(name, entry);
      if (this.refusals.size > most.integrations) this.refusals.delete(this.refusals.keys().next().value!);
    }
    this.alarmOf(name, entry, now);
    // Each of a thousand is not worth a word of its own: how many there are is told with the next look.
    const isNews = entry.isMixed !== isMixed || entry.isLoss !== isLoss;
    if (isProblem(name, entry) && (isNews || !this.told.get("ingest")?.includes(nameOf(name))))
      this.tell(now);
    this.keepLooking();
  }

  /** Contract §4: what its sender has left out is lost as well. */
  truncated(integration: string, group: string, count: number): void {
    const now = this.clock.now();
    const key = JSON.stringify([integration, group]);
    const known = this.truncations.get(key);
    this.truncations.delete(key);
    if (count > 0) {
      const text = `Alertmanager left out ${count} ${count === 1 ? "alert" : "alerts"} of the group ${cleanLine(group, 100)} of ${integration}: raise max_alerts in its webhook_configs, or group by more labels.`;
      this.truncations.set(key, { text, at: now });
      if (this.truncations.size > most.groups) this.truncations.delete(this.truncations.keys().next().value!);
      const title = `${count} ${count === 1 ? "alert" : "alerts"} of ${integration} did not come: Alertmanager left ${count === 1 ? "it" : "them"} out`;
      this.notices.alarm(`truncated-${integration}`, "error", title, { remedy: text });
    }
    if (count > 0 || known !== undefined) this.tell(now);
    this.keepLooking();
  }

  /** Signals that changed nothing: the end of what is not open, or a sender that is out of step with the others. */
  changedNothing(integration: string, count: number): void {
    this.ignored.set(integration, (this.ignored.get(integration) ?? 0) + count);
    this.keepLooking();
  }

  /** The clocks may have been found to be wrong, or right again. */
  heard(): void {
    const now = this.clock.now();
    if (this.told.has("sender-clock") || this.skews(now).length > 0) {
      this.tellOf("sender-clock", wordsOf(this.skews(now)));
      this.keepLooking();
    }
  }

  stop(): void {
    this.cancelLook?.();
    this.cancelLook = null;
  }

  private keepLooking(): void {
    this.cancelLook ??= this.clock.callAfter(lookEveryMs, () => {
      this.cancelLook = null;
      this.look();
    });
  }

  private look(): void {
    const now = this.clock.now();
    for (const [name, entry] of this.refusals) {
      if (Math.abs(now - entry.lastAt) >= quietMs) this.refusals.delete(name);
      else this.alarmOf(name, entry, now);
    }
    for (const [key, { at }] of this.truncations)
      if (Math.abs(now - at) >= truncatedForMs) this.truncations.delete(key);
    this.tell(now);
    this.logIgnored(now);
    if (this.refusals.size + this.truncations.size + this.told.size + this.ignored.size > 0)
      this.keepLooking();
  }

  private tell(now: EpochMs): void {
    const refused = [...this.refusals].flatMap(([name, entry]) =>
      isProblem(name, entry) ? [`${titleOf(name, entry)}. ${remedyOf(entry.reason)}`] : [],
    );
    this.tellOf("ingest", [...refused, ...[...this.truncations.values()].map(({ text }) => text)]);
    this.tellOf("sender-clock", wordsOf(this.skews(now)));
  }

  private tellOf(kind: "ingest" | "sender-clock", sentences: readonly string[]): void {
    const shown = sentences.slice(0, most.sentences);
    if (sentences.length > shown.length) shown.push(`And ${sentences.length - shown.length} more.`);
    const text = shown.join(" ");
    if (text === (this.told.get(kind) ?? "")) return;
    if (text === "") this.told.delete(kind);
    else this.told.set(kind, text);
    this.notices.problem(kind, text === "" ? null : text);
  }

  private alarmOf(name: string, entry: Refused, now: EpochMs): void {
    if (!entry.isLoss && entry.count < alarmFrom) return;
    if (entry.alarmedAt !== null && entry.alarmedAt >= entry.lastAt) return;
    if (entry.alarmedAt !== null && Math.abs(now - entry.alarmedAt) < alarmAgainAfterMs) return;
    entry.alarmedAt = now;
    const key = name === "" ? "refused-strangers" : `refused-${name}`;
    const severity = entry.isLoss ? "error" : "warning";
    this.notices.alarm(key, severity, titleOf(name, entry), { remedy: remedyOf(entry.reason) });
  }

  private logIgnored(now: EpochMs): void {
    if (this.ignored.size === 0 || Math.abs(now - this.ignoredToldAt) < logEveryMs) return;
    this.ignoredToldAt = now;
    for (const [integration, signals] of this.ignored)
      this.log.info?.(
        { integration, signals },
        "signals that changed nothing: ends of what is not open, or late words about what others report",
      );
    this.ignored.clear();
  }
}

/** What is a problem of the engine under another name. */
const ownProblem: ReadonlySet<Refusal["reason"]> = new Set(["journal-unavailable", "no-team", "stopping"]);

/** Whoever sent it had something to say, in words that are understood. */
const loses: ReadonlySet<Refusal["reason"]> = new Set([
  "too-large",
  "too-many-open-alerts",
  "rate-limited",
  "busy",
  "internal",
]);

/** Strangers could make any engine look as if it were not to be trusted: of them there is an alert only. */
function isProblem(name: string, { isLoss, count }: Refused): boolean {
  return name !== "" && (isLoss || count >= problemFrom);
}

function nameOf(name: string): string {
  return name === "" ? "somebody without a key" : name;
}

function titleOf(name: string, { count, text, isMixed }: Refused): string {
  const [messages, were] = count === 1 ? ["message", "was"] : ["messages", "were"];
  const last = isMixed ? ", the last one" : "";
  return `${count} ${messages} of ${nameOf(name)} ${were} refused${last}: ${text.replace(/\.$/, "")}`;
}

function remedyOf(reason: Refusal["reason"]): string {
  switch (reason) {
    case "too-large":
      return "What was in it is lost: let it send less at once (Alertmanager: group by more labels).";
    case "too-many-open-alerts":
      return "Resolve what is over, or mend what floods.";
    case "rate-limited":
    case "busy":
      return "It sends more than Tocsin takes from one integration: slow it down at its source.";
    case "unknown-key":
      return "Give it a key of the team file (integrations), or stop it.";
    case "wrong-media-type":
      return "Let it send its messages as application/json.";
    case "internal":
      return "The log has the reason.";
    default:
      return "Look at what it is set to send; the log has more.";
  }
}

/** Several senders at one address with one clock are one word. */
function wordsOf(skews: readonly Skew[]): readonly string[] {
  return [...new Set(skews.map(wordsOfSkew))];
}

function wordsOfSkew({ words, aheadMs }: Skew): string {
  const direction = aheadMs < 0 ? "behind" : "ahead of";
  return `The clock of ${words} is about ${lengthOf(Math.abs(aheadMs))} ${direction} this machine's. Its alerts are understood all the same; let NTP set whichever clock is wrong.`;
}

function lengthOf(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}
