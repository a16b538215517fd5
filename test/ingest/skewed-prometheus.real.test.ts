/** The real Prometheus, and a Tocsin whose clock is minutes away from its own. */
import { setTimeout as pause } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import type { PersonId } from "#domain/ids";
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
  },
  150_000,
);

/** Half a minute each, so only under `npm run check:hard`. */
test.concurrent.each([0, 5 * 60_000].slice(0, trials(0, 2)))(
  "a pair, with a clock %i ms fast: what one goes on saying is over does not end what the other says fires",
  async (aheadMs) => {
    const { port, alerts, engine } = await startIngestEngine({ aheadMs });
    const opened = new Set<string>();
    engine.onChange(({ facts }) => {
      for (const fact of facts)
        if (fact.kind === "alert-opened" && fact.integration !== null) opened.add(fact.alertId);
    });
    const server = async (expression: string) => {
      const started = await startPrometheus({
        target: `127.0.0.1:${port}`,
        key: keyOf("prometheus"),
        alertName: "DiskFull",
        summary: "Disk is full",
        severity: "critical",
        expression,
      });
      onTestFinished(() => started.stop());
      return started;
    };
    const [a, b] = [await server("vector(1)"), await server("vector(1) > 2")];
    await eventually("it opens", async () => alerts()[0], 40_000);
    a.setExpression("vector(1) > 2");
    await eventually("it ends", async () => alerts().length === 0, 40_000);
    // The first one goes on saying its end each second.
    b.setExpression("vector(1)");
    const { id } = await eventually("the other one fires", async () => alerts()[0], 40_000);
    const by = { by: "ana" as PersonId, origin: "api" } as const;
    await engine.submit({ kind: "command", alertId: id, ...by, command: { kind: "acknowledge" } });
    await pause(12_000);
    expect(alerts()).toMatchObject([{ id, status: "acknowledged" }]);
    b.setExpression("vector(1) > 2");
    await eventually("it ends too", async () => alerts().length === 0, 40_000);
    await pause(3_000);
    expect(alerts()).toEqual([]);
    expect(opened.size).toBe(2);
  },
  150_000,
);
