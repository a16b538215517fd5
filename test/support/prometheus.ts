/** A real Prometheus (Debian's `prometheus`) with one rule, sending to a Tocsin; for tests. Evaluates and resends each second. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";

export interface Prometheus {
  /** From now on the rule's expression is this; `vector(1)` fires, `vector(1) > 2` does not. */
  setExpression(expression: string): void;
  /** `kill -9`. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

export interface PrometheusOptions {
  /** Where Tocsin listens. */
  readonly target: string;
  readonly key: string;
  readonly alertName: string;
  readonly summary: string;
  readonly severity: string;
  readonly expression: string;
  /** What it scrapes each second, as job "db". */
  readonly scrape?: string;
  /** An Alertmanager that is told too. */
  readonly alsoTo?: string;
  /** Besides the summary. */
  readonly annotations?: Readonly<Record<string, string>>;
}

export async function startPrometheus(options: PrometheusOptions): Promise<Prometheus> {
  const folder = mkdtempSync(join(tmpdir(), "tocsin-prometheus-"));
  const rules = join(folder, "rules.yml");
  const writeRules = (expression: string) => {
    const rule = {
      alert: options.alertName,
      expr: expression,
      labels: { severity: options.severity },
      annotations: { ...options.annotations, summary: options.summary },
    };
    writeFileSync(rules, JSON.stringify({ groups: [{ name: "g", interval: "1s", rules: [rule] }] }));
  };
  writeRules(options.expression);
  const { scrape, alsoTo } = options;
  const configuration = {
    global: { evaluation_interval: "1s", scrape_interval: "1s" },
    rule_files: [rules],
    ...(scrape !== undefined && {
      scrape_configs: [{ job_name: "db", static_configs: [{ targets: [scrape] }] }],
    }),
    alerting: {
      alertmanagers: [
        { path_prefix: `/in/${options.key}`, static_configs: [{ targets: [options.target] }] },
        ...(alsoTo === undefined ? [] : [{ static_configs: [{ targets: [alsoTo] }] }]),
      ],
    },
  };
  writeFileSync(join(folder, "prometheus.yml"), JSON.stringify(configuration));
  const child = spawn(
    "prometheus",
    [
      `--config.file=${join(folder, "prometheus.yml")}`,
      `--storage.tsdb.path=${join(folder, "tsdb")}`,
      `--web.listen-address=127.0.0.1:${await freePort()}`,
      "--rules.alert.resend-delay=1s",
    ],
    { stdio: "ignore" },
  );
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const end = async () => {
    child.kill("SIGKILL");
    await gone;
  };
  return {
    setExpression(expression) {
      writeRules(expression);
      child.kill("SIGHUP");
    },
    kill: end,
    async stop() {
      await end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
