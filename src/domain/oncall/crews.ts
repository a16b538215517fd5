/** A schedule's crews, each kept once, so that who is on call can be compared by identity. Made by `schedule`. */
import type { Crew } from "../crew.ts";

/** One list for each crew: the same people in the same order are the same object. */
export class Crews {
  private readonly known = new Map<string, Crew>();

  of(people: Crew): Crew {
    const key = people.length === 1 ? people[0]! : people.join("\0");
    let crew = this.known.get(key);
    if (crew === undefined) this.known.set(key, (crew = people));
    return crew;
  }
}
