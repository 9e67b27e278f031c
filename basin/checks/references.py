"""What clauses may not say about each other.

In: the agreement and its typed clauses, each once per branch. Out: `Finding`s: refs that
do not exist, circles, lines nobody uses, several numbers where one is needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from basin.agreement import Agreement, clause_path
from basin.checks.finding import Finding
from basin.checks.size import MOST_CHAINED
from basin.clauses import TIME_AXES, Clause, Proportion
from basin.measures import Against, Measure
from basin.periods import LENGTHS
from basin.scales import Piece
from basin.written.numbers import exact


@dataclass(frozen=True)
class _Sum:
    """For how long a period a sum arises once, as its place in the order of length, and how many times it comes out."""

    arises: int
    times: Fraction = Fraction(1)


def reference_findings(agreement: Agreement, clauses: Sequence[Clause]) -> Iterator[Finding]:
    """Everything the grammar refuses about the refs of an agreement."""
    looks_at: dict[str, set[str]] = {ref: set() for ref in agreement.refs}
    by_ref = {clause.ref: clause for clause in clauses}
    arising: dict[str, _Sum] = {}
    for clause in clauses:
        ties = {tie for measure in clause.measures for tie in measure.tie_breakers}  # told where leagues are looked at
        for ref in clause.refs:
            if ref not in ties and ref not in looks_at and not (ref in clause.times and _is_number(ref)):
                yield Finding(clause_path(clause.ref), f"引用了不存在的条款 {ref}", "unknown ref", "改正 ref")
        yield from _ambiguous(agreement, clause)
        yield from _not_apart(agreement, by_ref, clause)
        looks_at[clause.ref] |= set(_this_year(clause)) & looks_at.keys()
        yield from _paid_again(agreement, by_ref, clause, arising)
        yield from _several(agreement, by_ref, clause)
        yield from _among(agreement, by_ref, clause)
    used = _used_by_others(clauses)
    for clause in clauses if by_ref.keys() == looks_at.keys() else ():  # one that does not fit may use a line
        if clause.is_line and clause.points is None and clause.ref not in used:
            zh = f"中间项 {clause.ref} 无人使用"
            yield Finding(clause_path(clause.ref), zh, "a line nobody uses", "删去，或写 pays/receives")
    for ref in _in_a_circle(looks_at):
        yield Finding(clause_path(ref), f"条款 {ref} 循环引用", "references in a circle", "断开循环")


def _used_by_others(clauses: Sequence[Clause]) -> set[str]:
    """The refs that some other clause looks at."""
    used: set[str] = set()
    for clause in clauses:
        used |= {ref for ref in clause.refs if ref != clause.ref}
    return used


def _ambiguous(agreement: Agreement, clause: Clause) -> Iterator[Finding]:
    """A number among `times` that is the ref of a clause, too: nobody can say which is meant."""
    for ref in clause.times:
        if ref in agreement.refs and _is_number(ref):
            zh = f"{ref} 既是数，又是条款的 ref"
            remedy = "给那条条款换一个不是数的 ref"
            yield Finding(f"{clause_path(clause.ref)}.times", zh, "both a number and a ref", remedy)


def _not_apart(agreement: Agreement, clauses: Mapping[str, Clause], clause: Clause) -> Iterator[Finding]:
    """A line without parties, or sections with an upstream party, would share alike whatever it comes to."""
    for key in ("pays", "receives"):
        side = getattr(clause, key)
        line = clauses.get(side.in_proportion_to) if isinstance(side, Proportion) else None
        if line is not None and not {"party", "section"} & line.each.keys():
            zh = f"{line.ref} 不分主体，不能按它分摊"
            en = "the line is the same for every party"
            remedy = "给该中间项写 each: {party: …} 或 each: {section: …}"
            yield Finding(f"{clause_path(clause.ref)}.{key}", zh, en, remedy)


def _among(agreement: Agreement, clauses: Mapping[str, Clause], clause: Clause) -> Iterator[Finding]:
    """Measured shares are of parties that the line measures; none of those that it measures for them is left out."""
    for key in ("pays", "receives"):
        side = getattr(clause, key)
        line = clauses.get(side.in_proportion_to) if isinstance(side, Proportion) else None
        if line is None or "party" not in line.each:
            continue
        path = f"{clause_path(clause.ref)}.{key}.among"
        measured = _parties_of(agreement, line.each["party"])
        without = [code for code in side.among if code not in measured]
        if without:
            zh = f"{line.ref} 没有 {'、'.join(without)} 的数，永远停下"
            remedy = f"在 {line.ref} 的 each 里补上，或从 among 删去"
            yield Finding(path, zh, "the line has no number of a party", remedy)
        short = _left_out(agreement, clauses, line)
        if short:
            zh = f"among 少了 {'、'.join(short)}：{line.ref} 有其数，却谁也不用"
            remedy = f"在 among 补上；不参加分摊的，从 {line.ref} 的 each 里删去"
            yield Finding(path, zh, "a party that is measured is left out", remedy)


def _parties_of(agreement: Agreement, codes: Sequence[str]) -> Sequence[str]:
    return list(dict.fromkeys(agreement.parties.values())) if "all" in codes else codes


def _left_out(agreement: Agreement, clauses: Mapping[str, Clause], line: Clause) -> list[str]:
    """The parties that a line measures for nothing: no share is theirs, and they neither pay nor receive beside one.

    Where anything but shares uses the line, nobody is left out.
    """
    named: set[str] = set()
    for user in clauses.values():
        sides = [user.pays, user.receives]
        if line.ref in (*(ref for measure in user.measures for ref in measure.refs), *user.times):
            return []
        if not any(isinstance(side, Proportion) and side.in_proportion_to == line.ref for side in sides):
            continue
        for side in sides:
            if side in ("upstream", "downstream", "party") and side not in agreement.parties:
                return []  # whoever it is depends on the section or party in hand
            codes = side.among if isinstance(side, Proportion) else (side,) if isinstance(side, str) else side or ()
            named |= {agreement.parties.get(code, code) for code in codes}
    return [code for code in _parties_of(agreement, line.each["party"]) if code not in named]


def _is_number(text: str) -> bool:
    try:
        exact(text)
    except ValueError:
        return False
    return True


def _this_year(clause: Clause) -> Iterator[str]:
    """What a clause looks at, its own last year left out."""
    of_last_year = [ref for measure in clause.measures for ref in measure.refs_last_year if ref == clause.ref]
    refs = list(clause.refs)
    for ref in of_last_year:
        refs.remove(ref)
    yield from refs


def _in_a_circle(looks_at: dict[str, set[str]]) -> Iterator[str]:
    """The refs from which references lead back to themselves."""
    for ref in looks_at:
        reached: set[str] = set()
        ahead = set(looks_at[ref])
        while ahead:
            reached |= ahead
            ahead = {further for nearer in ahead for further in looks_at.get(nearer, ())} - reached
        if ref in reached:
            yield ref


def _several(agreement: Agreement, clauses: Mapping[str, Clause], user: Clause) -> Iterator[Finding]:
    """A multiplier or a reference is one number: the other clause has no axis and no shorter period of its own."""
    used: list[tuple[str, frozenset[str]]] = [(ref, frozenset()) for ref in user.times]
    used += [comparison for measure in user.measures for comparison in _compared(measure)]
    for ref, brought in used:
        if ref not in clauses:
            continue
        hand = brought | user.each.keys()
        axes = [axis for axis, of in clauses[ref].each.items() if axis not in TIME_AXES | hand and _many(of)]
        theirs = _shortest(agreement, clauses[ref], ())
        ours = _shortest(agreement, user, hand)
        if theirs < ours:
            axes.append(LENGTHS[theirs])
        if axes:
            zh = f"条款 {ref} 有多个数值（{'、'.join(axes)}），此处须为一个"
            en = "several values where one is needed"
            yield Finding(clause_path(user.ref), zh, en, "加一个用 take 合并的中间项，或加上 each")


def _compared(measure: Measure, brought: frozenset[str] = frozenset()) -> Iterator[tuple[str, frozenset[str]]]:
    """The clauses a measure and the tests inside are compared with, and the axes in hand there."""
    brought |= measure.brings
    if isinstance(measure.against, Against) and measure.against.ref:
        yield measure.against.ref, brought
    for test in measure.tests:
        yield from _compared(test, brought)


def _paid_again(
    agreement: Agreement, clauses: Mapping[str, Clause], payer: Clause, arising: dict[str, _Sum]
) -> Iterator[Finding]:
    """A sum that arises once a year and is paid as it stands every month would be paid twelve times.

    Only a sum that is passed on whole or multiplied, by any piece of a scale, is refused: a rate of 1/12, a condition
    or a factor of the month's own says that the payment is meant. A yearly line may always be a test, a factor or a
    share of a month.
    """
    ours = _shortest(agreement, payer, ())
    due = _arising(agreement, clauses, payer, (), arising)
    if payer.is_line or due.arises <= ours or due.times < 1:
        return
    paid = LENGTHS[ours]
    arises = LENGTHS[due.arises]
    zh = f"金额一个 {arises} 才有一笔，却逐 {paid} 照付，成了几倍"
    en = f"a sum of one {arises} is paid every {paid}"
    remedy = f"写 every: {arises}，去掉 each 里的 {paid}；分期付的写上份额，如 rate: 1/12"
    remedy += "；是单价的写 amount: 1、times: [那一条]"
    yield Finding(clause_path(payer.ref), zh, en, remedy)


def _arising(
    agreement: Agreement, clauses: Mapping[str, Clause], clause: Clause, through: Sequence[str], known: dict[str, _Sum]
) -> _Sum:
    """The sum of a clause: for how long a period it arises once, and how much of it the clause passes on.

    Parts multiply along the way: a twelfth of a year's sum that the next clause takes twelve times is the whole again.

    Parameters
    ----------
    through : the clauses whose values are passed on to where the question began.
    known : what was found before, by ref.
    """
    if clause.ref in known:
        return known[clause.ref]
    measure = clause.measure
    if measure is not None and clause.scale is None and measure.kind not in ("reported", "result"):
        return _Sum(0)  # a concentration or a class is no sum: a rate of any period may price it
    ours = _shortest(agreement, clause, measure.brings if measure is not None else ())
    if measure is None or measure.kind != "result" or _says_it_is_meant(clause):
        return _Sum(ours)
    if clause.ref in through or len(through) >= MOST_CHAINED:  # which is refused elsewhere
        return _Sum(ours)
    passed = [ref for ref in (*(measure.of or ()), *clause.times) if not _is_number(ref)]
    if not passed or not all(ref in clauses for ref in passed):
        return _Sum(ours)
    further = (*through, clause.ref)
    sums = {ref: _arising(agreement, clauses, clauses[ref], further, known) for ref in passed}
    arises = min(due.arises for due in sums.values())
    parts = [abs(weight) * sums[ref].times for ref, weight in (measure.of or {}).items() if ref in sums]
    # over its own period or a longer one a clause adds up what arises: that is a sum of its own
    known[clause.ref] = _Sum(ours) if arises <= ours else _Sum(arises, _multiplied(clause) * min(parts, default=1))
    return known[clause.ref]


def _says_it_is_meant(clause: Clause) -> bool:
    """Whether a condition, a cap or a comparison of its own stands between the clause and the sums it refers to."""
    compared = clause.measure is not None and clause.measure.against is not None
    return bool(clause.when or clause.unless or clause.cap is not None or compared)


def _multiplied(clause: Clause) -> Fraction:
    """How many times what the clause refers to comes out of it, the sign aside."""
    passed = _steepest(clause.scale)
    for text in clause.times:
        passed *= abs(exact(text)) if _is_number(text) else 1
    return passed


def _steepest(scale: Sequence[Piece] | None) -> Fraction:
    """How many times the value the scale gives at most, the sign aside; the value itself where there is no scale.

    A piece before or after it that says nothing does not make a part of the sum: the steepest one counts. A piece
    that no value reaches is refused for itself.
    """
    if scale is None:
        return Fraction(1)
    return max((abs(piece.rate / piece.per) for piece in scale if piece.per != 0), default=Fraction(0))


def _many(of: Sequence[str]) -> bool:
    return len(of) > 1 or "all" in of


def _shortest(agreement: Agreement, clause: Clause, hand: Iterable[str]) -> int:
    """The shortest period a clause is evaluated for, as its place in the order of length."""
    every = clause.every or agreement.every or "term"
    return min(map(LENGTHS.index, {every, *(TIME_AXES & {*clause.each, *hand})}))
