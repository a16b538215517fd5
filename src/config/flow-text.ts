/** Values as YAML on one line. Used by what writes into team files: `edit/splice-changes` and `merge/write-merged`. Pure. */
import { stringify } from "yaml";

/** Words are quoted as within braces, where more has to be. With spaces as people set them: `{ people: [ana, ben] }`. */
export function flowText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flowText).join(", ")}]`;
  if (typeof value !== "object" || value === null || Object.keys(value).length === 0) return word(value);
  return `{ ${Object.entries(value)
    .map(([key, of]) => `${word(key)}: ${flowText(of)}`)
    .join(", ")} }`;
}

function word(scalar: unknown): string {
  const list = stringify([scalar], {
    ...{ version: "1.2", schema: "core", lineWidth: 0 },
    ...{ collectionStyle: "flow", flowCollectionPadding: false },
  });
  return list.trimEnd().slice(1, -1);
}
