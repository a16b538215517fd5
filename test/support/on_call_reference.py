#!/usr/bin/python3
"""Who is on call, worked out with python-dateutil and zoneinfo: an implementation that shares neither code, nor library,
nor language, nor time zone data with the product. Started by test/domain/oncall/dateutil.real.test.ts.

One JSON object a line on stdin, one on stdout:
  {"schedule", "absences", "from", "to"}  ->  {"segments": [[start, end, people or null], ...]}, covering [from, to);
      several on duty together are joined by "+"
  {"zones", "from", "to"}                 ->  {"offsets": {zone: [[from when, offset], ...] or null when unknown}}
Schedules and absences are the domain's (src/domain/team.ts); instants and offsets are milliseconds. The rules are those
of contract §3: a shift for each handoff, wall-clock times, windows, precedence, absences, the final schedule.
"""

import json
import sys
from bisect import bisect_right
from datetime import datetime, timedelta, timezone
from itertools import takewhile
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateutil.rrule import rrulestr, weekdays

EPOCH = datetime(1970, 1, 1)
MILLISECOND = timedelta(milliseconds=1)
DAY = timedelta(days=1)


def final_schedule(schedule, absences, start, end):
    """Segments that cover [start, end); neighbours differ."""
    zone = ZoneInfo(schedule["timeZone"])
    layers = [Layer(layer, zone, end) for layer in schedule["layers"]]
    bounds = {start, end}
    for layer in layers:
        bounds.update(layer.bounds())
    for span in schedule["overrides"] + absences:
        bounds.update((span["start"], span["end"]))
    ordered = sorted(bound for bound in bounds if start <= bound <= end)

    segments = []
    for low, high in zip(ordered, ordered[1:]):
        people = "+".join(crew_at(low, schedule["overrides"], layers, absences)) or None
        if segments and segments[-1][2] == people:
            segments[-1][1] = high
        else:
            segments.append([low, high, people])
    return segments


def crew_at(at, overrides, layers, absences):
    for override in reversed(overrides):
        if override["start"] <= at < override["end"]:
            return [override["person"]]
    away = {}
    for absence in absences:
        if absence["start"] <= at < absence["end"]:
            away[absence["person"]] = absence.get("substitute")
    for layer in reversed(layers):
        crew = layer.crew_at(at, away)
        if crew:
            return crew
    return []


class Layer:
    def __init__(self, layer, zone, horizon):
        self.turns = layer.get("turns") or [[person] for person in layer["participants"]]
        begin = datetime.fromisoformat(layer["start"])
        self.start = instant(begin, zone)
        self.end = instant(datetime.fromisoformat(layer["end"]), zone) if "end" in layer else None
        times = occurrences(layer["handoff"], begin, zone, horizon)
        self.handoffs = sorted(at for at in (instant(time, zone) for time in times) if at > self.start)
        self.spans = None
        if "windows" in layer:
            self.spans = [span for window in layer["windows"] for span in duty(window, begin, zone, horizon)]
            self.union = merged(self.spans)

    def bounds(self):
        yield self.start
        if self.end is not None:
            yield self.end
        yield from self.handoffs
        for span in self.spans or ():
            yield from span

    def crew_at(self, at, away):
        if at < self.start or (self.end is not None and at >= self.end) or not self.turns:
            return []
        if self.spans is not None:
            index = bisect_right(self.union, (at, float("inf"))) - 1
            if index < 0 or at >= self.union[index][1]:
                return []
        number = bisect_right(self.handoffs, at) % len(self.turns)
        turn = self.turns[number]
        crew = []
        for owner in turn:
            substitute = away.get(owner)
            if owner not in away:
                crew.append(owner)
            elif substitute and substitute not in away and substitute not in turn and substitute not in crew:
                crew.append(substitute)
        if crew or not turn:
            return crew
        rest = [[person for person in other if person not in away] for other in self.turns[number + 1 :] + self.turns[:number]]
        return next((other for other in rest if other), [])


