"""How many outgoing calls were answered (answer-seizure ratio), worked out of the call records (gap G22)."""

from __future__ import annotations

from datetime import date

from mockserver.core.messages import Response
from mockserver.providers.didlogic.call import Call
from mockserver.providers.didlogic.calls import in_days, newest_first
from mockserver.providers.didlogic.fields import day, text
from mockserver.providers.didlogic.traffic_rows import SIP
from mockserver.providers.didlogic.wire import json_response


def asr_report(call: Call) -> Response:
    """GET /v1/asr: one row per day and destination, newest day first.

    `asr` is the share of answered calls in percent, `acd` the mean duration of those in seconds; both with
    2 decimals. Only outgoing calls count: whether incoming ones are answered is up to the customer.
    """
    first, last = day(call.params, "from"), day(call.params, "to")
    account = text(call.params, "sip_account")
    rows: dict[tuple[date, str], list[int]] = {}
    for row in in_days(newest_first(call.world), first, last):
        if row.kind != SIP or (account and row.sip_account != account):
            continue
        total = rows.setdefault((row.at.date(), row.destination_name), [0, 0, 0])
        total[0] += 1
        total[1] += row.duration > 0
        total[2] += row.duration
    in_order = sorted(rows.items(), key=lambda item: (-item[0][0].toordinal(), item[0][1]))
    return json_response(
        {
            "asr": [
                {
                    "date": on.isoformat(),
                    "destination_name": name,
                    "total_calls": calls,
                    "answered_calls": answered,
                    "asr": round(100 * answered / calls, 2),
                    "acd": round(seconds / answered, 2) if answered else 0.0,
                }
                for (on, name), (calls, answered, seconds) in in_order
            ]
        }
    )
