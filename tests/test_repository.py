"""What is committed works on somebody else's machine: no registry addresses, no machine paths, no loose versions."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from functools import cache
from importlib.metadata import distribution, packages_distributions
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
LARGEST_FILE = 300_000  # bytes; what is larger is generated, not committed
VENDORED = "/vendor/"  # other people's files, kept as they came

# Written in two halves so that this file does not contain what it looks for.
REGISTRIES = ["pypi." + "org", "python" + "hosted", "npmjs." + "org", "index" + "-url", "/simp" + "le/"]
MACHINE_PATHS = ["/ho" + "me/", "/ro" + "ot/", "/wo" + "rk/", "/op" + "t/", "/Us" + "ers/", "C:" + "\\Users"]


@cache
def committed() -> list[str]:
    """Paths of the files under version control, other people's left aside."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: what is committed cannot be known")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return [path for path in listed.split("\0") if path and VENDORED not in path and (ROOT / path).is_file()]


def containing(words: list[str]) -> list[str]:
    """Lines of committed text files that contain one of the words."""
    wanted = re.compile("|".join(map(re.escape, words)), re.IGNORECASE)
    return [
        f"{path}:{number}"
        for path in committed()
        for number, line in enumerate((ROOT / path).read_bytes().decode(errors="replace").splitlines(), start=1)
        if wanted.search(line)
    ]


PRODUCT = ("basin", "monitoring_ingest", "settlement", "api", "fixtures")
RUN_LOCK = "requirements.lock"
TEST_LOCK = "requirements-test.lock"
PIN = re.compile(r"([a-z0-9-]+)==([A-Za-z0-9.+]+)(?: ; ([^\\]+))?((?: \\\n    --hash=sha256:[0-9a-f]{64})+)\n")
# What product code needs without importing it, and why.
NEEDED_UNSEEN = {
    "pylopdf-fonts-zh-cn": "the typeface of the statements is a file in it",
    "python-multipart": "FastAPI reads uploaded files with it",
    "tzdata": "zoneinfo reads it where the system has no time zones",
}


def locked(lock: str) -> dict[str, str]:
    """Name and version of what a lock installs here; all that a lock may hold are exact pins with their hashes."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert PIN.sub("", text) == "", "not an exact pin with its hashes"
    return {pin[1]: pin[2] for pin in PIN.finditer(text) if pin[3] is None or Marker(pin[3]).evaluate()}


def requirements_of(name: str) -> list[Requirement]:
    """What an installed distribution requires here; what its extras would bring is left aside."""
    requirements = map(Requirement, distribution(name).requires or [])
    return [r for r in requirements if r.marker is None or r.marker.evaluate({"extra": ""})]


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def names(requirements: list[str]) -> set[str]:
    return {normal(Requirement(requirement).name) for requirement in requirements}


def imported(folders: tuple[str, ...]) -> dict[str, set[str]]:
    """Other people's modules that the code of some folders imports -> the distributions that bring them."""
    files = [ROOT / path for path in committed() if path.endswith(".py") and path.split("/")[0] in folders]
    modules: set[str] = set()
    for node in (node for file in files for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))):
        if isinstance(node, ast.Import):
            modules.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            modules.add(node.module)
    roots = {module.split(".")[0] for module in modules}
    brought_by = packages_distributions()
    others = roots - sys.stdlib_module_names - {*PRODUCT, "tests"}
    return {module: {normal(name) for name in brought_by.get(module, [])} for module in others}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_no_file_names_a_package_registry():
    assert containing(REGISTRIES) == []


def test_no_file_names_a_path_of_one_machine():
    assert containing(MACHINE_PATHS) == []


def test_nothing_large_is_committed():
    assert [path for path in committed() if (ROOT / path).stat().st_size > LARGEST_FILE] == []


def test_what_is_generated_is_not_committed():
    generated = ("var/", ".venv/", ".hypothesis/", "build/")
    assert [path for path in committed() if path.startswith(generated) or "__pycache__" in path] == []


def test_every_dependency_is_pinned_in_the_lock():
    assert sorted(names(project()["project"]["dependencies"]) - locked(RUN_LOCK).keys()) == []


def test_every_test_tool_is_pinned_in_one_of_the_locks():
    pinned = locked(RUN_LOCK).keys() | locked(TEST_LOCK).keys()
    assert sorted(names(project()["dependency-groups"]["test"]) - pinned) == []


def test_product_code_imports_what_the_project_declares_and_nothing_is_declared_in_vain():
    declared = names(project()["project"]["dependencies"])
    imports = imported(PRODUCT)
    assert sorted(module for module, brought_by in imports.items() if not brought_by & declared) == []
    assert sorted(declared - NEEDED_UNSEEN.keys() - set().union(*imports.values())) == []


def test_tests_import_what_the_locks_pin():
    pinned = locked(RUN_LOCK).keys() | locked(TEST_LOCK).keys()
    assert sorted(module for module, brought_by in imported(("tests",)).items() if not brought_by & pinned) == []


@pytest.mark.parametrize("locks", [(RUN_LOCK,), (RUN_LOCK, TEST_LOCK)], ids=["run", "test"])
def test_a_lock_is_complete_so_that_nothing_else_need_be_looked_for(locks: tuple[str, ...]):
    pins = {name: version for lock in locks for name, version in locked(lock).items()}
    required = [(name, requirement) for name in pins for requirement in requirements_of(name)]
    absent = [(name, str(r)) for name, r in required if normal(r.name) not in pins]
    assert absent == []
    assert [(name, str(r)) for name, r in required if not r.specifier.contains(pins[normal(r.name)])] == []


def test_the_lock_holds_what_building_and_testing_need():
    assert {"setuptools", "pytest", "pytest-xdist", "hypothesis", "ruff", "mypy", "bandit"} <= locked(TEST_LOCK).keys()


def test_what_runs_is_installed_without_what_tests():
    assert sorted(locked(RUN_LOCK).keys() & locked(TEST_LOCK).keys()) == []
    assert sorted(locked(RUN_LOCK).keys() & names(project()["dependency-groups"]["test"])) == []


def test_every_make_target_of_the_readme_exists():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"(?:^|`)make ([a-z]+)\b", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert "test" in named
    assert sorted(target for target in named if not re.search(rf"^{target}:", makefile, re.MULTILINE)) == []


@pytest.mark.proof
def test_the_wheel_carries_every_file_of_the_packages(tmp_path: Path):
    for path in committed():
        if path.split("/")[0] in {*PRODUCT, "pyproject.toml", "README.md"}:
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / path, tmp_path / path)
    build = "from setuptools.build_meta import build_wheel; build_wheel('.')"
    subprocess.run([sys.executable, "-c", build], cwd=tmp_path, capture_output=True, check=True)
    [wheel] = tmp_path.glob("*.whl")
    carried = set(ZipFile(wheel).namelist())
    assert sorted(path for path in committed() if path.split("/")[0] in PRODUCT and path not in carried) == []
