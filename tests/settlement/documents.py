"""Makers of settlement and assessment documents, as the engine writes them.

For the tests of what prints and keeps documents. Figures are those of published outcomes where a river is named,
otherwise invented.
"""

from __future__ import annotations

from typing import Any

from settlement.printing.wording import Names
from settlement.statement.canonical import digest
from settlement.statement.engine_version import ENGINE_VERSION

NAMES = Names(
    parties={"jiangxi": "江西省", "hunan": "湖南省", "yunnan": "云南省", "guizhou": "贵州省", "sichuan": "四川省",
             "anhui": "安徽省", "zhejiang": "浙江省", "upper": "示例上游", "lower": "示例下游"},
    sections={"jinyushi": "金鱼石", "jiekou": "街口", "demo-1": "示例一"},
    basins={"lushui": "渌水", "demo": "示例流域"},
    indicators={"codmn": "高锰酸盐指数", "tp": "总磷", "tn": "总氮", "nh3n": "氨氮"},
)  # fmt: skip


def scale(n: str, value_piece: int = 0, **figures: Any) -> dict[str, Any]:
    """The piece of a scale that applied, with its defaults."""
    plain = {"piece": value_piece, "amount": "0", "rate": "0", "origin": "0", "per": "1", "steps": None, "n": n}
    return plain | figures


def evaluation(clause: str, period: str, value: str | None, amount: str | None, **more: Any) -> dict[str, Any]:
    """An evaluation with nothing special about it, but for `more`."""
    plain = {
        "clause": clause, "title": "", "source": "第三条", "period": period, "element": {}, "value": value,
        "amount": amount, "reason": None, "scale": None, "times": [], "cap": None, "unverified": [], "working": [],
        "statistics": [], "year_to_date": None, "pays": None, "receives": None,
    }  # fmt: skip
    return plain | more


def working(label: str, expression: str, value: str) -> dict[str, str]:
    """One recorded line."""
    return {"label": label, "expression": expression, "value": value}


def statistic(section: str, indicator: str, period: str, mean: str | None, **more: Any) -> dict[str, Any]:
    """A section-month statistic; `reported` is the mean unless given."""
    plain = {"section": section, "indicator": indicator, "period": period, "mean": mean, "reported": mean,
             "readings": 180, "days": 30, "left_out": {}, "reason": None}  # fmt: skip
    return plain | more


def rule(path: str, value: str, *, verified: bool = True, source: str = "协议第四条") -> dict[str, Any]:
    """A rule printed on the statement."""
    return {"path": path, "value": value, "source": source, "verified": verified}


def obligation(clause: str, period: str, payer: str, payee: str, amount_yuan: str) -> dict[str, str]:
    """What one clause makes one party owe another."""
    return {"clause": clause, "period": period, "payer": payer, "payee": payee, "amount_yuan": amount_yuan}


def settlement(agreement: str, title: str, period: str, **more: Any) -> dict[str, Any]:
    """A settlement document with its id and digest filled in."""
    document: dict[str, Any] = {
        "agreement": agreement, "title": title, "basin": agreement.split("-")[0], "agreement_sha256": "0" * 64,
        "period": period, "as_of": "2021-01-15T08:00:00Z", "kind": "payable", "status": "试算", "parties": {},
        "verified": True, "rules": [], "evaluations": [], "statistics": [], "obligations": [], "transfers": [],
        "stops": [], "engine_version": ENGINE_VERSION,
    } | more  # fmt: skip
    fingerprint = digest(document)
    return document | {"digest": fingerprint, "id": f"{agreement}-{period}-{fingerprint[:12]}"}


