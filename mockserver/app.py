"""The composition root: the one module that names all three providers."""

from __future__ import annotations

from mockserver.control.api import build_control
from mockserver.core.provider import Provider
from mockserver.core.sandboxes import Sandboxes
from mockserver.core.world import World
from mockserver.http.access_log import AccessLog
from mockserver.http.gateway import Gateway
from mockserver.providers.didlogic import Didlogic
from mockserver.providers.didww import Didww
from mockserver.providers.idt import Idt
from mockserver.settings import Settings, load_settings
from mockserver.version import VERSION


def build_providers(settings: Settings) -> list[Provider]:
    """The three providers, set up as the settings say."""
    return [
        Didww(key=settings.didww_key, version=settings.didww_version, pinned=settings.didww_pinned),
        Idt(key=settings.idt_key, secret=settings.idt_secret, chance=settings.seed),
        Didlogic(key=settings.didlogic_key),
    ]


def create_app(settings: Settings | None = None) -> Gateway:
    """A server of its own: providers, sandboxes, control API. Two of them share nothing that changes."""
    settings = settings or load_settings()
    providers = build_providers(settings)
    seeds = {provider.name: provider.seed() for provider in providers}

    def make_world(name: str) -> World:
        return World(
            name,
            seeds,
            chance=settings.seed,
            rate_limits=settings.rate_limits,
            journal_entries=settings.journal_entries,
            journal_bytes=settings.journal_bytes,
        )

    sandboxes = Sandboxes(make_world, settings.max_sandboxes)
    return Gateway(
        providers,
        sandboxes,
        build_control(sandboxes, providers, version=VERSION, public_url=settings.public_url),
        version=VERSION,
        public_url=settings.public_url,
        max_body_bytes=settings.max_body_bytes,
        mock_headers=settings.mock_headers,
        access_log=AccessLog(settings.log_format),
    )
