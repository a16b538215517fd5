/**
 * What this machine remembers: whose it is, how loud, light or dark, start at login. In a browser only the last is left.
 */
import { useState } from "preact/hooks";
import type { DesktopState, Theme } from "../../contract.ts";
import { askDesktop } from "../shared/bridge.ts";
import type { EngineView } from "../shared/engine-link.ts";
import { SoundSettings } from "./sound-settings.tsx";
import { storedTheme, storeTheme } from "./theme.ts";

interface Props {
  readonly engine: EngineView;
  readonly desktop: DesktopState | null;
}

export function SettingsPage({ engine, desktop }: Props) {
  return (
    <div class="settings">
      <h1>Settings</h1>
      {desktop !== null && <PersonSetting engine={engine} desktop={desktop} />}
      {desktop !== null && <SoundSettings desktop={desktop} />}
      <ThemeSetting desktop={desktop} />
      {desktop !== null && <AutostartSetting desktop={desktop} />}
      <section>
        <h2>About</h2>
        <dl class="facts">
          <div>
            <dt class="soft">Engine</dt>
            <dd>{engine.engineVersion || "not connected"}</dd>
          </div>
          <div>
            <dt class="soft">Address</dt>
            <dd>{engine.url || "none"}</dd>
          </div>
          {desktop !== null && (
            <div>
              <dt class="soft">Data</dt>
              <dd>{desktop.dataDir}</dd>
            </div>
          )}
        </dl>
      </section>
    </div>
  );
}

function PersonSetting({ engine, desktop }: { readonly engine: EngineView; readonly desktop: DesktopState }) {
  const because = whyFixed[desktop.personFrom];
  const fixed = because !== undefined;
  return (
    <section>
      <h2>
        <label for="person">Whose machine this is</label>
      </h2>
      <select
        id="person"
        value={desktop.person ?? ""}
        disabled={fixed}
        onChange={(event) => void askDesktop({ type: "choose-person", person: event.currentTarget.value })}
      >
        {engine.team?.people.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
      {fixed && <p class="soft">{because}</p>}
    </section>
  );
}

/** Absent: it may be chosen here. */
const whyFixed: Readonly<Partial<Record<DesktopState["personFrom"], string>>> = {
  flag: "Given by --person at the start.",
  team: "The team knows it as this person’s; the machines page of an engine changes that.",
  "only-person": "The only person in the team.",
};

const themeWords: Readonly<Record<Theme, string>> = { system: "As the system", light: "Light", dark: "Dark" };

function ThemeSetting({ desktop }: { readonly desktop: DesktopState | null }) {
  const [local, setLocal] = useState(storedTheme);
  const current = desktop?.theme ?? local;
  const choose = (theme: Theme): void => {
    if (desktop !== null) void askDesktop({ type: "set-theme", theme });
    else {
      storeTheme(theme);
      setLocal(theme);
    }
  };
  return (
    <fieldset>
      <legend>Appearance</legend>
      <div class="choices">
        {(Object.keys(themeWords) as Theme[]).map((theme) => (
          <label key={theme}>
            <input type="radio" name="theme" checked={current === theme} onChange={() => choose(theme)} />{" "}
            {themeWords[theme]}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function AutostartSetting({ desktop }: { readonly desktop: DesktopState }) {
  const [fault, setFault] = useState<string | null>(null);
  const { supported, enabled, text } = desktop.autostart;
  const set = async (wanted: boolean): Promise<void> => {
    const reply = await askDesktop({ type: "set-autostart", enabled: wanted });
    setFault(reply.ok ? null : (reply.text ?? "It could not be changed."));
  };
  return (
    <section>
      <h2>Start at login</h2>
      <label>
        <input
          type="checkbox"
          checked={enabled}
          disabled={!supported}
          onChange={(event) => void set(event.currentTarget.checked)}
        />{" "}
        Start Tocsin when I log in
      </label>
      <p class="soft">{text}</p>
      {fault !== null && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
    </section>
  );
}
