/**
 * Whether the other end of a socket keeps up: how much of what was sent to it may wait. Used by the streams of `api` and
 * the links of `peers`.
 *
 * One message may be larger than that: the welcome holds all open alerts at once. It is no sign of a slow reader, and is
 * left out of account until most of it has gone.
 */
export class UnreadLimit {
  private largeBytes = 0;

  constructor(private readonly mostBytes: number) {}

  sent(text: string): void {
    // Characters are a lower bound of bytes, and cheap.
    if (text.length > this.mostBytes / 4)
      this.largeBytes = Math.max(this.largeBytes, Buffer.byteLength(text));
  }

  /** `waitingBytes`: the socket's `bufferedAmount`. */
  isExceededBy(waitingBytes: number): boolean {
    if (waitingBytes > this.mostBytes) return waitingBytes > this.mostBytes + this.largeBytes;
    this.largeBytes = 0;
    return false;
  }
}
