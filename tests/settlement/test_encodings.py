"""The encodings of the grammar's own page run, with amounts worked out by hand beside them.

Figures that no text states (rates, tiers, baselines) are invented; what is tested is that each shape of rule computes.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest

from basin import periods
from settlement.clauses.evaluation import Evaluator
from settlement.clauses.values import Measurements
from settlement.obligations.compensation import compensation
from tests.settlement.makers import (
    a_network,
    amounts,
    an_agreement,
    by_clause,
    decided,
    evaluator,
    in_wan,
    paid,
    reasons,
)

YELLOW_RIVER = """
- {ref: "2.1", measure: {kind: quality_class, against: target, expressed: difference, section: liuzhuang},
   scale: [{rate: -6000}], pays: downstream, receives: upstream}
- {ref: change, measure: {kind: index, section: liuzhuang, against: previous_year,
   weights: {value: {cod: 1/3, nh3n: 1/3, tp: 1/3}, verified: false}}, scale: [{rate: 100, origin: 1}]}
- {ref: "2.2", measure: {kind: result, of: [change]}, scale: [{rate: -100}], cap: 4000, pays: downstream,
   receives: upstream}
"""


class TestYellowRiver2021:
    """豫鲁: 6 000 a class against Ⅲ, 100 a percentage point of the index, at most 4 000."""

    RIVER = a_network("liuzhuang henan shandong 3")

    def agreement(self) -> object:
        roles = "{upstream: henan, downstream: shandong}"
        return an_agreement(
            YELLOW_RIVER, self.RIVER, parties=roles, starts="2021-01-01", sections="{liuzhuang: {target: 3}}"
        )

    @pytest.mark.parametrize(
        ("cls", "change", "expected"),
        [
            ("2", "-3", {"shandong → henan": "6300"}),
            ("4", "55", {"henan → shandong": "10000"}),
            ("3", "0", {}),
            ("2", "60", {"shandong → henan": "2000"}),
            ("1", "-100", {"shandong → henan": "16000"}),
        ],
    )
    def test_class_and_change(self, cls: str, change: str, expected: dict[str, str]) -> None:
        figures = f"given: {{liuzhuang: {{quality_class: {cls}}}}}\nlines: {{change: {change}}}"
        assert paid(self.agreement(), "2021", figures, network=self.RIVER) == expected

    def test_the_change_is_that_of_the_mean_of_ratios(self) -> None:
        figures = """
            given: {liuzhuang: {quality_class: 3, cod: 18, nh3n: 0.4, tp: 0.1}}
            given_previous: {liuzhuang: {cod: 20, nh3n: 0.5, tp: 0.1}}
        """
        found = decided(self.agreement(), "2021", figures, network=self.RIVER)
        assert amounts(found, "change") == ["-10"]  # (0.9 + 0.8 + 1)/3 − 1 = −10 %
        assert by_clause(found) == {"2.2: shandong → henan": "1000"}


XINAN = """
- {ref: growth, measure: {kind: reported, fact: gdp_growth}, scale: [{amount: 1, rate: 1}]}
- {ref: fund, measure: {kind: result, of: [fund], at: previous_year, otherwise: 100000},
   times: {2023-01-01: [], 2024-01-01: [growth]}}
- {ref: P, measure: {kind: index, section: jiekou, against: baseline, coefficient: 0.9,
   weights: {codmn: 22%, nh3n: 22%, tp: 28%, tn: 28%}}}
- {ref: share, measure: {kind: result, of: [P]},
   scale: [{up_to: 0.95, amount: 60%}, {up_to: 1, amount: 50%}, {amount: 40%}]}
- {ref: M, measure: {kind: reported, fact: cooperation_index}, scale: [{below: 1, amount: 80%}, {amount: 100%}]}
- {ref: "3.1", measure: {kind: result, of: [share]}, scale: [{rate: 1}], times: [fund], pays: downstream,
   receives: pool}
- {ref: "3.2", measure: {kind: result, of: [share]}, scale: [{amount: 1, rate: -1}], times: [fund], pays: upstream,
   receives: pool}
- {ref: "3.3", measure: {kind: result, of: [M]}, scale: [{rate: 1}], times: [fund], pays: pool, receives: upstream}
- {ref: "3.4", measure: {kind: result, of: [M]}, scale: [{amount: 1, rate: -1}], times: [fund], pays: pool,
   receives: downstream}
