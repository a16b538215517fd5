/**
 * A desktop entry that starts Tocsin (Desktop Entry Specification 1.5). Used by `autostart.ts`.
 */

export function desktopEntry(command: readonly string[]): string {
  return [
    "[Desktop Entry]",
    "Type=Application",
    "Name=Tocsin",
    "Comment=Desktop alerting: keeps watch in the tray",
    `Exec=${command.map(quoted).join(" ")}`,
    "Terminal=false",
    "X-GNOME-Autostart-enabled=true",
    "",
  ].join("\n");
}

/** Quoting of the Exec key, and then the escaping of string values, which doubles each backslash again. */
function quoted(argument: string): string {
  const escaped = argument.replace(/(["`$\\])/g, "\\$1").replaceAll("%", "%%");
  return /^[A-Za-z0-9_/.:=@,+-]+$/.test(argument) ? argument : `"${escaped.replaceAll("\\", "\\\\")}"`;
}
