/** Why a link was closed, for the other end (RFC 6455 §7.4.2: 4000 to 4999 are ours). The sentence beside it is for people. */
export const closeCodes = {
  ended: 1000,
  malformed: 4400,
  revoked: 4403,
  slow: 4408,
  replaced: 4409,
  wrongTeam: 4410,
  versions: 4426,
} as const;

export type CloseCode = (typeof closeCodes)[keyof typeof closeCodes];
