/** How SQLite would look something up in a journal, as one line. For tests that a look-up uses its index. */
import Database from "libsql";

export function queryPlan(path: string, sql: string): string {
  const database = new Database(path);
  const steps = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all([]) as { readonly detail: string }[];
  database.close();
  return steps.map(({ detail }) => detail).join("; ");
}
