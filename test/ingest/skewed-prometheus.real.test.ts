/** The real Prometheus, and a Tocsin whose clock is minutes away from its own. */
import { expect, onTestFinished, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { startPrometheus } from "../support/prometheus.ts";
import { trials } from "../support/trials.ts";
import { keyOf, startIngestEngine } from "./ingest-engine.ts";

const clocks = [
  [5 * 60_000, / min behind this machine's/],
  [-5 * 60_000, / min ahead of this machine's/],
] as const;

test.concurrent.each(clocks.slice(0, trials(1, 2)))(
  "with a clock %i ms fast an alert fires once, stays one, and ends when it ends",
  async (aheadMs, words) => {
    const { port, alerts, engine, problem } = await startIngestEngine({ aheadMs });
    const prometheus = await startPrometheus({
      target: `127.0.0.1:${port}`,
      key: keyOf("prometheus"),
      alertName: "DiskFull",
      summary: "Disk is full",
      severity: "critical",
      expression: "vector(1)",
    });
    onTestFinished(() => prometheus.stop());
    const { id } = await eventually("it opens", async () => alerts()[0], 40_000);
    const first = alerts()[0]!.staleAt!;
    await eventually("it is said again", async () => alerts()[0]!.staleAt! > first + 2_000, 40_000);
    expect(alerts()).toMatchObject([{ id, stale: false, occurrences: 1 }]);
    expect(problem("sender-clock")).toMatch(words);
    prometheus.setExpression("vector(1) > 2");
    await eventually("it ends", async () => alerts().length === 0, 40_000);
    expect(engine.findAlert(id)).toMatchObject({ status: "resolved" });
    prometheus.setExpression("vector(1)");
    await eventually("the next one", async () => alerts().length === 1, 40_000);
    expect(alerts()[0]!.id).not.toBe(id);
  },
  150_000,
);
