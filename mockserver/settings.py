"""Every setting of the server, from the command line, the environment or a file. Nobody else reads those."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import Field
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)


class Settings(BaseSettings):
    """Frozen. Given by name wins over `MOCKSERVER_*` in the environment, that over the config file."""

    model_config = SettingsConfigDict(
        env_prefix="MOCKSERVER_",
        frozen=True,
        extra="forbid",
        env_ignore_empty=True,
        use_attribute_docstrings=True,
    )

    host: str = "127.0.0.1"
    """Address to listen on. Loopback unless you say otherwise."""

    port: int = Field(default=8080, ge=0, le=65535)
    """Port to listen on; 0 picks a free one."""

    seed: str = Field(default="mockserver", min_length=1, max_length=200)
    """Ids and chance are drawn from it: the same seed and the same requests give the same answers."""

    config: Path | None = None
    """A TOML file with any of these settings."""

    log_format: Literal["text", "json", "off"] = "text"
    """One line per request: for people, as JSON, or none."""

    rate_limits: bool = True
    """Whether the limits that the providers document are on in a new sandbox."""

    public_url: str | None = Field(default=None, pattern=r"^https?://[^/\s]+(/[^\s?#]*)?$")
    """Address to write into links instead of the one the caller used, `https://mock.example.com`."""

    max_body_bytes: int = Field(default=10 << 20, ge=1)
    """Largest request body that is read; a larger one gets the provider's 413."""

    max_sandboxes: int = Field(default=256, ge=1)
    """How many sandboxes may exist; the one idle longest makes room."""

    journal_entries: int = Field(default=1000, ge=0)
    """How many exchanges a sandbox remembers."""

    journal_bytes: int = Field(default=4 << 20, ge=0)
    """How many bytes of exchanges a sandbox remembers."""

    mock_headers: bool = True
    """Whether answers carry X-Mock and X-Mock-Evidence."""

    didww_version: str = "2026-04-16"
    """The DIDWW API version served when a request names none."""

    didww_pinned: bool = False
    """Ignore a DIDWW version header older than `didww_version`, as production does for an account."""

    didlogic_key: str = "demo-didlogic-token"
    """The bearer token of the default sandbox at didlogic."""

    didww_key: str = "demo-didww-key"
    """The Api-Key of the default sandbox at DIDWW."""

    idt_key: str = "demo-idt-key"
    """The x-api-key of the default sandbox at IDT Express."""

    idt_secret: str = "demo-idt-secret"
    """The x-api-secret of the default sandbox at IDT Express."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The config file's own path comes from the two sources above it."""
        path = init_settings().get("config") or env_settings().get("config")
        if path is None:
            return init_settings, env_settings
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, Path(path))


def load_settings(**given: Any) -> Settings:
    """Settings with what is given by name; None counts as not given.

    Raises FileNotFoundError for a config file that is not there, pydantic's ValidationError for bad values,
    tomllib's TOMLDecodeError for a file that is not TOML.
    """
    given = {name: value for name, value in given.items() if value is not None}
    settings = Settings(**given)
    if settings.config is not None and not settings.config.is_file():
        raise FileNotFoundError(f"there is no config file at {settings.config}")
    return settings