def duty(window, begin, zone, horizon):
    opening, closing = since_midnight(window["from"]), since_midnight(window["to"])
    if closing <= opening:
        closing += DAY
    midnight = begin.replace(hour=0, minute=0, second=0)
    for time in occurrences(window["rrule"], midnight + opening, zone, horizon):
        day = time.replace(hour=0, minute=0, second=0)
        low, high = instant(day + opening, zone), instant(day + closing, zone)
        # A clock that springs over the whole window, or over its beginning and past its end, leaves nothing of it.
        if low < high:
            yield low, high


def merged(spans):
    union = []
    for low, high in sorted(spans):
        if union and low <= union[-1][1]:
            union[-1] = (union[-1][0], max(high, union[-1][1]))
        else:
            union.append((low, high))
    return union


def occurrences(rule, start, zone, horizon):
    """Wall-clock times from `start` on, at least as far as the instant `horizon`."""
    parts = dict(part.split("=") for part in rule.split(";"))
    count, until = parts.pop("COUNT", None), parts.pop("UNTIL", None)
    dtstart = start
    if parts["FREQ"] == "WEEKLY" and "BYSETPOS" in parts:
        # dateutil counts the first week's positions from DTSTART's day on; RFC 5545 from the week's first day.
        parts.setdefault("BYDAY", str(weekdays[start.weekday()]))
        first_weekday = next(day.weekday for day in weekdays if str(day) == parts.get("WKST", "MO"))
        dtstart -= ((start.weekday() - first_weekday) % 7) * DAY
    bare = ";".join(f"{name}={value}" for name, value in parts.items())
    last = EPOCH + horizon * MILLISECOND + 2 * DAY
    times = [time for time in takewhile(lambda time: time <= last, rrulestr(bare, dtstart=dtstart)) if time >= start]
    if count is not None:
        times = times[: int(count)]
    if until is not None and until.endswith("Z"):
        bound = (datetime.strptime(until, "%Y%m%dT%H%M%SZ") - EPOCH) // MILLISECOND
        times = [time for time in times if instant(time, zone) <= bound]
    elif until is not None:
        times = [time for time in times if time <= datetime.strptime(until, "%Y%m%dT%H%M%S")]
    return times


def instant(wall, zone):
    # fold=0 is the first of two, and before a gap the offset before it (PEP 495).
    return (wall - EPOCH - wall.replace(tzinfo=zone, fold=0).utcoffset()) // MILLISECOND


def since_midnight(text):
    hours, minutes = text.split(":")[:2]
    return timedelta(hours=int(hours), minutes=int(minutes))


def offsets(name, start, end):
    """Where this machine's zone data has the offset change, found by halving weeks."""
    try:
        zone = ZoneInfo(name)
    except ZoneInfoNotFoundError:
        return None

    def offset(at):
        return datetime.fromtimestamp(at / 1000, timezone.utc).astimezone(zone).utcoffset() // MILLISECOND

    changes = [[start, offset(start)]]
    week = 7 * 86_400_000
    for low in range(start, end, week):
        high = min(low + week, end)
        while offset(high) != changes[-1][1]:
            before, after = low, high
            while after - before > 1000:
                middle = (before + after) // 2000 * 1000
                before, after = (middle, after) if offset(middle) == changes[-1][1] else (before, middle)
            changes.append([after, offset(after)])
            low = after
    return changes


def answer(question):
    if "zones" in question:
        return {"offsets": {name: offsets(name, question["from"], question["to"]) for name in question["zones"]}}
    return {
        "segments": final_schedule(question["schedule"], question["absences"], question["from"], question["to"])
    }


if __name__ == "__main__":
    for line in sys.stdin:
        try:
            reply = answer(json.loads(line))
        except Exception as error:  # a schedule that it cannot answer must be seen in the test, not end the process
            reply = {"error": repr(error)}
        print(json.dumps(reply), flush=True)
