/**
 * What the engine's process costs, for Prometheus. Used by `metrics.ts`. Everything is read when it is asked for.
 *
 * Not prom-client's default metrics: they sample the event loop every 10 ms for ever (`monitorEventLoopDelay`), which
 * alone was 100 wake-ups a second of an idle laptop. The names are theirs, so that dashboards fit.
 */
import { Counter, Gauge, type Registry } from "prom-client";

export function registerProcessMetrics(registry: Registry): void {
  const registers = [registry];
  new Counter({
    name: "process_cpu_seconds_total",
    help: "User and system CPU time.",
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
  new Gauge({
    name: "process_resident_memory_bytes",
    help: "Resident memory.",
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  new Gauge({
    name: "nodejs_heap_size_used_bytes",
    help: "JavaScript heap in use.",
    registers,
    collect() {
      this.set(process.memoryUsage().heapUsed);
    },
  });
  new Gauge({
    name: "nodejs_eventloop_lag_seconds",
    help: "How long something that could run at once had to wait, at the time of asking.",
    registers,
    async collect() {
      const started = performance.now();
      await new Promise((resolve) => setImmediate(resolve));
      this.set((performance.now() - started) / 1000);
    },
  });
  new Gauge({
    name: "process_start_time_seconds",
    help: "When the process started, seconds since 1970.",
    registers,
  }).set(Date.now() / 1000 - process.uptime());
}
