"""Changing an agreement in hand: one value at a path replaced, for a question that is asked and not stored.

In: a compiled agreement and changes ``(path, text)`` as people write them: ``clauses.2.2.cap``, ``5000``. Out: the
changed agreement, checked like any other. The file it came from stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from basin.agreement import Agreement
from basin.dated import NOTE_KEYS, is_noted
from basin.errors import UsageError
from basin.network import Network
from basin.registry import checked
from basin.written.agreement_files import tree

CLAUSES = "clauses."


def with_changes(agreement: Agreement, changes: Iterable[tuple[str, str]], network: Network) -> Agreement:
    """The agreement with the value at each path replaced by the YAML text beside it; a clause is named by its ref.

    Raises
    ------
    UsageError : nothing stands where the path leads. AgreementError : the grammar refuses what came out.
    """
    document = deepcopy(dict(agreement.document))
    text = agreement.text
    for path, written in changes:
        _replace(document, path, tree(f"value: {written}\n")["value"])
        text += f"# {path}={written}\n"
    return checked(document, text, agreement.file, network)


def _replace(document: dict[str, Any], path: str, value: Any) -> None:
    node: Any = document
    *way, last = _steps(document, path)
    for key in way:
        node = _inside(node, key)
        node = node[_key(node, key, path)]
    node = _inside(node, last)
    if isinstance(node, dict):
        node[last] = value  # a key that is new here is for the grammar to refuse
    else:
        node[_key(node, last, path)] = value


def _steps(document: dict[str, Any], path: str) -> list[str]:
    """The keys of a path; a ref may itself hold dots, and the longest one that fits is meant."""
    if not path.startswith(CLAUSES):
        return path.split(".")
    rest = path.removeprefix(CLAUSES)
    places = {clause["ref"]: str(place) for place, clause in enumerate(document["clauses"])}
    fitting = [ref for ref in places if rest == ref or rest.startswith(f"{ref}.")]
    if not fitting:
        raise _nothing(document["clauses"], rest.partition(".")[0], path)
    ref = max(fitting, key=len)
    return ["clauses", places[ref], *filter(None, rest[len(ref) + 1 :].split("."))]


def _inside(node: Any, key: str) -> Any:
    """The value of a noted node, unless the note itself is meant: printed paths leave the ``value`` out."""
    return node["value"] if is_noted(node) and key not in NOTE_KEYS else node


def _key(node: Any, key: str, path: str) -> Any:
    """The key of a mapping, or the place in a list.

    Raises
    ------
    UsageError : naming what there is instead.
    """
    if isinstance(node, dict) and key in node:
        return key
    if isinstance(node, list) and key in map(str, range(len(node))):
        return int(key)
    raise _nothing(node, key, path)


def _nothing(node: Any, key: str, path: str) -> UsageError:
    """What stands where a path leads nowhere; clauses by their refs."""
    there = list(node) if isinstance(node, dict) else []
    if isinstance(node, list):
        there = [item["ref"] if isinstance(item, dict) and "ref" in item else str(i) for i, item in enumerate(node)]
    remedy = f"此处有：{' '.join(there)}" if there else "此处是一个值，没有下级"
    return UsageError(f"协议里没有 {path}：到 {key} 为止", f"nothing at {key} of {path}", path=path, remedy=remedy)
