"""Every dependency of the product is listed with a reason (docs/dependencies.md)."""

import ast
import importlib.metadata
import json
import re
import sys
import tomllib

from tests.building.source import CHECKOUT, modules, tree_of

NAME = re.compile(r"[A-Za-z0-9._-]+")


def names(requirements: list[str]) -> list[str]:
    return [NAME.match(requirement).group() for requirement in requirements]  # type: ignore[union-attr]


def rows(heading: str) -> list[list[str]]:
    text = (CHECKOUT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    section = text.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    table = [line for line in section.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


def test_every_dependency_is_listed_with_its_reason():
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
    wanted = {
        "To run": names(project["project"]["dependencies"]),
        "To build and test": names(project["dependency-groups"]["dev"]),
    }

    for heading, listed in wanted.items():
        table = rows(heading)
        assert [row[0].strip("`") for row in table] == listed, heading
        assert [row[0] for row in table if len(row) != 3 or not all(row)] == []


def test_every_package_of_the_faces_is_listed_with_its_reason():
    package = json.loads((CHECKOUT / "web" / "package.json").read_text())
    wanted = [*package["devDependencies"], *package["dependencies"]]

    table = rows("To build and test the faces")
    assert [row[0].strip("`") for row in table] == wanted
    assert [row[0] for row in table if len(row) != 3 or not all(row)] == []


def test_what_the_product_imports_it_also_asks_for():
    """A package that we only get through another one disappears when that one drops it."""
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
    asked_for = {name.lower().replace("_", "-") for name in names(project["project"]["dependencies"])}
    shipped_by = importlib.metadata.packages_distributions()
    undeclared = {
        f"{package} ({place})"
        for package, place in imported_packages().items()
        if asked_for.isdisjoint(one.lower().replace("_", "-") for one in shipped_by[package])
    }

    assert undeclared == set()


def imported_packages() -> dict[str, str]:
    """Top-level package -> a module of ours that imports it; the standard library and ourselves left out."""
    imported = {}
    for module in modules():
        for node in ast.walk(tree_of(module)):
            paths = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            paths += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            imported |= {path.partition(".")[0]: module.__name__ for path in paths}
    return {name: where for name, where in imported.items() if name not in {"app", *sys.stdlib_module_names}}
