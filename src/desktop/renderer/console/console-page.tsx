/**
 * The frame of the console: where one is, whose machine it is, whether all is well; inside it the page that was asked for.
 */
import { askDesktop, bridge } from "../shared/bridge.ts";
import type { EngineLink, EngineView } from "../shared/engine-link.ts";
import { HealthBanner } from "../shared/health-banner.tsx";
import { useDesktopState, useEngine } from "../shared/use-engine.ts";
import { clockTime, nameOf } from "../shared/words.ts";
import { AlertDetail } from "./alert-detail.tsx";
import { Board } from "./board.tsx";
import { IntegrationsPage } from "./integrations-page.tsx";
import { MachinesPage } from "./machines-page.tsx";
import { addressOf, useRoute } from "./route.ts";
import type { Route } from "./route.ts";
import { SchedulesPage } from "./schedules-page.tsx";
import { SettingsPage } from "./settings-page.tsx";
import { useTheme } from "./theme.ts";
import { WhoseMachine } from "./whose-machine.tsx";
import type { DesktopState } from "../../contract.ts";

export function ConsolePage({ link }: { readonly link: EngineLink }) {
  const engine = useEngine(link);
  const desktop = useDesktopState();
  const route = useRoute();
  useTheme(desktop);
  const mustChoose = desktop !== null && desktop.person === null && (engine.team?.people.length ?? 0) > 0;
  return (
    <div class="console">
      <header class="console-head">
        <a class="wordmark" href={addressOf.board}>
          Tocsin
        </a>
        <nav aria-label="Main">
          {places.map(({ name, address, pages }) => (
            <a key={name} href={address} aria-current={pages.includes(route.page) ? "page" : undefined}>
              {name}
            </a>
          ))}
        </nav>
        <p class="console-whose soft">{whose(engine, desktop)}</p>
      </header>
      <HealthBanner engine={engine} more={desktop?.soundProblem ? [desktop.soundProblem] : []} atOnce={2} />
      {desktop?.pausedUntil && (
        <section class="banner" role="status">
          <strong>Paused on this machine until {clockTime(desktop.pausedUntil)}.</strong> You are reached in
          other ways meanwhile.{" "}
          <button
            type="button"
            class="button button-small"
            onClick={() => void askDesktop({ type: "resume" })}
          >
            Resume now
          </button>
        </section>
      )}
      <main>{mustChoose ? <WhoseMachine team={engine.team!} /> : page(route, link, engine, desktop)}</main>
    </div>
  );
}

const places: readonly { name: string; address: string; pages: readonly Route["page"][] }[] = [
  { name: "Board", address: addressOf.board, pages: ["board", "alert"] },
  { name: "Schedules", address: addressOf.schedules, pages: ["schedules"] },
  { name: "Machines", address: addressOf.machines, pages: ["machines"] },
  { name: "Integrations", address: addressOf.integrations, pages: ["integrations"] },
  { name: "Settings", address: addressOf.settings, pages: ["settings"] },
];

function page(route: Route, link: EngineLink, engine: EngineView, desktop: DesktopState | null) {
  if (!engine.known) return <p class="soft">Connecting to the engine…</p>;
  switch (route.page) {
    case "board":
      return <Board link={link} engine={engine} desktop={desktop} resolved={route.resolved} />;
    case "alert":
      return <AlertDetail key={route.id} link={link} engine={engine} id={route.id} />;
    case "schedules":
      return <SchedulesPage link={link} engine={engine} person={desktop?.person ?? null} />;
    case "machines":
      return <MachinesPage link={link} engine={engine} />;
    case "integrations":
      return <IntegrationsPage link={link} engine={engine} />;
    case "settings":
      return <SettingsPage engine={engine} desktop={desktop} />;
  }
}

function whose(engine: EngineView, desktop: DesktopState | null): string {
  const team = engine.team?.name ?? "";
  if (bridge === null) return team;
  if (desktop === null || desktop.person === null) return team;
  return `${nameOf(desktop.person, engine.team)}’s machine · ${team}`;
}
