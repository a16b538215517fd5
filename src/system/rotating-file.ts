/** A file of lines that never takes more than twice its size: when it is full, it becomes `FILE.1` and begins anew. */
import { closeSync, fstatSync, openSync, renameSync, statSync, writeSync } from "node:fs";

/** Writing never throws: what cannot be written is dropped, since it must never stop the engine. */
export class RotatingFile {
  private descriptor: number | null = null;
  private bytes = 0;
  private inode = 0;

  constructor(
    private readonly file: string,
    private readonly largestBytes: number,
  ) {
    this.open();
  }

  /** With its line feed. */
  write(line: string): void {
    if (!this.isInPlace()) this.openAgain();
    if (this.descriptor === null) return;
    try {
      if (this.bytes >= this.largestBytes) this.beginAnew();
      this.bytes += writeSync(this.descriptor, line);
    } catch {
      // A full disk.
    }
  }

  /** Lines in a file that was deleted or moved away are read by nobody. */
  private isInPlace(): boolean {
    try {
      return statSync(this.file, { throwIfNoEntry: false })?.ino === this.inode && this.descriptor !== null;
    } catch {
      return false;
    }
  }

  private openAgain(): void {
    if (this.descriptor !== null) closeSync(this.descriptor);
    this.descriptor = null;
    this.open();
  }

  private beginAnew(): void {
    closeSync(this.descriptor!);
    this.descriptor = null;
    try {
      renameSync(this.file, `${this.file}.1`);
    } catch {
      // Something stands in the way; better a longer file than none.
    }
    this.open();
    this.bytes = 0;
  }

  private open(): void {
    try {
      this.descriptor = openSync(this.file, "a", 0o600);
      const { size, ino } = fstatSync(this.descriptor);
      this.bytes = size;
      this.inode = ino;
    } catch {
      this.descriptor = null;
    }
  }
}
