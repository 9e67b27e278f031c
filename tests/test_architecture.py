"""The shape of the code, checked: who may import whom, and where the impure things live. Each rule says why."""

import ast
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests import shape

ROOT = Path(__file__).parent.parent
LAYERS = ("basin", "monitoring_ingest", "settlement", "fixtures", "api")  # each may import those before it
CORES = ("basin", "monitoring_ingest", "settlement")
MOST_PARAMETERS = 6

# library -> where it may be imported, and why nowhere else
HOMES = {
    "sqlalchemy": (
        [
            "*/tables.py",
            "*store.py",
            "monitoring_ingest/database/*",
        ],
        "cores stay free of the database, and two engines hide behind one store",
    ),
    "alembic": (
        ["monitoring_ingest/database/*"],
        "how a schema gets from one revision to another is nobody else's business",
    ),
    "fastapi": (["api/*"], "settling must work without a web server"),
    "yaml": (["basin/written/agreement_files.py"], "a text is bounded in one place only, while its tree grows"),
    "openpyxl": (
        ["monitoring_ingest/formats/sheets.py"],
        "a workbook is opened in one place only, after its size and its DTDs were looked at",
    ),
    "click": (["api/*"], "settling must work without a command line"),
    "numpy.random": (
        ["fixtures/*", "settlement/confidence.py"],
        "the same data must give the same settlement, to the byte",
    ),
}
# Shells gather and write: they open the connection a store works on, and name its type, but write no SQL.
SHELLS = [
    "monitoring_ingest/doors/files.py",
    "monitoring_ingest/doors/requests.py",
    "monitoring_ingest/doors/taking_in.py",
    "monitoring_ingest/coverage/jobs.py",
    "monitoring_ingest/coverage/watching.py",
    "monitoring_ingest/exports.py",
    "monitoring_ingest/schedule/job.py",
    "monitoring_ingest/schedule/leases.py",
    "monitoring_ingest/telegrams/intake.py",
    "monitoring_ingest/doors/inbox.py",
    "monitoring_ingest/doors/pulling.py",
    "monitoring_ingest/doors/trial.py",
    "monitoring_ingest/quality/running.py",
    "monitoring_ingest/quality/reviewing.py",
    "settlement/people/proposals.py",
    "settlement/people/recorded_facts.py",
    "settlement/people/sessions.py",
    "settlement/people/watching.py",
    "settlement/applied.py",
    "settlement/assessment/sections.py",
    "settlement/evidence/exporting.py",
    "settlement/known.py",
    "settlement/proposing.py",
    "settlement/review/checking.py",
    "settlement/review/confirming.py",
    "settlement/restating/late.py",
    "settlement/review/monthly.py",
    "settlement/run.py",
    "api/*",
]
HANDLES = {"sqlalchemy.Connection", "sqlalchemy.Engine"}
# The composition root has the one clock; everything else is handed it or told, so that the past can be recomputed.
CLOCK_READERS = ["api/composition.py"]
CLOCKS = {"now", "utcnow", "today", "time", "time_ns"}
CLOCK_OWNERS = {"datetime", "date", "Timestamp", "time", "pd", "dt"}


@cache
def sources() -> dict[str, ast.Module]:
    """Every module of the project by its path below the root."""
    files = (file for layer in LAYERS for file in sorted((ROOT / layer).rglob("*.py")))
    return {file.relative_to(ROOT).as_posix(): ast.parse(file.read_text(encoding="utf-8")) for file in files}


@cache
def nodes(tree: ast.Module) -> tuple[ast.AST, ...]:
    """Every node of a module."""
    return tuple(ast.walk(tree))


