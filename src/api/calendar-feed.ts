/**
 * On-call shifts as calendars to subscribe to: `/ical/TOKEN/person/ID.ics` and `/ical/TOKEN/schedule/ID.ics`. Registered
 * by `compose`. `tocsin feed` prints their addresses, which it asks for at `/api/v1/feeds`.
 *
 * Calendars cannot send a bearer token, so the address itself is the secret: a token of its own, which opens nothing
 * else. A wrong one is answered like an address that is not there.
 */
import { createHash } from "node:crypto";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { EpochMs, PersonId, ScheduleId } from "#domain/ids";
import { peopleOf } from "#domain/crew";
import type { Segment } from "#domain/oncall/on-call";
import { together } from "#domain/person-names";
import type { Team } from "#domain/team";
import type { Clock } from "#engine/ports";
import { writeCalendar, type PublishedCalendar, type PublishedEvent } from "#wire/icalendar";
import { BearerToken } from "./bearer-token.ts";
import { errorBody } from "./http-server.ts";

export interface CalendarFeedDependencies {
  readonly clock: Clock;
  /** Of clients, for the list of addresses. */
  readonly token: BearerToken;
  /** `DIR/feed-token`: letters, digits and `-_`. Null: there are no feeds now. */
  readonly feedToken: string | null;
  readonly url: () => string;
  readonly team: () => Team;
  /** The final schedule (contract §3). */
  readonly segmentsOf: (schedule: ScheduleId, from: EpochMs, to: EpochMs) => readonly Segment[];
}

const dayMs = 86_400_000;
const pastDays = 30;
const aheadDays = 366;
const refreshMinutes = 60;

export function calendarFeedRoutes(
  dependencies: CalendarFeedDependencies,
): (app: FastifyInstance) => Promise<void> {
  return async (app) => new CalendarFeed(dependencies).register(app);
}

type FeedKind = "person" | "schedule";

class CalendarFeed {
  private readonly feedToken: BearerToken | null;
  /** When each feed last changed, so that the same shifts are the same bytes. */
  private readonly stamps = new Map<string, { readonly hash: string; readonly at: EpochMs }>();

  constructor(private readonly dependencies: CalendarFeedDependencies) {
    const { feedToken } = dependencies;
    this.feedToken = feedToken === null ? null : new BearerToken(feedToken);
  }

  register(app: FastifyInstance): void {
    app.get("/ical/:token/person/:file", (request, reply) => this.feed("person", request, reply));
    app.get("/ical/:token/schedule/:file", (request, reply) => this.feed("schedule", request, reply));
    app.get("/api/v1/feeds", (request, reply) => this.list(request, reply));
  }

  private async feed(kind: FeedKind, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { token, file } = request.params as { token: string; file: string };
    // First, so that nobody without it learns who is in the team.
    const calendar =
      this.feedToken?.matches(token) === true && file.endsWith(".ics")
        ? this.calendarOf(kind, file.slice(0, -4))
        : null;
    if (calendar === null) {
      reply.callNotFound();
      return reply;
    }
    const { stamp, text } = this.write(`${kind}/${file}`, calendar);
    const tag = `"${stamp.hash}"`;
    reply.headers({
      etag: tag,
      "cache-control": "private, max-age=300",
      "last-modified": new Date(stamp.at).toUTCString(),
    });
    if (isKnown(request.headers["if-none-match"], tag)) return reply.code(304).send();
    return reply
      .header("content-disposition", `inline; filename="${file}"`)
      .type("text/calendar; charset=utf-8")
      .send(text);
  }

  private async list(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    if (!this.dependencies.token.authorizes(request.headers.authorization)) {
      reply.header("www-authenticate", "Bearer");
      return reply
        .code(401)
        .send(errorBody("unauthorized", "The addresses of the feeds are for clients: send their token."));
    }
    const { feedToken, url, team } = this.dependencies;
    if (feedToken === null) return reply.send([]);
    const addressed =
      (kind: FeedKind) =>
      ({ id, name }: { id: string; name: string }) => ({
        kind,
        id,
        name,
        url: `${url()}/ical/${feedToken}/${kind}/${id}.ics`,
      });
    const { people, schedules } = team();
    return reply.send([
      ...people.map(addressed("person")),
      ...schedules.map(({ id }) => ({ id, name: id })).map(addressed("schedule")),
    ]);
  }

