/**
 * Hands signals to the engine and says, once they are on disk, what came of them. Called by every route.
 */
import type { Answer, RefusalReason } from "#domain/command";
import type { AlertId } from "#domain/ids";
import type { Engine, Random } from "#engine/ports";
import { cleanKey } from "#wire/hostile-text";
import type { IntegrationKey } from "./integration-keys.ts";
import type { DatedDraft } from "./date-drafts.ts";

export interface Submitted {
  /** Null when nothing was open that the signal could have been about. */
  readonly alertId: AlertId | null;
  /** The key that a later resolve must give: the sender's own, untouched, or the one made for it. */
  readonly dedupKey: string;
  /** It changed nothing: nothing was open that it could end, or it is out of step with what others say. */
  readonly isIgnored: boolean;
}

export interface SubmitResult {
  /** What was kept, in the order of the batch. */
  readonly submitted: readonly Submitted[];
  /** How many of the batch were not, and why the first of them; null: all were kept. */
  readonly refused: {
    readonly count: number;
    readonly reason: RefusalReason | "internal";
    readonly text: string;
  } | null;
}

/** All in one turn, so that a batch shares one commit. Never rejects; the first refusal of a batch stands for it. */
export async function submitSignals(
  engine: Engine,
  random: Random,
  integration: IntegrationKey,
  drafts: readonly DatedDraft[],
): Promise<SubmitResult> {
  const pending = drafts.map((draft) => submitSignal(engine, random, integration, draft));
  const submitted: Submitted[] = [];
  let refusal: { readonly reason: RefusalReason | "internal"; readonly text: string } | null = null;
  for (const { answer, dedupKey } of pending) {
    const result = await answer;
    if (result.ok)
      submitted.push({ alertId: result.alertId, dedupKey, isIgnored: result.effect === "ignored" });
    else if (isSettledAlready(result.reason)) submitted.push({ alertId: null, dedupKey, isIgnored: true });
    else refusal ??= result;
  }
  if (refusal === null) return { submitted, refused: null };
  const { reason, text } = refusal;
  return { submitted, refused: { count: drafts.length - submitted.length, reason, text } };
}

function submitSignal(engine: Engine, random: Random, integration: IntegrationKey, draft: DatedDraft) {
  const freshId = random.alertId();
  const dedupKey = draft.dedupKey ?? freshId;
  const answer = engine.submit({
    kind: "signal",
    freshId,
    integration: integration.id,
    dedupKey: cleanKey(dedupKey),
    status: draft.status,
    content: draft.content,
    silentAfterMs: draft.silentAfterMs,
    repetition: draft.repetition,
    by: null,
    ...(draft.said !== undefined && { said: draft.said }),
  });
  return {
    dedupKey,
    answer: answer.catch(
      (error: unknown) => ({ ok: false, reason: "internal", text: String(error) }) as const,
    ),
  };
}

/** A tool that resolves what is resolved, or acknowledges what nobody has open, has nothing more to do. */
function isSettledAlready(reason: (Answer & { ok: false })["reason"] | "internal"): boolean {
  return reason === "not-found" || reason === "already-resolved" || reason === "already-acknowledged";
}
