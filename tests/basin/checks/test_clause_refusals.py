"""What a clause may not say: unknown names, circles, sides, lines and pieces; one tiny malformed agreement each."""

from __future__ import annotations

import pytest

from tests.basin.clauses import (
    FACT,
    LADDER,
    LEAGUE,
    LUMP,
    PAYS,
    assert_refused,
    exceeding,
    found,
    lump,
    measured,
    scaled,
    when,
)

YEARLY = f"- {{ref: a, {FACT}}}\n"
SCORE = "kind: reported, fact: x, at_least: 60"
RUNS = "kind: met, section: s1, over: month, all_of: [{kind: exceedance, indicator: tp, above: 0}]"
REFUSED = {
    "an excuse that is a condition too": (
        lump(f"when: [{{{SCORE}}}], unless: [{{{SCORE}, because: 第九条}}]"),
        "clauses.1.unless.0",
        "永远是 0",
    ),
    "a run of thirteen months in a year": (
        measured(f"{RUNS}, take: {{runs_of: 13}}"),
        "clauses.1.measure.take",
        "只有 12 个数值，没有连续 13 个",
    ),
    # unknown key, kind, axis, code or ref
    "a key of a clause": (lump("ammount: 1"), "clauses.1.ammount", "不认识的键"),
    "a key of a measure": (measured("kind: reported, fakt: x"), "clauses.1.measure.fakt", "不认识的键"),
    "a key of a piece": (scaled("{amout: 1}"), "clauses.1.scale.0.amout", "不认识的键"),
    "a key of a test": (when("kind: reported, fact: x, atmost: 1"), "clauses.1.when.0.atmost", "不认识"),
    "a kind": (measured("kind: pollution"), "clauses.1.measure.kind", "不认识的取值"),
    "an axis": (lump("each: {river: all}"), "clauses.1.each.river", "不认识的轴"),
    "a section of an axis": (lump("each: {section: [s9]}"), "clauses.1.each.section", "未登记的代码 s9"),
    "an indicator of an axis": (lump("each: {indicator: [xyz]}"), "clauses.1.each.indicator", "未登记的代码 xyz"),
    "a party of an axis": (lump("each: {party: [nobody]}"), "clauses.1.each.party", "未登记的代码 nobody"),
    "a month of an axis": (lump("each: {month: [2020-13]}"), "clauses.1.each.month", "不是期间 2020-13"),
    "a quarter as a month": (lump("each: {month: [2020Q1]}"), "clauses.1.each.month", "不是期间 2020Q1"),
    "an axis longer than the period": (lump("every: month, each: {year: all}"), "clauses.1.each.year", "长于 every"),
    "a period": (lump("every: yearly"), "clauses.1.every", "不认识的取值"),
    "a section": (measured("kind: quality_class, section: s9"), "clauses.1.measure", "未登记的断面 s9"),
    "a section in a test": (when("kind: quality_class, section: s9, at_most: 3"), "clauses.1.when.0", "s9"),
    "a section to compare with": (
        measured("kind: quality_class, section: s1, against: {section: s9}, expressed: difference"),
        "clauses.1.measure",
        "未登记的断面 s9",
    ),
    "an indicator": (
        measured("kind: concentration, section: s1, indicator: xyz"),
        "clauses.1.measure",
        "不认识的指标 xyz",
    ),
    "an indicator of weights": (
        measured("kind: index, section: s1, against: baseline, weights: {xyz: 1}"),
        "clauses.1.measure",
        "不认识的指标 xyz",
    ),
    "a party that pays": (
        '- {ref: "1", scale: [{amount: 1}], pays: nobody, receives: downstream}',
        "clauses.1.pays",
        "未登记的主体 nobody",
    ),
    "a party that pays itself": (
        '- {ref: "1", scale: [{amount: 1}], pays: down, receives: downstream}',
        "clauses.1",
        "付款方与收款方都是 down",
    ),
    "a party that receives its own sum whole": (
        '- {ref: "1", scale: [{amount: 1}], pays: downstream, receives: {down: 1}}',
        "clauses.1",
        "都是 down",
    ),
    "a party that is both sides of a section": (
        '- {ref: "1", each: {section: [s1]}, scale: [{amount: 1}], pays: upstream, receives: up}',
        "clauses.1",
        "断面 s1 的",
    ),
    "a party that receives from itself by the party in hand": (
        '- {ref: "1", each: {party: all}, scale: [{amount: 1}], pays: party, receives: {by: party, up: up, down: up}}',
        "clauses.1",
        "付款方与收款方都是 up",
    ),
    "a party among those that pay one of them": (
        '- {ref: "1", each: {party: all}, scale: [{amount: 1}], pays: party, receives: down}',
        "clauses.1",
        "从 each 删去 down",
    ),
    "a section that pays its own upstream party": (
        '- {ref: "1", each: {section: [s1, s2]}, scale: [{amount: 1}], pays: upstream,'
        " receives: {by: section, s1: third, s2: up}}",
        "clauses.1",
        "断面 s2 的",
    ),
    "a party that pays itself from a later year on": (
        '- {ref: "1", scale: [{amount: 1}], pays: up, receives: {2020-01-01: third, 2022-01-01: upstream}}',
        "clauses.1",
        "付款方与收款方都是 up",
    ),
    "a month that pays for a day of the year": (
        '- {ref: "1", every: month, each: {party: [up]}, measure: {kind: reported, fact: unpaid, on: "03-31"},'
        " scale: [{rate: 5%}], pays: party, receives: down}",
        "clauses.1",
        "逐 month 照付",
    ),
    "a party among shares": (
        '- {ref: "1", scale: [{amount: 1}], pays: {up: 1/2, nobody: 1/2}, receives: pool}',
        "clauses.1.pays",
        "nobody",
    ),
    "a party in proportion": (
        f"- {{ref: w, each: {{party: all}}, {FACT}}}\n"
        '- {ref: "1", scale: [{amount: 1}], pays: {in_proportion_to: w, among: [up, nobody]}, receives: pool}',
        "clauses.1.pays",
        "未登记的主体 nobody",
    ),
    "a ref": (measured("kind: result, of: [zz]"), "clauses.1", "引用了不存在的条款 zz"),
    "a ref among times": (lump("times: [zz]"), "clauses.1", "引用了不存在的条款 zz"),
    "a number among times that is none": (lump("times: [1x]"), "clauses.1", "引用了不存在的条款 1x"),
    "a ref in a test": (when("kind: result, of: [zz], above: 0"), "clauses.1", "zz"),
    "a ref to compare with": (
        measured("kind: reported, fact: x, against: {ref: zz}, expressed: ratio"),
        "clauses.1",
        "zz",
    ),
    "a ref of proportion": (
        '- {ref: "1", scale: [{amount: 1}], pays: {in_proportion_to: zz, among: [up, third]}, receives: pool}',
        "clauses.1",
        "zz",
    ),
    "a tie-break": (
        f"- {{ref: a, each: {{party: all}}, {FACT}}}\n" + LEAGUE % "of: [a], ties: [zz]",
        "clauses.1.measure.ties",
        "引用了不存在的条款 zz",
    ),
    "a tie-break behind the place that is shared": (
        f"- {{ref: a, each: {{party: all}}, {FACT}}}\n" + LEAGUE % "of: [a], ties: [same, a]",
        "clauses.1.measure.ties",
        "same 须写在最后",
    ),
    "a league of one": (
        f"- {{ref: a, each: {{party: [up]}}, {FACT}}}\n"
        + '- {ref: "1", each: {party: [up]}, measure: {kind: rank, of: [a]}, scale: [{rate: 1}],'
        + " pays: pool, receives: party}",
        "clauses.1.measure",
        "只有一方，名次永远是 1",
    ),
    "a party among the shares twice": (
        f"- {{ref: a, each: {{party: [up, down]}}, {FACT}}}\n"
        + '- {ref: "1", scale: [{amount: 1}], pays: pool, receives: {in_proportion_to: a, among: [up, down, up]}}',
        "clauses.1.receives.among",
        "up 写了两次",
    ),
    "an element that an earlier branch has": (
        lump('each: {section: [s1, s2]}, cap: {by: section, "s1,s2": 3, s2: 5}'),
        "clauses.1.cap.s2",
        "s2 前面已有一支",
    ),
    "a factor of nothing": (lump("times: ['0']"), "clauses.1.times", "times 里有 0"),
    "a rate of nothing": (scaled("{rate: 0}"), "clauses.1.scale", "永远是 0"),
    "pieces that all come to nothing": (scaled("{up_to: 5}, {amount: 0}"), "clauses.1.scale", "永远是 0"),
    "an axis of by": (scaled("{amount: {by: river, s1: 1}}"), "clauses.1.scale.0.amount.by", "不认识的轴 river"),
    "a code of by": (
        f'- {{ref: "1", each: {{section: all}}, scale: [{{amount: {{by: section, s9: 1, else: 2}}}}], {PAYS}}}',
        "clauses.1.scale.0.amount",
        "未登记的代码 s9",
    ),
    "a target of by": (
        f'- {{ref: "1", each: {{section: all}}, scale: [{{amount: {{by: target, "1,7": 1, else: 2}}}}], {PAYS}}}',
        "clauses.1.scale.0.amount",
        "未登记的代码 7",
    ),
    "by without values": (scaled("{amount: {by: section}}"), "clauses.1.scale.0.amount", "没有数值"),
    "a day that is none": (scaled("{amount: {2020-02-30: 1}}"), "clauses.1.scale.0.amount", "不存在的日期 2020-02-30"),
    "a value that is in force only later": (
        scaled('{amount: {2020-01-01: 1, 2021-01-01: "1,2x"}}'),
        "clauses.1.scale.0.amount",
        "不是数字",
    ),
    "a value of a branch inside a branch": (
        f'- {{ref: "1", each: {{section: all, indicator: [tp, tn]}}, '
        f"scale: [{{amount: {{by: section, s1: {{by: indicator, tp: 1, tn: much}}, else: 2}}}}], {PAYS}}}",
        "clauses.1.scale.0.amount",
        "much",
    ),
    "a number that is also the ref of a clause": (
        f'- {{ref: "2", {FACT}}}\n- {{ref: "1", {LUMP}, times: ["2"]}}',
        "clauses.1.times",
        "2 既是数，又是条款的 ref",
    ),
    # circles
    "a clause that looks at itself": (measured('kind: result, of: ["1"]'), "clauses.1", "循环引用"),
    "two clauses that look at each other": (
        "- {ref: a, measure: {kind: result, of: [b]}}\n- {ref: b, times: [a]}\n" + lump("times: [b]"),
        "clauses.a",
        "循环引用",
    ),
    "a circle through a test": (
        '- {ref: a, when: [{kind: result, of: ["1"], above: 0}]}\n' + measured("kind: result, of: [a]"),
        "clauses.1",
        "循环引用",
    ),
    "a circle through another clause's last year": (
        '- {ref: a, measure: {kind: result, of: ["1"], at: previous_year}}\n' + measured("kind: result, of: [a]"),
        "clauses.a",
        "循环引用",
    ),
    "a league over its own places last year": (
        LEAGUE % 'of: ["1"], at: previous_year',
        "clauses.1",
        "循环引用",
    ),
    "a test of itself inside a measure of last year": (
        measured('kind: met, at: previous_year, all_of: [{kind: result, of: ["1"], above: 0}]'),
        "clauses.1",
        "循环引用",
    ),
    # sides
    "pays without receives": (
        '- {ref: "1", scale: [{amount: 1}], pays: upstream}',
        "clauses.1",
        "pays 与 receives 须同时写",
    ),
    "receives without pays": (
        '- {ref: "1", scale: [{amount: 1}], receives: upstream}',
        "clauses.1",
        "pays 与 receives 须同时写",
    ),
    "a payer without scale": (f'- {{ref: "1", {FACT}, {PAYS}}}', "clauses.1.scale", "付款条款没有 scale"),
    "shares that are not one": (
        '- {ref: "1", scale: [{amount: 1}], pays: {up: 1/2, third: 1/3}, receives: pool}',
        "clauses.1.pays",
        "份额之和不为 1",
    ),
    "shares of nobody": (
        '- {ref: "1", scale: [{amount: 1}], pays: {}, receives: pool}',
        "clauses.1.pays",
        "份额之和不为 1",
    ),
    "a proportion among an empty list": (
        f"- {{ref: w, each: {{party: all}}, {FACT}}}\n"
        '- {ref: "1", scale: [{amount: 1}], pays: {in_proportion_to: w, among: []}, receives: pool}',
        "clauses.1.pays.among",
        "among 是空的",
    ),
    "a proportion to one number for all": (
        f"- {{ref: w, {FACT}}}\n"
        '- {ref: "1", scale: [{amount: 1}], pays: {in_proportion_to: w, among: [up, third]}, receives: pool}',
        "clauses.1.pays",
        "w 不分主体，不能按它分摊",
    ),
    "a proportion that leaves out a party the line measures": (
        f"- {{ref: w, each: {{party: [up, down, third]}}, {FACT}}}\n"
        '- {ref: "1", scale: [{amount: 1}], pays: {in_proportion_to: w, among: [up, third]}, receives: pool}',
        "clauses.1.pays.among",
        "among 少了 down",
    ),
    "a proportion of a party the line does not measure": (
        f"- {{ref: w, each: {{party: all}}, {FACT}}}\n"
        '- {ref: "1", scale: [{amount: 1}], pays: {in_proportion_to: w, among: [up, down, third]}, receives: pool}',
        "clauses.1.pays.among",
        "w 没有 third 的数",
    ),
    "sides as a list": (
        '- {ref: "1", scale: [{amount: 1}], pays: [up, third], receives: pool}',
        "clauses.1.pays",
        "份额 {a: 50%, b: 50%}",
    ),
    "a share that is no number": (
        '- {ref: "1", scale: [{amount: 1}], pays: {up: half, third: 1/2}, receives: pool}',
        "clauses.1.pays.up",
        "不是数字",
    ),
    "a proportion among nobody": (
        '- {ref: "1", scale: [{amount: 1}], pays: {in_proportion_to: a}, receives: pool}',
        "clauses.1.pays.among",
        "缺少必填的键",
    ),
    "a negative share": (
        '- {ref: "1", scale: [{amount: 1}], pays: {up: 3/2, third: -1/2}, receives: pool}',
        "clauses.1.pays",
        "份额不能为负",
    ),
    "weights that are not one": (
        measured("kind: index, section: s1, against: baseline, weights: {tp: 1/2, tn: 1/3}"),
        "clauses.1.measure.weights",
        "权重之和不为 1",
    ),
    "a negative weight": (
        measured("kind: index, section: s1, against: baseline, weights: {tp: 3/2, tn: -1/2}"),
        "clauses.1.measure.weights",
        "权重不能为负",
    ),
    "a comma for a decimal point": (scaled('{amount: "1,5"}'), "clauses.1.scale.0.amount", "不是数字"),
    "party outside each party": (
        '- {ref: "1", scale: [{amount: 1}], pays: party, receives: pool}',
        "clauses.1.pays",
        "party 须在 each",
    ),
    "rank outside each party": (
        f'- {{ref: a, {FACT}}}\n- {{ref: "1", measure: {{kind: rank, of: [a]}}, {LUMP}}}',
        "clauses.1.measure",
        "rank 须在 each",
    ),
    # lines
    "a line nobody uses": (f'- {{ref: a, {FACT}}}\n- {{ref: "1", {LUMP}}}', "clauses.a", "中间项 a 无人使用"),
    "a line only it itself uses": (
        "- {ref: a, measure: {kind: result, of: [a], at: previous_year, otherwise: 1},"
        " times: {2020-01-01: [], 2021-01-01: [2]}}\n" + lump("cap: 5"),
        "clauses.a",
        "无人使用",
    ),
    "several numbers as a multiplier": (
        f'- {{ref: a, each: {{section: all}}, {FACT}}}\n- {{ref: "1", {LUMP}, times: [a]}}',
        "clauses.1",
        "条款 a 有多个数值（section）",
    ),
    "months as a multiplier of a year": (
        f'- {{ref: a, every: month, {FACT}}}\n- {{ref: "1", {LUMP}, times: [a]}}',
        "clauses.1",
        "条款 a 有多个数值（month）",
    ),
    # paid more often than it arises
    "the sum of a year every month": (
        YEARLY + f'- {{ref: "1", every: month, measure: {{kind: result, of: [a]}}, scale: [{{rate: 1}}], {PAYS}}}',
        "clauses.1",
        "金额一个 year 才有一笔，却逐 month 照付",
    ),
    "the sum of a year for each of its months": (
        YEARLY
        + f'- {{ref: "1", each: {{month: all}}, measure: {{kind: result, of: [a]}}, scale: [{{rate: -1}}], {PAYS}}}',
        "clauses.1",
        "去掉 each 里的 month",
    ),
    "the sum of a term every year": (
        f"- {{ref: a, every: term, {FACT}}}\n"
        f'- {{ref: "1", measure: {{kind: result, of: [a]}}, scale: [{{rate: 1}}], {PAYS}}}',
        "clauses.1",
        "写 every: term",
    ),
    "the sum of a year, handed on by a line of the month": (
        YEARLY
        + "- {ref: b, every: month, measure: {kind: result, of: [a]}}\n"
        + f'- {{ref: "1", every: month, measure: {{kind: result, of: [b]}}, scale: [{{rate: 1}}], {PAYS}}}',
        "clauses.1",
        "如 rate: 1/12",
    ),
    "a share of a year times a fund of the year, every month": (
        YEARLY
        + "- {ref: fund, scale: [{amount: 9000}]}\n"
        + '- {ref: "1", every: month, measure: {kind: result, of: [a]}, times: [fund],'
        + f" scale: [{{rate: 1}}], {PAYS}}}",
        "clauses.1",
        "成了几倍",
    ),
    "a twelfth of the sum of a year, taken twelve times by the next clause": (
        YEARLY
        + "- {ref: b, every: month, measure: {kind: result, of: [a]}, scale: [{rate: 1/12}]}\n"
        + f'- {{ref: "1", every: month, measure: {{kind: result, of: [b]}}, scale: [{{rate: 12}}], {PAYS}}}',
        "clauses.1",
        "金额一个 year 才有一笔，却逐 month 照付",
    ),
    **{
        f"the sum of a year every month {name}": (
            f'{YEARLY}- {{ref: "1", every: month, measure: {{kind: result, of: {of}}}, {scale}, {PAYS}}}',
            "clauses.1",
            "金额一个 year 才有一笔，却逐 month 照付",
        )
        for name, of, scale in [
            ("above nothing", "[a]", "scale: [{up_to: 0}, {rate: 1}]"),
            ("above a free sum", "[a]", "scale: [{up_to: 10}, {rate: 1, origin: 10}]"),
            ("below a bound", "[a]", "scale: [{up_to: 10, rate: 1}, {amount: 10}]"),
            ("with a fixed part", "[a]", "scale: [{amount: 5, rate: 1}]"),
            ("twice", "[a]", "scale: [{rate: 2}]"),
            ("twice, the other way round", "[a]", "scale: [{rate: -2}]"),
            ("a thousandfold by a small unit", "[a]", "scale: [{rate: 1, per: 1/1000}]"),
            ("as a twelfth taken twelve times", "[a]", 'scale: [{rate: 1/12}], times: ["12"]'),
            ("as a weight of a twelfth taken twelve times", "{a: 1/12}", "scale: [{rate: 12}]"),
        ]
    },
    "several numbers to compare with": (
        f"- {{ref: a, each: {{section: all}}, {FACT}}}\n"
        + measured("kind: reported, fact: y, against: {ref: a}, expressed: ratio"),
        "clauses.1",
        "有多个数值",
    ),
    # what belongs elsewhere, and what names nothing
    "points in an agreement": (lump("points: 5"), "clauses.1.points", "points 只用于绩效评价表"),
    "an axis without elements": (lump("each: {section: []}"), "clauses.1.each.section", "section 是空的"),
    "a scale without pieces": (f'- {{ref: "1", scale: [], {PAYS}}}', "clauses.1.scale", "scale 是空的"),
    "a cap below zero": (lump("cap: -5"), "clauses.1.cap", "must not be negative"),
    "a cap of nothing": (lump("cap: 0"), "clauses.1.cap", "cap 为 0"),
    "a figure divided by zero": (lump("cap: 1/0"), "clauses.1.cap", "除数为零：'1/0'"),
    "a figure with its unit": (lump("cap: 5万元"), "clauses.1.cap", "写 0.95、1/3、83%，不带单位"),
    "the same on both sides": (
        '- {ref: "1", scale: [{amount: 1}], pays: pool, receives: pool}',
        "clauses.1",
        "pays 与 receives 相同",
    ),
    "two axes of time": (lump("each: {month: all, day: all}"), "clauses.1.each", "each 只能有一个时间轴"),
    "a figure verified by a word": (
        scaled("{amount: {value: 5, source: 第一条, verified: no}}"),
        "clauses.1.scale.0.amount.verified",
        "verified 须为 true 或 false",
    ),
    # pieces
    "a ladder of nothing measured": (
        f'- {{ref: "1", scale: [{{up_to: 1, amount: 5}}, {{amount: 9}}], {PAYS}}}',
        "clauses.1.scale",
        "没有 measure，几段里永远只用得上一段",
    ),
    "a rate of nothing measured": (
        f'- {{ref: "1", scale: [{{rate: 500}}], {PAYS}}}',
        "clauses.1.scale.0.rate",
        "没有 measure，rate 永远乘以 0",
    ),
    "pieces out of order": (
        scaled("{up_to: 1, amount: 1}, {up_to: 0.5, amount: 2}, {amount: 3}"),
        "clauses.1.scale.1",
        "顺序不对",
    ),
    "a piece never reached": (scaled("{amount: 1}, {up_to: 2, amount: 3}"), "clauses.1.scale.1", "永远用不到"),
    "a piece that ends where the last ended": (
        scaled("{up_to: 1}, {below: 1, amount: 2}, {amount: 3}"),
        "clauses.1.scale.1",
        "永远用不到",
    ),
    "a scale open at the top": (scaled("{up_to: 1, amount: 1}"), "clauses.1.scale.0", "最后一段没有敞口"),
    "both bounds on one piece": (
        scaled("{up_to: 1, below: 2}, {amount: 1}"),
        "clauses.1.scale.0",
        "up_to 与 below 只能写一个",
    ),
    "steps of nothing": (scaled("{rate: 1, per: 0}"), "clauses.1.scale.0.per", "per 不能为 0"),
    "steps of a fact that may be negative": (
        scaled("{rate: 1, steps: started}"),
        "clauses.1.scale.0.steps",
        "前面另写一段 up_to: 0",
    ),
    "steps of what is short of 12, counted from 12 upwards": (
        scaled("{below: 12, origin: 12, per: 1, steps: started, rate: -7.5}, {amount: 0}"),
        "clauses.1.scale.0.steps",
        "per 写负数，如 -1",
    ),
    "steps whose origin lies inside the piece": (
        scaled("{up_to: 1}, {rate: 1, origin: 1.5, steps: completed}"),
        "clauses.1.scale.1.steps",
        "档数会是负的",
    ),
    "steps downwards in a piece that goes on above the origin": (
        scaled("{up_to: 13, rate: 1, origin: 12, per: -1, steps: started}, {amount: 0}"),
        "clauses.1.scale.0.steps",
        "本段写 up_to: 12",
    ),
    "steps of a difference between two quantities": (
        measured("kind: volume, section: s1, against: baseline, expressed: difference").replace(
            "scale: [{amount: 1}]", "scale: [{rate: 1, per: 100, steps: completed}]"
        ),
        "clauses.1.scale.0.steps",
        "档数会是负的",
    ),
    "a ladder on exceedance that pays at 0": (
        exceeding('"1"', f"scale: {LADDER}, {PAYS}"),
        "clauses.1.scale",
        "超标倍数为 0 时也付款",
    ),
    "such a ladder behind a line": (
        exceeding("m") + f'- {{ref: "1", measure: {{kind: result, of: [m]}}, scale: {LADDER}, {PAYS}}}',
        "clauses.1.scale",
        "超标倍数为 0 时也付款",
    ),
    "such a ladder on a line": (
        exceeding("m", f"scale: {LADDER}")
        + f'- {{ref: "1", measure: {{kind: result, of: [m]}}, scale: [{{rate: 1}}], {PAYS}}}',
        "clauses.m.scale",
        "超标倍数为 0 时也付款",
    ),
}


