"""Every setting of the server, from the command line, the environment or a file. Nobody else reads those."""

from __future__ import annotations

import os
import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

PREFIX = "MOCKSERVER_"
_ENVIRONMENT = os.environ  # noqa: TID251 - this is the one module that reads it


class Settings(BaseSettings):
    """Frozen. Given by name wins over `MOCKSERVER_*` in the environment, that over the config file."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        frozen=True,
        extra="forbid",
        env_ignore_empty=True,
        use_attribute_docstrings=True,
    )

    host: str = Field(default="127.0.0.1", min_length=1, max_length=255)
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


class BadSettings(ValueError):
    """Settings that cannot be used. `problems` has one line for each, ready to be shown."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def load_settings(**given: Any) -> Settings:
    """Settings with what is given by name; None counts as not given. Raises BadSettings."""
    given = {name: value for name, value in given.items() if value is not None}
    try:
        settings = Settings(**given)
    except ValidationError as error:
        raise BadSettings([_problem(problem, given) for problem in error.errors(include_url=False)]) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadSettings([f"the config file cannot be read: {error}"]) from None
    if settings.config is not None and not settings.config.is_file():
        raise BadSettings([f"config (from {_source('config', given)}): there is no file {settings.config}"])
    return settings


def misspelt_variables() -> dict[str, str]:
    """Variables in the environment that look like a setting's and are not, each with the one meant."""
    known = [PREFIX + name.upper() for name in Settings.model_fields]
    strange = [name for name in _ENVIRONMENT if name.startswith(PREFIX) and name not in known]
    near = {name: get_close_matches(name, known, n=1, cutoff=0.85) for name in strange}
    return {name: match[0] for name, match in near.items() if match}


def _source(name: str, given: dict[str, Any]) -> str:
    """Where the value of a setting came from."""
    if name in given:
        return "--" + name.replace("_", "-")
    variable = PREFIX + name.upper()
    if any(present.upper() == variable and value for present, value in _ENVIRONMENT.items()):
        return variable
    return "the config file"


def _problem(problem: Any, given: dict[str, Any]) -> str:
    """One line about one bad value: which setting, from where, what is allowed."""
    name = str(problem["loc"][0]) if problem["loc"] else "settings"
    if name not in Settings.model_fields:
        near = get_close_matches(name, list(Settings.model_fields), n=1)
        hint = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(Settings.model_fields)}"
        return f"{name} (from {_source(name, given)}): there is no such setting{hint}"
    shown = "" if name.endswith(("_key", "_secret")) else f", which is {str(problem['input'])[:80]!r}"
    about = Settings.model_fields[name].description or ""
    return f"{name} (from {_source(name, given)}{shown}): must be {_allowed(name)}. {about}"


def _allowed(name: str) -> str:
    """What a setting may be, in words."""
    schema = Settings.model_json_schema()["properties"][name]
    choices = [choice for choice in schema.get("anyOf", [schema]) if choice.get("type") != "null"]
    shape = choices[0]
    if "enum" in shape:
        return "one of " + ", ".join(shape["enum"])
    if shape["type"] == "boolean":
        return "true or false"
    if shape["type"] == "integer":
        most = f" to {shape['maximum']}" if "maximum" in shape else " up"
        return f"a whole number from {shape.get('minimum', 0)}{most}"
    if "pattern" in shape:
        return f"a text that matches {shape['pattern']}"
    if "maxLength" in shape:
        return f"a text of {shape.get('minLength', 0)} to {shape['maxLength']} characters"
    return "a text"