"""


class TestXinan2023:
    """A fund that grows with GDP, shared by P, given out by a co-operation index."""

    RIVER = a_network("jiekou anhui zhejiang -")

    def agreement(self) -> object:
        return an_agreement(
            XINAN, self.RIVER, starts="2023-01-01", ends="2027-12-31",
            parties="{upstream: anhui, downstream: zhejiang}",
            sections="{jiekou: {baseline: {codmn: 2, nh3n: 0.1, tp: 0.02, tn: 1}}}",
        )  # fmt: skip

    FIGURES = """
        given: {jiekou: {codmn: {2023: 2, 2024: 2.2, 2025: 2.4}, nh3n: {2023: 0.1, 2024: 0.11, 2025: 0.12},
                         tp: {2023: 0.02, 2024: 0.022, 2025: 0.024}, tn: {2023: 1, 2024: 1.1, 2025: 1.2}}}
        facts: {gdp_growth: {2023: 9, 2024: 5%, 2025: 0.04}, cooperation_index: {2023: 1, 2024: 0.9, 2025: 1}}
    """

    def test_the_fund_compounds(self) -> None:
        found = decided(self.agreement(), "2023..2025", self.FIGURES, network=self.RIVER)
        assert amounts(found, "fund") == ["100000", "105000", "109200"]
        assert amounts(found, "P") == ["0.9", "0.99", "1.08"]
        assert amounts(found, "share") == ["0.6", "0.5", "0.4"]

    @pytest.mark.parametrize(
        ("year", "expected"),
        [
            ("2023", "60000"),  # in 60 000 + 40 000, all to Anhui
            ("2024", "31500"),  # in 52 500 + 52 500; out 84 000 and 21 000
            ("2025", "43680"),  # in 43 680 + 65 520, all to Anhui
        ],
    )
    def test_what_zhejiang_pays_in_the_end(self, year: str, expected: str) -> None:
        assert paid(self.agreement(), year, self.FIGURES, network=self.RIVER) == {"zhejiang → anhui": expected}

    def test_three_years_are_the_sum_of_the_years(self) -> None:
        assert paid(self.agreement(), "2023..2025", self.FIGURES, network=self.RIVER) == {"zhejiang → anhui": "135180"}


CHISHUI = """
- {ref: "3.1", every: year, scale: [{amount: {2018-01-01: 20000, 2021-01-01: 30000}}],
   pays: {yunnan: 1/10, guizhou: 5/10, sichuan: 4/10}, receives: pool}
- {ref: "3.2", every: year, scale: [{amount: {2018-01-01: 20000, 2021-01-01: 30000}}], pays: pool,
   receives: {yunnan: 3/10, guizhou: 4/10, sichuan: 3/10}}
- {ref: gain, every: year, measure: {kind: result, of: ["3.2"]}, scale: [{rate: 2/10}]}
- {ref: "4.1", every: year, measure: {kind: reported, fact: shortfall_qingshuipu, otherwise: 0}, scale: [{rate: 1}],
   times: [gain], pays: yunnan, receives: {guizhou: 1/2, sichuan: 1/2}}
- {ref: "4.2", every: year, measure: {kind: reported, fact: shortfall_lianyuxi, otherwise: 0},
   scale: [{rate: {value: 3000, verified: false}}], pays: guizhou, receives: sichuan}
- {ref: "4.3", every: year, measure: {kind: reported, fact: shortfall_maotai, otherwise: 0},
   scale: [{rate: {value: 3000, verified: false}}], pays: {guizhou: 1/2, sichuan: 1/2}, receives: yunnan}
"""


class TestChishui:
    """赤水河: a pool of three, and a shortfall that moves part of the gain."""

    RIVER = a_network(parties="yunnan guizhou sichuan")

    @pytest.mark.parametrize(
        ("year", "facts", "expected"),
        [
            ("2018", "{}", {"guizhou → yunnan": "2000", "sichuan → yunnan": "2000"}),
            ("2021", "{}", {"guizhou → yunnan": "3000", "sichuan → yunnan": "3000"}),
            ("2023", "{shortfall_qingshuipu: 0.15}", {"guizhou → yunnan": "2550", "sichuan → yunnan": "2550"}),
            ("2018", "{shortfall_qingshuipu: 1}", {}),
            ("2022", "{shortfall_lianyuxi: 0.5}",
             {"guizhou → yunnan": "3000", "sichuan → yunnan": "3000", "guizhou → sichuan": "1500"}),
            ("2022", "{shortfall_maotai: 1}", {"guizhou → yunnan": "4500", "sichuan → yunnan": "4500"}),
        ],
    )  # fmt: skip
    def test_partial_attainment(self, year: str, facts: str, expected: dict[str, str]) -> None:
        agreement = an_agreement(
            CHISHUI, self.RIVER, parties="[yunnan, guizhou, sichuan]", starts="2018-01-01", ends="2025-12-31", every=""
        )
        assert paid(agreement, year, f"facts: {facts}", network=self.RIVER) == expected


CHAOBAI = """
- {ref: prepay, every: year, scale: [{amount: 20000}], pays: downstream, receives: upstream}
- {ref: q, every: year, measure: {kind: volume, section: chao, against: baseline, expressed: ratio},
   scale: [{below: 0.8, amount: 5000}, {up_to: 1, amount: 10000},
           {amount: 10000, rate: 2000, per: 0.1, origin: 1, steps: completed}], cap: 20000}
