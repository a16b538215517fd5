/**
 * How loud each severity is, with a way to hear it. A severity at 0 is silent, and says so.
 */
import { useState } from "preact/hooks";
import type { DesktopState, Volumes } from "../../contract.ts";
import { askDesktop } from "../shared/bridge.ts";
import { SeverityMark } from "../shared/severity-mark.tsx";
import { severityWords } from "../shared/words.ts";

const names = ["critical", "error", "warning", "info"] as const;

export function SoundSettings({ desktop }: { readonly desktop: DesktopState }) {
  const [said, setSaid] = useState("");
  const setVolume = (name: keyof Volumes, value: number): void =>
    void askDesktop({ type: "set-volumes", volumes: { ...desktop.volumes, [name]: value } });
  const test = async (severity: keyof Volumes): Promise<void> => {
    const reply = await askDesktop({ type: "test-sound", severity });
    setSaid(reply.ok ? "" : (reply.text ?? ""));
  };
  return (
    <section>
      <h2>Sound</h2>
      <p class="soft">It begins at a third of this and rises to all of it within half a minute.</p>
      <div class="volumes">
        {names.map((name) => (
          <div key={name}>
            <SeverityMark severity={name} word />
            <input
              type="range"
              min={0}
              max={100}
              step={5}
              value={desktop.volumes[name]}
              aria-label={`Volume, ${severityWords[name]}`}
              onChange={(event) => setVolume(name, Number(event.currentTarget.value))}
            />
            <output class="number">
              {desktop.volumes[name] === 0 ? "silent" : `${desktop.volumes[name]} %`}
            </output>
            <button
              type="button"
              class="button button-small"
              aria-label={`Test ${severityWords[name]}`}
              onClick={() => void test(name)}
            >
              Test
            </button>
          </div>
        ))}
      </div>
      <p role="status">{said}</p>
    </section>
  );
}
