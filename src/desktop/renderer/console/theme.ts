/**
 * Light or dark. In the desktop app main sets it for every window at once; in a browser this page remembers it.
 */
import { useEffect } from "preact/hooks";
import type { DesktopState, Theme } from "../../contract.ts";

const storageKey = "tocsin-theme";

export function storedTheme(): Theme {
  const stored = localStorage.getItem(storageKey);
  return stored === "light" || stored === "dark" ? stored : "system";
}

export function storeTheme(theme: Theme): void {
  localStorage.setItem(storageKey, theme);
  apply(theme);
}

export function useTheme(desktop: DesktopState | null): void {
  useEffect(() => {
    if (desktop === null) apply(storedTheme());
  }, [desktop === null]);
}

function apply(theme: Theme): void {
  document.documentElement.style.colorScheme = theme === "system" ? "" : theme;
}
