/** What benchmarks need of the product from within. Built and imported by `inside.mjs` only. */
export { loadTeam } from "#config/load-team";
export { evolve } from "#domain/evolve";
export { actionIdOf } from "#domain/ids";
export { gapsOf, onCallAt } from "#domain/oncall/on-call";
export { proveCoverage } from "#domain/reports/coverage-proof";
export { coverageWarnings } from "#domain/reports/coverage-warnings";
export { emptyState } from "#domain/state";
export { recoverState } from "#engine/recover-state";
export { writeSnapshot } from "#engine/snapshot";
export { openSqliteJournal } from "#journal/sqlite";
export { makeIdentity } from "#peers/identity/machine-identity";
export { connectDesk } from "#peers/link/desk-client";
export { realScheduler } from "#peers/link/scheduler";
export { parseInvite } from "#peers/pairing/invite-line";
export { joinTeam } from "#peers/pairing/join";
