"""One maker per family of rules, in the order in which the field's families are numbered.

In: a `random.Random`. Out: an `Example`: an agreement of the family's shape with figures that reach all its branches.
All figures are invented.
"""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

from tests.independent.agreements import (
    SIDES,
    YEAR,
    Tree,
    agreement,
    both_ways,
    classes,
    concentration,
    counted,
    dated,
    facts,
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

FOUR = ["cod", "codmn", "nh3n", "tp"]
LEAGUE = ["ua", "ub", "uc", "da", "db"]
AGAINST_TARGET = {"against": "target", "expressed": "difference"}
CLASS_STEP = {"kind": "quality_class", **AGAINST_TARGET}


def _weights(r: Random, codes: list[str]) -> Tree:
    """Weights that sum to 1."""
    parts = [r.randint(1, 9) for _ in codes]
    return {code: f"{part}/{sum(parts)}" for code, part in zip(codes, parts, strict=True)}


def _baseline(r: Random, codes: list[str]) -> Tree:
    return {code: str(concentration(r, code)) for code in codes}


def _some(r: Random, codes: list[str]) -> list[str]:
    return sorted(r.sample(codes, r.randint(1, len(codes))))


def _result(*refs: str, **more: Any) -> Tree:
    return {"kind": "result", "of": list(refs), **more}


@family("F1")
def weighted_index(r: Random) -> Example:
    """P against 1 and a better tier: a lump sum whose direction turns."""
    codes = _some(r, FOUR)
    measure = {"kind": "index", "section": "s1", "against": r.choice(["baseline", "target", "inflow", "previous_year"]),
               "weights": _weights(r, codes), "coefficient": r.choice(["1", "0.85", "9/10"])}  # fmt: skip
    measure |= r.choice([{}, {"decimals": "2"}, {"decimals": "3"}])
    tree = agreement(
        r,
        [modified(r, {"ref": "1", "measure": measure, "scale": steps(r, ["0.95", "1"]), **both_ways(r)})],
        sections=sheets(r, ["s1"], baseline=_baseline(r, codes), inflow="s2"),
        **r.choice([{}, {"starts": "2021-04-01"}]),
    )
    return made(r, "F1", tree, sampled(r, ["s1", "s2"], codes, ["2020", YEAR]))


@family("F2")
def annual_class_lump(r: Random) -> Example:
    """Class against target: a sum, nothing at the target, or the other way."""
    measure = CLASS_STEP | {"section": "s1", "indicators": _some(r, FOUR)}
    scale = [
        {"below": "0", "amount": dated(r, lambda: "-" + wan(r))},
        {"up_to": "0"},
        {"amount": dated(r, lambda: wan(r))},
    ]
    tree = agreement(
        r, [modified(r, {"ref": "1", "measure": measure, "scale": scale, **both_ways(r)})],
        sections=sheets(r, ["s1"]), **term(r),
    )  # fmt: skip
    return made(r, "F2", tree, sampled(r, ["s1"], FOUR))


@family("F3")
def annual_class_steps(r: Random) -> Example:
    """So much for each class of difference, in every section or of the mean of two."""
    mixed = r.random() < 0.4
    sections = sheets(r, ["s1", "s2"])
    if mixed:
        sections["s3"] = own_sides("s3") | {
            "target": "3",
            "mean_of": r.choice([["s1", "s2"], {"s1": "0.7", "s2": "0.3"}]),
        }
    clause: Tree = {
        "measure": CLASS_STEP | {"indicators": FOUR[:2]},
        "scale": [{"rate": dated(r, lambda: "-" + wan(r))}],
    }
    if mixed:
        clause["measure"] |= {"section": "s3"}
    else:
        clause["each"] = {"section": ["s1", "s2"]}
    tree = agreement(r, [modified(r, {"ref": "1", **clause, **both_ways(r)})], sections=sections)
    return made(r, "F3", tree, sampled(r, ["s1", "s2"], FOUR[:2]))


@family("F4")
def monthly_class_steps(r: Random) -> Example:
    """Months better or worse than the target, or than last year: equal steps, or a premium for a better class."""
    sections = r.choice([["s1"], ["s1", "s2"]])
    measure = r.choice(
        [CLASS_STEP, CLASS_STEP | {"against": "previous_year"}, CLASS_STEP | {"against": {"class": "3"}}]
    )
    scale: Any = steps(r, ["-1", "0"], whole=True)
    if r.random() < 0.3:
        scale = {"by": "target", "1,2,3": scale, "else": steps(r, ["0"])}
    rhythm = r.choice([{"every": "month"}, {"every": "year", "month": "all"}, {"every": "quarter", "month": "all"}])
    each = {"section": sections} | {k: v for k, v in rhythm.items() if k == "month"}
    clause = modified(r, {"ref": "1", "every": rhythm["every"], "each": each, "measure": measure, "scale": scale})
    tree = agreement(r, [clause | both_ways(r)], sections=sheets(r, sections), **term(r))
    return made(r, "F4", tree, classes(r, sections, [*months("2020"), *months()]))


@family("F5")
def attainment_rate(r: Random) -> Example:
    """The share, number or runs of months that met the target; decided without the missing ones where it can be."""
    attained = CLASS_STEP | {"at_most": "0", "section": "s1"}
    good = {"kind": "quality_class", "section": "s1", "at_most": "2"}
    take = r.choice(["mean", "sum", "min", {"runs_of": "3"}])
    bound = "0.75" if take == "mean" else r.choice(["1", "9"]) if take == "sum" else "1"
    met = {"kind": "met", "over": "month", "take": take, r.choice(["all_of", "any_of"]): r.sample([attained, good], 2)}
    tested = {"ref": "1", "when": [met | {"at_least": bound}], "scale": [{"amount": wan(r)}]}
    ladder = [{"below": "1", "amount": wan(r)}, {"amount": "-" + wan(r)}]  # of one or none
    if take == "mean":
        ladder = steps(r, ["0.8", "0.9"])
    elif take not in ("min", "max"):
        ladder = steps(r, ["8", "9"] if take == "sum" else ["1", "2"], whole=True)
    counted = {"ref": "1", "measure": met, "scale": ladder}
    tree = agreement(
        r, [modified(r, r.choice([tested, counted])) | both_ways(r)], sections=sheets(r, ["s1"]), **term(r)
    )
    figures = classes(r, ["s1"], months())
    if "runs_of" in take:
        figures = {key: value for key, value in figures.items() if key[1] != "frozen"}
    return made(r, "F5", tree, figures)


@family("F6")
def year_on_year(r: Random) -> Example:
    """The change of an index or a concentration against last year, priced by percentage points and capped."""
    codes = _some(r, FOUR)
    index = {"kind": "index", "section": "s1", "against": "target", "weights": _weights(r, codes)}
    moved = _result("i", against="previous_year", expressed=r.choice(["difference", "percent_change", "ratio"]))
    single = {"kind": "concentration", "section": "s1", "indicator": codes[0], "against": "previous_year",
              "expressed": r.choice(["difference", "percent_change", "ratio"])}  # fmt: skip
    ratio = index | {"against": "previous_year"}
    measure = r.choice([moved, single, ratio])
    lines = [{"ref": "i", "measure": index}] if measure is moved else []
    clause = {
        "ref": "1",
        "measure": measure,
        "scale": [{"rate": wan(r), "origin": r.choice(["0", "1"])}],
        "cap": wan(r),
    }
    tree = agreement(r, [*lines, modified(r, clause) | both_ways(r)], sections=sheets(r, ["s1"]))
    return made(r, "F6", tree, sampled(r, ["s1"], codes, ["2020", YEAR]))


@family("F7")
def exceedance_ladders(r: Random) -> Example:
    """Multiples over the limit by factor; caps per factor, per section and per year."""
    codes, sections = _some(r, FOUR), r.choice([["s1"], ["s1", "s2", "s3"]])
    ladder: Any = [{"up_to": "0"}, *steps(r, ["0.5", "1", "2"], "0")]
    if r.random() < 0.3:
        ladder = {"by": "indicator", "cod,nh3n": ladder, "else": [{"up_to": "0"}, {"rate": wan(r)}]}
    factor = {"ref": "f", "every": "month", "each": {"section": "all", "indicator": codes},
              "measure": {"kind": "exceedance"}, "scale": ladder}  # fmt: skip
    section = {"ref": "s", "every": "month", "each": {"section": "all"}, "measure": _result("f"),
               "scale": [{"rate": "1"}],
               "cap": wan(r)}  # fmt: skip
    year = {"ref": "y", "each": {"section": "all"}, "measure": _result("s"), "scale": [{"rate": "1"}], "cap": wan(r)}
    sides = {"pays": "upstream", "receives": r.choice(["downstream", "prov"])}
    chain = [[factor | sides], [factor, section | sides], [factor, section, year | sides]][r.randrange(3)]
    tree = agreement(r, [*chain[:-1], modified(r, chain[-1])], sections=sheets(r, sections),
                     parties=[*LEAGUE, "prov"], **term(r))  # fmt: skip
    return made(r, "F7", tree, sampled(r, sections, codes))


@family("F8")
def in_and_out(r: Random) -> Example:
    """Classes of difference between inflow and outflow, and a surcharge on multiples of class five."""
    codes = _some(r, FOUR)
    price: Any = r.choice([wan(r), {"by": "section", "s2": wan(r), "else": wan(r)}])
    step = {"ref": "1", "every": "month", "each": {"section": ["s2", "s3"]}, "scale": [{"up_to": "0"}, {"rate": price}],
            "measure": CLASS_STEP | {"indicators": codes, "against": r.choice(["inflow", {"section": "s1"}])},
            }  # fmt: skip
    worse = {"ref": "2", "every": "month", "each": {"section": ["s2", "s3"], "indicator": codes},
             "measure": {"kind": "exceedance", "against": {"class": "5"}},
             "scale": [{"up_to": "0"}, {"rate": "10"}]}  # fmt: skip
    sections = sheets(r, ["s2", "s3"], inflow="s1")
    tree = agreement(r, [modified(r, step) | both_ways(r), modified(r, worse) | both_ways(r)], sections=sections)
    return made(r, "F8", tree, sampled(r, ["s1", "s2", "s3"], codes))


@family("F9")
def mass_times_price(r: Random) -> Example:
    """(C − C*) × volume × price of each factor, by month or year."""
    every, codes = r.choice(["month", "year"]), _some(r, FOUR)
    price = {"by": "indicator", **{code: wan(r) for code in codes}}
    scale = r.choice([[{"up_to": "0"}, {"rate": price, "per": "1000"}], [{"rate": price, "per": "1000"}]])
    volume = {"ref": "v", "every": every, "each": {"section": "all"}, "measure": {"kind": "volume"}}
    mass = {"ref": "1", "every": every, "each": {"section": "all", "indicator": codes}, "times": ["v"], "scale": scale,
            "measure": {"kind": "concentration", **AGAINST_TARGET}}  # fmt: skip
    if r.random() < 0.3:
        mass["cap"] = wan(r)
    figures = sampled(r, ["s1", "s2"], codes)
    for section in ("s1", "s2"):
        figures |= {(section, "volume", of): Fraction(r.randint(1, 9999), 10) for of in months()}
    if r.random() < 0.1:
        del figures["s2", "volume", r.choice(months())]
    return made(
        r, "F9", agreement(r, [volume, mass | both_ways(r)], sections=sheets(r, ["s1", "s2"]), **term(r)), figures
    )


@family("F10")
def linear_per_unit(r: Random) -> Example:
    """So much for each unit of concentration over, in full, started or completed units."""
    code = r.choice(FOUR)
    against = r.choice(
        ["target", "limits"]
    )  # a sheet with limits and a target: which of them `target` means is not said
    over = {"kind": "concentration", "indicator": code, "against": against, "expressed": "difference"}
    per = r.choice(["0.5", "0.1", "1", "1/3"])
    under: Tree = {r.choice(["up_to", "below"]): "0"}
    one_way, both = [under, counted(r, per)], [under | counted(r, f"-{per}"), counted(r, per)]
    rhythm = r.choice([{"every": "month"}, {"every": "year"}, {"every": "quarter"}])
    clause = {
        "ref": "1",
        **rhythm,
        "each": {"section": "all"},
        "measure": over,
        "scale": r.choice([one_way, one_way, both, [{"rate": wan(r), "per": per}]]),
    }
    limited = {"limits": {code: str(concentration(r, code))}} if against == "limits" else {}
    sections = sheets(r, ["s1", "s2"], **limited)
    tree = agreement(r, [modified(r, clause) | both_ways(r)], sections=sections, **term(r))
    return made(r, "F10", tree, sampled(r, ["s1", "s2"], [code]))


@family("F11")
def pool_with_redistribution(r: Random) -> Example:
    """Contributions in one ratio, shares of it in another or by a measured line; a failed section gives up a part."""
    parties = LEAGUE[:3]
    ins, outs = _weights(r, parties), _weights(r, parties)
    fund = wan(r)
    paid: Any = outs if r.random() < 0.6 else {"in_proportion_to": "score", "among": parties}
    score = {"ref": "score", "each": {"party": "all"}, "measure": {"kind": "reported", "fact": "score"}}
    into = {"ref": "1", "scale": [{"amount": fund}], "pays": ins, "receives": "pool"}
    out = {"ref": "2", "scale": [{"amount": fund if r.random() < 0.9 else wan(r)}], "pays": "pool", "receives": paid}
    failed = {"ref": "3", "when": [CLASS_STEP | {"section": "s1", "above": "0"}], "measure": _result("2"),
              "scale": [{"rate": r.choice(["2/10", "1/3"])}],
              "pays": "ua", "receives": {"ub": "1/2", "uc": "1/2"}}  # fmt: skip
    lines = [score] if isinstance(paid, dict) and "among" in paid else []
    tree = agreement(r, [*lines, into, out, modified(r, failed)], parties=parties, sections=sheets(r, ["s1"]))
    figures = classes(r, ["s1"], [YEAR], holes=False) | facts(r, parties, ["score"], [YEAR], small=True)
    return made(r, "F11", tree, figures)


@family("F12")
def league(r: Random) -> Example:
    """Places in a league: the first are rewarded, the last charged; ties are broken, shared or stop."""
    names = ["a", "b", "c"][: r.randint(1, 3)]
    every = r.choice(["month", "year"])
    lines = [
        {"ref": n, "every": every, "each": {"party": "all"}, "measure": {"kind": "reported", "fact": n}} for n in names
    ]
    rank = {"kind": "rank", "of": names, "first": r.choice(["lowest", "highest"])}
    ties = r.choice([[], [names[0]], ["same"], ["same_if_equal"], [names[-1], "same"]])
    rank |= {"ties": ties} if ties else {}
    zero_sum = [{"rate": r.choice(["-20", "100/7", "0.0000005"]), "origin": "3"}]
    place = {"ref": "1", "every": every, "each": {"party": "all"}, "measure": rank, "pays": "pool", "receives": "party"}
    # places begin with 1, so a piece below 1 could never be reached, and is refused
    reward = place | {"pays": "prov", "scale": steps(r, ["2", "3"], whole=True)}
    clause = r.choice([place | {"scale": zero_sum}, place | {"scale": zero_sum}, reward])
    tree = agreement(r, [*lines, clause], parties=LEAGUE)
    figures = facts(r, LEAGUE, names, [YEAR] if every == "year" else months(), small=r.random() < 0.4)
    return made(r, "F12", tree, figures)


@family("F13")
def quantity_tiers(r: Random) -> Example:
    """More water, more money, provided that every month brings a least volume."""
    volume = {"kind": "volume", "section": "s1", "against": "baseline", "expressed": r.choice(["ratio", "difference"])}
    least = {"kind": "volume", "section": "s1", "over": "month", "take": "min", "at_least": str(r.randint(1, 60))}
    met, per = ("1", "-0.1") if volume["expressed"] == "ratio" else ("0", "-500")
    short = [{r.choice(["up_to", "below"]): met, "origin": met, **counted(r, per)}, {"amount": "0"}]
    tiers = r.choice([steps(r, ["0.8", "1"]), [{"rate": wan(r), "per": "1000"}], short])
    clause = {"ref": "1", "when": r.choice([[], [least]]), "measure": volume, "scale": tiers}
    sections = sheets(r, ["s1"], baseline={"volume": str(r.randint(1, 9) * 1000)})
    figures = {("s1", "volume", of): Fraction(r.randint(30, 900)) for of in months()}
    if r.random() < 0.2:
        del figures["s1", "volume", r.choice(months())]
    return made(r, "F13", agreement(r, [modified(r, clause) | both_ways(r)], sections=sections, **term(r)), figures)


@family("F14")
def composite_score(r: Random) -> Example:
    """Weighted points of several facts, tiers over them, and a fund that grows from year to year."""
    names = ["forest", "soil", "water"]
    lines = [{"ref": n, "measure": {"kind": "reported", "fact": n}, "scale": steps(r, ["0", "3"])} for n in names]
    lines[0]["scale"] = [{"rate": wan(r)}]  # in proportion, so that a score may lie in every tier
    score = {"ref": "score", "measure": {"kind": "result", "of": _weights(r, names)}}
    fund = {"ref": "fund", "measure": {"kind": "result", "of": ["fund"], "at": "previous_year", "otherwise": wan(r)},
            "times": {"2020-01-01": [], "2021-01-01": ["1.05"]}}  # fmt: skip
    share = {"ref": "share", "measure": _result("score", **r.choice([{}, {"decimals": "1"}])),
             "scale": [{"below": "300", "amount": "60%"}, {"amount": "1/3"}]}  # fmt: skip
    pays = {"ref": "1", "measure": _result("share"), "scale": [{"rate": "1"}], "times": ["fund"]}
    tree = agreement(r, [*lines, score, fund, share, modified(r, pays) | both_ways(r)] if "times" not in pays else
                     [*lines, score, fund, share, pays | both_ways(r)])  # fmt: skip
    return made(r, "F14", tree, facts(r, ["invented"], names, ["2020", YEAR], small=False))


@family("F15")
def single_indicator(r: Random) -> Example:
    """One indicator, one threshold, two directions; rounded before use or not."""
    code, limit = r.choice(["tp", "nh3n"]), r.choice(["0.05", "0.1", "0.5", "1/3"])
    value = {"kind": "concentration", "section": "s1", "indicator": code, **r.choice([{}, {"decimals": "2"}])}
    lump = {
        "ref": "1",
        "measure": value,
        "scale": [{"up_to": limit, "amount": wan(r)}, {"amount": dated(r, lambda: "-" + wan(r))}],
    }
    good = {"ref": "1", "when": [value | {"at_most": limit}], "scale": [{"amount": wan(r)}]}
    bad = {"ref": "2", "when": [value | {"above": limit}], "scale": [{"amount": wan(r)}]}
    two = [modified(r, good) | both_ways(r), modified(r, bad) | both_ways(r)]
    clauses = r.choice([[modified(r, lump) | both_ways(r)], two])
    tree = agreement(r, clauses, sections=sheets(r, ["s1"]), **term(r))
    return made(r, "F15", tree, sampled(r, ["s1"], [code]))


@family("F16")
def central_netting(r: Random) -> Example:
    """Space and time with fixed weights, against the mean of all: it sums to zero."""
    parties, codes = LEAGUE[:3], _some(r, FOUR)
    section, weights = {"by": "party", "ua": "s1", "ub": "s2", "uc": "s3"}, _weights(r, codes)
    index = {"kind": "index", "section": section, "weights": weights}
    hundred = [{"rate": "100", "origin": "1"}]
    each = {"each": {"party": "all"}}
    clauses = [
        {"ref": "space", **each, "measure": index | {"against": "inflow"}, "scale": hundred},
        {"ref": "time", **each, "scale": hundred,
         "measure": index | {"against": r.choice(["baseline", "previous_year"])}},
        {"ref": "change", **each, "measure": _result("space", "time")},
        {"ref": "mean", "measure": _result("change", take="mean")},
        {"ref": "1", **each, "measure": {"kind": "result", "of": {"change": "1", "mean": "-1"}},
         "scale": [{"rate": wan(r)}], "pays": "party", "receives": "pool"},
    ]  # fmt: skip
    sheet = {"baseline": _baseline(r, codes)}
    # the water of the first section comes from the others together, for no section is its own inflow in the end
    sections: Tree = {
        s: sheet | {"inflow": inflow, "target": "3"} for s, inflow in (("s1", "s0"), ("s2", "s1"), ("s3", "s2"))
    }
    sections["s0"] = {"mean_of": ["s2", "s3"]}
    tree = agreement(r, clauses, parties=parties, sections=sections)
    return made(r, "F16", tree, sampled(r, list(SIDES), codes, ["2020", YEAR]))


@family("F17")
def bonus_hold_back_veto(r: Random) -> Example:
    """Prepaid and cleared, an annual bonus by class, a hold-back, an incident that costs it all."""
    prepaid = {
        "ref": "prepaid",
        "every": "year",
        "scale": [{"amount": wan(r)}],
        "pays": "downstream",
        "receives": "upstream",
    }
    earned = {"ref": "earned", "every": "month", "each": {"section": "all"}, "measure": CLASS_STEP,
              "scale": [{"up_to": "0", "amount": wan(r)}, {"rate": "-" + wan(r)}]}  # fmt: skip
    veto = {"kind": "reported", "fact": "incident", "otherwise": "0", "at_least": "1", "because": "重大污染事故"}
    bonus = {"ref": "bonus", "measure": {"kind": "met", "over": "month", "take": "mean", "all_of": [
             CLASS_STEP | {"section": "s1", "at_most": "0"}]},
             "scale": steps(r, ["0.5", "0.9"]), "unless": [veto]}  # fmt: skip
    held = {"ref": "held", "measure": _result("earned"), "scale": [{"rate": r.choice(["10%", "1/7"])}],
            "when": [{"kind": "reported", "fact": "agreed", "above": "0"}]}  # fmt: skip
    parts = {"earned": "1", "bonus": "1", "held": "-1", "prepaid": "-1"}
    clear = {"ref": "clear", "measure": {"kind": "result", "of": parts},
             "scale": [{"rate": "1"}], "pays": "downstream", "receives": "upstream"}  # fmt: skip
    monthly = {"ref": "gate", "every": "month", "measure": _result("bonus"), "scale": [{"rate": "1/12"}],
               "pays": "downstream", "receives": "upstream"}  # fmt: skip
    clauses = [prepaid, earned, bonus, held, modified(r, clear), *r.choice([[], [monthly]])]
    tree = agreement(r, clauses, sections=sheets(r, ["s1", "s2"]))
    return made(r, "F17", tree, classes(r, ["s1", "s2"], months()))
