"""What a worked case may not say: first its shape, then the names in it.

In: a raw case of a file, its agreement and the network. Out: findings (path below the case, Chinese, English, remedy).
A name nobody uses would be read, and silently change nothing: so a case fails on it. It computes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, get_args

from basin import periods
from basin.agreement import Agreement
from basin.clauses import POOL, Ground
from basin.dated import join
from basin.errors import UsageError
from basin.indicators import INDICATORS, find_indicator
from basin.measures import load_of
from basin.network import Network
from basin.written.numbers import exact
from monitoring_ingest.readings.facts import Fact, fact

Finding = tuple[str, str, str, str]  # path, zh, en, remedy
FEW = 20  # codes to choose from are listed up to here
_PUBLISHED = frozenset({"quality_class", "index", "volume"})
# measured again, published, or computed elsewhere
_RECORDED = frozenset({"volume", "quality_class", *INDICATORS, *map(load_of, INDICATORS)})
OF_A_SUBJECT = ("given", "given_previous")
_SUBJECT = "断面、主体、协议或流域"
_BLOCKS = (*OF_A_SUBJECT, "facts", "lines", "lines_previous")
_ROWS = {"expect": ("payer", "payee", "amount"), "by_clause": ("clause", "payer", "payee", "amount")}
_MAY_STAND = {"expect": (), "by_clause": ("period",)}


def is_total(quantity: str) -> bool:
    """Whether a period's figure is the sum of its parts' and never a part's own: volumes and loads."""
    return quantity == "volume" or _is_load(quantity)


def _is_load(quantity: str) -> bool:
    return quantity.startswith(load_of("")) and find_indicator(quantity.removeprefix(load_of(""))) is not None


def is_there(figure: object) -> bool:
    """Whether a figure is given; a blank or ``null`` stands for one that is not."""
    return figure not in ("", "null", "~", None)


def is_by_period(figure: Mapping[str, Any]) -> bool:
    """Whether the figure is a map from period to figure, rather than from subject."""
    return all(key[:4].isdigit() for key in figure)


def figures_of(case: Mapping[str, Any], block: str) -> Mapping[str, Any]:
    """A block of a case as name → figure; none where the facts are whole ones."""
    figures = case.get(block, {})
    return {} if isinstance(figures, list) else figures


def recorded(case: Mapping[str, Any]) -> list[Fact]:
    """The facts of a case that are written as `hengjie record` takes them, with document, recorder and approver."""
    facts = case.get("facts", {})
    return [fact(written) for written in facts] if isinstance(facts, list) else []


def shape_findings(case: Mapping[str, Any]) -> Iterator[Finding]:
    """Everything in a case that is not of the shape a case has."""
    if not isinstance(case.get("period"), str) or not case["period"]:
        yield "period", "缺少 period，或不是文字", "period is missing or no text", "如 period: 2020"
    for key in ("agreement", "name", "source", "note"):
        if not isinstance(case.get(key, ""), str):
            yield key, f"{key} 不是文字", f"{key} is no text", "写成一行文字"
    for key in _BLOCKS:
        yield from _block_shape(case.get(key, {}), key)
    for key in _ROWS:
        yield from _rows_shape(case.get(key, []), key)
    stops = case.get("stops", [])
    if not isinstance(stops, (str, list)) or not all(isinstance(reason, str) for reason in stops):
        yield "stops", "stops 应是原因的列表", "stops must be a list of reasons", "如 stops: [no_readings]"
    if case.get("assumed", "true") not in ("true", "false"):
        yield "assumed", f"应是 true 或 false：{case['assumed']!r}", "must be true or false", "写 assumed: true，或删去"


def _block_shape(block: object, key: str) -> Iterator[Finding]:
    if key == "facts" and isinstance(block, list):
        yield from _facts_shape(block)
        return
    if not isinstance(block, dict):
        yield key, "应是键值表", "must be a mapping", "如 given: {断面: {指标: 数值}}"
        return
    for name, figure in block.items():
        if key in OF_A_SUBJECT and not isinstance(figure, dict):
            yield f"{key}.{name}", "应是键值表", "must be a mapping", f"如 {name}: {{指标: 数值}}"
        else:
            yield from _figure_shape(figure, f"{key}.{name}")


