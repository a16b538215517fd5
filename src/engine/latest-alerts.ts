/** The last alert of each key: the journal knows it, but for what this turn has opened and not kept yet. */
import type { AlertFact } from "#domain/fact";
import type { AlertId } from "#domain/ids";
import type { Input, Signal } from "#domain/input";
import { keyOf, type State } from "#domain/state";
import type { Journal, Random } from "./ports.ts";

export class LatestAlerts {
  private readonly unkept = new Map<string, AlertId>();
  /** Of this turn; null: there has never been one. */
  private read: ReadonlyMap<string, AlertId | null> = new Map();

  constructor(
    private readonly journal: Journal,
    private readonly random: Random,
  ) {}

  /** At the beginning of a turn: asks the journal once for all of its signals, which is far less work than for each. */
  readAhead(taken: readonly { readonly input: Input }[], state: State): void {
    this.read = new Map();
    const opening = taken.flatMap(({ input }) =>
      input.kind === "signal" && opens(input, state) ? [input] : [],
    );
    if (opening.length < 2) return;
    try {
      const found = this.journal.lastAlertsOf(opening);
      this.read = new Map(opening.map((signal, index) => [textOf(signal), found[index] ?? null]));
    } catch {
      // It cannot be read now: each signal asks for itself, and hears why.
    }
  }

  /** A signal that opens an alert, with the id that every machine gives to this alert; any other input as it is. */
  named(input: Input, state: State): Input {
    if (input.kind !== "signal" || !opens(input, state)) return input;
    const { integration, dedupKey } = input;
    const previous = this.of(input);
    return { ...input, freshId: this.random.nextAlertId(integration, dedupKey, previous) };
  }

  /** Null: there has never been one. */
  private of(signal: Signal): AlertId | null {
    const text = textOf(signal);
    const known = this.unkept.get(text) ?? this.read.get(text);
    return known === undefined ? this.journal.lastAlertOf(signal.integration, signal.dedupKey) : known;
  }

  note(opened: AlertFact & { kind: "alert-opened" }): void {
    this.unkept.set(textOf(opened), opened.alertId);
  }

  /** They are in the journal now, or never happened. */
  kept(): void {
    this.unkept.clear();
  }
}

function opens(signal: Signal, { openByKey }: State): boolean {
  return signal.status === "firing" && !openByKey.has(textOf(signal));
}

function textOf({ integration, dedupKey }: Pick<Signal, "integration" | "dedupKey">): string {
  return keyOf(integration, dedupKey);
}
