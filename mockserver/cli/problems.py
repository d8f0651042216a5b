"""Settings for a command, or the end of it with one readable line per problem."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from mockserver.cli import ERROR
from mockserver.settings import BadSettings, Settings, load_settings, misspelt_variables


def settings_or_exit(**given: Any) -> Settings:
    """The settings; bad ones end the command with code 1. Misspelt variables are pointed out."""
    for name, meant in misspelt_variables().items():
        click.echo(f"warning: {name} is not a setting and has no effect; did you mean {meant}?", err=True)
    with bad_settings_exit():
        return load_settings(**given)


@contextmanager
def bad_settings_exit() -> Iterator[None]:
    """Settings that will not do, now or when the server is made of them, end the command with code 1."""
    try:
        yield
    except BadSettings as bad:
        for problem in bad.problems:
            click.echo(f"error: {problem}", err=True)
        sys.exit(ERROR)
