/**
 * The parts of a team file, out of what an importer has understood. Used by `import-team`.
 *
 * A team file must have a policy and a route for everything; where the source has none, they are made here and noted.
 */
import type { DraftPolicy, DraftSchedule, DraftStep, DraftTarget, DraftTeam } from "./draft.ts";
import type { DraftLayer } from "./draft-layer.ts";
import type { Findings } from "./findings.ts";
import { IdRegister } from "./id-register.ts";
import { type Lane, lanesOf } from "./lanes.ts";

export interface TeamParts {
  readonly name: string;
  readonly timeZone: string;
  readonly people: DraftTeam["people"];
  readonly groups: readonly WrittenGroup[];
  readonly schedules: readonly WrittenSchedule[];
  readonly policies: readonly WrittenPolicy[];
}

interface WrittenGroup {
  readonly id: string;
  readonly name: string;
  readonly people: readonly string[];
}

export interface WrittenSchedule extends Lane {
  readonly id: string;
  readonly name: string;
  readonly layers: readonly WrittenLayer[];
}

export interface WrittenLayer extends DraftLayer {
  readonly id: string;
}

interface WrittenPolicy {
  readonly id: string;
  readonly name: string;
  readonly repeat: number;
  readonly steps: readonly { readonly notify: readonly WrittenTarget[]; readonly withinSeconds: number }[];
}

/** `id` is empty for everyone. */
export interface WrittenTarget {
  readonly kind: "schedule" | "group" | "person" | "everyone";
  readonly id: string;
}

const overall = { file: "", path: [] };

export function buildTeam(team: DraftTeam, findings: Findings): TeamParts {
  const scheduleIds = new IdRegister();
  // The schedules' own ids first, so that no further lane takes one.
  for (const { id } of team.schedules) scheduleIds.take([id], id);
  const lanes = new Map<DraftSchedule, readonly WrittenSchedule[]>();
  for (const schedule of team.schedules) lanes.set(schedule, writtenLanes(schedule, scheduleIds, findings));
  const groups = new Groups();
  const policies = team.policies.flatMap((policy) => writtenPolicy(policy, lanes, groups, findings));
  const schedules = [...lanes.values()].flat();
  if (policies.length === 0) policies.push(defaultPolicy(schedules, findings));
  if (policies.length > 1) {
    findings.note(
      overall,
      "routes",
      `the export does not say which alerts go to which policy, so all of them go to ${policies[0]!.id}`,
      "add routes above the last one, such as { match: { source: backup-server }, policy: … }",
    );
  }
  return {
    name: team.name,
    timeZone: commonest(schedules.map(({ timeZone }) => timeZone)) ?? "UTC",
    people: team.people,
    groups: groups.list,
    schedules,
    policies,
  };
}

function writtenLanes(schedule: DraftSchedule, ids: IdRegister, findings: Findings): WrittenSchedule[] {
  const lanes = lanesOf(schedule, findings);
  return lanes.map((lane, index) => {
    const layerIds = new IdRegister();
    return {
      ...lane,
      id: index === 0 ? schedule.id : ids.take([`${schedule.id.slice(0, 50)}-also-${index}`], "also"),
      name: index === 0 ? schedule.name : `${schedule.name}: who is on call beside them`,
      layers: lane.layers.map((layer) => ({ ...layer, id: layerIds.take([layer.name], "layer") })),
    };
  });
}

/** Sets of people that a step asks together; the same set is the same group. */
class Groups {
  readonly list: WrittenGroup[] = [];
  private readonly ids = new IdRegister();
  private readonly known = new Map<string, string>();

  idOf(name: string, people: readonly string[]): string {
    const members = [...new Set(people)];
    const key = JSON.stringify([name, members]);
    let id = this.known.get(key);
    if (id === undefined) {
      id = this.ids.take([name], "group");
      this.known.set(key, id);
      this.list.push({ id, name, people: members });
    }
    return id;
  }
}

function writtenPolicy(
  policy: DraftPolicy,
  lanes: ReadonlyMap<DraftSchedule, readonly WrittenSchedule[]>,
  groups: Groups,
  findings: Findings,
): WrittenPolicy[] {
  const target = (written: DraftTarget): WrittenTarget[] => {
    switch (written.kind) {
      case "schedule":
        return (lanes.get(written.schedule) ?? []).map(({ id }) => ({ kind: "schedule", id }));
      case "person":
        return [{ kind: "person", id: written.person }];
      case "people":
        return [{ kind: "group", id: groups.idOf(written.name, written.people) }];
    }
  };
  const step = ({ targets, withinSeconds }: DraftStep) => {
    const unique = new Map(targets.flatMap(target).map((one) => [`${one.kind} ${one.id}`, one]));
    return { notify: [...unique.values()], withinSeconds };
  };
  const steps = policy.steps.map(step).filter(({ notify }) => notify.length > 0);
  if (steps.length === 0) {
    findings.leftOut(
      policy.place,
      `the policy ${policy.id}`,
      "none of its steps asks anybody whom the team file can name",
      "write it by hand",
    );
    return [];
  }
  return [{ id: policy.id, name: policy.name, repeat: policy.repeat, steps }];
}

function defaultPolicy(schedules: readonly WrittenSchedule[], findings: Findings): WrittenPolicy {
  findings.note(
    overall,
    "the policy default",
    "the export has none, and a team file needs one",
    "correct its steps, or import the escalation policies too",
  );
  const everyone: WrittenTarget = { kind: "everyone", id: "" };
  const onCall = schedules.slice(0, 50).map(({ id }): WrittenTarget => ({ kind: "schedule", id }));
  const last = { notify: [everyone], withinSeconds: 600 };
  const steps = onCall.length === 0 ? [last] : [{ notify: onCall, withinSeconds: 300 }, last];
  return { id: "default", name: "made by the import", repeat: 3, steps };
}

function commonest(words: readonly string[]): string | null {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  let best: string | null = null;
  for (const [word, count] of counts) if (best === null || count > counts.get(best)!) best = word;
  return best;
}
