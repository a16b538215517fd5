/** The team of the command line's tests about who is on call: the contract's own example, and one with gaps. */

export const teamText = `version: 1
team: { name: Platform, timeZone: Europe/Berlin }
people:
  - { id: ana, name: Ana Ruiz, email: ana@example.org }
  - { id: ben, name: "=Ben, \\"B\\"", email: ben@example.org }
  - { id: chi, name: Chi, notify: [{ via: email, after: 0s }] }
schedules:
  - id: primary
    layers:
      - { id: weekly, participants: [ana, ben], start: 2026-01-05T09:00:00, handoff: FREQ=WEEKLY;BYDAY=MO }
    overrides:
      - { start: 2026-02-01T09:00:00, end: 2026-02-02T09:00:00, person: chi }
  - id: office
    timeZone: America/New_York
    layers:
      - id: days
        participants: [ben]
        start: 2026-01-05T00:00:00
        handoff: FREQ=WEEKLY;BYDAY=MO
        windows: [{ rrule: "FREQ=DAILY", from: "09:00", to: "17:00" }]
absences:
  - { person: ana, start: 2026-08-01T00:00:00, end: 2026-08-15T00:00:00, substitute: ben }
policies:
  - id: default
    steps:
      - { notify: [{ schedule: primary }], within: 5m }
      - { notify: [{ person: ben }], within: 5m, minSeverity: error }
  - id: office
    steps: [{ notify: [{ schedule: office }], within: 5m }]
routes:
  - { match: { severity: [info] }, policy: office }
  - { match: { labels: { team: web } }, policy: office }
  - { match: {}, policy: default }
integrations:
  - { id: prometheus, type: alertmanager, key: "0123456789abcdef0123456789abcdef" }
email: { host: 127.0.0.1, port: 2525, secure: false, from: "Tocsin <tocsin@example.org>" }
`;

/** The same with one text replaced. */
export function edited(from: string, to: string): string {
  if (!teamText.includes(from)) throw new Error(`the team has no ${from}`);
  return teamText.replace(from, () => to);
}
