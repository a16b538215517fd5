/** The team file of contract §2, with keys that are long enough. */
export const sample = `version: 1
team: { name: Platform, timeZone: Europe/Berlin }
people:
  - id: ana
    name: Ana Ruiz
    email: ana@example.org
    phone: "+34600000000"
    timeZone: Europe/Madrid
    notify:                         # default: desktop at once, email after 1m if still unacknowledged
      - { via: desktop, after: 0s }
      - { via: email, after: 1m }
  - { id: ben, name: Ben, email: ben@example.org }
  - { id: chi, name: Chi }
groups:
  - { id: dba, people: [ana, ben] }
schedules:
  - id: primary
    timeZone: Europe/Berlin
    layers:                         # a later layer wins over an earlier one
      - id: weekly
        participants: [ana, ben, chi]
        start: 2026-01-05T09:00:00  # DTSTART, wall clock
        handoff: FREQ=WEEKLY;BYDAY=MO
        end: 2027-01-04T09:00:00    # optional
        windows:                    # optional: only then is the layer on duty
          - { rrule: "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", from: "09:00", to: "17:00" }
    overrides:
      - { start: 2026-02-01T09:00:00, end: 2026-02-02T09:00:00, person: chi }
absences:
  - { person: ana, start: 2026-08-01T00:00:00, end: 2026-08-15T00:00:00, substitute: ben }
policies:
  - id: default
    steps:                          # tiers
      - { notify: [{ schedule: primary }], within: 5m }
      - { notify: [{ group: dba }, { person: chi }], within: 5m }
      - { notify: [{ everyone: true }], within: 10m, minSeverity: critical }
    repeat: 3                       # whole policy again, this many times; then the last step keeps repeating
    ackTimeout: 30m                 # optional: acknowledged but not resolved by then -> triggered again
routes:                             # first match wins; the last one must match everything
  - { match: { severity: [critical, error], labels: { team: "platform" } }, policy: default }
  - { match: {}, policy: default }
integrations:
  - { id: prometheus, type: alertmanager, key: "0123456789abcdef0123456789abcdef" }
  - { id: anything, type: events, key: "fedcba9876543210fedcba9876543210" }
email: { host: 127.0.0.1, port: 2525, secure: false, user: u, password: { env: SMTP_PASSWORD }, from: "Tocsin <tocsin@example.org>" }
`;

export const sampleEnvironment = { SMTP_PASSWORD: "a secret" };

/** The sample with one text in it replaced. */
export function changed(from: string, to: string): string {
  if (!sample.includes(from)) throw new Error(`the sample has no ${from}`);
  return sample.replace(from, () => to);
}
