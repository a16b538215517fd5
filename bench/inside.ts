/** What benchmarks need of the product from within. Built and imported by `inside.mjs` only. */
export { loadTeam } from "#config/load-team";
export { evolve } from "#domain/evolve";
export { actionIdOf } from "#domain/ids";
export { onCallAt } from "#domain/oncall/on-call";
export { emptyState } from "#domain/state";
export { writeSnapshot } from "#engine/snapshot";
export { openSqliteJournal } from "#journal/sqlite";
