/**
 * Quiet words to a person's desktops (a handoff, a swap): shown without sound, never answered. Fed by `client-hub.ts`.
 *
 * For somebody whose desktop is not here, the word is kept until it comes, as long as it is still news. Kept in memory
 * only: what is lost by a restart is a courtesy.
 */
import type { Tell } from "#domain/command";
import type { PersonId } from "#domain/ids";
import type { Clock } from "#engine/ports";

export interface QuietDesktop {
  readonly person: PersonId | null;
  tellQuietly(notice: { readonly title: string; readonly text: string }): void;
}

/** Of one person, beyond which the oldest goes. */
const keptForOne = 20;

export class QuietNotices {
  private readonly desktops = new Set<QuietDesktop>();
  private readonly kept = new Map<PersonId, Tell[]>();

  constructor(private readonly clock: Clock) {}

  /** To every desktop of the person, paused or not: knowing that one comes on duty is what a pause is planned by. */
  tell(notice: Tell): void {
    const theirs = [...this.desktops].filter(({ person }) => person === notice.person);
    for (const desktop of theirs) desktop.tellQuietly(notice);
    if (theirs.length > 0) return;
    this.kept.set(notice.person, [...(this.kept.get(notice.person) ?? []), notice].slice(-keptForOne));
  }

  /** A desktop has come, or has another person now. */
  arrived(desktop: QuietDesktop): void {
    this.desktops.add(desktop);
    if (desktop.person === null) return;
    const kept = this.kept.get(desktop.person) ?? [];
    this.kept.delete(desktop.person);
    const now = this.clock.now();
    for (const notice of kept) if (now < notice.until) desktop.tellQuietly(notice);
  }

  left(desktop: QuietDesktop): void {
    this.desktops.delete(desktop);
  }
}
