"""How long a command takes to start: processor time of a whole process, beside one that imports pandas and SQLAlchemy.

The commands run over a database with one settlement of the invented world. Processor time (user and system), not time
by the clock: others may have the processors. Of several runs the least is taken, for nothing makes a process faster
than it is; commands and control run in turn.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
CONTROL = ("-c", "import pandas, sqlalchemy")
HENGJIE = ("-m", "api.cli")
WITH = ("--with", str(ROOT / "fixtures"))
RUNS = 5


@dataclass(frozen=True)
class Command:
    """A command and how many times the control it may take at most."""

    words: str
    arguments: Sequence[str]
    most: float


def main() -> None:
    """Print the processor time of each command and its ratio to the control."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"HENGJIE_DATA": folder, "HENGJIE_DATABASE_URL": "", "PYTHONPATH": str(ROOT)}
        settle = ("settle", "demo-monthly-class", "2025-08", *WITH)
        settled = _run((*HENGJIE, *settle, "--json"), environment)
        identity = json.loads(settled.stdout)["id"]
        commands = [
            Command("hengjie --help", ("--help",), 0.7),
            Command("hengjie jobs list", ("jobs", "list"), 1.1),
            Command("hengjie explain", ("explain", identity, *WITH), 2),
            Command("hengjie settle", settle, 2),
        ]
        print(f"\nstart-up: processor time of a process, the least of {RUNS}", flush=True)
        least = dict.fromkeys(["import pandas, sqlalchemy", *(command.words for command in commands)], float("inf"))
        for _ in range(RUNS):
            least["import pandas, sqlalchemy"] = min(least["import pandas, sqlalchemy"], _seconds(CONTROL, environment))
            for command in commands:
                taken = _seconds((*HENGJIE, *command.arguments), environment)
                least[command.words] = min(least[command.words], taken)
    control = least.pop("import pandas, sqlalchemy")
    print(f"  {'import pandas, sqlalchemy':<38}{control:>9.3f} s")
    for command in commands:
        seconds = least[command.words]
        print(f"  {command.words:<38}{seconds:>9.3f} s   {seconds / control:.2f} × (at most {command.most:g})")


def _seconds(arguments: Sequence[str], environment: Mapping[str, str]) -> float:
    """Processor time of a Python process [s]."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    _run(arguments, environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _run(arguments: Sequence[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