- {ref: w, every: year, measure: {kind: met, all_of: [
     {kind: concentration, section: chao, indicator: codmn, at_most: 4},
     {kind: concentration, section: chao, indicator: nh3n, at_most: 0.5},
     {kind: concentration, section: chao, indicator: tp, at_most: 0.1}]}, scale: [{rate: 8000}]}
- {ref: tn, every: year, when: [{kind: result, of: [w], above: 0}],
   measure: {kind: concentration, section: chao, indicator: tn, against: previous_year, expressed: percent_change},
   scale: [{up_to: 0, rate: -100}, {amount: 0}]}
- {ref: clear, every: year, measure: {kind: result, of: {q: 1, w: 1, tn: 1, prepay: -1}}, scale: [{rate: 1}],
   pays: downstream, receives: upstream}
"""


class TestChaobai:
    """潮白河: prepaid, then quantity, quality and the fall of nitrogen are cleared."""

    RIVER = a_network("chao hebei beijing -")

    @pytest.mark.parametrize(
        ("volume", "codmn", "tn", "earned"),
        [
            (23000, 3, "5.7", {"q": "12000", "w": "8000", "tn": "500", "clear": "500"}),
            (16000, 4, "6", {"q": "10000", "w": "8000", "tn": "0", "clear": "-2000"}),
            (15999, 4, "6.6", {"q": "5000", "w": "8000", "tn": "0", "clear": "-7000"}),
            (40000, 3, "3", {"q": "20000", "w": "8000", "tn": "5000", "clear": "13000"}),
            (23000, "4.1", "3", {"q": "12000", "w": "0", "tn": "0", "clear": "-8000"}),
        ],
    )
    def test_the_year_is_cleared_against_the_prepayment(
        self, volume: int, codmn: object, tn: str, earned: dict[str, str]
    ) -> None:
        agreement = an_agreement(
            CHAOBAI, self.RIVER, parties="{upstream: hebei, downstream: beijing}", every="",
            sections="{chao: {baseline: {volume: 20000}}}",
        )  # fmt: skip
        figures = f"""
            given: {{chao: {{volume: {volume}, codmn: {codmn}, nh3n: 0.2, tp: 0.05, tn: {tn}}}}}
            given_previous: {{chao: {{tn: 6}}}}
        """
        found = decided(agreement, "2020", figures, network=self.RIVER)
        assert {ref: amounts(found, ref)[0] for ref in earned} == earned
        whole = 20000 + int(earned["clear"])
        assert in_wan(found.transfers) == {"beijing → hebei": str(whole)}


CENTRAL = """
- {ref: space, each: {party: all}, measure: {kind: index, section: {by: party, qinghai: q, gansu: g, ningxia: n},
   against: inflow, weights: {codmn: 30%, nh3n: 30%, tp: 40%}}, scale: [{rate: 100, origin: 1}]}
- {ref: time, each: {party: all}, measure: {kind: index, section: {by: party, qinghai: q, gansu: g, ningxia: n},
   against: baseline, weights: {codmn: 30%, nh3n: 30%, tp: 40%}}, scale: [{rate: 100, origin: 1}]}
- {ref: change, each: {party: all}, measure: {kind: result, of: [space, time]}}
- {ref: mean, measure: {kind: result, of: [change], take: mean}}
- {ref: "1", each: {party: all}, measure: {kind: result, of: {change: 1, mean: -1}}, scale: [{rate: 100}], pays: party,
   receives: pool}
