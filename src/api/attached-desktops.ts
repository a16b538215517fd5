/**
 * Which desktops are there, for whom, whether anybody sits there, and what they have put on the screen: the engine's
 * `Desktops` port. Fed by `client-hub.ts`; the desktop channel asks it to present.
 */
import type { AttentionRung } from "#domain/fact";
import type { ActionId, AlertId, EpochMs, PersonId } from "#domain/ids";
import { bestPresence, isAway } from "#domain/presence";
import type { PersonPresence, Presence } from "#domain/presence";
import type { Clock, Desktops, Notice } from "#engine/ports";
import { AttentionRungs } from "./attention-rungs.ts";
import { QuietNotices } from "./quiet-notices.ts";
import type { QuietDesktop } from "./quiet-notices.ts";

/** A connected desktop app. Its person, availability and presence may change while it is here. */
export interface AttachedDesktop extends QuietDesktop {
  /** False while it is paused. */
  readonly available: boolean;
  readonly presence: Presence;
  show(notice: { readonly actionId: string; readonly alertId: AlertId; readonly why: string }): void;
}

export interface DesktopEvents {
  /**
   * The people who can be reached on a desktop, sorted, and those of them who are not active, whenever either becomes
   * another set.
   */
  peopleChanged(people: readonly PersonId[], away: readonly PersonPresence[]): void;
  /** A popup has come further with its person. Once for each popup and rung. */
  attentionReached(alertId: AlertId, actionId: ActionId, rung: AttentionRung): void;
}

/** How long a desktop has to say that a window is drawn. */
export const presentedWithinMs = 5000;

type Presented = Awaited<ReturnType<Desktops["present"]>>;

interface Presentation {
  readonly notice: Notice;
  /** Desktops that were asked and have not answered. */
  readonly asked: Set<AttachedDesktop>;
  limitAt(at: EpochMs, ending: Presented): void;
  finish(ending: Presented): void;
}

export class AttachedDesktops implements Desktops {
  readonly quiet: QuietNotices;
  private readonly desktops = new Set<AttachedDesktop>();
  private readonly expected = new Map<PersonId, () => void>();
  private readonly presentations = new Set<Presentation>();
  private readonly rungs = new AttentionRungs();
  private readonly listeners = new Set<() => void>();
  private told = "[]";

  constructor(
    private readonly clock: Clock,
    private readonly events: DesktopEvents,
  ) {
    this.quiet = new QuietNotices(clock);
  }

  /** Everybody with a desktop here that is not paused, at the best of their desktops, sorted. */
  people(): readonly PersonPresence[] {
    const presences = new Map<PersonId, Presence[]>();
    // One that is starting is about to say more.
    for (const person of this.expected.keys()) presences.set(person, ["active"]);
    for (const { person, available, presence } of this.desktops) {
      if (!available || person === null) continue;
      const known = presences.get(person);
      if (known === undefined) presences.set(person, [presence]);
      else known.push(presence);
    }
    return [...presences.keys()]
      .sort()
      .map((person) => ({ person, presence: bestPresence(presences.get(person)!) }));
  }