LAWFUL = {
    "a twelfth of the sum of a year": "measure: {kind: result, of: [a]}, scale: [{rate: 1/12}]",
    "a weight of a twelfth": "measure: {kind: result, of: {a: 1/12}}, scale: [{rate: 1}]",
    "a twelfth as a factor": 'measure: {kind: result, of: [a]}, scale: [{rate: 1}], times: ["1/12"]',
    "a twelfth of what is above a free sum": (
        "measure: {kind: result, of: [a]}, scale: [{up_to: 10}, {rate: 1/12, origin: 10}]"
    ),
    "five for each ten of the year": "measure: {kind: result, of: [a]}, scale: [{rate: 5, per: 10}]",
    "a tier by the year": "measure: {kind: result, of: [a]}, scale: [{up_to: 1, amount: 80}, {amount: 40}]",
    "a condition of the month": (
        "when: [{kind: quality_class, section: s1, at_most: 3}], measure: {kind: result, of: [a]}, scale: [{rate: 1}]"
    ),
    "a price of the year times a number of the month": (
        "measure: {kind: volume, section: s1}, scale: [{rate: 1}], times: [a]"
    ),
    "a price of the year as a factor": "scale: [{amount: 1}], times: [a]",
    "a test of the year": "when: [{kind: result, of: [a], above: 0}], scale: [{amount: 5}]",
    "a price for each class of the year": ("measure: {kind: result, of: [c]}, scale: [{rate: 1}]"),
    "less a number of the month": (
        "measure: {kind: result, of: [a], against: {ref: m}, expressed: difference}, scale: [{rate: 1}]"
    ),
}


