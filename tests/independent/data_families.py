"""Makers of families in which the data rules do the work: joint samples with a tolerance, loads by a method.

In: a `random.Random`. Out: an `Example`, as in `families`. All figures are invented.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from random import Random

from tests.independent.agreements import (
    YEAR,
    Tree,
    agreement,
    both_ways,
    concentration,
    family,
    made,
    modified,
    months,
    own_sides,
    sampled,
    sheets,
    steps,
    term,
    wan,
)
from tests.independent.comparing import Example


@family("F3 joint samples")
def joint_samples(r: Random) -> Example:
    """The class or concentration of a section two sides sample, with a tolerance and months measured again."""
    codes = ["cod", "nh3n"]
    sections = sheets(r, ["s1", "s2"])
    sections["s3"] = own_sides("s3") | {"target": "3", "mean_of": r.choice([["s1", "s2"], {"s1": "0.7", "s2": "0.3"}])}
    measure: Tree = r.choice(
        [
            {"kind": "quality_class", "indicators": codes, "against": "target", "expressed": "difference"},
            {"kind": "concentration", "indicator": "nh3n"},
        ]
    )
    every = r.choice(["month", "quarter", "year"])
    # a concentration is never below 0, so a piece that ends there could never be reached, and is refused
    bounds = ["0", "1"] if "against" in measure else ["0.5", "1"]
    clause = {
        "ref": "1",
        "every": every,
        "measure": measure | {"section": "s3"},
        "scale": steps(r, bounds, whole="against" in measure),
    }
    tree = agreement(r, [modified(r, clause) | both_ways(r)], sections=sections, **term(r))
    tree["data"]["joint_sample"] = r.choice(["50%", "120%", "1.6", "2"])
    figures = sampled(r, ["s1", "s2"], codes)
    for of in [*months(), YEAR, f"{YEAR}Q1"]:
        for code in codes:
            if r.random() < 0.15:
                figures["s3", code, of] = concentration(r, code)
    if r.random() < 0.2:
        figures["s3", "frozen", r.choice(months())] = Fraction(1)
    return made(r, "F3 joint samples", tree, figures)


@family("F9 loads")
def loads(r: Random) -> Example:
    """Tonnes over a limit, last year's or the inflow's, from monthly means and volumes or as published."""
    codes = r.choice([["cod"], ["cod", "tp"]])
    against = r.choice(["limits", "baseline", "previous_year", "inflow"])
    rhythm = r.choice([{"every": "month"}, {"every": "quarter"}, {"every": "year"}, {"every": "year", "month": "all"}])
    measure = {"kind": "load", "against": against, "expressed": r.choice(["difference", "ratio", "percent_change"])}
    each = {"section": ["s1"], "indicator": codes} | {k: v for k, v in rhythm.items() if k == "month"}
    price = {"by": "indicator", **{code: wan(r) for code in codes}}
    # a load may be a million per cent of another, and a sum beyond what any agreement pays is refused
    per = "1000" if measure["expressed"] == "percent_change" else "1"
    clause = {
        "ref": "1", "every": rhythm["every"], "each": each, "measure": measure,
        "scale": r.choice([[{"up_to": "0"}, {"rate": price, "per": per}], [{"rate": price, "per": "1000"}]]),
    }  # fmt: skip
    stated = {f"load {code}": str(r.randint(1, 900)) for code in codes}
    sections = sheets(r, ["s1"], inflow="s2", **({against: stated} if against in ("limits", "baseline") else {}))
    tree = agreement(r, [modified(r, clause) | both_ways(r)], sections=sections, **term(r))
    tree["data"]["load_method"] = r.choice(["A", "B", "B", "E"])
    years = ["2020", YEAR]
    figures = sampled(r, ["s1", "s2"], codes, years)
    for section in ("s1", "s2"):
        for of in (month for year in years for month in months(year)):
            if r.random() < 0.995:
                figures[section, "volume", of] = Fraction(r.randint(1, 9999), 10)
            if r.random() < 0.1:
                figures[section, f"load {r.choice(codes)}", of] = Fraction(r.randint(0, 9999), 10)
        if r.random() < 0.2:
            figures[section, f"load {codes[0]}", YEAR] = Fraction(r.randint(0, 9999), 10)
    return made(r, "F9 loads", tree, figures)


@family("F18 below detection")
def below_detection(r: Random) -> Example:
    """Lump sums by comparisons and tests of months, of which some rest on non-detects alone."""
    against = r.choice(["limits", "previous_year", "previous_year"])
    expressed, ends = r.choice(
        [("difference", ["-1", "0", "1"]), ("ratio", ["0.5", "1", "2"]), ("percent_change", ["-50", "0", "100"])]
    )
    bounds = sorted(r.sample(ends, r.randint(1, 2)), key=Fraction)
    pieces = [{"up_to": bound, "amount": wan(r)} for bound in bounds] + [{"amount": wan(r)}]
    if r.random() < 0.5:
        pieces[-1] = {"amount": pieces[0]["amount"]}
    measure = {"kind": "concentration", "section": "s1", "indicator": "nh3n"}
    compared = measure | {"against": against, "expressed": expressed}
    test = measure | {r.choice(["at_most", "below", "above", "at_least"]): r.choice(["0.5", "1", "2"])}
    worse = {"kind": "quality_class", "section": "s1", "indicators": ["nh3n"], "against": "target"}
    clauses: list[Tree] = [
        {"ref": "1", "measure": compared, "scale": pieces} | both_ways(r),
        {"ref": "2", "when": [test], "scale": [{"amount": wan(r)}]} | both_ways(r),
        {"ref": "3", "measure": worse | {"expressed": "difference"}, "scale": [{"rate": wan(r)}]} | both_ways(r),
    ]
    if r.random() < 0.3:
        clauses[0]["cap"] = wan(r)
    limits = {"nh3n": r.choice(["0.5", "1", "2"])}
    tree = agreement(r, clauses, sections=sheets(r, ["s1"], limits=limits), every="month")
    figures = sampled(r, ["s1"], ["nh3n"], ["2020", YEAR])
    below = {}
    for key in [key for key in figures if key[1] == "nh3n"]:
        if r.random() < 0.3:
            below[key] = Fraction(r.choice([1, 2, 5, 10, 20, 40]), 10)
            del figures[key]
    of_the_year = made(r, "F18 below detection", tree, figures)
    return replace(of_the_year, below=below, period=f"{YEAR}Q{r.randint(1, 4)}")
