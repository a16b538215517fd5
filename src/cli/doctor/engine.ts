/** Checks of the engine: does one run on the data folder, and does it trust itself. For `tocsin doctor`. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { healthMessage } from "#wire/client-contract";
import { failure, fine, skipped, warning, type Check, type Finding } from "./finding.ts";

export type Reached = { readonly url: string; readonly health: z.infer<typeof healthMessage> };

export function engineChecks(reached: Promise<Reached | Finding>): readonly Check[] {
  return [
    {
      name: "engine",
      look: async () => {
        const found = await reached;
        return "status" in found ? found : fine(`answers at ${found.url}`);
      },
    },
    {
      name: "engine health",
      look: async () => {
        const found = await reached;
        return "status" in found ? skipped("no engine answers") : healthOf(found);
      },
    },
    {
      name: "reports that changed nothing",
      look: async () => {
        const found = await reached;
        return "status" in found ? skipped("no engine answers") : ignoredReports(found);
      },
    },
  ];
}

/** Ends of what is not open, and late words of one of several senders: normal after a sender's restart, odd when they go on. */
async function ignoredReports({ url }: Reached): Promise<Finding> {
  const response = await fetch(new URL("/metrics", url), { signal: AbortSignal.timeout(3_000) });
  const counts = new Map<string, number>();
  for (const line of (await response.text()).split("\n")) {
    const [, integration, count] =
      /^tocsin_signals_ignored_total\{.*?integration="([^"]*)".*\} (\d+)/.exec(line) ?? [];
    if (integration !== undefined) counts.set(integration, (counts.get(integration) ?? 0) + Number(count));
  }
  if (counts.size === 0) return fine("none since the engine's start");
  const each = [...counts].map(([integration, count]) => `${count} of ${integration}`);
  return fine(`${each.join(", ")} since the engine's start: ends of what was not open, or late words`);
}

/** A running engine leaves its address in the data folder, and takes it away when it stops in order. */
export async function reach(data: string): Promise<Reached | Finding> {
  const file = join(data, "engine.json");
  if (!existsSync(file))
    return warning(
      "none runs here, so this machine alerts nobody",
      'Start it with "npm start" or "tocsin serve".',
    );
  let url = "";
  try {
    ({ url } = JSON.parse(readFileSync(file, "utf8")) as { url: string });
    const response = await fetch(new URL("/readyz", url), { signal: AbortSignal.timeout(3_000) });
    return { url, health: healthMessage.parse(await response.json()) };
  } catch {
    return failure(
      `none answers at ${url || "the address in " + file}, though it did not stop in order: it was killed or hangs`,
      'Start it again with "npm start" or "tocsin serve"; nothing that was answered is lost.',
    );
  }
}

function healthOf({ health: { ready, trusted, problems } }: Reached): Finding {
  const texts = problems.map((problem) => problem.text.replace(/\.$/, ""));
  const text =
    texts.length < 2
      ? (texts[0] ?? "")
      : `${texts.length} problems: ${texts.map((one, index) => `(${index + 1}) ${one}`).join("; ")}`;
  if (ready && problems.length === 0) return fine("takes alerts, and has nothing to complain about");
  const remedy = "See tocsin.log in the data folder for more.";
  return trusted ? warning(text, remedy) : failure(text || "it does not take alerts yet", remedy);
}
