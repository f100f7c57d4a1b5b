"""The server's files: settings in Dagster's own words, no password in clear, and services that agree with each other.

The connection itself is not tried here: that needs a PostgreSQL.
"""

from __future__ import annotations

import configparser
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from dagster._config import process_config
from dagster._core.instance.config import dagster_instance_config_schema, validate_concurrency_config

from orchestration.jobs import LOCATION, RUN_TAGS
from orchestration.services.dagster_home import TEMPLATE

DEPLOY = Path(__file__).resolve().parents[3] / "deploy"
SERVICES = ("vardlager-code", "vardlager-daemon", "vardlager-webserver")


def settings() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((DEPLOY / "dagster.server.yaml").read_text(encoding="utf-8"))
    return content


def environment() -> dict[str, str]:
    lines = (DEPLOY / "vardlager.env.example").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def service(name: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(DEPLOY / f"{name}.service", encoding="utf-8")
    return parser


@pytest.mark.parametrize("path", [DEPLOY / "dagster.server.yaml", TEMPLATE], ids=["server", "workstation"])
def test_the_settings_are_dagsters_own_words(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment().items():
        monkeypatch.setenv(name, value)
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    checked = process_config(dagster_instance_config_schema(), content)
    assert checked.success, checked.errors
    validate_concurrency_config(content)


def test_a_word_that_dagster_does_not_know_would_be_seen() -> None:
    assert not process_config(dagster_instance_config_schema(), {**settings(), "telemetri": {}}).success


def test_a_server_differs_from_a_workstation_in_its_storage_alone() -> None:
    workstation = yaml.safe_load(TEMPLATE.read_text(encoding="utf-8"))
    server = settings()
    assert server.pop("storage")["postgres"]
    assert server == workstation
    assert workstation["telemetry"] == {"enabled": False} and workstation["nux"] == {"enabled": False}


def test_what_opens_the_database_comes_from_the_environment() -> None:
    database = settings()["storage"]["postgres"]["postgres_db"]
    named = environment()
    for key in ("username", "password", "hostname", "db_name"):
        assert database[key]["env"] in named, key
    assert named["DAGSTER_PG_PASSWORD"] == ""


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_runs_as_the_one_user_and_reaches_nothing_outside(name: str) -> None:
    unit = service(name)["Service"]
    assert (unit["User"], unit["UMask"]) == ("vardlager", "0077")
    assert (unit["IPAddressDeny"], unit["IPAddressAllow"]) == ("any", "localhost")
    assert unit["EnvironmentFile"] == "/etc/vardlager/vardlager.env"
    assert unit["ReadWritePaths"] == environment()["VARDLAGER_HOME"]
    listening = re.findall(r"-h (\S+)", unit["ExecStart"])
    assert all(host == "127.0.0.1" for host in listening)


def test_the_services_find_each_other_and_the_runs_of_the_command_line() -> None:
    (server,) = yaml.safe_load((DEPLOY / "workspace.yaml").read_text(encoding="utf-8"))["load_from"]
    told = server["grpc_server"]
    code = service("vardlager-code")["Service"]["ExecStart"]
    assert f"-p {told['port']}" in code and f"--location-name {told['location_name']}" in code
    assert told["location_name"] == LOCATION
    assert RUN_TAGS[".dagster/repository"].endswith(f"@{LOCATION}")
    for name in SERVICES[1:]:
        assert "deploy/workspace.yaml" in service(name)["Service"]["ExecStart"]


def test_dagsters_folder_lies_where_the_command_line_looks() -> None:
    named = environment()
    assert named["DAGSTER_HOME"] == f"{named['VARDLAGER_HOME']}/state/dagster"