"""


class TestCentral50:
    """Space and time against the mean of all: it sums to zero."""

    RIVER = a_network(*(f"{code} - - -" for code in ("q0", "q", "g0", "g", "n")), parties="qinghai gansu ningxia")

    def agreement(self) -> object:
        same = "baseline: {codmn: 2, nh3n: 0.2, tp: 0.1}"
        sheets = f"{{g: {{inflow: g0, {same}}}, n: {{inflow: g, {same}}}, q: {{inflow: q0, {same}}}}}"
        return an_agreement(CENTRAL, self.RIVER, parties="[qinghai, gansu, ningxia]", sections=sheets)

    def figures(self, **codmn: str) -> str:
        rows = ", ".join(
            f"{s}: {{codmn: {codmn.get(s, '2')}, nh3n: 0.2, tp: 0.1}}" for s in ("q0", "q", "g0", "g", "n")
        )
        return f"given: {{{rows}}}"

    def test_by_hand(self) -> None:
        found = decided(self.agreement(), "2020", self.figures(g="2.2", n="1.98"), network=self.RIVER)
        assert amounts(found, "space") == ["0", "3", "-3"]  # 30 % of +10 % and of −10 %
        assert amounts(found, "time") == ["0", "3", "-0.3"]
        assert amounts(found, "mean") == ["0.9"]
        assert amounts(found, "1") == ["-90", "510", "-420"]
        assert in_wan(found.transfers) == {"gansu → qinghai": "90", "gansu → ningxia": "420"}

    @pytest.mark.parametrize("g", ["1.3", "2.9", "7"])
    def test_it_closes_whatever_the_fractions(self, g: str) -> None:
        found = decided(self.agreement(), "2020", self.figures(g=g, q="1.7", n="3.1", q0="1.9"), network=self.RIVER)
        assert reasons(found) == []
        assert sum(Fraction(text) for text in amounts(found, "1")) == 0
        signed = [o.fen if o.payee == "pool" else -o.fen for o in found.obligations]
        assert sum(signed) == 0


HEFEI = """
- {ref: "1", each: {section: all, indicator: [codmn, nh3n, tp]}, measure: {kind: exceedance},
   scale: [{up_to: 0}, {rate: 50, per: 0.5, steps: started}], cap: 300, pays: upstream, receives: province}
- {ref: "2", each: {section: all}, measure: {kind: quality_class, against: target, expressed: difference},
   scale: [{up_to: 0, rate: -50}, {amount: 0}], pays: province, receives: upstream}
- {ref: days, each: {section: all, indicator: [codmn, nh3n, tp]}, measure: {kind: met, over: day, take: {runs_of: 5},
   all_of: [{kind: exceedance, above: 0}]}, scale: [{rate: 50}], cap: 300, pays: upstream, receives: province}
- {ref: gain, every: year, each: {section: all, indicator: [codmn, nh3n, tp]},
   when: [{kind: concentration, against: previous_year, expressed: percent_change, at_most: -30}],
   scale: {by: target, "1,2,3": [{amount: 50}], else: [{}]}, pays: province, receives: upstream}
- {ref: bonus, every: year, each: {section: all}, measure: {kind: quality_class},
   scale: [{up_to: 2, amount: 200}, {up_to: 3, amount: 100}, {amount: 0}], pays: province, receives: upstream}
"""


class TestHefei:
    """合肥: started half steps capped per factor, better classes, days in a row, improvement, bonus."""

    RIVER = a_network("f1 feixi - 3", "f2 feidong - 4", parties="anhui")

    def found(self, period: str, figures: str, over: dict[tuple[str, str], int] | None = None) -> object:
        agreement = an_agreement(
            HEFEI, self.RIVER, parties="{province: anhui}", every="month",
            sections="{f1: {target: 3, upstream: feixi}, f2: {target: 4, upstream: feidong}}",
        )  # fmt: skip
        span = periods.period(period)
        days = {
            (*series, day): 99.0 if position < (over or {}).get(series, 0) else 0.001
            for series in product(("f1", "f2"), ("codmn", "nh3n", "tp"))
            for position, day in enumerate(periods.periods_in(span, "day"))
        }
        given = evaluator(agreement, period, figures, network=self.RIVER).data.given
        return compensation(Evaluator(agreement, self.RIVER, Measurements(given=given, days=days)), span)

    def test_a_month(self) -> None:
        figures = "given: {f1: {codmn: 9, nh3n: 1.51, tp: 0.2}, f2: {codmn: 4, nh3n: 0.5, tp: 0.1}}"
        found = self.found("2020-07", figures, over={("f1", "codmn"): 12, ("f2", "tp"): 31})
        assert by_clause(found) == {
            "1: feixi → anhui": "150",  # m = 0.5: 50; m = 0.51: 100
            "2: anhui → feidong": "100",  # Ⅱ, two classes better than Ⅳ
            "days: feixi → anhui": "100",  # twelve days in a row: twice five
            "days: feidong → anhui": "300",  # 31 days: six times five
        }
        assert in_wan(found.transfers) == {"feixi → anhui": "250", "feidong → anhui": "200"}

    def test_the_cap_is_per_factor(self) -> None:
        figures = "given: {f1: {codmn: 60, nh3n: 10, tp: 0.2}, f2: {codmn: 10, nh3n: 1.5, tp: 0.3}}"
        assert by_clause(self.found("2020-07", figures)) == {"1: feixi → anhui": "600"}

    def test_a_year_with_improvement_and_bonus(self) -> None:
        figures = """
            given: {f1: {codmn: 6, nh3n: 1.0, tp: 0.2}, f2: {codmn: 4, nh3n: 0.5, tp: 0.1}}
            given_previous: {f1: {codmn: 6, nh3n: 1.5, tp: 0.2}, f2: {codmn: 4, nh3n: 1.0, tp: 0.1}}
        """
        assert by_clause(self.found("2020", figures)) == {
            "2: anhui → feidong": "1200",  # 100 a month
            "gain: anhui → feixi": "50",  # −33 % at a target of Ⅲ; nothing for −50 % at Ⅳ
            "bonus: anhui → feixi": "100",  # Ⅲ for the year
            "bonus: anhui → feidong": "200",  # Ⅱ for the year
        }


SHANXI = """
- {ref: "1", every: month, each: {section: all, indicator: [cod, nh3n]}, measure: {kind: exceedance},
   scale: [{up_to: 0}, {up_to: 0.5, amount: 50}, {up_to: 1, amount: 100}, {up_to: 5, amount: 150},
           {up_to: 10, amount: 200}, {amount: 300}], pays: upstream, receives: province}
