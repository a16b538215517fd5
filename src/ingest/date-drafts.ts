/**
 * What the times in a batch mean, with what is known of the clocks of its senders. Called by `routes.ts` before the batch
 * goes to the engine.
 */
import { hash } from "node:crypto";
import type { SaidNow } from "#domain/input";
import type { EpochMs, IntegrationId } from "#domain/ids";
import { lastReportOf } from "#engine/last-report";
import type { Engine } from "#engine/ports";
import { cleanKey } from "#wire/hostile-text";
import { silentFor } from "./protocols/alertmanager-api-v2.ts";
import type { Sender, SenderTimes } from "./sender-times.ts";
import type { DraftTimes, SignalDraft } from "./signal-draft.ts";

export interface DatedDraft extends SignalDraft {
  readonly said?: SaidNow;
}

/** Whoever hands on what others say is some time behind, and means its end by their clocks. */
const relayMs = 2_000;

/** Who posts, and from which address. */
export interface Poster {
  readonly integration: IntegrationId;
  readonly remote: string;
}

/** In the order of `drafts`. `now`: by this machine's clock. */
export function dateDrafts(
  senderTimes: SenderTimes,
  engine: Pick<Engine, "state">,
  poster: Poster,
  drafts: readonly SignalDraft[],
  now: EpochMs,
): readonly DatedDraft[] {
  const senders = new Map<string, Sender>();
  const senderOf = (from: string): Sender => {
    const known = senders.get(from);
    if (known !== undefined) return known;
    const sender = nameSender(poster, from);
    senders.set(from, sender);
    return sender;
  };
  const known = (draft: SignalDraft) =>
    draft.times !== undefined &&
    draft.dedupKey !== null &&
    senderTimes.knows(senderOf(draft.times.from), draft.dedupKey);
  const dated: DatedDraft[] = [...drafts];
  const order = drafts.map((draft, index) => ({ index, known: known(draft) }));
  // What is known already tells about the sender's clock, and that helps with what is new.
  for (const { index } of [...order.filter((one) => one.known), ...order.filter((one) => !one.known)]) {
    const { times, dedupKey } = drafts[index]!;
    if (times === undefined || dedupKey === null) continue;
    const sender = senderOf(times.from);
    dated[index] = { ...drafts[index]!, ...dateOne(drafts[index]!, times, sender, dedupKey) };
  }
  return dated;

  function dateOne(
    { status }: SignalDraft,
    { startsAt, endsAt, isExplicit }: DraftTimes,
    sender: Sender,
    key: string,
  ): Partial<DatedDraft> {
    const said: SaidNow = { sender: sender.id, startsAt, endsAt };
    if (isExplicit)
      return {
        said:
          status === "resolved" && endsAt !== null
            ? { ...said, endedAt: Math.min(now, endsAt + relayMs) }
            : said,
      };
    if (endsAt === null) return { said };
    const report = lastReportOf(engine.state, poster.integration, cleanKey(key), sender.id);
    const meaning = senderTimes.read(sender, key, { startsAt, endsAt }, now, report);
    const { silentAfterMs } = meaning;
    return { ...meaning, silentAfterMs: silentAfterMs === null ? null : silentFor(silentAfterMs) };
  }
}

/** The facts hold only the digest: an address is nobody's business years later. */
function nameSender({ integration, remote }: Poster, from: string): Sender {
  const id = hash("sha256", JSON.stringify([integration, remote, from]), "hex").slice(0, 12);
  return { id, words: `${remote} (integration ${integration})` };
}
