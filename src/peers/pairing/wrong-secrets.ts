/** Who has guessed wrong too often waits. By address, without its port. Used by `pairing-desk.ts`. */
import type { EpochMs } from "#domain/ids";

const mostWrong = 5;
const pauseMs = 60_000;
/** Addresses that are remembered; the oldest is forgotten first. */
const mostAddresses = 1000;

export class WrongSecrets {
  private readonly counts = new Map<string, { wrong: number; lastAt: EpochMs }>();

  constructor(private readonly now: () => EpochMs) {}

  isPaused(address: string): boolean {
    const host = hostOf(address);
    const count = this.counts.get(host);
    if (count === undefined) return false;
    const sinceMs = this.now() - count.lastAt;
    if (sinceMs >= 0 && sinceMs < pauseMs) return count.wrong >= mostWrong;
    this.counts.delete(host);
    return false;
  }

  /** Returns whether this was the one too many. */
  add(address: string): boolean {
    const host = hostOf(address);
    const wrong = (this.counts.get(host)?.wrong ?? 0) + 1;
    this.counts.delete(host);
    this.counts.set(host, { wrong, lastAt: this.now() });
    if (this.counts.size > mostAddresses) this.counts.delete(this.counts.keys().next().value!);
    return wrong === mostWrong;
  }

  forget(address: string): void {
    this.counts.delete(hostOf(address));
  }
}

/** Of IPv6 the network: everybody has as many addresses in it as they like. */
function hostOf(address: string): string {
  const host = address.replace(/:\d+$/, "");
  if (!host.startsWith("[")) return host;
  const [left = "", right] = host.slice(1, -1).split("%")[0]!.split("::");
  const head = left === "" ? [] : left.split(":");
  const tail = right === undefined || right === "" ? [] : right.split(":");
  const zeros = right === undefined ? [] : Array.from({ length: 8 - head.length - tail.length }, () => "0");
  return [...head, ...zeros, ...tail].slice(0, 4).join(":");
}
