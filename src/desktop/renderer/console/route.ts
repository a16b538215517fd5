/**
 * Which page of the console is shown: the part of the address after `#`, so that the same pages work from the app's own
 * protocol and from the engine without anything on the server's side.
 */
import { useEffect, useState } from "preact/hooks";

export type Route =
  | { readonly page: "board"; readonly resolved: boolean }
  | { readonly page: "alert"; readonly id: string }
  | { readonly page: "schedules" }
  | { readonly page: "machines" }
  | { readonly page: "integrations" }
  | { readonly page: "settings" };

export function readRoute(hash: string): Route {
  const path = hash.replace(/^#/, "");
  const alert = /^\/alerts\/([^/]+)$/.exec(path)?.[1];
  if (alert !== undefined) return { page: "alert", id: decoded(alert) };
  // The shorter address that mails carry.
  const mailed = /^alert=([^&]+)/.exec(path)?.[1];
  if (mailed !== undefined) return { page: "alert", id: decoded(mailed) };
  if (path === "/schedules") return { page: "schedules" };
  if (path === "/machines") return { page: "machines" };
  if (path === "/integrations") return { page: "integrations" };
  if (path === "/settings") return { page: "settings" };
  return { page: "board", resolved: path === "/resolved" };
}

/** A mangled address is taken as it is: there will be no such alert, and the page says so. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export const addressOf = {
  board: "#/",
  resolved: "#/resolved",
  schedules: "#/schedules",
  machines: "#/machines",
  integrations: "#/integrations",
  settings: "#/settings",
  alert: (id: string) => `#/alerts/${encodeURIComponent(id)}`,
};

export function useRoute(): Route {
  const [route, setRoute] = useState(() => readRoute(location.hash));
  useEffect(() => {
    const follow = (): void => {
      setRoute(readRoute(location.hash));
      scrollTo(0, 0);
    };
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return route;
}
