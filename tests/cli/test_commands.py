"""The command line without a server: help, usage errors, env, routes, settings."""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import shlex
import socket
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from mockserver.app import build_providers
from mockserver.cli.commands import COMMANDS, cli, own_url
from mockserver.control.operations import OPERATIONS
from mockserver.providers.didww.versions import SERVED
from mockserver.settings import RULES, BadSettings, Settings, load_settings, misspelt_variables
from tests.cli.running import HEAVY


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the developer has set in this shell does not count."""
    for name in list(os.environ):
        if name.startswith("MOCKSERVER_"):
            monkeypatch.delenv(name)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def test_help_lists_every_command() -> None:
    result = run("--help")
    assert result.exit_code == 0
    for name, line in COMMANDS.items():
        assert name in result.stdout
        assert line in result.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_command_has_help(name: str) -> None:
    result = run(name, "--help")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"Usage: cli {name}")


def test_version_is_printed() -> None:
    assert run("--version").stdout == "mockserver 0.1.0\n"


def test_serve_help_names_every_variable_and_default() -> None:
    text = " ".join(run("serve", "--help").stdout.split())
    for option, twin in {
        "--host": "[env: MOCKSERVER_HOST; 127.0.0.1]",
        "--port": "[env: MOCKSERVER_PORT; 8080]",
        "--seed": "[env: MOCKSERVER_SEED; mockserver]",
        "--config": "[env: MOCKSERVER_CONFIG; none]",
        "--log-format": "[env: MOCKSERVER_LOG_FORMAT; text]",
        "--no-rate-limits": "[env: MOCKSERVER_RATE_LIMITS=false; limits are on]",
        "--public-url": "[env: MOCKSERVER_PUBLIC_URL; the one the caller used]",
    }.items():
        assert option in text
        assert twin in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["sevre"], "There is no command 'sevre'; did you mean 'serve'?"),
        (["xyzzy"], "There is no command 'xyzzy'; there are serve, env, wait, "),
        (["serve", "--prot", "1"], "--port"),
        (["serve", "extra"], "extra"),
        (["clock", "advnace"], "There is no command 'advnace'; did you mean 'advance'?"),
        (["wait", "--timeout", "x"], "'x' is not a valid float range"),
        (["wait", "--timeout", "-1"], "-1.0 is not in the range"),
        (["env", "--format", "yaml"], "'yaml' is not one of 'shell', 'json', 'dotenv'"),
        (["env", "--sandbox", "a b"], "a name has 1 to 64 letters"),
        (["routes", "--provider", "twilio"], "there are didww, idt, didlogic, control"),
        (["wait", "--url", "nowhere"], "'nowhere' is not the address of a server"),
        (["wait", "--url", "http://[::1"], "is not the address of a server"),
        (["wait", "--url", "http://a:x"], "is not the address of a server: Port"),
        (["reset", "--url", "http://127.0.0.1:1"], "is the server running?"),
    ],
)
def test_wrong_use_ends_with_one_and_says_what_is_possible(arguments: list[str], message: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 1
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_env_prints_lines_that_a_shell_reads(tmp_path: Path) -> None:
    printed = run("env").stdout
    script = printed + '\necho "$MOCKSERVER_URL|$IDT_URL|$IDT_API_KEY|$IDT_API_SECRET"\n'
    shell = subprocess.run(["sh"], input=script, capture_output=True, text=True, check=True)
    assert shell.stdout == ("http://127.0.0.1:8080|http://127.0.0.1:8080/idt|demo-idt-key|demo-idt-secret\n")


def test_env_quotes_what_a_shell_would_run(monkeypatch: pytest.MonkeyPatch) -> None:
    key = 'a\'b $(touch x) "c"'
    monkeypatch.setenv("MOCKSERVER_IDT_KEY", key)
    line = next(line for line in run("env").stdout.splitlines() if "IDT_API_KEY" in line)
    assert shlex.split(line) == ["export", f"IDT_API_KEY={key}"]
    dotenv = run("env", "--format", "dotenv").stdout
    assert 'IDT_API_KEY="a\'b \\$(touch x) \\"c\\""' in dotenv
    assert json.loads(run("env", "--format", "json").stdout)["IDT_API_KEY"] == key


def test_env_holds_the_credentials_of_every_provider_and_sandbox() -> None:
    found = json.loads(run("env", "--format", "json", "--sandbox", "ci-1", "--url", "http://m:9/").stdout)
    assert found["MOCKSERVER_URL"] == "http://m:9"
    for provider in build_providers(Settings()):
        assert found[f"{provider.name.upper()}_URL"] == f"http://m:9{provider.prefix}"
        for value in provider.credentials("ci-1").values():
            assert value.rpartition(" ")[2] in found.values()


def test_env_follows_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOCKSERVER_HOST", "0.0.0.0")
    monkeypatch.setenv("MOCKSERVER_PORT", "9000")
    assert "export MOCKSERVER_URL=http://127.0.0.1:9000\n" in run("env").stdout
    monkeypatch.setenv("MOCKSERVER_PUBLIC_URL", "https://mock.example.com")
    assert "export MOCKSERVER_URL=https://mock.example.com\n" in run("env").stdout


def test_env_needs_an_address_when_the_port_is_any(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOCKSERVER_PORT", "0")
    result = run("env")
    assert result.exit_code == 1
    assert "give the server's address with --url" in result.stderr


def test_env_does_not_set_what_a_server_would_read() -> None:
    names = json.loads(run("env", "--format", "json").stdout)
    assert not {"MOCKSERVER_" + name.upper() for name in RULES} & set(names)


def test_routes_list_every_operation() -> None:
    content = json.loads(run("routes", "--json").stdout)
    for provider in build_providers(Settings()):
        rows = [
            (row["operation"], row["method"], row["path"], row["implemented"])
            for row in content[provider.name]
        ]
        assert rows == [
            (route.operation, route.method, provider.prefix + route.path, route.implemented)
            for route in provider.routes()
        ]
    assert content["control"] == [
        {
            "operation": one.name,
            "method": one.method,
            "path": ("/_mock" + one.path).rstrip("/"),
            "implemented": True,
            "summary": one.summary,
        }
        for one in OPERATIONS
    ]


def test_routes_are_a_table_of_one_provider() -> None:
    printed = run("routes", "--provider", "idt").stdout
    idt = next(provider for provider in build_providers(Settings()) if provider.name == "idt")
    served = [route for route in idt.routes() if route.implemented]
    assert printed.splitlines()[0] == f"idt: {len(served)} of {len(idt.routes())} operations served"
    assert len(printed.splitlines()) == 1 + len(idt.routes())
    for route, line in zip(idt.routes(), printed.splitlines()[1:], strict=True):
        assert line.endswith("501") is not route.implemented
        assert line.split()[:2] == [route.method, "/idt" + route.path]


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("0.0.0.0", "http://127.0.0.1:80"),
        ("::", "http://127.0.0.1:80"),
        ("::1", "http://[::1]:80"),
        ("box", "http://box:80"),
    ],
)
def test_own_address_is_one_that_this_machine_reaches(host: str, url: str) -> None:
    assert own_url(host, 80) == url


# --- settings -------------------------------------------------------------------------------------


def test_bad_settings_are_named_with_their_source(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    config = tmp_path / "mock.toml"
    config.write_text('rate_limits = "perhaps"\nprot = 1\nidt_key = 17\n')
    monkeypatch.setenv("MOCKSERVER_PORT", "http")
    monkeypatch.setenv("MOCKSERVER_MAX_SANDBOXES", "0")
    with pytest.raises(BadSettings) as bad:
        load_settings(config=config, log_format="xml", host=None)
    assert sorted(bad.value.problems) == [
        "idt_key (from the config file): must be a text of 1 to 200 characters. "
        "The x-api-key of the default sandbox at IDT Express.",
        "log_format (from --log-format, which is 'xml'): must be one of text, json, off. "
        "One line per request: for people, as JSON, or none.",
        "max_sandboxes (from MOCKSERVER_MAX_SANDBOXES, which is '0'): must be a whole number from 1 up. "
        "How many sandboxes may exist; the one idle longest makes room.",
        "port (from MOCKSERVER_PORT, which is 'http'): must be a whole number from 0 to 65535. "
        "Port to listen on; 0 picks a free one.",
        "prot (from the config file): there is no such setting; did you mean port?",
        "rate_limits (from the config file, which is 'perhaps'): must be true or false. "
        "Whether the limits that the providers document are on in a new sandbox.",
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [(b"port = ", "the config file cannot be read"), (b"\xff", "the config file cannot be read")],
)
def test_config_file_that_is_not_toml_is_named(tmp_path: Path, content: bytes, problem: str) -> None:
    config = tmp_path / "mock.toml"
    config.write_bytes(content)
    with pytest.raises(BadSettings, match=problem):
        load_settings(config=config)


def test_config_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(BadSettings) as bad:
            load_settings(config=path)
        assert str(path) in bad.value.problems[0]
        assert bad.value.problems[0].startswith(("config (from --config)", "the config file cannot be read"))


def test_options_win_over_variables_and_those_over_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    config = tmp_path / "mock.toml"
    config.write_text('port = 1\nhost = "file"\nseed = "file"\n')
    monkeypatch.setenv("MOCKSERVER_CONFIG", str(config))
    monkeypatch.setenv("MOCKSERVER_PORT", "2")
    monkeypatch.setenv("MOCKSERVER_HOST", "variable")
    settings = load_settings(port=3, host=None)
    assert (settings.port, settings.host, settings.seed) == (3, "variable", "file")


def test_the_versions_a_setting_may_name_are_those_that_are_served() -> None:
    assert RULES["didww_version"].choices == tuple(reversed(SERVED))


@pytest.mark.parametrize("value", ["True", "1", "yes", "on", True])
def test_a_switch_is_on_for_every_word_that_says_so(value: object) -> None:
    assert Settings(rate_limits=value).rate_limits is True  # type: ignore[arg-type]
    assert Settings(rate_limits="off").rate_limits is False  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "given",
    [
        {"port": True},
        {"port": 1.5},
        {"port": None},
        {"rate_limits": 2},
        {"host": ""},
        {"public_url": "ftp://x"},
    ],
)
def test_a_value_that_will_not_do_is_refused_by_name(given: dict[str, object]) -> None:
    with pytest.raises(BadSettings, match=next(iter(given))):
        Settings(**given)  # type: ignore[arg-type]


def test_misspelt_variable_is_pointed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOCKSERVER_PROT", "1")
    monkeypatch.setenv("MOCKSERVER_URL", "http://x")
    monkeypatch.setenv("MOCKSERVER_PORT_8080_TCP_ADDR", "10.0.0.1")  # what Kubernetes sets for a service
    monkeypatch.setenv("MOCKSERVER_SERVICE_HOST", "10.0.0.1")
    assert misspelt_variables() == {"MOCKSERVER_PROT": "MOCKSERVER_PORT"}
    assert "did you mean MOCKSERVER_PORT?" in run("env").stderr


# --- start ----------------------------------------------------------------------------------------


def imported_by(*arguments: str) -> set[str]:
    """The top-level modules that a fresh `python -m mockserver ...` imports."""
    command = [sys.executable, "-X", "importtime", "-m", "mockserver", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    names = {
        line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import")
    }
    return {name.partition(".")[0] for name in names}


def test_wait_imports_next_to_nothing() -> None:
    imported = imported_by("wait", "--timeout", "0", "--url", "http://127.0.0.1:1")
    assert "click" in imported
    assert not imported & (HEAVY | {"pydantic", "starlette", "uvicorn", "orjson", "asyncio"})


def test_env_and_routes_import_no_web_server() -> None:
    for name in ("env", "routes"):
        imported = imported_by(name)
        assert "orjson" in imported
        assert not imported & (HEAVY | {"pydantic", "starlette", "uvicorn", "anyio"})


# --- options and their twins ----------------------------------------------------------------------


def all_commands() -> list[tuple[str, click.Command]]:
    """Every command and subcommand by its whole name."""
    found: list[tuple[str, click.Command]] = []
    context = click.Context(cli)
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        found.append((name, command))
        if isinstance(command, click.Group):
            found += [(f"{name} {inner}", each) for inner, each in command.commands.items()]
    return found


def options_of(command: click.Command) -> list[click.Option]:
    return [one for one in command.params if isinstance(one, click.Option) and not one.hidden]


@pytest.mark.parametrize(("name", "command"), all_commands())
def test_every_option_has_a_sentence_and_a_twin_in_the_environment(name: str, command: click.Command) -> None:
    text = " ".join(run(*name.split(), "--help").stdout.split())
    for option in options_of(command):
        assert option.help is not None and "." in option.help
        if name == "serve":
            assert re.search(rf"{option.opts[0]}\b.*?\[env: (MOCKSERVER_\w+)", text)
        else:
            assert isinstance(option.envvar, str) and option.envvar.startswith("MOCKSERVER_")
            assert option.envvar in text


def test_no_option_of_a_command_is_taken_for_a_misspelt_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    for _, command in all_commands():
        for option in options_of(command):
            if isinstance(option.envvar, str):
                monkeypatch.setenv(option.envvar, "x")
    assert misspelt_variables() == {}


@pytest.mark.parametrize(("name", "command"), all_commands())
def test_every_command_that_does_something_special_shows_examples(name: str, command: click.Command) -> None:
    if " " not in name:
        assert "mockserver " in run(name, "--help").stdout.partition("\n")[2]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_script_asks_the_program_itself(shell: str) -> None:
    result = run("completion", shell)
    assert result.exit_code == 0
    assert f"_MOCKSERVER_COMPLETE={shell}_complete" in result.stdout


def test_completion_completes_commands_and_options_in_bash() -> None:
    def complete(words: str, place: int) -> list[str]:
        done = subprocess.run(
            [sys.executable, "-m", "mockserver"],
            env={
                **os.environ,
                "_MOCKSERVER_COMPLETE": "bash_complete",
                "COMP_WORDS": words,
                "COMP_CWORD": str(place),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        return [line.partition(",")[2] for line in done.stdout.splitlines()]

    assert complete("mockserver fau", 1) == ["faults"]
    assert complete("mockserver faults a", 2) == ["add"]
    assert complete("mockserver faults add --commit", 3) == ["--commit-then-drop", "--commit-then-status"]


# --- doctor ---------------------------------------------------------------------------------------


def test_doctor_says_where_each_setting_comes_from(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    config = tmp_path / "mock.toml"
    config.write_text("journal_entries = 5\n")
    monkeypatch.setenv("MOCKSERVER_CONFIG", str(config))
    monkeypatch.setenv("MOCKSERVER_IDT_SECRET", "nobody sees this")
    monkeypatch.setenv("MOCKSERVER_PORT", "0")
    result = run("doctor", "--json")
    found = json.loads(result.stdout)
    assert result.exit_code == 0
    assert found["settings"]["journal_entries"] == {"value": 5, "from": "the config file"}
    assert found["settings"]["idt_secret"] == {"value": "(set)", "from": "MOCKSERVER_IDT_SECRET"}
    assert found["settings"]["host"] == {"value": "127.0.0.1", "from": "default"}
    assert set(found["settings"]) == set(RULES)
    assert found["ports"] == [{"setting": "port", "port": 0, "state": "any free one"}]
    assert found["server"]["answers"] is False
    assert found["python"]["program"] == sys.executable
    assert found["packages"]["click"] == importlib.metadata.version("click")


def test_doctor_ends_with_one_and_names_what_cannot_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOCKSERVER_LOG_FORMAT", "xml")
    monkeypatch.setenv("MOCKSERVER_PROT", "1")
    result = run("doctor")
    assert result.exit_code == 1
    assert "MOCKSERVER_PROT is no setting; did you mean MOCKSERVER_PORT?" in result.stdout
    assert (
        "log_format (from MOCKSERVER_LOG_FORMAT, which is 'xml'): must be one of text, json, off."
        in result.stdout
    )
    assert re.search(r'log_format +"xml" +MOCKSERVER_LOG_FORMAT', result.stdout)


def test_doctor_knows_who_has_a_port(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        monkeypatch.setenv("MOCKSERVER_PORT", str(listener.getsockname()[1]))
        listener.settimeout(0)
        state = json.loads(run("doctor", "--json", "--url", "http://127.0.0.1:1").stdout)["ports"][0]["state"]
    assert state.startswith("taken by something else")
    if Path("/proc/net/tcp").exists():
        assert f", process {os.getpid()} (" in state


def test_doctor_ends_with_three_when_nobody_answers_at_the_given_address() -> None:
    assert run("doctor", "--url", "http://127.0.0.1:1").exit_code == 3