@pytest.mark.parametrize(
    "clause",
    [scaled("{rate: {2020-01-01: 0, 2021-01-01: 5}}"), lump("times: {2020-01-01: ['0'], 2021-01-01: ['1/2']}"),
     scaled("{up_to: 5}, {rate: 1}")],
    ids=["from the second year on", "by a factor from the second year on", "above a bound"],
)  # fmt: skip
def test_a_clause_may_come_to_nothing_at_times(clause: str) -> None:
    assert found(clause) == []


def test_a_twelfth_of_the_sum_of_a_year_may_be_handed_on() -> None:
    line = "- {ref: b, every: month, measure: {kind: result, of: [a]}, scale: [{rate: 1/12}]}\n"
    payer = f'- {{ref: "1", every: month, measure: {{kind: result, of: [b]}}, scale: [{{rate: 6}}], {PAYS}}}'
    assert found(YEARLY + line + payer) == []


@pytest.mark.parametrize(
    "sides",
    ["each: {party: all}, pays: party, receives: {by: party, up: down, down: up}",
     "each: {party: all}, pays: party, receives: third",
     "each: {section: [s1, s2]}, pays: upstream, receives: {by: section, s1: third, s2: down}"],
)  # fmt: skip
def test_a_side_by_element_may_be_whoever_is_not_the_other_side_there(sides: str) -> None:
    assert found(f'- {{ref: "1", scale: [{{amount: 1}}], {sides}}}') == []


