"""What the documents say is true: commands and settings are named, examples run."""

import re
from pathlib import Path

import pytest
from typer.main import get_command

from pipeline.cli import app
from pipeline.config import Settings
from spiders.source import parse_source
from storage.store import Store

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
