/**
 * The other end of an invite, on a machine that is alone: the line that somebody else's machine has made, and Tocsin
 * starts again as part of that team. Only in the desktop app; a browser is told the command.
 */
import { useState } from "preact/hooks";
import { askDesktop, bridge } from "../shared/bridge.ts";

export function JoinCard() {
  return (
    <section class="machine-join" aria-labelledby="join">
      <h2 id="join">Join a team</h2>
      {bridge === null ? (
        <p>
          Stop Tocsin on this machine, run <code>tocsin join &apos;LINE&apos; --data DIR</code> with the line
          of the invite, and start it again.
        </p>
      ) : (
        <JoinForm />
      )}
    </section>
  );
}

function JoinForm() {
  const [line, setLine] = useState("");
  const [isJoining, setJoining] = useState(false);
  const [said, setSaid] = useState<{ readonly ok: boolean; readonly text: string } | null>(null);
  const join = async (): Promise<void> => {
    setJoining(true);
    setSaid(null);
    const reply = await askDesktop({ type: "join-team", invite: line.trim() });
    setJoining(false);
    setSaid({ ok: reply.ok, text: reply.text ?? (reply.ok ? "Joined." : "It could not join.") });
    if (reply.ok) setLine("");
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void join();
      }}
    >
      <p id="join-hint">
        Paste the line of an invite that was made on a machine of that team. What this machine holds now is
        set aside, and it starts again as part of the team.
      </p>
      <div class="machine-join-line">
        <label for="join-line">Invite</label>
        <input
          id="join-line"
          name="text"
          autocomplete="off"
          spellcheck={false}
          placeholder="tocsin://…"
          aria-describedby="join-hint"
          value={line}
          onInput={(event) => setLine(event.currentTarget.value)}
        />
        <button type="submit" class="button" disabled={isJoining || !line.trim().startsWith("tocsin://")}>
          {isJoining ? "Joining…" : "Join"}
        </button>
      </div>
      {said !== null && (
        <p class={said.ok ? "" : "fault"} role={said.ok ? "status" : "alert"}>
          {said.text}
        </p>
      )}
    </form>
  );
}
