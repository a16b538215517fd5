/**
 * The words before quitting: a tray app that is gone alerts nobody, and that must be a decision. Pure; used by
 * `person-actions.ts`.
 */
export interface QuitQuestion {
  readonly message: string;
  readonly detail: string;
}

/** `pending`: alerts that wait for this person; `others`: the rest of the team's open ones. */
export function quitQuestion(pending: number, others: number): QuitQuestion {
  const open = [
    ...(pending > 0
      ? [
          `${pending === 1 ? "1 alert waits" : `${pending} alerts wait`} for you now and nobody has acknowledged.`,
        ]
      : []),
    ...(others > 0
      ? [`${others === 1 ? "1 more alert is" : `${others} more alerts are`} open in the team.`]
      : []),
  ];
  const engine =
    "The engine on this machine stops too: it takes no more reports and escalates nothing until Tocsin runs again.";
  return {
    message: "Quit Tocsin? Nobody will be alerted on this machine.",
    detail: [...open, engine].join("\n\n"),
  };
}
