#!/usr/bin/python3
"""What a VTIMEZONE says, by python-dateutil, which shares neither code nor language with the product. Started by
test/config/calendar-zones.real.test.ts. One JSON object a line on stdin, {"zone": text, "times": [local, ...]}, where a
local time is ISO 8601 without an offset; one on stdout: the offsets in seconds, in the same order.
"""

import io
import json
import sys
from datetime import datetime

from dateutil.tz import tzical

for line in sys.stdin:
    question = json.loads(line)
    zone = tzical(io.StringIO(question["zone"])).get()
    times = [datetime.fromisoformat(time).replace(tzinfo=zone) for time in question["times"]]
    print(json.dumps([time.utcoffset().total_seconds() for time in times]), flush=True)