- {ref: pass, every: year, each: {section: all, month: all}, measure: {kind: met,
   all_of: [{kind: quality_class, against: target, expressed: difference, at_most: 0}]}}
- {ref: run, every: year, each: {section: all}, measure: {kind: met, over: month, take: {runs_of: 3},
   all_of: [{kind: quality_class, against: target, expressed: difference, at_most: 0}]},
   scale: [{below: 4, rate: 10}, {amount: 100}], pays: province, receives: upstream}
- {ref: turn, every: year, each: {section: all, month: all}, when: [{kind: result, of: [pass], at_least: 1},
     {kind: quality_class, at: previous_year, against: target, expressed: difference, above: 0}],
   measure: {kind: quality_class, against: target, expressed: difference}, scale: [{amount: 100, rate: -50}],
   pays: province, receives: upstream}
"""


class TestShanxi:
    """山西: five grades, three months running, turned from fail to pass."""

    RIVER = a_network("s1 taiyuan - 3", "s2 datong - 3", parties="shanxi")

    def test_a_year_by_hand(self) -> None:
        agreement = an_agreement(
            SHANXI, self.RIVER, parties="{province: shanxi}", every="",
            sections="{s1: {target: 3, upstream: taiyuan}, s2: {target: 3, upstream: datong}}",
        )  # fmt: skip
        figures = """
            given:
              s1: {cod: 20, nh3n: [1.5, 1.5, 1.51, 1, 1, 1, 1, 1, 1, 0.5, 0.5, 1]}
              s2: {cod: 15, nh3n: 0.5}
            given_previous:
              s1: {cod: 20, nh3n: 2}
              s2: {cod: 20, nh3n: 1}
        """
        found = decided(agreement, "2020", figures, network=self.RIVER)
        assert by_clause(found) == {
            "1: taiyuan → shanxi": "200",  # m = 0.5: 50 twice; m = 0.51: 100
            "run: shanxi → taiyuan": "30",  # nine months in a row: three threes
            "run: shanxi → datong": "100",  # all twelve
            "turn: shanxi → taiyuan": "900",  # nine months, 100 each; class Ⅲ by its COD all along
        }
        assert in_wan(found.transfers) == {"shanxi → taiyuan": "730", "shanxi → datong": "100"}

    @pytest.mark.parametrize(
        ("multiple", "expected"),
        [("0", None), ("0.5", "50"), ("0.51", "100"), ("1", "100"), ("5", "150"), ("10", "200"), ("10.01", "300")],
    )
    def test_the_five_grades(self, multiple: str, expected: str | None) -> None:
        monthly = SHANXI.split("- {ref: pass")[0]
        agreement = an_agreement(monthly, self.RIVER, parties="{province: shanxi}", sections="{s1: {}}")
        nh3n = 1 + Fraction(multiple)
        found = decided(agreement, "2020-07", f"given: {{s1: {{cod: 1, nh3n: {nh3n}}}}}", network=self.RIVER)
        assert in_wan(found.transfers) == ({"taiyuan → shanxi": expected} if expected else {})
