"""YAML files broken at random, through the loader and the check of what they declare: nothing hangs, nothing crashes.

``python -m tests.safety.yaml_storm [N] [--seed S] [--keep]`` breaks N copies of the shipped files and prints what
became of them; it exits 1 where anything but a refusal in words came out, or where one file took longer than
`LONGEST_CPU` seconds of processor time. ``--keep`` writes the result into docs/safety.md. Agreements are compiled and
checked as `hengjie agreement check` does, and settled without data where they are accepted; scorecards, sources,
thresholds of quality control and facts are checked as their commands do, and of cases everything is looked at but the
result.

Half of the accidents happen to the text: signs lost, added, repeated up to a hundred thousand times. The other half
happen to the tree, so that the text stays YAML: numbers without bounds, long and unseen texts, values that change their
kind, lists in lists, aliases of aliases, keys that are lost, doubled or exchanged.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

from basin import periods
from basin.agreement import Agreement, compiled
from basin.authoring.review import review
from basin.errors import HengjieError
from basin.network import Network
from basin.registry import BUNDLED, checked_scorecard
from basin.sources import source_findings
from basin.written.agreement_files import tree
from monitoring_ingest.quality.settings import FILE, declared_tests
from monitoring_ingest.readings.facts import read_fact
from settlement.cases.checks import name_findings, shape_findings
from settlement.cases.impossible import impossible_findings
from settlement.clauses.evaluation import Evaluator
from settlement.clauses.values import Measurements
from settlement.obligations.compensation import compensation
from tests.registries import FIXTURES, with_fixtures
from tests.safety.page import keep

LONGEST_CPU = 30.0  # seconds of processor time that one file may take; the slowest takes about one
FACT = """\
subject: qingxi-2
period: 2025-08
kind: frozen
value: 1
document: 示例函〔2025〕1号
recorded_by: 示例记录人
approved_by: 示例批准人
"""
NUMBERS = [
    "1e999999999", "1e10000000", "1e-400", "-1e99", "9" * 5000, "0." + "0" * 500 + "1", "1/0", "1/3", "1/" + "7" * 40,
    "²", "１２", "٣", "①", "1_000", "inf", "nan", "-0", "0x10", "1e1e1", "1,000", "83%", "1.5/3", "", "~", "+",
    "1" * 101,
]  # fmt: skip
TEXTS = [
    "\0", "a\u202eb", "a\u200bb", "\ud800", "\U000e0041", "x" * 30_000, "甲" * 900, "*a", "&a", "{{", "%TAG", "---",
    "2020-13-45", "2020", "1900..2200", "9999-12-31", "all", "pool", "upstream", "section", "previous_year", "else",
    "by", "...",
]  # fmt: skip
PIECES = [
    "[", "]", "{", "}", "- ", ": ", "? ", "&a ", "*a ", "|\n", ">\n", "%", "!!", '"', "'", "\t", "\n", " ", "#", "：",
    "，", ",", "-", "\r", "\0", "\u202e", "\ufeff", "\\", "---\n", "...\n", "<<: ", "@", "`",
]  # fmt: skip


# agreements and cases have the longest grammar
KINDS = ["agreement", "agreement", "agreement", "cases", "cases", "scorecard", "source", "quality", "fact"]
WORDS = {
    "agreement": "协议 agreements",
    "cases": "算例 cases",
    "scorecard": "评价表 scorecards",
    "source": "数据来源 sources",
    "quality": "质控参数 thresholds",
    "fact": "登记事项 facts",
}
HEADING = "## YAML"
ACCEPTED = "accepted"
REFUSED = "refused"
WRONG = "wrong"
SLOWEST = "slowest, ms"


class Endless(BaseException):
    """One file took longer than any may."""


@cache
def shipped() -> dict[str, list[str]]:
    """The texts of all shipped files, by what they declare."""
    by_kind = {
        "agreement": sorted((BUNDLED / "agreements").glob("*.yaml")) + sorted((FIXTURES / "agreements").glob("*.yaml")),
        "scorecard": sorted((BUNDLED / "scorecards").glob("*.yaml")) + sorted((FIXTURES / "scorecards").glob("*.yaml")),
        "source": sorted((FIXTURES / "sources").glob("*.yaml")),
        "cases": sorted((FIXTURES / "cases").glob("*.yaml")),
        "quality": [FILE],
    }
    texts = {kind: [file.read_text(encoding="utf-8") for file in files] for kind, files in by_kind.items()}
    return texts | {"fact": [FACT]}


def looked_at(kind: str, text: str, network: Network, folder: Path) -> int:
    """Load a text and check what it declares; how many refusals there are.

    Raises
    ------
    HengjieError : the text is refused as a whole.
    """
    match kind:
        case "agreement":
            refusals = len(review(text, "storm.yaml", network).findings)
            if not refusals:
                _settled_without_data(compiled(tree(text), text, "storm.yaml"), network)
            return refusals
        case "scorecard":
            checked_scorecard(tree(text), text, "storm.yaml", network)
        case "source":
            return len(source_findings(text, "storm.yaml", network)[1])
        case "cases":
            return _cases(tree(text), network)
        case "fact":
            read_fact(text)
        case _:
            file = folder / FILE.name
            file.write_bytes(text.encode(errors="surrogatepass"))
            declared_tests([file], network)
    return 0


def _settled_without_data(agreement: Agreement, network: Network) -> None:
    """Settle the last year of an accepted agreement: it stops for want of data, or is refused in words."""
    year = periods.period(str(agreement.ends.year))
    compensation(Evaluator(agreement, network, Measurements()), year)


def _cases(document: dict[str, Any], network: Network) -> int:
    """The findings on the shape and, where that is right, on the names and figures of the cases of a file."""
    registry = with_fixtures()
    refusals = 0
    cases = document.get("cases")
    for case in cases if isinstance(cases, list) else ():
        if not isinstance(case, dict):
            refusals += 1
            continue
        shapes = list(shape_findings(case))
        refusals += len(shapes)
        code = str(case.get("agreement", document.get("agreement", "")))
        if not shapes and code in registry.agreements:
            agreement = registry.agreements[code]
            names = list(name_findings(case, agreement, network))
            refusals += len(names or list(impossible_findings(case, agreement, network)))
    return refusals


def broken(text: str, random: Random) -> str:
    """A text after one to three accidents, to the signs of it or, more often, to what they mean."""
    accident = _broken_text if random.random() < 0.3 else _broken_tree
    for _ in range(random.randint(1, 3)):
        text = accident(text, random)
    return text


def _broken_text(text: str, random: Random) -> str:
    place = random.randrange(len(text) + 1)
    match random.randrange(8):
        case 0:
            return text[:place]
        case 7:
            return text + _laughs(random.randint(2, 12), random.randint(2, 12))
        case 1:
            return text[:place] + text[place + random.randint(1, 40) :]
        case 2:
            other = random.randrange(len(text) + 1)
            return text[:place] + text[other : other + random.randint(1, 400)] + text[place:]
        case 3:
            return text[:place] + random.choice(PIECES) * 10 ** random.randint(0, 5) + text[place:]
        case 4:
            lines = text.splitlines(keepends=True)
            random.shuffle(lines)
            return "".join(lines)
        case 5:
            return text * random.randint(2, 30)
        case _:
            return text[:place] + random.choice([*NUMBERS, *TEXTS]) + text[place:]


def _laughs(levels: int, times: int) -> str:
    """Aliases of aliases: `times` to the power of `levels` values in a few lines."""
    lines = ["laugh0: &l0 [x]"]
    lines += [f"laugh{n}: &l{n} [{', '.join([f'*l{n - 1}'] * times)}]" for n in range(1, levels)]
    return "\n".join(["", *lines, ""])


def _broken_tree(text: str, random: Random) -> str:
    """The text of a tree with one node changed; a text that is no tree is changed as a text."""
    try:
        document = tree(text)
    except HengjieError:
        return _broken_text(text, random)
    nodes = list(_nodes(document))
    if not nodes:
        return _broken_text(text, random)
    inside, key = random.choice(nodes)
    elsewhere, other = random.choice(nodes)
    inside[key] = deepcopy(elsewhere[other]) if random.random() < 0.3 else _other(inside[key], random)
    if isinstance(inside, dict) and random.random() < 0.2:
        inside[random.choice([*NUMBERS, *TEXTS, "value", "by"])] = inside[key]
    if random.random() < 0.1:
        del inside[key]
    try:
        written = json.dumps(document, ensure_ascii=random.random() < 0.5) if random.random() < 0.3 else None
        return written or yaml.dump(document, Dumper=yaml.CDumper, allow_unicode=True, width=10_000)
    except (UnicodeError, RecursionError):  # half of a surrogate pair; more levels than the writer takes
        return _broken_text(text, random)


def _nodes(root: Any) -> Iterator[tuple[Any, Any]]:
    """Every place of a tree as its list or mapping and its key there, at most 20 000 of them."""
    waiting = [root]
    seen = 0
    while waiting and seen < 20_000:
        node = waiting.pop()
        for key in list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ():
            seen += 1
            yield node, key
            waiting.append(node[key])


def _other(value: Any, random: Random) -> Any:
    """Another value in the place of one."""
    match random.randrange(8):
        case 0 | 1:
            return random.choice(NUMBERS)
        case 2:
            return random.choice(TEXTS)
        case 3:
            return [value] * random.choice([1, 2, 50, 3000])
        case 4:
            return {"2018-01-01": value, "2020-01-01": random.choice(NUMBERS)}
        case 5:
            return {"by": random.choice(["section", "indicator", "party", "target", "x"]), "else": value}
        case 6:
            for _ in range(random.choice([1, 5, 45, 60])):
                value = [value] if random.random() < 0.5 else {"all_of": [value]}
            return value
        case _:
            return {"value": value, "verified": random.choice(["false", "true", "no", ["x"]])}


@contextmanager
def bounded(seconds: float) -> Iterator[None]:
    """Raise `Endless` in what takes more processor time than that."""

    def stop(*_: object) -> None:
        raise Endless

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def storm(count: int, seed: int, tell: Callable[[str], object] = lambda _: None) -> Counter[str]:
    """Break that many copies; what became of them by kind, and what is wrong. The same seed breaks the same way."""
    network = with_fixtures().network
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            random = Random(f"{seed} {number}")
            kind = random.choice(KINDS)
            text = broken(random.choice(shipped()[kind]), random)
            began = time.process_time()
            try:
                with bounded(LONGEST_CPU):
                    refusals = looked_at(kind, text, network, Path(folder))
                counts[f"{kind}: {REFUSED if refusals else ACCEPTED}"] += 1
            except HengjieError:
                counts[f"{kind}: {REFUSED}"] += 1
            except (Exception, Endless) as problem:
                counts[f"{kind}: {WRONG} {type(problem).__name__}"] += 1
                tell(f"{seed} {number} {kind}: {type(problem).__name__} {problem}"[:300])
            counts[SLOWEST] = max(counts[SLOWEST], round(1000 * (time.process_time() - began)))
    return counts


def wrong(counts: Counter[str]) -> dict[str, int]:
    """What came out that is neither accepted nor refused in words."""
    return {what: number for what, number in counts.items() if f": {WRONG}" in what}


def table(counts: Counter[str]) -> list[str]:
    """What became of the files of each kind, as the lines of a table."""
    rows = [
        "| 声明 what | 个数 files | 照常读入 accepted | 用文字拒绝 refused | 过失 faults |",
        "|---|--:|--:|--:|--:|",
    ]
    for kind in dict.fromkeys(KINDS):
        accepted = counts[f"{kind}: {ACCEPTED}"]
        refused = counts[f"{kind}: {REFUSED}"]
        faults = sum(number for what, number in wrong(counts).items() if what.startswith(f"{kind}: "))
        rows.append(f"| {WORDS[kind]} | {accepted + refused + faults} | {accepted} | {refused} | {faults} |")
    return rows


def section(rows: list[str], took: str, count: int, seed: int) -> str:
    """The section of docs/safety.md."""
    lines = "\n".join(rows)
    return f"""{HEADING}

