"""Makers of invented agreements with figures, one or more for every family of rules F1-F17.

In: a `random.Random` (hypothesis gives one that shrinks). Out: an `Example`. Months are missing or excluded now and
then, values lie on limits and bounds more often than chance would put them there, sums carry fractions of a fen, and
the general modifiers (conditions, excuses, caps, dated values, values by element, roundings) are strewn over all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from random import Random
from typing import Any

from tests.independent.comparing import Example
from tests.independent.tables import limits

Tree = dict[str, Any]
Figures = dict[tuple[str, str, str], Fraction]
YEAR = "2021"
RANGES = {"cod": (50, 600, 1), "codmn": (10, 180, 1), "nh3n": (5, 300, 2), "tp": (10, 600, 3)}
SIDES = {"s1": ("ua", "da"), "s2": ("ub", "da"), "s3": ("uc", "db")}
ROLES = {"upstream": "ua", "downstream": "da"}
FAMILIES: dict[str, Callable[[Random], Example]] = {}


def family(name: str) -> Callable[[Callable[[Random], Example]], Callable[[Random], Example]]:
    """Registers the maker of a family."""

    def register(maker: Callable[[Random], Example]) -> Callable[[Random], Example]:
        FAMILIES[name] = maker
        return maker

    return register


def example(name: str, r: Random) -> Example:
    """One example of a family."""
    return FAMILIES[name](r)


# figures -------------------------------------------------------------------------------------------------------------


def wan(r: Random) -> str:
    """A sum in 万元: round, with halves of a fen, or a fraction."""
    return r.choice([str(r.randint(1, 90) * 100), f"{r.randint(1, 999)}.{r.randint(1, 9999999):07d}",
                     f"{r.randint(1, 9)}.0000005", f"{r.randint(1, 1000)}/3"])  # fmt: skip


def dated(r: Random, value: Callable[[], str]) -> Any:
    """A figure: plain, noted, or with a change at the turn of a year."""
    kind = r.randrange(6)
    if kind == 0:
        # a day after the term, which may end in 2021, is never in force, and refused
        return {"2000-01-01": value(), f"{r.choice([2020, 2021])}-01-01": value()}
    return {"value": value(), "source": "第一条", "verified": "false"} if kind == 1 else value()


def concentration(r: Random, indicator: str) -> Fraction:
    """A concentration, on a limit of a class now and then."""
    if r.random() < 0.25:
        return r.choice(limits(indicator))
    low, high, decimals = RANGES[indicator]
    return Fraction(r.randint(low, high), 10**decimals)


def months(year: str = YEAR) -> list[str]:
    """The months of a year as written."""
    return [f"{year}-{month:02d}" for month in range(1, 13)]


def sampled(
    r: Random, sections: Sequence[str], indicators: Sequence[str], years: Sequence[str] = (YEAR,), holes: bool = True
) -> Figures:
    """Monthly concentrations, one in five sections with a hole or a frozen month."""
    figures: Figures = {}
    for section in sections:
        for month in (m for year in years for m in months(year)):
            for indicator in indicators:
                figures[section, indicator, month] = concentration(r, indicator)
        if holes and r.random() < 0.2:
            _spoil(r, figures, section, indicators, r.choice(months(r.choice(list(years)))))
    return figures


def _spoil(r: Random, figures: Figures, section: str, quantities: Sequence[str], month: str) -> None:
    """A month frozen (with or without a figure), or missing in one quantity or all."""
    fate = r.randrange(4)
    if fate < 2:
        figures[section, "frozen", month] = Fraction(1)
    for quantity in quantities[: 1 if fate == 2 else None] if fate else ():
        figures.pop((section, quantity, month), None)


def classes(r: Random, sections: Sequence[str], periods: Sequence[str], holes: bool = True) -> Figures:
    """Published classes of periods."""
    figures = {
        (s, "quality_class", of): Fraction(r.choice([1, 2, 2, 3, 3, 4, 5, 6])) for s in sections for of in periods
    }
    if holes and r.random() < 0.3:
        _spoil(r, figures, sections[0], ["quality_class"], r.choice(list(periods)))
    return figures


def facts(r: Random, subjects: Sequence[str], names: Sequence[str], periods: Sequence[str], small: bool) -> Figures:
    """Recorded facts; `small` whole numbers make ties."""
    figures = {
        (subject, name, of): Fraction(r.randint(0, 4)) if small else Fraction(r.randint(-500, 900), 100)
        for subject in subjects for name in names for of in periods
    }  # fmt: skip
    if r.random() < 0.05:
        figures.pop(r.choice(list(figures)))
    return figures


# agreements ----------------------------------------------------------------------------------------------------------


def agreement(r: Random, clauses: Sequence[Tree], **header: Any) -> Tree:
    """The tree of an agreement around its clauses."""
    rules = {
        "excludes": ["frozen"], "min_readings_a_day": "1", "min_days_a_month": "1", "statuses": ["正常"],
        "compare": r.choice(["rounded", "unrounded"]), "non_detect": "half",
        "missing_month": r.choice(["stop", "exclude"]),
    }  # fmt: skip
    return {
        "code": "invented", "title": "虚构", "basin": "test", "source": "虚构", "standard": "gb3838-2002",
        "starts": "2020-01-01", "ends": "2022-12-31", "parties": ROLES, "every": "year", "data": rules,
        "money": {"mode": r.choice(["half_up", "half_up", "half_even", "down"])}
        | r.choice([{}, {}, {}, {"place": "yuan"}, {"place": "wan"}]),
        **header, "clauses": [{"source": "第二条", **clause} for clause in clauses],
    }  # fmt: skip


def sheets(r: Random, sections: Sequence[str], **more: Any) -> Tree:
    """Section sheets with targets, and one border section shared by two now and then.

    A side that the register gives to another party than the header is stated: else the agreement would be refused.
    """
    found: Tree = {section: {"target": r.choice("2345"), **own_sides(section), **more} for section in sections}
    if r.random() < 0.2:
        found[sections[0]]["upstream"] = r.choice([{"ua": "1/2", "ub": "1/2"}, {"ua": "1/3", "ub": "2/3"}])
    return found


def own_sides(section: str) -> Tree:
    sides = zip(ROLES, SIDES[section], strict=True)
    return {side: code for side, code in sides if code != ROLES[side]}


def steps(r: Random, bounds: Sequence[str], begin: str | None = None, whole: bool = False) -> list[Tree]:
    """A ladder over rising bounds: lump sums and rates, closed or open at the bound; steps go up or down from one.

    Of whole numbers none lies above 2 and below 3, and a piece for none is refused; so is a ladder that pays nothing.
    """
    closing: list[str] = []
    pieces: list[Tree] = []
    for start, end in zip([begin, *bounds], [*bounds, None], strict=True):
        closing += [r.choice(["up_to", "below"])] if end else []
        pieces.append(_piece(r, start, end))
    if all(piece == {"amount": "0"} for piece in pieces):
        pieces[-1] = {"amount": wan(r)}
    ends = zip(sorted(closing) if whole else closing, bounds, strict=True)
    upper: list[Tree] = [*({key: end} for key, end in ends), {}]
    return [end | piece for end, piece in zip(upper, pieces, strict=True)]


def counted(r: Random, per: str) -> Tree:
    """A price by the unit: in full, for started or for completed units."""
    return {"rate": wan(r), "per": per} | r.choice([{}, {"steps": "started"}, {"steps": "completed"}])


def _piece(r: Random, begin: str | None, end: str | None) -> Tree:
    """A piece between two bounds; its steps are counted from the lower upwards or from the upper downwards."""
    piece: Tree = {}
    if r.random() < 0.7:
        piece["amount"] = dated(r, lambda: r.choice(["", "-"]) + wan(r))
    if r.random() < 0.5:
        per = r.choice(["1", "0.5", "1/3"])
        whole = [(begin, per)] * (begin is not None) + [(end, f"-{per}")] * (end is not None)
        origin, per = r.choice([("0", per), ("0.5", per), ("0.5", f"-{per}"), *whole, *whole])
        piece |= {"rate": dated(r, lambda: wan(r)), "per": per, "origin": origin}
        if (origin, per) in whole:
            piece |= r.choice([{}, {"steps": "started"}, {"steps": "completed"}])
    return piece or {"amount": "0"}


def modified(r: Random, clause: Tree) -> Tree:
    """The clause with a cap, a multiplier, a condition or an excuse now and then."""
    if r.random() < 0.2:
        clause["cap"] = dated(r, lambda: wan(r))
    if r.random() < 0.15:
        clause["times"] = [r.choice(["1.2", "1/2", "15/30"])]
    if r.random() < 0.1:
        fact = {"kind": "reported", "fact": "incident", "otherwise": "0", "at_least": "1"}
        clause["unless"] = [fact | {"because": "查实事故"}]
    if r.random() < 0.1:
        agreed = {"kind": "reported", "fact": "agreed", r.choice(["above", "at_most"]): "0"}
        calm = {"kind": "reported", "fact": "incident", "otherwise": "0", "below": "1"}
        clause["when"] = [{"any_of": [agreed, calm]}]
    return clause


def both_ways(r: Random) -> Tree:
    """The sides of a clause, either way round."""
    pays = r.choice(["upstream", "downstream"])
    return {"pays": pays, "receives": "downstream" if pays == "upstream" else "upstream"}


def made(r: Random, name: str, tree: Tree, figures: Mapping[tuple[str, str, str], Fraction]) -> Example:
    """The example, with the facts its modifiers may ask for."""
    asked: Figures = {}
    periods = [YEAR, *months()]
    if r.random() < 0.5:
        asked |= {(tree["code"], "incident", of): Fraction(r.randint(0, 1)) for of in periods}
    if r.random() < 0.7:
        asked |= {(tree["code"], "agreed", of): Fraction(r.randint(0, 1)) for of in periods}
    return Example(name, tree, SIDES, asked | dict(figures), YEAR)


def term(r: Random) -> Tree:
    """A term that begins or ends inside the year now and then."""
    return r.choice([{}, {}, {}, {"starts": "2021-04-01"}, {"ends": "2021-10-31"}])


from tests.independent import data_families, families  # noqa: E402, F401  the families register themselves
