"""The composition root: the one module that names all three providers."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches

from mockserver.conformance.inspector import Inspector
from mockserver.conformance.judge import Judge
from mockserver.control.api import build_control
from mockserver.control.guard import Guard
from mockserver.core.clock import Clock
from mockserver.core.provider import Provider
from mockserver.core.sandboxes import Sandboxes
from mockserver.core.world import AccountSeed, World
from mockserver.http.access_log import AccessLog
from mockserver.http.courier import Courier
from mockserver.http.egress import Egress
from mockserver.http.gateway import Gateway
from mockserver.providers.didlogic import Didlogic
from mockserver.providers.didww import Didww
from mockserver.providers.idt import Idt
from mockserver.settings import BadSettings, Settings, load_settings
from mockserver.version import VERSION


def build_providers(settings: Settings) -> list[Provider]:
    """The three providers, set up as the settings say."""
    return [
        Didww(
            key=settings.didww_key,
            version=settings.didww_version,
            pinned=settings.didww_pinned,
            callback_secret=settings.didww_callback_secret,
        ),
        Idt(key=settings.idt_key, secret=settings.idt_secret, chance=settings.seed),
        Didlogic(key=settings.didlogic_key),
    ]


def with_options(seeds: dict[str, AccountSeed], assignments: str) -> dict[str, AccountSeed]:
    """The seeds with other first values of their switches: `idt.quota=5, didlogic.documents=off`.

    BadSettings names every assignment that will not do.
    """
    problems: list[str] = []
    for assignment in filter(None, (part.strip() for part in assignments.split(","))):
        name, _, value = (part.strip() for part in assignment.partition("="))
        provider, _, option = name.partition(".")
        rule = seeds[provider].options.get(option) if provider in seeds else None
        if rule is None:
            known = [f"{seed.provider}.{each}" for seed in seeds.values() for each in seed.options]
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
            problems.append(f"options: there is no switch {name!r}; {hint}")
            continue
        try:
            chosen = replace(rule, default=rule.read(value))
        except ValueError:
            problems.append(f"options: {name}={value} must be {rule.allowed}. {rule.about}")
            continue
        seeds[provider] = replace(seeds[provider], options={**seeds[provider].options, option: chosen})
    if problems:
        raise BadSettings(problems)
    return seeds


def listed(text: str) -> list[str]:
    """The items of a list that is separated by commas."""
    return [item.strip() for item in text.split(",") if item.strip()]


def own_hosts(providers: list[Provider], settings: Settings) -> list[str]:
    """The names under which the server is reached: those it listens on, stands in for, or is told of."""
    return [
        *listed(settings.control_hosts),
        settings.host,
        *(host for provider in providers for host in provider.hosts),
    ]


def create_app(settings: Settings | None = None) -> Gateway:
    """A server of its own: providers, sandboxes, control API. Two of them share nothing that changes."""
    settings = settings or load_settings()
    providers = build_providers(settings)
    seeds = with_options({provider.name: provider.seed() for provider in providers}, settings.options)

    def make_world(name: str) -> World:
        return World(
            name,
            seeds,
            chance=settings.seed,
            clock=Clock(start=settings.clock_start, mode=settings.clock),
            rate_limits=settings.rate_limits,
            journal_entries=settings.journal_entries,
            journal_bytes=settings.journal_bytes,
        )

    sandboxes = Sandboxes(make_world, settings.max_sandboxes)
    inspector = Inspector({provider.name: provider for provider in providers})
    sandboxes.farewell = inspector.last_look
    courier = Courier(
        sandboxes,
        Egress(listed(settings.callback_hosts)),
        timeout=settings.callback_timeout,
        verify=settings.callback_verify,
    )
    return Gateway(
        providers,
        sandboxes,
        build_control(
            sandboxes,
            providers,
            version=VERSION,
            public_url=settings.public_url,
            guard=Guard(settings.public_url, settings.admin_token, own_hosts(providers, settings)),
            settled=courier.settled,
            inspector=inspector,
        ),
        version=VERSION,
        public_url=settings.public_url,
        max_body_bytes=settings.max_body_bytes,
        max_upload_bytes=settings.max_upload_bytes,
        mock_headers=settings.mock_headers,
        access_log=AccessLog(settings.log_format),
        courier=courier,
        judge=Judge() if settings.check_contracts else None,
    )