def imported(tree: ast.Module) -> Iterator[str]:
    """Full names of what a module imports, also inside functions."""
    for node in nodes(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def file_imports() -> dict[str, set[str]]:
    """The files that each file imports."""
    return {
        path: {target for name in imported(tree) if (target := file_of(name)) is not None and target != path}
        for path, tree in sources().items()
    }


def file_of(name: str) -> str | None:
    """The file behind a dotted name: that of the module, or of the module which defines the name."""
    for dotted in (name, name.rpartition(".")[0]):
        stem = dotted.replace(".", "/")
        for path in (f"{stem}.py", f"{stem}/__init__.py"):
            if path in sources():
                return path
    return None


def room(path: str) -> str:
    """``settlement/clauses`` of a file in a room, its own path at the root of a package."""
    parts = path.split("/")
    return "/".join(parts[:2])


def circles(targets: dict[str, set[str]]) -> list[list[str]]:
    """The groups of nodes that can be reached from each other."""
    sorter = TopologicalSorter(targets)
    try:
        sorter.prepare()
    except CycleError as circle:
        return [circle.args[1]]
    return []


def belongs(name: str, library: str) -> bool:
    return name == library or name.startswith(f"{library}.")


def lives_in(path: str, homes: list[str]) -> bool:
    return any(fnmatch(path, home) for home in homes)


def calls(tree: ast.Module) -> Iterator[tuple[str, str, ast.Call]]:
    """(owner, function, call) of every call: ``pd.Timestamp.now()`` is ("Timestamp", "now")."""
    for node in nodes(tree):
        if isinstance(node, ast.Call):
            function = node.func
            if isinstance(function, ast.Name):
                yield "", function.id, node
            elif isinstance(function, ast.Attribute):
                owner = function.value
                yield getattr(owner, "attr", getattr(owner, "id", "")), function.attr, node


class TestImports:
    def test_a_package_imports_only_itself_and_the_packages_before_it(self):
        """basin <- monitoring_ingest <- settlement <- api: what was agreed cannot depend on how it is shown."""
        wrong = [
            f"{path} imports {name}"
            for path, tree in sources().items()
            for name in imported(tree)
            for later in LAYERS[LAYERS.index(path.split("/")[0]) + 1 :]
            if belongs(name, later)
        ]
        assert wrong == []

    def test_no_package_but_api_knows_the_invented_world(self):
        """A settlement of a real river must not be able to reach an invented number."""
        assert [p for p, tree in sources().items() if p.startswith(CORES) and "fixtures" in set(imported(tree))] == []

    def test_imports_are_absolute(self):
        """So that the direction of every import can be read off its first word."""
        wrong = [
            path
            for path, tree in sources().items()
            if any(isinstance(node, ast.ImportFrom) and node.level for node in nodes(tree))
        ]
        assert wrong == []

    def test_no_files_import_each_other_in_a_circle(self):
        """What two files need of each other belongs into one, or below both; lazy imports count, too."""
        assert circles(file_imports()) == []

    def test_no_rooms_of_a_package_import_each_other_in_a_circle(self):
        """A reader goes through the rooms of a package in one direction; a file at its root is a room of its own."""
        rooms: dict[str, set[str]] = {}
        for path, targets in file_imports().items():
            same_package = {target for target in targets if target.split("/")[0] == path.split("/")[0]}
            rooms.setdefault(room(path), set()).update(map(room, same_package))
        assert circles({name: targets - {name} for name, targets in rooms.items()}) == []

    @pytest.mark.parametrize("library", HOMES)
    def test_a_library_with_effects_is_imported_only_at_home(self, library):
        homes, why = HOMES[library]
        wrong = [
            path
            for path, tree in sources().items()
            if not lives_in(path, homes)
            and any(belongs(n, library) for n in imported(tree) if n not in HANDLES or not lives_in(path, SHELLS))
        ]
        assert wrong == [], f"{library} only in {homes}: {why}"


class TestTime:
    def test_cores_read_no_clock(self):
        """A core takes `now` or `as_of`, so that any settlement can be recomputed as it was."""
        wrong = [
            f"{path}:{call.lineno} {owner}.{function}()"
            for path, tree in sources().items()
            if not lives_in(path, CLOCK_READERS)
            for owner, function, call in calls(tree)
            if function in CLOCKS and owner in CLOCK_OWNERS
        ]
        assert wrong == []

    def test_nobody_asks_pandas_for_the_time_in_words(self):
        """``pd.Timestamp("now")`` is a clock, too."""
        wrong = [
            f"{path}:{call.lineno}"
            for path, tree in sources().items()
            for _, function, call in calls(tree)
            if function in {"Timestamp", "to_datetime", "datetime64"}
            and any(isinstance(a, ast.Constant) and a.value in {"now", "today"} for a in call.args)
        ]
        assert wrong == []


class TestExactNumbers:
    def test_decimals_are_made_only_in_rounding(self):
        """A float that becomes a Decimal elsewhere would carry its binary noise into money."""
        wrong = [
            f"{path}:{call.lineno}"
            for path, tree in sources().items()
            if path != "basin/rounding.py"
            for _, function, call in calls(tree)
            if function == "Decimal"
        ]
        assert wrong == []

    def test_no_float_is_turned_into_a_fraction(self):
        """`reported` is the one gate; from_float and limit_denominator are ways around it."""
        ways_round = {"from_float", "from_decimal", "limit_denominator", "as_integer_ratio"}
        wrong = [
            f"{path}:{call.lineno} {function}"
            for path, tree in sources().items()
            for _, function, call in calls(tree)
            if function in ways_round or (function == "Fraction" and any(_is_float(a) for a in call.args))
        ]
        assert wrong == []


def _is_float(argument: ast.expr) -> bool:
    """Whether an argument is plainly a float: ``0.5``, ``float(x)``, ``str(float(x))``."""
    if isinstance(argument, ast.Constant):
        return isinstance(argument.value, float)
    if not isinstance(argument, ast.Call):
        return False
    name = getattr(argument.func, "id", getattr(argument.func, "attr", ""))
    return name in {"float", "float64"} or (name in {"str", "repr"} and any(_is_float(a) for a in argument.args))


class TestSize:
    @pytest.mark.parametrize("limit", shape.LIMITS.values(), ids=shape.LIMITS)
    def test_what_makes_code_dense_only_falls(self, limit):
        """Lower a limit when its number has fallen; never raise one."""
        assert limit.counted() <= limit.limit, limit.words

    def test_a_core_function_takes_few_parameters(self):
        """More than six means that something in the field has a name that the code does not."""
        wrong = [
            f"{path}:{node.lineno} {node.name}"
            for path, tree in sources().items()
            if path.startswith(CORES)
            for node in nodes(tree)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _parameters(node) > MOST_PARAMETERS
        ]
        assert wrong == []

    def test_every_module_says_what_it_is_for(self):
        """A newcomer reads the first paragraph and knows whether to read on."""
        assert [path for path, tree in sources().items() if tree.body and not ast.get_docstring(tree)] == []


def _parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    arguments = function.args
    names = [a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    return len([name for name in names if name not in {"self", "cls"}])