@pytest.mark.parametrize("clause", LAWFUL.values(), ids=LAWFUL)
def test_a_month_may_use_what_arises_once_a_year(clause: str) -> None:
    lines = YEARLY if "of: [c]" not in clause else "- {ref: c, measure: {kind: quality_class, section: s1}}\n"
    lines += f"- {{ref: m, every: month, {FACT}}}\n" if "ref: m" in clause else ""
    assert found(f'{lines}- {{ref: "1", every: month, {clause}, {PAYS}}}') == []


SHARED = {
    "the other side": (
        'pays: third, receives: {in_proportion_to: w, among: [up, down]}',
        "[up, down, third]",
    ),
    "another share": (
        "pays: {in_proportion_to: w, among: [up, down]}, receives: {in_proportion_to: w, among: [third, fourth]}",
        "[up, down, third, fourth]",
    ),
    "another use of the line": (
        "times: [n], pays: {in_proportion_to: w, among: [up, down]}, receives: pool",
        "[up, down, third]",
    ),
    "sides that the section in hand decides": (
        "each: {section: s1}, pays: upstream, receives: {in_proportion_to: w, among: [down, third]}",
        "[up, down, third]",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("sides", "parties"), SHARED.values(), ids=SHARED)
def test_a_party_that_is_measured_may_have_its_part_in(sides: str, parties: str) -> None:
    lines = f"- {{ref: w, each: {{party: {parties}}}, {FACT}}}\n"
    lines += "- {ref: n, measure: {kind: result, of: [w]}}\n" if "[n]" in sides else ""
    clause = f'- {{ref: "1", scale: [{{amount: 1}}], {sides}}}'
    assert found(lines + clause, parties="[up, down, third, fourth]") == []


def test_the_sum_of_the_months_may_be_paid_once_a_year() -> None:
    months = f"- {{ref: a, every: month, {FACT}}}\n"
    assert found(months + f'- {{ref: "1", measure: {{kind: result, of: [a]}}, scale: [{{rate: 1}}], {PAYS}}}') == []


def test_every_misfit_of_a_clause_is_told() -> None:
    clause = lump("ammount: 1, cap: much, measure: {kind: pollution, decimals: few}, when: [{kind: reported, fakt: x}]")
    assert [refusal.path for refusal in found(clause)] == [
        "clauses.1.when.0.fakt",
        "clauses.1.measure.kind",
        "clauses.1.measure.decimals",
        "clauses.1.cap",
        "clauses.1.ammount",
    ]


def test_every_share_that_is_no_number_is_told_and_no_other_shape_a_side_could_have() -> None:
    clause = '- {ref: "1", scale: [{amount: 1}], pays: {up: half, third: rest}, receives: pool}'
    assert [(refusal.path, refusal.zh) for refusal in found(clause)] == [
        ("clauses.1.pays.up", "不是数字：'half'"),
        ("clauses.1.pays.third", "不是数字：'rest'"),
    ]


def test_a_line_is_not_called_unused_while_a_clause_that_may_use_it_does_not_fit() -> None:
    clauses = f"- {{ref: a, {FACT}}}\n" + lump("ammount: 1, times: [a]")
    assert [refusal.path for refusal in found(clauses)] == ["clauses.1.ammount"]


@pytest.mark.parametrize(
    "clause",
    [
        scaled("{up_to: 0}, {rate: 1, steps: started}"),
        scaled("{below: 12, origin: 12, per: -1, steps: started, rate: 7.5}, {amount: 0}"),
        scaled("{up_to: 0, rate: -50, per: -0.1, steps: completed}, {rate: 50, per: 0.1, steps: completed}"),
        scaled("{rate: 1, per: -1}"),
        exceeding('"1"', f"scale: [{{rate: 50, per: 0.5, steps: started}}], {PAYS}"),
    ],
    ids=["up from 0", "down from 12", "both ways from 0", "down in proportion", "of what is never negative"],
)
def test_steps_away_from_the_origin_are_not_refused(clause: str) -> None:
    assert found(clause) == []


@pytest.mark.parametrize(("clauses", "path", "word"), REFUSED.values(), ids=REFUSED)
def test_refused(clauses: str, path: str, word: str) -> None:
    assert_refused(clauses, path, word)


SOMETIMES = {
    "an excuse with another bound": lump(
        f"when: [{{{SCORE}}}], unless: [{{kind: reported, fact: x, at_least: 90, because: 第九条}}]"
    ),
    "a run of a whole year": measured(f"{RUNS}, take: {{runs_of: 12}}"),
}


@pytest.mark.parametrize("clauses", SOMETIMES.values(), ids=SOMETIMES)
def test_what_is_not_always_nothing_is_taken(clauses: str) -> None:
    assert found(clauses) == []
