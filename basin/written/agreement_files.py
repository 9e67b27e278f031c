"""Declared documents as files: one YAML text in, a plain tree of text, lists and mappings out.

Every scalar is read as text, so that ``2.10`` is not 2.1, ``off`` is not false and ``0.1`` never becomes a float. A key
given twice in a mapping is refused. What the tree means is not known here.

This is the one loader of the product. The parser only tells of beginnings and ends, and the tree is built here, so that
its size is bounded while it grows: bytes, levels, values (those that aliases stand for are counted as often as they are
meant), the length of a value, and one document a text. Nothing here recurses, and the time is proportional to the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from basin.errors import AgreementError, HengjieError
from basin.signs import spelled, unseen_sign
from basin.written.yaml_slips import slip

MOST_BYTES = 2**20  # of a YAML file
MOST_LEVELS = 50  # of lists and mappings in each other; the longest agreements have nine
MOST_VALUES = 100_000
LONGEST_VALUE = 20_000  # characters
MOST_DIRECTIVES = 10  # %TAG: the parser compares each with all before it
LONGEST_LINE_LOOKED_AT = 1_000  # characters, for a full-width sign
_FULL_WIDTH = re.compile(
    r'[\s{-]*[\w."-]{1,100}：|.*?[{,，]\s{0,100}[\w"-]{1,100}：|.*?[{\[].*?，\s{0,100}[\w"-]{1,100}: ', re.ASCII
)


class _Unreadable(Exception):
    """Why a text is no document; raised and caught in this module only. `line` counts from 0."""

    def __init__(self, zh: str, en: str, line: int | None, remedy: str) -> None:
        super().__init__(zh, en)
        self.zh = zh
        self.en = en
        self.line = line
        self.remedy = remedy


_SPLIT_UP = "分成几个文件，或删去不用的部分"
_CHECK = "检查缩进、引号与重复的键"


def file_text(file: Path, refusal: type[HengjieError] = AgreementError, most: int = MOST_BYTES) -> str:
    """The UTF-8 text of a declared file.

    Parameters
    ----------
    file : to read.
    refusal : class of the error to raise.
    most : bytes that the file may have.

    Raises
    ------
    HengjieError : of the class `refusal`: the file does not exist, cannot be read, is too large, or is not UTF-8.
    """
    try:
        with file.open("rb") as opened:
            raw = opened.read(most + 1)
        text = raw.decode("utf-8-sig") if len(raw) <= most else None
    except OSError as problem:
        zh = f"读不到文件：{problem.strerror}"
        raise refusal(zh, "cannot read the file", file=file, remedy="检查路径") from problem
    except UnicodeDecodeError as problem:
        raise refusal("不是 UTF-8 文本", "not UTF-8 text", file=file, remedy="另存为 UTF-8") from problem
    if text is None:
        raise refusal(f"文件超过 {most // 2**10} KiB", "the file is too large", file=file, remedy=_SPLIT_UP)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def tree(text: str, file: object = None, refusal: type[HengjieError] = AgreementError) -> dict[str, Any]:
    """The mapping that a YAML text holds, all scalars as text.

    Parameters
    ----------
    text : YAML.
    file : where the text comes from, for the error.
    refusal : class of the error to raise.

    Raises
    ------
    HengjieError : of the class `refusal`: the text is no valid YAML, has a double key, holds no mapping, has a sign
        that nobody can see, or is larger than a document may be; the line is named.
    """
    try:
        document = _parsed(text)
    except _Unreadable as problem:
        where = "文件 file" if problem.line is None else f"第 {problem.line + 1} 行 line {problem.line + 1}"
        raise refusal(problem.zh, problem.en, file=file, path=where, remedy=problem.remedy) from problem
    if not isinstance(document, dict):
        remedy = "最外层逐行写“键: 值”，不以 - 起"
        raise refusal("文件应是键值表", "the file must hold a mapping", file=file, remedy=remedy)
    return document


def readable(file: Path) -> dict[str, Any] | None:
    """The mapping that a file holds; None where the file holds none, because it need not be a declaration."""
    try:
        return tree(file_text(file), file)
    except HengjieError:
        return None


def _parsed(text: str) -> Any:
    """What a YAML text holds.

    Raises
    ------
    _Unreadable : the text is no document.
    """
    if len(text) > MOST_BYTES:
        raise _Unreadable(f"文件超过 {MOST_BYTES // 2**10} KiB", "the file is too large", None, _SPLIT_UP)
    if text.count("\n%") > MOST_DIRECTIVES:
        raise _Unreadable("YAML 指令太多", "too many directives", None, "删去以 % 起的行")
    if (sign := unseen_sign(text)) is not None:
        raise _unseen(sign[0], text.count("\n", 0, sign.start()))
    try:
        return _built(text)
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        line = min(mark.line, max(len(text.splitlines()) - 1, 0)) if mark else None  # the end is a line of its own
        full_width = _full_width_before(text, line)
        if full_width is not None:
            remedy = "键后写半角冒号加空格（cap: 250），花括号里写半角逗号"
            zh = "YAML 无法读取：冒号或逗号是全角的"
            raise _Unreadable(zh, "not readable as YAML", full_width, remedy) from problem
        slipped = None if line is None else slip(text, line)
        if slipped is not None:
            zh = f"YAML 无法读取：{slipped.zh}"
            raise _Unreadable(zh, "not readable as YAML", slipped.line, slipped.remedy) from problem
        what = getattr(problem, "problem", None) or str(problem)
        raise _Unreadable(f"YAML 无法读取：{what}", "not readable as YAML", line, _CHECK) from problem


@dataclass
class _Open:
    """A list or mapping that has begun.

    Attributes
    ----------
    values : what it holds so far.
    anchor : the name that aliases may call it by.
    before : how many values there were before it.
    levels : of lists and mappings inside it, itself included.
    key : of a mapping, the key whose value comes next.
    """

    values: dict[str, Any] | list[Any]
    anchor: str | None
    before: int
    levels: int = 1
    key: str | None = None


class _Anchored(NamedTuple):
    """What an alias stands for: a value, how many values that is, and of how many levels."""

    value: Any
    values: int
    levels: int


class _Builder:
    """The tree as far as the parser has come."""

    def __init__(self) -> None:
        self.root: Any = None
        self.open: list[_Open] = []
        self.values = 0
        self.anchored: dict[str, _Anchored] = {}
        self.documents = 0

    def begin(self, values: dict[str, Any] | list[Any], anchor: str | None, line: int) -> None:
        """A list or mapping begins."""
        if self._wants_key():
            raise _Unreadable("YAML 无法读取：键必须是文本 (a key must be text)", "not readable as YAML", line, _CHECK)
        self._count(1, line)
        self._deepen(1)
        self.open.append(_Open(values, anchor, self.values - 1))

    def end(self) -> None:
        """The innermost list or mapping ends."""
        ended = self.open.pop()
        if ended.anchor is not None:
            self.anchored[ended.anchor] = _Anchored(ended.values, self.values - ended.before, ended.levels)
        self._put(ended.values)

    def scalar(self, text: str, anchor: str | None, line: int) -> None:
        """A text: a key, a value or an item of a list."""
        self._count(1, line)
        if len(text) > LONGEST_VALUE:
            zh = f"一个值超过 {LONGEST_VALUE} 字"
            raise _Unreadable(zh, "a value is too long", line, "缩短；长文字放在协议之外的文件里")
        if (sign := unseen_sign(text)) is not None:  # written as an escape: "\u202e"
            raise _unseen(sign[0], line)
        if anchor is not None:
            self.anchored[anchor] = _Anchored(text, 1, 0)
        if not self._wants_key():
            self._put(text)
            return
        mapping = self.open[-1]
        if text in mapping.values:
            zh = f"YAML 无法读取：重复的键 {text} (double key)"
            raise _Unreadable(zh, "not readable as YAML", line, _CHECK)
        mapping.key = text

    def alias(self, name: str, line: int) -> None:
        """A value that was given before; it is copied, so that no change of one reaches the other."""
        anchored = self.anchored.get(name)
        if anchored is None:
            zh = f"YAML 无法读取：没有锚点 {name} (undefined alias)"
            raise _Unreadable(zh, "not readable as YAML", line, _CHECK)
        if isinstance(anchored.value, str):
            self.scalar(anchored.value, None, line)
            return
        if self._wants_key():
            raise _Unreadable("YAML 无法读取：键必须是文本 (a key must be text)", "not readable as YAML", line, _CHECK)
        self._count(anchored.values, line)
        self._deepen(anchored.levels)
        self._put(deepcopy(anchored.value))

    def document(self, line: int) -> None:
        """A document begins."""
        self.documents += 1
        if self.documents > 1:
            zh = "YAML 无法读取：一个文件里有几份文档"
            raise _Unreadable(zh, "several documents in one text", line, "每份文档一个文件；删去多余的 ---")

    def _wants_key(self) -> bool:
        return bool(self.open) and isinstance(self.open[-1].values, dict) and self.open[-1].key is None

    def _put(self, value: Any) -> None:
        if not self.open:
            self.root = value
            return
        around = self.open[-1]
        if isinstance(around.values, list):
            around.values.append(value)
        elif around.key is not None:
            around.values[around.key] = value
            around.key = None

    def _count(self, values: int, line: int) -> None:
        self.values += values
        if self.values > MOST_VALUES:
            zh = f"YAML 的值超过 {MOST_VALUES} 个（别名所指的也算）"
            raise _Unreadable(zh, "too many values, those of aliases counted", line, _SPLIT_UP)

    def _deepen(self, levels: int) -> None:
        """Refuse too many levels, and note them where they are inside."""
        if len(self.open) + levels > MOST_LEVELS:
            en = "too many levels of lists and mappings"
            raise _Unreadable("YAML 层数太多", en, None, "检查有没有多余的括号或缩进")
        for outside, around in enumerate(reversed(self.open), start=1):
            around.levels = max(around.levels, outside + levels)


def _built(text: str) -> Any:
    """The tree of a YAML text.

    Raises
    ------
    YAMLError, _Unreadable : the text is no document.
    """
    builder = _Builder()
    for event in _events(text):
        line = event.start_mark.line if event.start_mark else 0
        match event:
            case yaml.ScalarEvent():
                builder.scalar(event.value, event.anchor, line)
            case yaml.MappingStartEvent():
                builder.begin({}, event.anchor, line)
            case yaml.SequenceStartEvent():
                builder.begin([], event.anchor, line)
            case yaml.CollectionEndEvent():
                builder.end()
            case yaml.AliasEvent():
                builder.alias(str(event.anchor), line)
            case yaml.DocumentStartEvent():
                builder.document(line)
    return builder.root


def _events(text: str) -> Iterator[yaml.Event]:
    """What the parser of libyaml meets in a text, in order."""
    parser = yaml.CBaseLoader(text)
    try:
        while (event := parser.get_event()) is not None:
            yield event
    finally:
        parser.dispose()


def _unseen(sign: str, line: int) -> _Unreadable:
    zh = f"有看不见的符号 {spelled(sign)}"
    return _Unreadable(zh, "a sign nobody can see", line, "删去它，或把这一行重打一遍")


def _full_width_before(text: str, line: int | None) -> int | None:
    """The line, at or just before `line`, with the full-width colon or comma that made the parser fail; else None."""
    if line is None:
        return None
    lines = text.splitlines()
    near = range(min(line, len(lines) - 1), max(line - 3, -1), -1)
    return next((number for number in near if _is_full_width(lines[number])), None)


def _is_full_width(line: str) -> bool:
    looked_at = line[:LONGEST_LINE_LOOKED_AT]
    return ("：" in looked_at or "，" in looked_at) and _FULL_WIDTH.match(looked_at) is not None
