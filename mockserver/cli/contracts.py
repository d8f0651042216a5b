"""`mockserver contracts`: the OpenAPI documents of the providers and of the control API."""

from __future__ import annotations

import json
from pathlib import Path

import click

from mockserver.cli.commands import flag, server_options, server_url
from mockserver.cli.remote import table, write


@click.command()
@click.argument("name", required=False)
@flag("--out", env="CONTRACTS_OUT", type=click.Path(path_type=Path), help="A file instead of the output.")
@server_options
def contracts(
    name: str | None,
    out: Path | None,
    url: str | None,
    own_host: str | None,
    own_port: str | None,
    own_tls: str | None,
) -> None:
    """List the OpenAPI documents, or print the one of that NAME: idt, didlogic/v2, didww/2026-04-16, control.

    The first of its servers is the mockserver at --url, so that a code generator or validator can use the
    document as it stands. The server need not run.

    \b
    Examples:
      mockserver contracts
      mockserver contracts idt --out idt.json
      mockserver contracts didww/2026-04-16 --url http://127.0.0.1:9000
    """
    from mockserver.app import build_providers
    from mockserver.conformance import documents
    from mockserver.settings import Settings

    known = {file.removesuffix(f"/{documents.FILE}"): file for file in documents.names()}
    if name is None:
        rows = []
        for short, file in known.items():
            document = documents.document(file)
            rows.append((short, "" if document is None else str(document.content["info"]["title"])))
        write(table(rows), out)
        return
    document = documents.document(known.get(name.removesuffix(f"/{documents.FILE}"), ""))
    if document is None:
        raise click.BadParameter(f"there are {', '.join(known)}", param_hint="NAME")
    prefixes = {provider.name: provider.prefix for provider in build_providers(Settings())}
    address = server_url(url, own_host, own_port, own_tls) + prefixes.get(name.partition("/")[0], "")
    write(json.dumps(documents.addressed(document.content, address), indent=1, ensure_ascii=False), out)
