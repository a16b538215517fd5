/** How a command ends: its exit code (contract §1) and, when it went wrong, one sentence with the remedy. */
export const exitCodes = { done: 0, refused: 1, wrongUsage: 2, unreachable: 3 } as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Thrown by commands, caught once by `tocsin.ts`, which prints the sentence to stderr and exits. */
export class CommandFailure extends Error {
  constructor(
    readonly exitCode: ExitCode,
    message: string,
  ) {
    super(message);
    this.name = "CommandFailure";
  }
}

export const refused = (text: string) => new CommandFailure(exitCodes.refused, text);
export const wrongUsage = (text: string) => new CommandFailure(exitCodes.wrongUsage, text);
export const unreachable = (text: string) => new CommandFailure(exitCodes.unreachable, text);

/** Where a command writes; tests hand in their own. */
export interface Output {
  out(text: string): void;
  error(text: string): void;
}
