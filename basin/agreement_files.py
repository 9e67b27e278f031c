"""Declared documents as files: one YAML text in, a plain tree of text, lists and mappings out.

Every scalar is read as text, so that ``2.10`` is not 2.1, ``off`` is not false and ``0.1`` never becomes a float. A key
given twice in a mapping is refused. What the tree means is not known here.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from basin.errors import AgreementError, HengjieError
from basin.yaml_slips import slip

# The parser of libyaml recurses for every level and crashes the process on stack overflow; so many levels are safe.
LEVELS_READ_QUICKLY = 5_000
_FULL_WIDTH = re.compile(r'^[\s{-]*[\w."-]+：|[{,，]\s*[\w"-]+：|[{\[].*，\s*[\w"-]+: ', re.ASCII)


class _TextLoader(yaml.BaseLoader):
    """Scalars as text; double keys refused."""


class _QuickTextLoader(yaml.CBaseLoader):
    """The same with the parser of libyaml, which takes an eighth of the time but has poorer error messages."""


def _mapping(loader: _TextLoader | _QuickTextLoader, node: yaml.MappingNode) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str):
            problem = "键必须是文本 (a key must be text)"
            raise yaml.constructor.ConstructorError(None, None, problem, key_node.start_mark)
        if key in seen:
            raise yaml.constructor.ConstructorError(None, None, f"重复的键 {key} (double key)", key_node.start_mark)
        seen[key] = loader.construct_object(value_node, deep=True)
    return seen


for loader_class in (_TextLoader, _QuickTextLoader):
    loader_class.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def file_text(file: Path, refusal: type[HengjieError] = AgreementError) -> str:
    """The UTF-8 text of a declared file.

    Raises
    ------
    HengjieError : of the class `refusal`: the file does not exist, cannot be read, or is not UTF-8.
    """
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as problem:
        zh = f"读不到文件：{problem.strerror}"
        raise refusal(zh, "cannot read the file", file=file, remedy="检查路径") from problem
    except UnicodeDecodeError as problem:
        raise refusal("不是 UTF-8 文本", "not UTF-8 text", file=file, remedy="另存为 UTF-8") from problem


def tree(text: str, file: object = None, refusal: type[HengjieError] = AgreementError) -> dict[str, Any]:
    """The mapping that a YAML text holds, all scalars as text.

    Parameters
    ----------
    text : YAML.
    file : where the text comes from, for the error.
    refusal : class of the error to raise.

    Raises
    ------
    HengjieError : of the class `refusal`: the text is no valid YAML, has a double key, or holds no mapping; the line is
        named.
    """
    try:
        document = _parsed(text)
    except RecursionError as problem:
        zh = "YAML 层数太多"
        en = "too many levels of lists and mappings"
        raise refusal(zh, en, file=file, path="文件 file", remedy="检查有没有多余的括号或缩进") from problem
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        line = mark.line if mark else None
        what = getattr(problem, "problem", None) or str(problem)
        zh = f"YAML 无法读取：{what}"
        remedy = "检查缩进、引号与重复的键"
        if (full_width := _full_width_before(text, line)) is not None:
            line = full_width
            zh = "YAML 无法读取：冒号或逗号是全角的"
            remedy = "键后写半角冒号加空格（cap: 250），花括号里写半角逗号"
        elif line is not None and (slipped := slip(text, line)) is not None:
            line = slipped.line
            zh = f"YAML 无法读取：{slipped.zh}"
            remedy = slipped.remedy
        where = None if line is None else f"第 {line + 1} 行 line {line + 1}"
        raise refusal(zh, "not readable as YAML", file=file, path=where, remedy=remedy) from problem
    if not isinstance(document, dict):
        remedy = "最外层逐行写“键: 值”，不以 - 起"
        raise refusal("文件应是键值表", "the file must hold a mapping", file=file, remedy=remedy)
    return document


def _parsed(text: str) -> Any:
    """What a YAML text holds; a text refused by the quick parser is parsed again for better error messages."""
    if "\t" in text or _most_levels(text) > LEVELS_READ_QUICKLY:  # libyaml accepts tabs that PyYAML refuses
        return yaml.load(text, Loader=_TextLoader)  # nosec  # it makes texts, lists and mappings only
    try:
        return yaml.load(text, Loader=_QuickTextLoader)  # nosec  # it makes texts, lists and mappings only
    except (yaml.YAMLError, UnicodeError):
        return yaml.load(text, Loader=_TextLoader)  # nosec  # it makes texts, lists and mappings only


def _most_levels(text: str) -> int:
    """An upper bound of the levels in a YAML text: a level begins with a bracket, or further right in its line."""
    brackets = text.count("[") + text.count("{")
    longest_line = max(map(len, text.splitlines()), default=0)
    return brackets + longest_line


def _full_width_before(text: str, line: int | None) -> int | None:
    """The line, at or just before `line`, with the full-width colon or comma that made the parser fail; else None."""
    if line is None:
        return None
    lines = text.splitlines()
    near = range(min(line, len(lines) - 1), max(line - 3, -1), -1)
    return next((number for number in near if _FULL_WIDTH.search(lines[number])), None)


def readable(file: Path) -> dict[str, Any] | None:
    """The mapping that a file holds; None where the file holds none, because it need not be a declaration."""
    try:
        return tree(file_text(file), file)
    except HengjieError:
        return None