def lushui_2020() -> dict[str, Any]:
    """渌水 2020: seven months at Ⅱ and five at Ⅲ, 100 万元 each, so Hunan pays Jiangxi 12 000 000 元 (published)."""
    classes = ["2"] * 7 + ["3"] * 5
    months = [
        evaluation(
            "3.1", f"2020-{month:02d}", value, "100", title="逐月水质达标补偿", element={"section": "jinyushi"},
            scale=scale(value, amount="100"), pays="hunan", receives="jiangxi", statistics=[month - 1],
            unverified=["data.min_days_a_month"],
            working=[
                working("水质类别（月均值，最差指标）", "最大值（高锰酸盐指数 1，总磷 " + value + "）", value),
                working("达标判定", f"{value} ≤ 3", "达标"),
                working("本月补偿（万元）", "100", "100"),
            ],
        )
        for month, value in enumerate(classes, 1)
    ]  # fmt: skip
    statistics = [
        statistic("jinyushi", "tp", f"2020-{month:02d}", "0.0562", reported="0.06", left_out=left_out)
        for month in range(1, 13)
        for left_out in ([{"维护": 1}] if month == 3 else [{}])
    ]
    return settlement(
        "lushui-jiangxi-hunan-2019", "渌水流域横向生态保护补偿协议", "2020",
        parties={"upstream": "jiangxi", "downstream": "hunan"}, verified=False, evaluations=months,
        statistics=statistics,
        rules=[rule("clauses.3.1.scale", "100 万元/月", source="协议第三条"),
               rule("data.min_days_a_month", "1", verified=False, source="协议未载明，程序默认"),
               rule("data.compare", "rounded", verified=False, source="协议未载明，程序默认")],
        obligations=[obligation("3.1", "2020", "hunan", "jiangxi", "12000000.00")],
        transfers=[{"payer": "hunan", "payee": "jiangxi", "amount_yuan": "12000000.00"}],
    )  # fmt: skip


def chishui_2018() -> dict[str, Any]:
    """赤水河 2018: 20 000 万元 in as 1:5:4, out as 3:4:3: Guizhou and Sichuan pay Yunnan 2 000 万元 each."""
    paid_in = {"yunnan": "1/10", "guizhou": "1/2", "sichuan": "2/5"}
    paid_out = {"yunnan": "3/10", "guizhou": "2/5", "sichuan": "3/10"}
    lump = {"scale": scale("0", amount="20000"), "working": [working("赤水河补偿资金（万元）", "20000", "20000")]}
    return settlement(
        "chishui-yunnan-guizhou-sichuan-2018", "赤水河流域横向生态保护补偿协议", "2018",
        parties=["yunnan", "guizhou", "sichuan"],
        evaluations=[
            evaluation("3.1", "2018", None, "20000", title="出资", pays=paid_in, receives="pool", **lump),
            evaluation("3.2", "2018", None, "20000", title="分配", pays="pool", receives=paid_out, **lump),
        ],
        obligations=[
            obligation("3.1", "2018", "yunnan", "pool", "20000000.00"),
            obligation("3.1", "2018", "guizhou", "pool", "100000000.00"),
            obligation("3.1", "2018", "sichuan", "pool", "80000000.00"),
            obligation("3.2", "2018", "pool", "yunnan", "60000000.00"),
            obligation("3.2", "2018", "pool", "guizhou", "80000000.00"),
            obligation("3.2", "2018", "pool", "sichuan", "60000000.00"),
        ],
        transfers=[
            {"payer": "guizhou", "payee": "yunnan", "amount_yuan": "20000000.00"},
            {"payer": "sichuan", "payee": "yunnan", "amount_yuan": "20000000.00"},
        ],
    )  # fmt: skip


def xinan_2020() -> dict[str, Any]:
    """新安江 2020: the baselines are not published, so the clause stops and nothing is owed."""
    missing = "missing_parameter: baseline"
    measured = [("codmn", "1.7324"), ("nh3n", "0.0413"), ("tp", "0.0251"), ("tn", "1.2087")]
    return settlement(
        "xinan-anhui-zhejiang-2018", "新安江流域上下游横向生态补偿协议（第三轮）", "2020", kind="stopped",
        parties={"upstream": "anhui", "downstream": "zhejiang"}, verified=False,
        rules=[rule("clauses.P.measure.coefficient", "0.9", verified=False, source="回忆，未核实"),
               rule("clauses.P.measure.weights", "22% 22% 28% 28%", verified=False, source="回忆，未核实")],
        evaluations=[
            evaluation(
                "P", "2020", None, None, title="补偿指数 P", source="第二条", element={"section": "jiekou"},
                reason=missing,
                unverified=["clauses.P.measure.coefficient", "clauses.P.measure.weights"], statistics=[0, 1, 2, 3],
                working=[working(NAMES.indicator(code), "年均值", mean) for code, mean in measured],
            ),
        ],
        statistics=[
            *(statistic("jiekou", code, "2020-08", mean, left_out={"withheld": 12}) for code, mean in measured),
            statistic("jiekou", "tp", "2020-07", None, readings=0, days=0, left_out={"维护": 3}, reason="no_readings"),
        ],
        stops=[{"clause": "P", "period": "2020", "element": {"section": "jiekou"}, "reason": missing,
                "message_zh": "街口断面的基准浓度未公布，无法计算补偿指数",
                "message_en": "baselines at Jiekou are not published"}],
    )  # fmt: skip


