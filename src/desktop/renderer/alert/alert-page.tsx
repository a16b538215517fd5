/**
 * The alert window's page: the selected alert in full, the others in a list, one row of actions. Role `alertdialog`, its
 * name beginning with severity and title (contract §5). Rendered by `main.tsx`.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { HealthBanner } from "../shared/health-banner.tsx";
import { askDesktop } from "../shared/bridge.ts";
import type { AlertCommand, EngineLink } from "../shared/engine-link.ts";
import { useDesktopState, useEngine, useNow } from "../shared/use-engine.ts";
import { severityWords } from "../shared/words.ts";
import { ActionBar } from "./action-bar.tsx";
import { AlertCard } from "./alert-card.tsx";
import { AlertList } from "./alert-list.tsx";
import { useGuard } from "./guard.ts";
import { useReportDrawn } from "./report-drawn.ts";
import { useSelection } from "./selection.ts";

export function AlertPage({ link }: { readonly link: EngineLink }) {
  const engine = useEngine(link);
  const desktop = useDesktopState();
  const alerts = (desktop?.pending ?? []).flatMap((id) => engine.open.get(id) ?? []);
  const now = useNow(alerts.length > 0);
  const { selected, index, select } = useSelection(alerts);
  const guarded = useGuard(alerts.length > 0 ? (selected?.id ?? null) : null);
  const [said, setSaid] = useState<{ readonly failed: boolean; readonly text: string } | null>(null);
  const underWay = useRef(false);
  // What was said is about the alert that was there.
  useEffect(() => setSaid(null), [selected?.id]);
  useReportDrawn(alerts.map(({ id }) => id));

  if (selected === undefined || desktop === null) return null;

  const command = async (what: AlertCommand): Promise<void> => {
    if (guarded() || underWay.current) return;
    underWay.current = true;
    const slow = setTimeout(() => setSaid({ failed: false, text: "Waiting for the engine…" }), slowAfterMs);
    const answer = await link.command(selected.id, "window", what);
    clearTimeout(slow);
    underWay.current = false;
    const why = answer.text ?? answer.reason ?? "the engine gave no reason.";
    setSaid(answer.ok ? null : { failed: true, text: `${words[what.kind]}: ${why}` });
  };
  const acknowledgeAll = async (): Promise<void> => {
    const answers = await Promise.all(
      alerts.map(({ id }) => link.command(id, "window", { kind: "acknowledge" })),
    );
    const failed = answers.filter(({ ok }) => !ok);
    const text = `${failed.length} of ${answers.length} not acknowledged: ${failed[0]?.text ?? "no reason given."}`;
    setSaid(failed.length === 0 ? null : { failed: true, text });
  };

  return (
    <div
      class={`alert-window alert-${selected.severity}`}
      role="alertdialog"
      aria-label={`${severityWords[selected.severity]}: ${selected.title}`}
      aria-describedby="why"
    >
      <AlertCard
        alert={selected}
        team={engine.team}
        why={desktop.whys[selected.id]}
        now={now}
        position={alerts.length > 1 ? `${index + 1} of ${alerts.length}` : null}
      />
      <ActionBar
        key={selected.id}
        desktop={desktop}
        onCommand={(what) => void command(what)}
        onSilence={() => void askDesktop({ type: "silence" })}
        onMove={(by) => select(alerts[index + by]?.id)}
        onOpen={() => void askDesktop({ type: "open-console", alertId: selected.id })}
      />
      {/* What comes and goes is below the buttons, which so stay where they are. */}
      {said !== null && (
        <p class={said.failed ? "fault" : "waiting"} role={said.failed ? "alert" : "status"}>
          {said.text}
        </p>
      )}
      <HealthBanner
        engine={engine}
        more={desktop.soundProblem === null ? [] : [desktop.soundProblem]}
        atOnce={1}
      />
      {alerts.length > 1 && (
        <AlertList
          alerts={alerts}
          selected={selected.id}
          now={now}
          onSelect={select}
          onAcknowledgeAll={() => void acknowledgeAll()}
        />
      )}
    </div>
  );
}

/** An answer takes a few milliseconds; one that takes longer is worth a word. */
const slowAfterMs = 400;

const words = {
  acknowledge: "Not acknowledged",
  resolve: "Not resolved",
  snooze: "Not snoozed",
  escalate: "Not escalated",
  transfer: "Not transferred",
  note: "Not noted",
} as const;
