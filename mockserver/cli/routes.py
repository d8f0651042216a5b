"""`mockserver routes`: what is served, and what answers 501."""

from __future__ import annotations

import json

import click

from mockserver.cli.commands import flag


@click.command()
@flag("--provider", env="ROUTES_PROVIDER", help="Only this provider, or `control` for the control API.")
@flag("--json", "as_json", env="JSON", is_flag=True, help="JSON instead of a table.")
def routes(provider: str | None, as_json: bool) -> None:
    """List every operation of the providers and of the control API. The server need not run.

    \b
    Examples:
      mockserver routes --provider idt
      mockserver routes --json | jq '.didww[] | select(.implemented | not)'
    """
    from mockserver.app import build_providers
    from mockserver.cli.problems import settings_or_exit
    from mockserver.control.openapi import full_paths
    from mockserver.control.operations import OPERATIONS

    found: dict[str, list[tuple[str, str, str, bool, str]]] = {
        one.name: [
            (route.operation, route.method, one.prefix + route.path, route.implemented, route.summary)
            for route in one.routes()
        ]
        for one in build_providers(settings_or_exit())
    }
    found["control"] = [(one.name, one.method, full_paths(one)[0], True, one.summary) for one in OPERATIONS]
    if provider is not None:
        if provider not in found:
            raise click.BadParameter(f"there are {', '.join(found)}", param_hint="--provider")
        found = {provider: found[provider]}
    if as_json:
        names = ("operation", "method", "path", "implemented", "summary")
        content = {one: [dict(zip(names, row, strict=True)) for row in rows] for one, rows in found.items()}
        click.echo(json.dumps(content, indent=2))
        return
    for one, rows in found.items():
        served = sum(row[3] for row in rows)
        click.echo(f"{one}: {served} of {len(rows)} operations served")
        width = max((len(row[2]) for row in rows), default=0)
        for operation, method, path, implemented, _ in rows:
            click.echo(f"  {method:<6} {path:<{width}}  {operation if implemented else operation + '  501'}")