  private write(key: string, calendar: Omit<PublishedCalendar, "stampedAt">) {
    const hash = createHash("sha256").update(JSON.stringify(calendar)).digest("base64url").slice(0, 22);
    let stamp = this.stamps.get(key);
    if (stamp?.hash !== hash) this.stamps.set(key, (stamp = { hash, at: this.dependencies.clock.now() }));
    return { stamp, text: writeCalendar({ ...calendar, stampedAt: stamp.at }) };
  }

  private calendarOf(kind: FeedKind, id: string): Omit<PublishedCalendar, "stampedAt"> | null {
    const team = this.dependencies.team();
    if (kind === "person") {
      const person = team.people.find((candidate) => candidate.id === id);
      if (person === undefined) return null;
      const events = team.schedules.flatMap((schedule) =>
        stretchesOf(this.shiftsOf(schedule.id), person.id).map((shift) =>
          eventOf(shift, schedule.id, `On call: ${schedule.id}`, team),
        ),
      );
      return { name: `${person.name} on call, ${team.name}`, events, refreshMinutes };
    }
    if (!team.schedules.some((schedule) => schedule.id === id)) return null;
    const names = new Map<string, string>(team.people.map((person) => [person.id, person.name]));
    const events = this.shiftsOf(id as ScheduleId).map((shift) => {
      const who = together(shift.people.map((person) => names.get(person) ?? person));
      return eventOf(shift, id, `${who} on call: ${id}`, team);
    });
    return { name: `On call: ${id}, ${team.name}`, events, refreshMinutes };
  }

  /**
   * Those that touch the last 30 days or the next 366, whole. Asked for from the last year's beginning on: were a shift
   * cut off where the window begins, it would begin anew each day, and be another event each time.
   */
  private shiftsOf(schedule: ScheduleId): Shift[] {
    const today = Math.floor(this.dependencies.clock.now() / dayMs) * dayMs;
    const lastYear = Date.UTC(new Date(today).getUTCFullYear() - 1, 0, 1);
    return this.dependencies
      .segmentsOf(schedule, lastYear, today + (aheadDays + 1) * dayMs)
      .filter((segment) => segment.person !== null && segment.end > today - pastDays * dayMs)
      .map((segment) => ({ start: segment.start, end: segment.end, people: peopleOf(segment) }));
  }
}

/** Some or one on duty from then to then. */
interface Shift {
  readonly start: EpochMs;
  readonly end: EpochMs;
  readonly people: readonly PersonId[];
}

/** One person's, each once however many others come and go beside them. */
function stretchesOf(shifts: readonly Shift[], person: PersonId): Shift[] {
  const stretches: Shift[] = [];
  for (const { start, end, people } of shifts) {
    if (!people.includes(person)) continue;
    const last = stretches.at(-1);
    if (last?.end === start) stretches[stretches.length - 1] = { ...last, end };
    else stretches.push({ start, end, people: [person] });
  }
  return stretches;
}

function eventOf(
  { start, end, people }: Shift,
  schedule: string,
  summary: string,
  team: Team,
): PublishedEvent {
  return {
    uid: `${schedule}-${people.join("-")}-${start / 1000}@tocsin`,
    start,
    end,
    summary,
    description: `Schedule ${schedule} of ${team.name}.`,
  };
}

/** `If-None-Match` (RFC 9110 §13.1.2): a list of tags, weak or not, or `*`. */
function isKnown(header: string | undefined, tag: string): boolean {
  return (
    header !== undefined && header.split(",").some((each) => ["*", tag, `W/${tag}`].includes(each.trim()))
  );
}
