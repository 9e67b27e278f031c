"""What is committed works on somebody else's machine: no registry addresses, no machine paths, no loose versions."""

import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import pytest

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


def locked() -> dict[str, str]:
    """Name and version of every line of the lock, names spelled the normal way."""
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pins = [re.fullmatch(r"([A-Za-z0-9._-]+)==([A-Za-z0-9.+]+)", line) for line in lines]
    assert [line for line, pin in zip(lines, pins, strict=True) if pin is None] == [], "not an exact pin"
    return {normal(pin[1]): pin[2] for pin in pins if pin}


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
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {normal(re.split(r"[\[<>=!~ ]", requirement)[0]) for requirement in project["dependencies"]}
    assert sorted(declared - locked().keys()) == []


def test_the_lock_holds_what_building_and_testing_need():
    assert {"setuptools", "pytest", "pytest-xdist", "hypothesis", "ruff", "mypy", "bandit"} <= locked().keys()


def test_every_make_target_of_the_readme_exists():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"(?:^|`)make ([a-z]+)\b", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert "test" in named
    assert sorted(target for target in named if not re.search(rf"^{target}:", makefile, re.MULTILINE)) == []
