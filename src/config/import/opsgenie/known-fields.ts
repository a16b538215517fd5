/** The fields of Opsgenie's answers that the importer does not take. Used by `import-team`. Source: REST API v2. */
import type { KnownFields } from "../unread.ts";

export const opsgenieFields: KnownFields = {
  ofNoMatter: [
    ..."id type _expandable _links _meta requestId requestid took expandable".split(" "),
    // Accounts.
    ..."role verified createdAt insertedAt updatedAt locale userAddress skypeUsername invitationDisabled".split(
      " ",
    ),
    // Said by whoever refers to them, once more.
    ..."ownerTeam parent _parent links".split(" "),
    ..."rotations.name notificationRules.name notification_rules.name participants.name participants.username recipient.name recipient.username user.name".split(
      " ",
    ),
    // How a contact does it.
    ..."enabled status contactMethod method".split(" "),
    ..."paging totalCount paging.first paging.last paging.next paging.prev _parent.name".split(" "),
  ],
  lost: {
    "user.teams": {
      what: "which teams a person is in",
      why: "the members of teams are taken from the teams",
      remedy: "import the answers of GET /v2/teams/{id} too",
    },
    description: {
      what: "a description",
      why: "the team file has no place for it",
      remedy: "keep it as a comment beside what it describes",
    },
    resetRecipientStates: {
      what: "asking those again who have acknowledged when an escalation repeats",
      why: "an acknowledgement stops a policy here",
      remedy: "set the policy's ackTimeout",
    },
    to: {
      what: "a further way to reach a person",
      why: "a person has one e-mail address and one phone number here",
      remedy: "correct email and phone if the others matter more",
    },
    tags: {
      what: "the tags of people",
      why: "people have none here",
      remedy: "write groups of people if the tags say who belongs together",
    },
    details: {
      what: "the details of people",
      why: "people have none here",
      remedy: "keep what matters as a comment",
    },
  },
};
