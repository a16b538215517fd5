/** Makes a change in YAML's document model: what the file must mean afterwards. Used by `edit-team-file`. */
import { type Document, isAlias, isMap, isNode, isSeq } from "yaml";
import type { Path } from "../fault.ts";
import type { Change } from "./plan-changes.ts";

/** @returns false when it would change another place too, or is written somewhere else (anchors and aliases). */
export function changeDocument(document: Document, change: Change): boolean {
  const isShared = (path: Path): boolean => {
    const node: unknown = document.getIn(path, true);
    return isNode(node) && (isAlias(node) || node.anchor !== undefined);
  };
  if (change.path.some((_, depth) => isShared(change.path.slice(0, depth + 1)))) return false;
  const place = document.getIn(change.path, true);
  switch (change.kind) {
    case "append":
      if (isSeq(place)) {
        const last: unknown = place.items.at(-1);
        const isFlow = isNode(last) && isMap(last) ? last.flow === true : change.path[0] !== "people";
        place.add(document.createNode(change.value, { flow: isFlow }));
        return true;
      }
      if (place !== undefined && !(isNode(place) && place.toJSON() === null)) return false;
      document.setIn(change.path, document.createNode([change.value]));
      return true;
    case "remove":
      return isSeq(place) && document.deleteIn([...change.path, change.index]);
    case "set":
      if (!isMap(place) || isShared([...change.path, change.key])) return false;
      place.set(change.key, change.value);
      return true;
  }
}