  /** Called whenever `people` has another answer. Returns how to stop listening. */
  onPeopleChanged(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  attach(desktop: AttachedDesktop): void {
    this.desktops.add(desktop);
    this.update(desktop);
  }

  /** After the desktop's person, availability or presence changed. */
  update(desktop: AttachedDesktop): void {
    if (desktop.person !== null) this.endExpectation(desktop.person);
    this.quiet.arrived(desktop);
    this.tellChange();
    for (const presentation of [...this.presentations]) {
      if (isFor(desktop, presentation) && !presentation.asked.has(desktop)) this.offer(presentation, desktop);
    }
    this.giveUpUnreachable();
  }

  detach(desktop: AttachedDesktop): void {
    this.desktops.delete(desktop);
    this.quiet.left(desktop);
    for (const presentation of this.presentations) presentation.asked.delete(desktop);
    this.tellChange();
    this.giveUpUnreachable();
  }

  /** Counts on this person's desktop although it is not here yet, since it is starting: until it attaches or that time. */
  expect(person: PersonId, until: EpochMs): void {
    this.expected.get(person)?.();
    // However the clock is set meanwhile, as it often is right after a start.
    const cancel = this.clock.callAfter(until - this.clock.now(), () => {
      this.endExpectation(person);
      this.tellChange();
      this.giveUpUnreachable();
    });
    this.expected.set(person, cancel);
    this.tellChange();
  }

  /** A desktop says whether the window with this notice is on the screen. */
  presented(desktop: AttachedDesktop, actionId: string, shown: boolean): void {
    if (shown) this.climbed(desktop, actionId, "drawn");
    for (const presentation of [...this.presentations]) {
      if (presentation.notice.actionId !== actionId || !presentation.asked.delete(desktop)) continue;
      if (shown) presentation.finish("shown");
      else if (presentation.asked.size === 0) presentation.finish("not-shown");
    }
  }

  /** A desktop says how far a notice has come with its person. */
  climbed(desktop: AttachedDesktop, actionId: string, rung: AttentionRung): void {
    const alertId = this.rungs.reached(desktop, actionId, rung);
    if (alertId !== null) this.events.attentionReached(alertId, actionId as ActionId, rung);
  }

  present(notice: Notice, signal: AbortSignal): Promise<Presented> {
    const desktops = [...this.desktops].filter((desktop) => isOf(desktop, notice.person.id));
    const expected = this.expected.has(notice.person.id);
    if (signal.aborted) return Promise.resolve("not-shown");
    if (desktops.length === 0 && !expected) return Promise.resolve("none-attached");
    return new Promise((resolve) => {
      const presentation = this.startPresentation(notice, signal, resolve);
      for (const desktop of desktops) this.offer(presentation, desktop);
    });
  }

  private startPresentation(
    notice: Notice,
    signal: AbortSignal,
    resolve: (ending: Presented) => void,
  ): Presentation {
    let cancelLimit = () => {};
    const aborted = () => presentation.finish("not-shown");
    const presentation: Presentation = {
      notice,
      asked: new Set(),
      limitAt: (at, ending) => {
        cancelLimit();
        cancelLimit = this.clock.callAt(at, () => presentation.finish(ending));
      },
      finish: (ending) => {
        cancelLimit();
        signal.removeEventListener("abort", aborted);
        if (this.presentations.delete(presentation)) resolve(ending);
      },
    };
    signal.addEventListener("abort", aborted);
    this.presentations.add(presentation);
    return presentation;
  }

  private offer(presentation: Presentation, desktop: AttachedDesktop): void {
    const { notice } = presentation;
    // It may have waited for this desktop; meanwhile somebody may have acknowledged (invariant 3).
    if (!notice.stillWanted()) return presentation.finish("not-shown");
    presentation.asked.add(desktop);
    this.rungs.asked(desktop, notice.actionId, notice.alert.id);
    presentation.limitAt(this.clock.now() + presentedWithinMs, "not-shown");
    desktop.show({ actionId: notice.actionId, alertId: notice.alert.id, why: notice.why });
  }

  /** Ends what waits for a desktop that went away, or never came. */
  private giveUpUnreachable(): void {
    for (const presentation of [...this.presentations]) {
      if (presentation.asked.size === 0 && !this.canReach(presentation.notice.person.id))
        presentation.finish("none-attached");
    }
  }

  private endExpectation(person: PersonId): void {
    this.expected.get(person)?.();
    this.expected.delete(person);
  }

  private canReach(person: PersonId): boolean {
    return this.expected.has(person) || [...this.desktops].some((desktop) => isOf(desktop, person));
  }

  private tellChange(): void {
    const people = this.people();
    const written = JSON.stringify(people);
    if (written === this.told) return;
    this.told = written;
    this.events.peopleChanged(
      people.map(({ person }) => person),
      people.filter(({ presence }) => isAway(presence)),
    );
    for (const listener of this.listeners) listener();
  }
}

function isFor(desktop: AttachedDesktop, presentation: Presentation): boolean {
  return isOf(desktop, presentation.notice.person.id);
}

function isOf(desktop: AttachedDesktop, person: PersonId): boolean {
  return desktop.available && desktop.person === person;
}
