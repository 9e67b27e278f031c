"""What an agreement comes to must be a number that can be written and posted.

In: the computation of an agreement or scorecard. Out: its result, or an `AgreementError` where the clauses refer to
each other too deeply, or multiply to a number nobody can write. The books hold whole fen in 64 bits; the largest sum of
one clause is far below that, so that sums over clauses and periods stay below it, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from basin.agreement import clause_path
from basin.errors import AgreementError

LARGEST_FEN = 10**15  # ten thousand billion yuan
_REMEDY = "核对金额、乘数与中间项；一条用一条的中间项合并成一条"


@contextmanager
def computable(file: str) -> Iterator[None]:
    """Tell in words that the clauses of a file come to no number.

    Raises
    ------
    AgreementError : the computation recurses too deeply, or a number in it has thousands of digits.
    """
    try:
        yield
    except RecursionError as problem:
        zh = "条款一条用一条，层数太多，算不出"
        raise AgreementError(zh, "clauses use each other too deeply", file=file, remedy=_REMEDY) from problem
    except OverflowError as problem:
        raise AgreementError("数值太大，写不出", "a number too large to write", file=file, remedy=_REMEDY) from problem


def refuse_too_much(fen: int, file: str, ref: str) -> None:
    """Refuse a sum of one clause and period that no agreement pays.

    Raises
    ------
    AgreementError : the sum is larger than `LARGEST_FEN`.
    """
    if abs(fen) > LARGEST_FEN:
        zh = f"应付金额超过 {LARGEST_FEN // 10**6} 万元"
        raise AgreementError(zh, "more than any agreement pays", file=file, path=clause_path(ref), remedy=_REMEDY)
