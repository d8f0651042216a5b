"""`mockserver magic`: inputs that lead to special outcomes without any control call."""

from __future__ import annotations

import click

from mockserver.cli.remote import Remote, remote, table


@click.command()
@click.argument("provider", required=False)
@remote
def magic(server: Remote, provider: str | None) -> None:
    """Inputs that lead to special outcomes without any control call, of all or of one PROVIDER.

    \b
    Examples:
      mockserver magic
      mockserver magic didlogic
    """
    answer = server.call("GET", "/magic", whole_server=True)
    if provider is not None:
        if provider not in answer:
            raise click.BadParameter(f"there are {', '.join(answer)}", param_hint="PROVIDER")
        answer = {provider: answer[provider]}
    rows = [
        (name, one["value"], one["where"], one["leads_to"])
        for name, values in answer.items()
        for one in values
    ]
    server.show(answer, table(rows) or "none")
