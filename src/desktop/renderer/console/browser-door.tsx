/**
 * In a plain browser the console needs the engine's token first. Rendered by `main.tsx`.
 */
import { useEffect, useState } from "preact/hooks";
import type { EngineLink } from "../shared/engine-link.ts";
import { forgetToken, keepConnected, rememberToken, takeToken } from "../shared/socket.ts";
import { ConsolePage } from "./console-page.tsx";

export function BrowserDoor({ link }: { readonly link: EngineLink }) {
  const [token, setToken] = useState(takeToken);
  const [refused, setRefused] = useState(false);
  useEffect(() => {
    if (token === null) return;
    return keepConnected(link, token, () => {
      forgetToken();
      setRefused(true);
      setToken(null);
    });
  }, [token]);
  if (token !== null) return <ConsolePage link={link} />;
  return (
    <main class="door">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const given = String(new FormData(event.currentTarget).get("token")).trim();
          if (given === "") return;
          rememberToken(given);
          setRefused(false);
          setToken(given);
        }}
      >
        <h1>Tocsin</h1>
        <label for="token">Token</label>
        <input id="token" name="token" type="password" autoComplete="off" autoFocus required />
        <p class="soft">
          It is in the file <code>token</code> in the engine’s data folder. This tab remembers it until you
          close it.
        </p>
        {refused && (
          <p class="fault" role="alert">
            The engine does not know this token. Copy the file’s whole line.
          </p>
        )}
        <button type="submit" class="button button-strong">
          Open the console
        </button>
      </form>
    </main>
  );
}
