/** The fields of Grafana OnCall's answers that the importer does not take. Used by `import-team`. Source: its public API. */
import type { KnownFields } from "../unread.ts";

export const onCallFields: KnownFields = {
  ofNoMatter: [
    ..."id grafana_id avatar avatar_url avatar_full role is_phone_number_verified team_id team".split(" "),
    ..."on_call_now enable_web_overrides source created_at updated_at".split(" "),
    // Beside the name, which counts.
    ..."users.username results.username".split(" "),
    // The address and name of a team of Grafana.
    ..."teams.email results.email".split(" "),
    // Of a shift that happens once, or is on top of all others.
    ..."level frequency interval week_start by_day by_month by_monthday until rotation_start".split(" "),
    ..."users rolling_users start_rotation_from_user_index".split(" "),
    ..."count next previous current_page_number page_size total_pages".split(" "),
  ],
  lost: {
    slack: {
      what: "what a chat is told of it",
      why: "the team file's people and schedules have no chat",
      remedy: "do without it",
    },
    slack_channel_id: {
      what: "the channel of a chat",
      why: "the team file's schedules have no chat",
      remedy: "do without it",
    },
    description: {
      what: "a description",
      why: "the team file has no place for it",
      remedy: "keep it as a comment beside what it describes",
    },
  },
};
