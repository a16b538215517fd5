/**
 * The team's mail server, the same for all of its machines: in most lives it takes everything promptly, in some it is slow
 * and a large outage comes, or it puts recipients off for minutes (greylisting), or one recipient's mails get no answer (a
 * tarpit). By dice of its own, so that a life is otherwise the one that its seed tells.
 */
import { severities } from "#domain/severity";
import type { Notice } from "#engine/ports";
import { Dice } from "./dice.ts";
import { people } from "./team.ts";
import type { TrueTime } from "./true-time.ts";

export interface Flood {
  readonly afterMs: number;
  /** The severity of each alert. */
  readonly alerts: readonly (typeof severities)[number][];
}

export class MailServer {
  private readonly dice: Dice;
  /** How many mails it takes at once, and how long each of them takes; null: any number, at once. */
  private slow: { readonly atOnce: number; readonly fromMs: number; readonly toMs: number } | null = null;
  private greylistMs = 0;
  private tarpit: string | null = null;
  private wasTarpit: string | null = null;
  private healedAt = 0;
  private readonly firstSeen = new Map<string, number>();
  private busy = 0;
  private readonly waiting: (() => void)[] = [];
  readonly floods: Flood[] = [];
  readonly manner: string;
  /** When it last put somebody off: so their turn had come. */
  putOffAt = 0;

  constructor(
    private readonly time: TrueTime,
    seed: number,
    /** Else nobody's mails hang: two machines that both try again may do so at one moment. */
    isFaulty: boolean,
  ) {
    this.dice = new Dice(Math.imul(seed, 0x9e3779b1) ^ 0x6d61696c);
    const { dice } = this;
    if (dice.chance(0.15)) {
      const fromMs = dice.between(200, 1_000);
      this.slow = { atOnce: dice.between(1, 5), fromMs, toMs: fromMs + dice.between(100, 1_000) };
      for (let left = dice.between(1, 3); left > 0; left -= 1) {
        const alerts = Array.from({ length: dice.between(10, 30) }, () => dice.pick(severities));
        this.floods.push({ afterMs: dice.between(20_000, 240_000), alerts });
      }
    }
    if (dice.chance(0.2)) this.greylistMs = dice.between(60_000, 420_000);
    if (dice.chance(0.12) && isFaulty) this.tarpit = this.wasTarpit = dice.pick(people);
    this.manner = [
      ...(this.slow === null ? [] : ["slow"]),
      ...(this.greylistMs === 0 ? [] : ["greylists"]),
      ...(this.tarpit === null ? [] : [`never answers ${this.tarpit}`]),
    ].join(", ");
  }

  /** Its rate is what is short in this life: what waits for its turn is late without anybody's fault. */
  get isShort(): boolean {
    return this.floods.length > 0 || this.wasTarpit !== null;
  }

  /** Since when this person can be mailed to, in true time; null: not now. */
  answersSince(person: string): number | null {
    if (person === this.tarpit) return null;
    return person === this.wasTarpit ? this.healedAt : 0;
  }

  heal(): void {
    this.healedAt = this.time.now;
    this.slow = null;
    this.greylistMs = 0;
    this.tarpit = null;
    for (const go of this.waiting.splice(0)) go();
  }

  /** Whether it puts this recipient off. */
  putsOff({ person }: Notice): boolean {
    const first = this.firstSeen.get(person.id) ?? this.time.now;
    this.firstSeen.set(person.id, first);
    const isPutOff = this.time.now - first < this.greylistMs;
    if (isPutOff) this.putOffAt = this.time.now;
    return isPutOff;
  }

  /** Calls back when it says "go ahead", and how long it will then take. Returns how to go away before that. */
  whenReady(go: (takesMs: number) => void): () => void {
    let isGone = false;
    const begin = () => {
      if (isGone) return this.next();
      const { slow } = this;
      if (slow === null) return go(0);
      const takesMs = this.dice.between(slow.fromMs, slow.toMs);
      this.busy += 1;
      // By its own time: whoever asked may be dead by then.
      this.time.after(takesMs, () => {
        this.busy -= 1;
        this.next();
      });
      go(takesMs);
    };
    if (this.slow === null || this.busy < this.slow.atOnce) begin();
    else this.waiting.push(begin);
    return () => {
      isGone = true;
    };
  }

  private next(): void {
    this.waiting.shift()?.();
  }
}
