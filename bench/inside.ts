/** What benchmarks need of the product from within. Built and imported by `inside.mjs` only. */
export { loadTeam } from "#config/load-team";
export { evolve } from "#domain/evolve";
export { actionIdOf } from "#domain/ids";
export { gapsOf, onCallAt } from "#domain/oncall/on-call";
export { proveCoverage } from "#domain/reports/coverage-proof";
export { coverageWarnings } from "#domain/reports/coverage-warnings";
export { emptyState } from "#domain/state";
export { writeSnapshot } from "#engine/snapshot";
export { openSqliteJournal } from "#journal/sqlite";