自带的 YAML 文件随机破坏之后读入、检查；检查通过的协议再无数据结算一次。破坏的一半是文字：
丢字、加字、同一符号写十万次；另一半是内容，写回仍是 YAML：没有界限的数，很长或看不见的文字，换了种类的值，
一层套一层，别名的别名，丢失、重复、对调的键。没有一个卡住（每个文件至多 {LONGEST_CPU:.0f} 秒处理器时间），
没有一个抛出自家以外的异常。

*Shipped YAML files are broken at random, loaded and checked; agreements that are accepted are settled without data.
Half of the accidents happen to the text, half to what it means. Nothing hangs, and no exception is other than our own.*

- 完成时间 (finished): {datetime.now(UTC):%Y-%m-%d %H:%M} UTC；{took}
- 重做 (to repeat): `.venv/bin/python -m tests.safety.yaml_storm {count} --seed {seed}`

{lines}
"""


def main() -> int:
    """Breaks files and tells."""
    asked = argparse.ArgumentParser(prog="yaml_storm", description="随机破坏 YAML 文件 (YAML files broken at random)")
    asked.add_argument("count", nargs="?", type=int, default=20_000)
    asked.add_argument("--seed", type=int, default=20_260_301)
    asked.add_argument("--keep", action="store_true", help="写入 docs/safety.md (write it into docs/safety.md)")
    options = asked.parse_args()
    began = time.monotonic()
    counts = storm(options.count, options.seed, lambda line: sys.stdout.write(f"{line}\n"))
    rows = table(counts)
    took = f"{options.count} 个文件 files, {time.monotonic() - began:.0f} s, 最慢 slowest {counts[SLOWEST]} ms"
    sys.stdout.write("\n".join([*rows, *(f"{what}: {number}" for what, number in wrong(counts).items()), took, ""]))
    if options.keep and not wrong(counts):
        keep(HEADING, section(rows, took, options.count, options.seed))
    return 1 if wrong(counts) else 0


if __name__ == "__main__":
    sys.exit(main())