def _facts_shape(facts: Sequence[object]) -> Iterator[Finding]:
    """Whole facts, as `hengjie record` takes them and refuses them."""
    for position, written in enumerate(facts):
        path = f"facts.{position}"
        if not isinstance(written, dict):
            yield path, f"应是键值表：{written!r}", "must be a mapping", "逐条写 - {subject: …, period: …, kind: …, …}"
            continue
        try:
            fact(written)
        except UsageError as problem:
            yield join(path, problem.path or ""), problem.zh, problem.en, problem.remedy


def _figure_shape(figure: object, path: str) -> Iterator[Finding]:
    """A figure is a number or a blank; or a list of them, or a map to them."""
    if isinstance(figure, dict):
        for key, inner in figure.items():
            yield from _figure_shape(inner, f"{path}.{key}")
    elif isinstance(figure, list):
        for position, inner in enumerate(figure):
            yield from _figure_shape(inner, f"{path}.{position}")
    elif is_there(figure) and not is_number(figure):
        text = str(figure).strip()
        if text[:1] in ("<", "＜", "≤") or text.upper() == "ND" or "未检出" in text:
            remedy = "写按 non_detect 取的数，如半检出限"
            yield path, f"算例不收未检出：{figure!r}", "a case takes no non-detects", remedy
        else:
            yield path, f"不是数字：{figure!r}", "not a number", "写数字；没有数值留空或写 null"


def is_number(text: object) -> bool:
    """Whether a figure is a number; a blank is none, nor is the text of a fact."""
    try:
        exact(text)
    except ValueError:
        return False
    return True


def _rows_shape(rows: object, key: str) -> Iterator[Finding]:
    remedy = f"逐行写 - {{{', '.join(f'{name}: …' for name in _ROWS[key])}}}；没有应付款写 []"
    if not isinstance(rows, list):
        yield key, f"{key} 应是列表", f"{key} must be a list", remedy
        return
    for position, row in enumerate(rows):
        if isinstance(row, dict):
            yield from _row_shape(row, f"{key}.{position}", remedy)
        else:
            yield f"{key}.{position}", f"应是键值表：{row!r}", "must be a mapping", remedy


def _row_shape(row: Mapping[str, Any], path: str, remedy: str) -> Iterator[Finding]:
    block = path.partition(".")[0]
    for name in _ROWS[block]:
        if name not in row:
            yield f"{path}.{name}", f"缺少 {name}", f"{name} is missing", remedy
    for name, value in row.items():
        if name not in (*_ROWS[block], *_MAY_STAND[block]):
            yield f"{path}.{name}", f"不认识的键 {name}", "unknown key", remedy
        elif not isinstance(value, str) or not value:
            yield f"{path}.{name}", f"{name} 不是文字", f"{name} is no text", remedy
        elif name == "amount" and not is_number(value):
            yield f"{path}.amount", f"不是数字：{value!r}", "not a number", "写万元数，如 1200"


def name_findings(case: Mapping[str, Any], agreement: Agreement, network: Network) -> Iterator[Finding]:
    """Everything in a case of the right shape that speaks of what is not there."""
    yield from _period(case["period"], "period", agreement)
    subjects = {*network.sections, *agreement.section_codes, *network.parties, agreement.code, agreement.basin}
    facts = facts_of(agreement)
    for key in OF_A_SUBJECT:
        for subject, quantities in case.get(key, {}).items():
            yield from _known(subject, subjects, f"{key}.{subject}", _SUBJECT)
            for quantity, figure in quantities.items():
                path = f"{key}.{subject}.{quantity}"
                if quantity == "load":
                    yield path, "通量须写明指标", "a load is that of an indicator", "写 load tp"
                elif find_indicator(quantity) is None and not _is_load(quantity):
                    yield from _ground(quantity, facts, path) or _known(quantity, _PUBLISHED | facts, path, "指标或量")
                yield from _periods_of(figure, path)
    for position, fact_of_case in enumerate(recorded(case)):
        yield from _named_in_fact(fact_of_case, agreement, subjects, f"facts.{position}")
    for key, names in (("facts", facts | {"volume"}), ("lines", agreement.refs), ("lines_previous", agreement.refs)):
        for name, figure in figures_of(case, key).items():
            path = f"{key}.{name}"
            ground = _ground(name, facts, path) if key == "facts" else []
            yield from ground or _known(name, names, path, "协议所用的事实" if key == "facts" else "条款")
            yield from _subjects_of(figure, subjects, f"{key}.{name}")
    yield from _named_in_rows(case, agreement, network)


