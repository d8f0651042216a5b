"""Every setting of the server, from the command line, the environment or a file. Nobody else reads those.

A plain dataclass, not a pydantic model: reading a dozen values must not cost the start a third of its time.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from mockserver.core.rules import Rule

PREFIX = "MOCKSERVER_"
# What commands read that are no settings of the server, and look like some.
COMMAND_VARIABLES = frozenset(
    PREFIX + name
    for name in ("URL", "SANDBOX", "ENV_FORMAT", "CALLBACKS_STATE", "JOURNAL_OUT", "JOURNAL_STATUS")
)
_ENVIRONMENT = os.environ  # noqa: TID251 - this is the one module that reads it
_ADDRESS = r"https?://[^/\s]+(/[^\s?#]*)?"


class BadSettings(ValueError):
    """Settings that cannot be used. `problems` has one line for each, ready to be shown."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def _text(default: str | None, about: str, **limits: Any) -> Any:
    return field(default=default, metadata={"rule": Rule("text", about, **limits)})


def _number(default: int | None, about: str, **limits: Any) -> Any:
    return field(default=default, metadata={"rule": Rule("number", about, **limits)})


def _on_or_off(default: bool, about: str) -> Any:
    return field(default=default, metadata={"rule": Rule("switch", about)})


def _own_port(provider: str) -> Any:
    about = f"A port where {provider} alone is served, without a prefix; 0 picks a free one."
    return _number(None, about, most=65535)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Frozen. Made by `load_settings` from all sources, or by name: then nothing else is read.

    BadSettings when a value will not do.
    """

    host: str = _text(
        "127.0.0.1", "Address to listen on. Loopback unless you say otherwise.", least=1, most=255
    )
    port: int = _number(8080, "Port to listen on; 0 picks a free one.", most=65535)
    seed: str = _text(
        "mockserver",
        "Ids and chance are drawn from it: the same seed and the same requests give the same answers.",
        least=1,
        most=200,
    )
    config: Path | None = field(
        default=None, metadata={"rule": Rule("file", "A TOML file with any of these settings.")}
    )
    didww_port: int | None = _own_port("DIDWW")
    idt_port: int | None = _own_port("IDT Express")
    didlogic_port: int | None = _own_port("didlogic")
    tls: bool = _on_or_off(
        False, "Serve HTTPS with a certificate of this run; its authority is at /_mock/ca.pem."
    )
    tls_ca: Path | None = field(
        default=None,
        metadata={"rule": Rule("file", "Where to write the certificate of that authority, too (PEM).")},
    )
    log_format: Literal["text", "json", "off"] = _text(
        "text", "One line per request: for people, as JSON, or none.", choices=("text", "json", "off")
    )
    rate_limits: bool = _on_or_off(
        True, "Whether the limits that the providers document are on in a new sandbox."
    )
    clock: Literal["real", "frozen"] = _text(
        "real",
        "How the clock of a new sandbox runs: with the machine, or only when told.",
        choices=("real", "frozen"),
    )
    clock_start: datetime | None = field(
        default=None,
        metadata={"rule": Rule("instant", "Where the clock of a new sandbox starts, instead of now.")},
    )
    options: str = _text(
        "",
        "Switches that every new account starts with, `idt.create_status=201, didlogic.purchase_api=false`.",
        most=4000,
    )
    public_url: str | None = _text(
        None,
        "Address to write into links instead of the one the caller used, `https://mock.example.com`.",
        pattern=_ADDRESS,
    )
    admin_token: str | None = _text(
        None, "What callers of the control API have to show; nothing unless it is set.", least=8, most=200
    )
    control_hosts: str = _text(
        "",
        "Names under which the control API answers besides addresses and local names, separated by commas.",
        most=2000,
    )
    max_body_bytes: int = _number(
        10 << 20, "Largest request body that is read; a larger one gets the provider's 413.", least=1
    )
    max_upload_bytes: int = _number(
        48 << 20, "The same for a request that carries files, such as a document at didlogic.", least=1
    )
    max_sandboxes: int = _number(
        256, "How many sandboxes may exist; the one idle longest makes room.", least=1
    )
    journal_entries: int = _number(1000, "How many exchanges a sandbox remembers.")
    journal_bytes: int = _number(4 << 20, "How many bytes of exchanges a sandbox remembers.")
    callback_hosts: str = _text(
        "",
        "Hosts that callbacks may go to besides this machine and private networks, separated by commas: "
        "names, `*.example.com`, addresses, networks; `*` for all.",
        most=4000,
    )
    callback_timeout: int = _number(
        60, "Seconds that the receiver of a callback has to answer.", least=1, most=600
    )
    callback_verify: bool = _on_or_off(
        False,
        "Check the certificates of receivers on this machine and in private networks as well as elsewhere.",
    )
    check_contracts: bool = _on_or_off(
        False,
        "Hold answers against their OpenAPI documents; what differs is logged, counted, in X-Mock-Contract.",
    )
    mock_headers: bool = _on_or_off(True, "Whether answers carry X-Mock and X-Mock-Evidence.")
    didww_version: str = _text(
        "2026-04-16",
        "The DIDWW API version served when a request names none.",
        choices=("2026-04-16", "2022-05-10", "2021-12-15", "2021-04-19"),
    )
    didww_pinned: bool = _on_or_off(
        False, "Ignore a DIDWW version header older than `didww_version`, as production does for an account."
    )
    didww_key: str = _text(
        "demo-didww-key", "The Api-Key of the default sandbox at DIDWW.", least=1, most=200
    )
    didww_callback_secret: str | None = _text(
        None,
        "What DIDWW's callbacks are signed with, instead of the Api-Key of their sandbox.",
        least=1,
        most=200,
    )
    idt_key: str = _text(
        "demo-idt-key", "The x-api-key of the default sandbox at IDT Express.", least=1, most=200
    )
    idt_secret: str = _text(
        "demo-idt-secret", "The x-api-secret of the default sandbox at IDT Express.", least=1, most=200
    )
    didlogic_key: str = _text(
        "demo-didlogic-token", "The bearer token of the default sandbox at didlogic.", least=1, most=200
    )

    def __post_init__(self) -> None:
        problems = []
        for name, rule in RULES.items():
            value = getattr(self, name)
            if value is None and DEFAULTS[name] is None:
                continue
            try:
                object.__setattr__(self, name, rule.read(value))
            except ValueError:
                problems.append(_problem(name, value, "the code"))
        if problems:
            raise BadSettings(problems)


RULES: dict[str, Rule] = {one.name: one.metadata["rule"] for one in fields(Settings)}
DEFAULTS: dict[str, Any] = {one.name: one.default for one in fields(Settings)}


def load_settings(**given: Any) -> Settings:
    """Settings from all sources: given by name wins over `MOCKSERVER_*`, that over the config file.

    None counts as not given, an empty variable as not set. Raises BadSettings, a line per problem.
    """
    return settings_from(sources(**given))


def settings_from(chosen: Mapping[str, tuple[Any, str]]) -> Settings:
    """Settings made of values with their sources, as `sources` gives them. BadSettings names each bad one."""
    values: dict[str, Any] = {}
    problems: list[str] = []
    for name, (value, source) in chosen.items():
        if name not in RULES:
            problems.append(_unknown(name, source))
            continue
        try:
            values[name] = RULES[name].read(value)
        except ValueError:
            problems.append(_problem(name, value, source))
    if problems:
        raise BadSettings(problems)
    return Settings(**values)


def sources(**given: Any) -> dict[str, tuple[Any, str]]:
    """What is set, by name: the value as it was written, and where. BadSettings for an unreadable file."""
    chosen: dict[str, tuple[Any, str]] = {}
    variables = {name.upper(): value for name, value in _ENVIRONMENT.items() if value}
    for name in RULES:
        variable = PREFIX + name.upper()
        if variable in variables:
            chosen[name] = (variables[variable], variable)
    for name, value in given.items():
        if value is not None:
            chosen[name] = (value, "--" + name.replace("_", "-"))
    if "config" in chosen:
        path, source = chosen["config"]
        for name, value in _read_file(Path(path), source).items():
            chosen.setdefault(name, (value, "the config file"))
    return chosen


def variable(name: str) -> str | None:
    """A variable of the environment that is not a setting, `MOCKSERVER_URL`; None when it is empty."""
    return _ENVIRONMENT.get(PREFIX + name) or None


def misspelt_variables() -> dict[str, str]:
    """Variables in the environment that look like a setting's and are not, each with the one meant."""
    known = [PREFIX + name.upper() for name in RULES]
    strange = [
        name
        for name in _ENVIRONMENT
        if name.startswith(PREFIX) and name not in known and name not in COMMAND_VARIABLES
    ]
    near = {name: get_close_matches(name, known, n=1, cutoff=0.85) for name in strange}
    return {name: match[0] for name, match in near.items() if match}


def _read_file(path: Path, source: str) -> dict[str, Any]:
    import tomllib

    if not path.is_file():
        raise BadSettings([f"config (from {source}): there is no file {path}"])
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadSettings([f"the config file cannot be read: {error}"]) from None


def _unknown(name: str, source: str) -> str:
    near = get_close_matches(name, list(RULES), n=1)
    hint = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(RULES)}"
    return f"{name} (from {source}): there is no such setting{hint}"


def _problem(name: str, value: Any, source: str) -> str:
    """One line about one bad value: which setting, from where, what is allowed. Keys are never shown."""
    shown = "" if name.endswith(("_key", "_secret", "_token")) else f", which is {str(value)[:80]!r}"
    return f"{name} (from {source}{shown}): must be {RULES[name].allowed}. {RULES[name].about}"
