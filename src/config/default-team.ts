/**
 * The team file of somebody who starts Tocsin for the first time: one person, their desktop, two integrations. Written
 * by compose as `DIR/team.yaml` when there is none.
 */
import { unprintable } from "./fault.ts";
import { isTimeZone } from "./time-zone.ts";

export interface DefaultTeamOptions {
  /** The operating system's user name, as it is. */
  readonly userName: string;
  /** The machine's IANA zone; anything else becomes UTC. */
  readonly timeZone: string;
  /** Fresh secrets: 32 or more letters, digits and `-_.~`. They are not made here, since only the caller has randomness. */
  readonly alertmanagerKey: string;
  readonly eventsKey: string;
}

export function defaultTeamText({
  userName,
  timeZone,
  alertmanagerKey,
  eventsKey,
}: DefaultTeamOptions): string {
  const id = personIdFrom(userName);
  const zone = isTimeZone(timeZone) ? timeZone : "UTC";
  const name = userName.replace(unprintable, "").trim().slice(0, 200);
  return `# Tocsin's team file. Save it and Tocsin takes it up at once; a faulty file is refused whole, and the last good one
# stays in force. To check it first: tocsin check team.yaml
#
# Durations: 90s, 5m, 2h, 1d. Times without an offset are wall clock in the nearest timeZone.
version: 1

team: { name: ${text(`${name || id}'s team`)}, timeZone: ${text(zone)} }

people:
  - id: ${text(id)}
    name: ${text(name || id)}
    notify:
      - { via: desktop, after: 0s }
    # With an address, and the email section below, mail can follow when nobody reacts:
    # email: me@example.org
    #   - { via: email, after: 1m }      (one more line under notify)

# Who is asked, and who is asked next when nobody acknowledges in time. With one person it is that person, over and over.
policies:
  - id: default
    steps:
      - { notify: [{ person: ${text(id)} }], within: 5m }
    repeat: 3

# Which alert goes to which policy: the first match wins, the last one must match everything.
routes:
  - { match: {}, policy: default }

# Who may raise alerts. The keys are secrets: whoever has one can wake you.
#   Prometheus:    alertmanagers: [{ path_prefix: /in/KEY, static_configs: [{ targets: ["127.0.0.1:8743"] }] }]
#   Alertmanager:  webhook_configs: [{ url: "http://127.0.0.1:8743/in/KEY/alertmanager" }]
#   anything:      curl --json '{"title":"Hello"}' http://127.0.0.1:8743/in/KEY/json
#   PagerDuty:     http://127.0.0.1:8743/v2/enqueue with routing_key KEY
integrations:
  - { id: alertmanager, type: alertmanager, key: ${text(alertmanagerKey)} }
  - { id: events, type: events, key: ${text(eventsKey)} }

# email: { host: mail.example.org, port: 587, user: me, password: { env: SMTP_PASSWORD }, from: "Tocsin <me@example.org>" }

# Colleagues and rotations:
# schedules:
#   - id: primary
#     layers:
#       - { id: weekly, participants: [ana, ben], start: 2026-01-05T09:00:00, handoff: FREQ=WEEKLY;BYDAY=MO }
# and in the policy: { notify: [{ schedule: primary }], within: 5m }
`;
}

/** A user name as an id: without accents, in lower case, everything else a hyphen. `me` when nothing is left. */
export function personIdFrom(userName: string): string {
  const plain = userName.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const id = plain
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+/, "")
    .slice(0, 63)
    .replace(/-+$/, "");
  return id === "" ? "me" : id;
}

/** JSON's strings are YAML's double-quoted ones. */
function text(value: string): string {
  return JSON.stringify(value);
}