def _named_in_fact(fact_of_case: Fact, agreement: Agreement, subjects: Collection[str], path: str) -> Iterator[Finding]:
    yield from _known(fact_of_case.subject, subjects, f"{path}.subject", _SUBJECT)
    facts = facts_of(agreement)
    kind = fact_of_case.kind
    if kind not in _RECORDED:
        yield from _ground(kind, facts, f"{path}.kind") or _known(kind, facts, f"{path}.kind", "协议所用的事实")


def _ground(kind: str, facts: Collection[str], path: str) -> list[Finding]:
    """A ground of excluding data under an agreement that excludes none on it."""
    if kind in facts or kind not in get_args(Ground):
        return []
    zh = f"协议没有准许以 {kind} 剔除数据"
    remedy = f"在协议的 data.excludes 写上 {kind}，注明出处；或删去此事实"
    return [(path, zh, "the agreement excludes no data on this ground", remedy)]


def _subjects_of(figure: object, subjects: Collection[str], path: str) -> Iterator[Finding]:
    """The subjects of a map from subject to figure, and the periods below; or its periods."""
    if not isinstance(figure, dict) or is_by_period(figure):
        yield from _periods_of(figure, path)
        return
    for subject, of_subject in figure.items():
        yield from _known(subject, subjects, f"{path}.{subject}", _SUBJECT)
        yield from _periods_of(of_subject, f"{path}.{subject}")


def _named_in_rows(case: Mapping[str, Any], agreement: Agreement, network: Network) -> Iterator[Finding]:
    for key in _ROWS:
        for position, row in enumerate(case.get(key, [])):
            path = f"{key}.{position}"
            for side in ("payer", "payee"):
                also = (POOL,) if key == "by_clause" else ()
                yield from _known(row[side], {*network.parties, *also}, f"{path}.{side}", "主体")
            if "clause" in row:
                yield from _known(row["clause"], agreement.refs, f"{path}.clause", "条款")
            if "period" in row:
                yield from _period(row["period"], f"{path}.period", agreement)


def _known(code: str, known: Collection[str], path: str, kind: str) -> Iterator[Finding]:
    if code not in known:
        few = f"；可用：{' '.join(sorted(known))}" if len(known) <= FEW else ""
        yield path, f"没有这个{kind}：{code}", f"unknown: {code}", f"改正代码{few}"


def _periods_of(figure: object, path: str) -> Iterator[Finding]:
    """The periods of a map from period to figure."""
    for text in figure if isinstance(figure, dict) else ():
        yield from _period(text, f"{path}.{text}")


def _period(text: str, path: str, agreement: Agreement | None = None) -> Iterator[Finding]:
    """What is no period, or lies outside the term of the agreement that obliges for it."""
    try:
        of = periods.period(text)
    except UsageError as problem:
        yield path, problem.zh, problem.en, problem.remedy
        return
    if agreement and (periods.ends_on(of) < agreement.starts or periods.starts_on(of) > agreement.ends):
        zh = f"{text} 不在协议期内（{agreement.starts} 至 {agreement.ends}）"
        yield path, zh, "outside the term", "换一个协议期内的期间"
    elif agreement and agreement.reaches_beyond(of):
        zh = f"{text} 超出协议期（{agreement.starts} 至 {agreement.ends}）"
        yield path, zh, "goes on beyond the term", f"写 {agreement.years} 之内的期间"


def facts_of(agreement: Agreement) -> frozenset[str]:
    """The facts an agreement asks for, and the grounds on which it excludes data; of any date and element."""
    return agreement.reach.facts | frozenset(agreement.data.excludes)
