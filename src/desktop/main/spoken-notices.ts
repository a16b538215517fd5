/**
 * The words of the system's notifications: what waits when the alert window cannot be relied on, that the app itself
 * cannot be, and the engine's quiet words. Built by `application.ts`.
 */
import type { EngineMessage, HealthMessage } from "#wire/client-contract";
import type { Attention } from "./attention.ts";
import type { Notice } from "./system-notification.ts";

/** Null when there is nothing to show on this machine. */
export function pendingNotice({ shown }: Attention, why: string): Notice | null {
  const [first] = shown;
  if (first === undefined) return null;
  const more = shown.length > 1 ? ` and ${shown.length - 1} more` : "";
  return { key: "pending", title: `${first.severity.toUpperCase()}: ${first.title}${more}`, body: why };
}

export function distrustNotice({ problems }: HealthMessage): Notice {
  return {
    key: "trust",
    title: "Tocsin is not to be trusted now",
    body: problems[0]?.text ?? "The engine is not ready.",
  };
}

/** Words with the same title are one notification, so that a repeated one does not pile up. */
export function quietNotice({ title, text }: Extract<EngineMessage, { type: "notice" }>): Notice {
  return { key: `quiet ${title}`, title, body: text, quiet: true };
}
