/** The fields of PagerDuty's answers that the importer does not take. Used by `import-team`. Source: REST API v2. */
import type { KnownFields } from "../unread.ts";

export const pagerDutyFields: KnownFields = {
  ofNoMatter: [
    // What each thing is, and where to see it.
    ..."id type summary self html_url avatar_url color created_at updated_at deleted_at".split(" "),
    // Accounts.
    ..."role roles billed license job_title invitation_sent created_via_sso locale privilege permissions".split(
      " ",
    ),
    "users.description",
    "users.coordinated_incidents",
    // Rendered from the layers.
    ..."rendered_schedule_entries rendered_coverage_percentage final_schedule".split(" "),
    ..."http_cal_url web_cal_url personal_http_cal_url personal_web_cal_url".split(" "),
    "overrides_subschedule.name",
    // Said by whoever refers to them, once more.
    ..."schedule.users schedules.users schedule.escalation_policies schedules.escalation_policies".split(" "),
    ..."users.escalation_policies users.schedules".split(" "),
    // How a contact method does it.
    ..."label blacklisted blocked enabled send_short_email send_html_email device_type sounds country_code".split(
      " ",
    ),
    // Without meaning while `num_loops` says how often.
    "repeat_enabled",
    ..."limit offset more total query next_cursor".split(" "),
  ],
  lost: {
    "users.teams": {
      what: "which teams people are in",
      why: "teams are not imported",
      remedy: "write groups of people, and name them in the policies' steps",
    },
    teams: {
      what: "which team it belongs to",
      why: "one team file is one team",
      remedy: "import each team's schedules and policies by themselves if they are to be apart",
    },
    description: {
      what: "a description",
      why: "the team file has no place for it",
      remedy: "keep it as a comment beside what it describes",
    },
    on_call_handoff_notifications: {
      what: "when people are told that they come on duty",
      why: "here everybody who comes on or goes off duty is told, whatever the policy",
      remedy: "set handoffNotice",
    },
    "contact_methods.address": {
      what: "a further way to reach a person",
      why: "a person has one e-mail address and one phone number here",
      remedy: "correct email and phone if the others matter more",
    },
    conference_bridge: {
      what: "a conference bridge",
      why: "it is not imported",
      remedy: "name it in the alerts that need it",
    },
  },
};
