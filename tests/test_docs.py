"""What the documents say is true: commands and settings are named, examples run."""

import configparser
import os
import re
import tomllib
from pathlib import Path

import pytest
from typer.main import get_command

from feeds.spec import load_specs
from pipeline.cli import app
from pipeline.config import Settings, load_settings
from spiders.source import parse_source
from storage.store import Store

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
EXAMPLES = re.findall(r"```sql\n(.*?)```", (ROOT / "docs" / "archive.md").read_text("utf-8"), re.DOTALL)


def test_every_command_stands_in_the_readme() -> None:
    commands = get_command(app).commands
    assert [name for name in commands if f"healthwire {name}" not in README] == []


def test_every_setting_is_documented() -> None:
    settings = (ROOT / "docs" / "settings.md").read_text("utf-8")
    assert [name for name in Settings.model_fields if f"`{name}`" not in settings] == []


def test_every_dependency_has_its_reason_in_the_readme() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    names = [re.split(r"[\[<>=;, ]", line)[0] for line in project["dependencies"]]
    table = README.split("## Dependencies")[1].split("## ")[0]
    assert [name for name in names if name not in table] == []


def test_the_readmes_source_file_is_right() -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    assert parse_source(example, "example_vn.toml").slug == "example_vn"


@pytest.mark.parametrize("sql", EXAMPLES)
def test_every_example_query_runs(store: Store, sql: str) -> None:
    with store.read() as archive:
        assert archive.query(sql).columns


def test_no_registry_address_is_in_the_repository() -> None:
    locked = (ROOT / "constraints.txt").read_text("utf-8")
    assert "://" not in locked
    assert all("--hash=" in entry for entry in re.split(r"\n(?=[a-z])", locked.strip()))


def test_there_is_no_import_cycle() -> None:
    import grimp

    graph = grimp.build_graph("spiders", "pipeline", "storage", "feeds", cache_dir=None)  # its cache can be stale
    cycles = {
        module
        for module in graph.modules
        if any(graph.chain_exists(imported, module) for imported in graph.find_modules_directly_imported_by(module))
    }
    assert cycles == set()


def test_the_example_configuration_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("HEALTHWIRE_")]:
        monkeypatch.delenv(name)
    named = Path(tomllib.loads((ROOT / "examples" / "healthwire.toml").read_text("utf-8"))["feeds_file"])
    here = ROOT / "examples" / named.name  # the file must be there, and is not at its place on this machine
    settings = load_settings(ROOT / "examples" / "healthwire.toml", {"feeds_file": here})
    assert settings.authority == "news.example.org"


def test_the_example_feeds_are_right() -> None:
    assert [spec.slug for spec in load_specs(ROOT / "examples" / "feeds.toml")] == ["mekong", "vaccines"]


def test_the_unit_starts_the_service_as_the_manual_says() -> None:
    unit = configparser.ConfigParser(interpolation=None)
    unit.read(ROOT / "examples" / "healthwire.service", "utf-8")
    assert unit["Service"]["ExecStart"].endswith("healthwire --config /etc/healthwire/healthwire.toml run")
    assert "examples/healthwire.service" in (ROOT / "docs" / "operating.md").read_text("utf-8")


@pytest.mark.parametrize("path", [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")], ids=lambda path: path.name)
def test_what_a_document_points_at_is_there(path: Path) -> None:
    text = path.read_text("utf-8")
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (path.parent / target).exists(), target
    for name in re.findall(r"`((?:pipeline|spiders|feeds|storage|tests|benchmarks|examples)/[\w./-]+)`", text):
        assert (ROOT / name.replace("SLUG", "moh_gov_vn")).exists(), name