def below_detection() -> dict[str, Any]:
    """渌水 2020 where, say, TP was once not seen as low as Ⅲ, and NH3-N not as low as a limit that the sheet states."""
    row = {"section": "jinyushi", "period": "2020-03", "readings": 12}
    phosphorus = row | {"indicator": "tp", "detection_limit": "0.25", "limit": "0.2", "target": 3}
    ammonia = row | {"indicator": "nh3n", "detection_limit": "0.8", "limit": "0.7", "target": None}
    return lushui_2020() | {"limit_below_detection": [phosphorus, ammonia]}


def demo_steps() -> dict[str, Any]:
    """Invented: pieces with steps, a multiplier, caps, a third, a payment the other way and one excused."""
    side = {"pays": "lower", "receives": "upper"}
    whole = {"rate": "25", "per": "0.5", "steps": "completed"}
    short = {"rate": "-50", "per": "-0.5", "steps": "completed"}
    return settlement(
        "demo-steps", "示例：阶梯、封顶与分担", "2020", parties={"upstream": "upper", "downstream": "lower"},
        evaluations=[
            evaluation("1", "2020-01", "1.6", "100", scale=scale("4", rate="25", per="0.5", steps="started"), **side),
            evaluation("1", "2020-02", "1.6", "75", scale=scale("3", **whole), **side),
            evaluation("1", "2020-03", "0.3", "75", scale=scale("3", **whole | {"per": "0.1"}), **side),
            evaluation("1", "2020-04", "-0.6", "-50", scale=scale("1", **short), **side),
            evaluation("2", "2020", "1/3", "-4000", scale=scale("-2/3", rate="7200", origin="1"), times=["6/5"],
                       cap="4000", **side),
            evaluation("3", "2020", "1/3", "100/3", scale=scale("1/3", rate="100"), pays="lower",
                       receives={"upper": "1/3", "middle": "2/3"}),
            evaluation("4", "2020", "5", "0", scale=scale("5", rate="100"), reason="unless",
                       working=[working("免除", "特大洪水", "0")], **side),
            evaluation("line", "2020", "0.95", "0.95"),
        ],
        obligations=[
            obligation("1", "2020", "lower", "upper", "2000000.00"),
            obligation("2", "2020", "upper", "lower", "40000000.00"),
            obligation("3", "2020", "lower", "upper", "111111.11"),
            obligation("3", "2020", "lower", "middle", "222222.22"),
        ],
        transfers=[
            {"payer": "upper", "payee": "lower", "amount_yuan": "37888888.89"},
            {"payer": "lower", "payee": "middle", "amount_yuan": "222222.22"},
        ],
    )  # fmt: skip


def demo_assessment() -> dict[str, Any]:
    """Invented: three criteria, one without data, 74.4 of 85 points."""
    criteria = [
        ("1", "断面达标率", "30", "27", "0.9", None), ("2", "Ⅰ—Ⅲ类断面比例", "30", "24", "0.8", None),
        ("3", "同比变化", "25", "23.4", "-0.02", None), ("4", "数据完整率", "15", None, None, "no_readings"),
    ]  # fmt: skip
    document: dict[str, Any] = {
        "scorecard": "demo-scorecard", "title": "示例流域绩效评价", "basin": "demo", "period": "2020",
        "as_of": "2021-01-15T08:00:00Z", "verified": False, "score": "87.5", "grade": "良", "available": "85",
        "earned": "74.4",
        "criteria": [
            {"ref": ref, "title": title, "source": "示例", "points": points, "earned": earned, "value": value,
             "reason": reason, "unverified": [] if reason else ["criteria." + ref + ".scale"], "statistics": [0],
             "working": [] if reason else [working("得分", f"{points} × {value}", str(earned))]}
            for ref, title, points, earned, value, reason in criteria
        ],
        "statistics": [statistic("demo-1", "tp", "2020", "0.0562", reported="0.06")],
        "bands": [["优", "90"], ["良", "80"], ["中", "60"], ["差", "0"]],
    }  # fmt: skip
    fingerprint = digest(document)
    return document | {"digest": fingerprint, "id": f"demo-scorecard-2020-{fingerprint[:12]}"}
