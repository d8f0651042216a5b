"""The table of control operations. To add one: a handler, its models in `schemas`, a row here."""

from __future__ import annotations

from mockserver.control import (
    account,
    coverage,
    faults,
    happenings,
    har,
    journal,
    search,
    server,
    snapshots,
    state,
    time,
    transitions,
)
from mockserver.control.call import Operation, Parameter

_PROVIDER = Parameter("provider", "Only this provider", {"type": "string"})


def _newest(what: str, default: int) -> Parameter:
    schema = {"type": "integer", "minimum": 1, "maximum": 10_000, "default": default}
    return Parameter("limit", f"How many {what} at most", schema)


OPERATIONS: tuple[Operation, ...] = (
    # the server
    Operation("show_index", "GET", "/", "What the control API offers", server.index, "Index", "server"),
    Operation("show_health", "GET", "/health", "The process answers", server.health, "Health", "server"),
    Operation("show_ready", "GET", "/ready", "The seed is loaded", server.ready, "Ready", "server"),
    Operation("show_version", "GET", "/version", "The server's version", server.version, "Version", "server"),
    Operation(
        "list_routes", "GET", "/routes", "Every operation served", server.list_routes, "Routes", "server"
    ),
    Operation(
        "show_openapi", "GET", "/openapi.json", "This document", server.openapi, "OpenAPIDocument", "server"
    ),
    # sandboxes
    Operation(
        "list_sandboxes", "GET", "/sandboxes", "All sandboxes", server.list_sandboxes, "SandboxList", "server"
    ),
    Operation(
        "create_sandbox",
        "POST",
        "/sandboxes",
        "Create a sandbox that is kept until dropped",
        server.create_sandbox,
        "SandboxState",
        "server",
        body="NewSandbox",
        status=201,
        conflicts="Every place is taken by a sandbox that is kept, or this one is there already",
    ),
    Operation(
        "show_sandbox",
        "GET",
        "/sandboxes/{name}",
        "A sandbox with its credentials",
        server.show_sandbox,
        "SandboxState",
        "server",
    ),
    Operation(
        "drop_sandbox",
        "DELETE",
        "/sandboxes/{name}",
        "Forget a sandbox",
        server.drop_sandbox,
        "Dropped",
        "server",
    ),
    Operation(
        "show_coverage",
        "GET",
        "/coverage",
        "What was exercised in all sandboxes",
        coverage.show_coverage,
        "CoverageReport",
        "server",
    ),
    Operation(
        "clear_coverage", "DELETE", "/coverage", "Count anew", coverage.clear_coverage, "Cleared", "server"
    ),
    Operation(
        "show_coverage_of_one",
        "GET",
        "/sandboxes/{name}/coverage",
        "What was exercised in one sandbox",
        coverage.show_coverage_of_one,
        "CoverageReport",
        "server",
    ),
    # one sandbox
    Operation("reset", "POST", "/reset", "Back to the seed", account.reset, "ResetDone", body="ResetTo"),
    Operation("show_clock", "GET", "/clock", "The clock", time.show_clock, "ClockState"),
    Operation(
        "change_clock",
        "PUT",
        "/clock",
        "Freeze, scale or set the clock",
        time.change_clock,
        "ClockState",
        body="ClockChange",
    ),
    Operation(
        "advance_clock",
        "POST",
        "/clock/advance",
        "Move the clock forward and run what falls due",
        time.advance_clock,
        "Advanced",
        body="ClockAdvance",
    ),
    Operation(
        "show_agenda",
        "GET",
        "/clock/agenda",
        "Changes to come, in order",
        time.show_agenda,
        "Agenda",
        query=(_newest("changes", 500),),
    ),
    # changes that come by themselves
    Operation(
        "list_transitions",
        "GET",
        "/transitions",
        "Policies, and what is pending",
        transitions.list_transitions,
        "Transitions",
    ),
    *(
        Operation(f"{verb}{of}_policy", method, path, summary, handle, "TransitionPolicy", body=body)
        for of, path in (("_type", "/transitions/{type}"), ("_own", "/transitions/{type}/{id}"))
        for verb, method, summary, handle, body in (
            ("show", "GET", "How and when it changes", transitions.show_transition, ""),
            ("change", "PUT", "Say how and when it changes", transitions.change_transition, "PolicyChange"),
            ("restore", "DELETE", "Back to the policy before", transitions.restore_transition, ""),
        )
    ),
    Operation(
        "fire_transition",
        "POST",
        "/transitions/{type}/{id}/fire",
        "Make what is pending about one thing happen now",
        transitions.fire_transition,
        "FiredNow",
        body="Firing",
    ),
    Operation(
        "cancel_transition",
        "POST",
        "/transitions/{type}/{id}/cancel",
        "Take what is pending about one thing off the agenda",
        transitions.cancel_transition,
        "CancelledChanges",
    ),
    # the account's surroundings
    Operation(
        "show_options", "GET", "/options", "Switches of the accounts", happenings.show_options, "Options"
    ),
    Operation(
        "change_options",
        "PUT",
        "/options",
        "Change the named switches",
        happenings.change_options,
        "Options",
        body="OptionsChange",
    ),
    Operation(
        "list_happenings",
        "GET",
        "/world",
        "What can happen to an account from outside",
        happenings.list_happenings,
        "Happenings",
    ),
    Operation(
        "happen",
        "POST",
        "/world/{provider}/{happening}",
        "Make something happen to an account",
        happenings.happen,
        "Happened",
        body="HappeningFields",
        conflicts="The state of the account does not allow it",
    ),
    # requests that fail on demand
    Operation("list_faults", "GET", "/faults", "All faults", faults.list_faults, "FaultList"),
    Operation(
        "create_fault",
        "POST",
        "/faults",
        "Make matching requests fail or misbehave",
        faults.create_fault,
        "FaultState",
        body="NewFault",
        status=201,
        conflicts="There is a fault of that id, or there are too many",
    ),
    Operation("clear_faults", "DELETE", "/faults", "Remove all faults", faults.clear_faults, "Removed"),
    Operation("show_fault", "GET", "/faults/{id}", "One fault", faults.show_fault, "FaultState"),
    Operation(
        "replace_fault",
        "PUT",
        "/faults/{id}",
        "Replace a fault, or make one of that id",
        faults.replace_fault,
        "FaultState",
        body="NewFault",
        status=201,
        conflicts="There are too many",
    ),
    Operation("remove_fault", "DELETE", "/faults/{id}", "Remove one fault", faults.remove_fault, "Removed"),
    Operation(
        "start_outage",
        "POST",
        "/world/outages",
        "A provider is down, for a while or until the fault is removed",
        faults.start_outage,
        "FaultState",
        body="Outage",
        status=201,
        conflicts="There are too many faults",
    ),
    Operation(
        "send_rival",
        "POST",
        "/world/rivals",
        "Another buyer takes numbers on sale",
        faults.send_rival,
        "Taken",
        body="Rival",
    ),
    # state
    Operation(
        "list_snapshots", "GET", "/snapshots", "Snapshots kept", snapshots.list_snapshots, "SnapshotList"
    ),
    Operation(
        "show_snapshot",
        "GET",
        "/snapshots/{name}",
        "A snapshot as a document",
        snapshots.show_snapshot,
        "SnapshotExport",
    ),
    Operation(
        "put_snapshot",
        "PUT",
        "/snapshots/{name}",
        "Keep the state as it stands, or that of a document",
        snapshots.put_snapshot,
        "SnapshotState",
        body="SnapshotDocument",
        status=201,
        conflicts="There are too many",
        most_body=64 << 20,
    ),
    Operation(
        "remove_snapshot",
        "DELETE",
        "/snapshots/{name}",
        "Forget a snapshot",
        snapshots.remove_snapshot,
        "Removed",
    ),
    Operation(
        "restore_snapshot",
        "POST",
        "/snapshots/{name}/restore",
        "Put the sandbox into a snapshot's state",
        snapshots.restore_snapshot,
        "Restored",
    ),
    Operation(
        "compare_snapshot",
        "GET",
        "/snapshots/{name}/diff",
        "What is different now, in another snapshot, or since the seed",
        snapshots.compare_snapshot,
        "Differences",
        query=(Parameter("with", "now (the default), seed, or another snapshot's name", {"type": "string"}),),
    ),
    Operation("show_state", "GET", "/state", "Types, rows counted, digest", state.show_types, "StateTypes"),
    Operation(
        "list_rows",
        "GET",
        "/state/{provider}/{type}",
        "Rows of a type",
        state.list_rows,
        "StateRows",
        query=(
            _newest("rows", 100),
            Parameter("offset", "How many rows to skip", {"type": "integer", "minimum": 0, "default": 0}),
        ),
    ),
    Operation("show_row", "GET", "/state/{provider}/{type}/{id}", "One row", state.show_row, "StateRow"),
    Operation(
        "change_row",
        "PATCH",
        "/state/{provider}/{type}/{id}",
        "Force fields of one row",
        state.change_row,
        "StateRow",
        body="RowChange",
    ),
    Operation(
        "assert_state",
        "POST",
        "/assert",
        "Whether state and requests are as they should be",
        state.assert_state,
        "Asserted",
        body="Assertion",
        conflicts="Something does not hold",
        conflict="Asserted",
    ),
    Operation("show_limits", "GET", "/limits", "Request limits by provider", account.show_limits, "Limits"),
    Operation(
        "change_limits",
        "PUT",
        "/limits",
        "Set or lift request limits of the named providers",
        account.change_limits,
        "Limits",
        body="LimitsChange",
    ),
    Operation(
        "list_requests",
        "GET",
        "/requests",
        "The journal of provider requests, newest last",
        journal.list_requests,
        "Journal",
        query=(
            _newest("requests, counted from the newest,", 100),
            _PROVIDER,
            Parameter("status", "Only this status (404) or class (4xx)", {"type": "string"}),
        ),
    ),
    Operation(
        "find_requests",
        "POST",
        "/requests/find",
        "Requests that match, or that all but match",
        search.find_requests,
        "FoundRequests",
        body="RequestMatch",
    ),
    Operation(
        "count_requests",
        "POST",
        "/requests/count",
        "How many requests match",
        search.count_requests,
        "CountedRequests",
        body="RequestMatch",
    ),
    Operation(
        "wait_for_requests",
        "POST",
        "/requests/wait",
        "Wait until so many requests match",
        search.wait_for_requests,
        "FoundRequests",
        body="RequestWait",
        waits=True,
    ),
    Operation("export_har", "GET", "/requests/har", "The journal as a HAR document", har.export_har, "HAR"),
    Operation(
        "clear_requests", "DELETE", "/requests", "Clear the journal", journal.clear_requests, "Cleared"
    ),
    Operation(
        "show_request",
        "GET",
        "/requests/{id}",
        "One exchange with headers and bodies",
        journal.show_request,
        "ExchangeDetail",
    ),
    Operation(
        "set_balance",
        "POST",
        "/world/balance",
        "Set the funds of one account",
        account.set_balance,
        "Balance",
        body="NewBalance",
    ),
    Operation(
        "show_ledger",
        "GET",
        "/ledger",
        "Money: opening balance, lines, balance",
        account.show_ledger,
        "Ledgers",
        query=(_PROVIDER,),
    ),
)
