/**
 * How far each popup has come with its person: received, drawn, sounding, a human. Used by `attached-desktops.ts`.
 *
 * A desktop may speak only of what it was asked to show, and the first desktop to reach a rung is the one that counts.
 */
import type { AttentionRung } from "#domain/fact";
import type { ActionId, AlertId } from "#domain/ids";

/** Beyond it the oldest are forgotten: what a desktop then says of them is not heard, and nothing depends on it. */
const keptActions = 20_000;

interface Popup {
  readonly alertId: AlertId;
  readonly desktops: WeakSet<object>;
  readonly reached: Set<AttentionRung>;
}

export class AttentionRungs {
  private readonly popups = new Map<string, Popup>();

  /** This desktop is asked to show it; perhaps once more, in another attempt. */
  asked(desktop: object, actionId: ActionId, alertId: AlertId): void {
    const known = this.popups.get(actionId);
    const popup = known ?? { alertId, desktops: new WeakSet(), reached: new Set() };
    popup.desktops.add(desktop);
    if (known !== undefined) return;
    this.popups.set(actionId, popup);
    if (this.popups.size > keptActions) this.popups.delete(this.popups.keys().next().value!);
  }

  /** The alert that has come one rung further by this; null when it is no news, or not for this desktop to say. */
  reached(desktop: object, actionId: string, rung: AttentionRung): AlertId | null {
    const popup = this.popups.get(actionId);
    if (popup === undefined || !popup.desktops.has(desktop) || popup.reached.has(rung)) return null;
    popup.reached.add(rung);
    return popup.alertId;
  }
}
