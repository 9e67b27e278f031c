"""Everything declared, loaded once: bundled, from directories, from a file, and what shadows what."""

from __future__ import annotations

from pathlib import Path

import pytest

from basin.errors import AgreementError, UnknownCode
from basin.periods import period
from basin.registry import Registry, declared_registry, load_registry
from tests.settlement.makers import agreement_text

LUMP = '- {ref: "1", scale: [{amount: 1}], pays: upstream, receives: downstream}'
PARTIES = "{upstream: anhui, downstream: zhejiang}"
BUNDLED_AGREEMENTS = {
    "chishui-2018", "chishui-2021", "chuhe-anhui-jiangsu-2018", "dabieshan-luan-hefei-2017",
    "jiuzhoujiang-guangxi-guangdong-2018", "lushui-jiangxi-hunan-2019", "xinan-anhui-zhejiang-2012",
    "xinan-anhui-zhejiang-2015", "xinan-anhui-zhejiang-2018", "yellow-river-henan-shandong-2021",
    "youshui-chongqing-hunan-2019", "youshui-chongqing-hunan-2022",
}  # fmt: skip


@pytest.fixture(scope="module")
def bundled() -> Registry:
    return load_registry()


def written(file: Path, clauses: str = LUMP, **header: str) -> Path:
    """An agreement file of two provinces."""
    file.parent.mkdir(parents=True, exist_ok=True)
    named = {"parties": PARTIES, "code": "outside", "basin": "xinan"} | header
    file.write_text(agreement_text(clauses, **named), encoding="utf-8")
    return file


class TestBundled:
    """What ships."""

    def test_the_agreements_of_eight_rivers_are_there_and_nothing_is_shadowed(self, bundled: Registry) -> None:
        assert bundled.agreements.keys() >= BUNDLED_AGREEMENTS
        assert bundled.messages == ()

    @pytest.mark.parametrize("code", sorted(BUNDLED_AGREEMENTS))
    def test_every_shipped_agreement_states_every_data_rule_with_its_source(self, bundled: Registry, code: str) -> None:
        stated = {rule["path"]: rule for rule in bundled.agreement(code).rules_stated()}
        for rule in ("min_readings_a_day", "min_days_a_month", "statuses", "compare", "non_detect", "missing_month"):
            assert stated[f"data.{rule}"]["source"]
            assert stated[f"data.{rule}"]["verified"] is False

    @pytest.mark.parametrize("code", sorted(BUNDLED_AGREEMENTS))
    def test_every_shipped_clause_quotes_its_article(self, bundled: Registry, code: str) -> None:
        clauses = bundled.agreement(code).document["clauses"]
        assert [clause["ref"] for clause in clauses if not clause.get("source") or not clause.get("title")] == []

    @pytest.mark.parametrize(
        ("text", "code", "expected"),
        [
            ("2019", "lushui-jiangxi-hunan-2019", True),
            ("2019-06", "lushui-jiangxi-hunan-2019", False),
            ("2022-06", "lushui-jiangxi-hunan-2019", True),
            ("2022Q3", "lushui-jiangxi-hunan-2019", False),
            ("2020-08", "xinan-anhui-zhejiang-2018", True),
            ("2018..2020", "xinan-anhui-zhejiang-2015", False),
        ],
    )
    def test_an_agreement_is_in_force_where_its_term_overlaps(
        self, bundled: Registry, text: str, code: str, expected: bool
    ) -> None:
        assert (code in {agreement.code for agreement in bundled.in_force(period(text))}) is expected

    def test_an_unknown_code_is_refused_with_the_known_ones(self, bundled: Registry) -> None:
        with pytest.raises(UnknownCode) as refused:
            bundled.agreement("lushui")
        assert "lushui-jiangxi-hunan-2019" in refused.value.remedy
        with pytest.raises(UnknownCode):
            bundled.scoring_by("none")


class TestOutside:
    """Outside directories and files on top of the bundled ones."""

    @pytest.mark.parametrize("place", ["agreements/river.yaml", "river.yaml", "river.yml"])
    def test_an_agreement_is_found_in_its_folder_or_in_a_flat_directory(self, tmp_path: Path, place: str) -> None:
        written(tmp_path / place)
        assert "outside" in load_registry([tmp_path]).agreements

    def test_a_single_file_works(self, tmp_path: Path) -> None:
        registry = load_registry([written(tmp_path / "deep" / "river.yaml")])
        assert registry.agreement("outside").parties == {"upstream": "anhui", "downstream": "zhejiang"}

    def test_an_outside_code_shadows_a_bundled_one_and_says_so(self, tmp_path: Path) -> None:
        file = written(tmp_path / "agreements" / "x.yaml", code="chishui-2018")
        registry = load_registry([tmp_path])
        assert registry.agreement("chishui-2018").title == "试验协议"
        assert [message for message in registry.messages if "chishui-2018" in message and str(file) in message]

    def test_the_later_of_two_directories_wins(self, tmp_path: Path) -> None:
        for name in ("a", "b"):
            written(tmp_path / name / "river.yaml", title=f"协议{name}")
        registry = load_registry([tmp_path / "a", tmp_path / "b"])
        assert registry.agreement("outside").title == "协议b"
        assert len(registry.messages) == 1

    def test_one_code_twice_in_one_directory_is_refused(self, tmp_path: Path) -> None:
        written(tmp_path / "agreements" / "a.yaml")
        written(tmp_path / "agreements" / "b.yaml")
        with pytest.raises(AgreementError, match="重复的 code outside"):
            load_registry([tmp_path])

    def test_new_parties_and_sections_travel_with_the_agreement(self, tmp_path: Path) -> None:
        home = tmp_path / "basins" / "new"
        home.mkdir(parents=True)
        (home / "parties.csv").write_text("code,name_zh,name_en,adcode\nqian,前县,Qian,\n", encoding="utf-8")
        columns = "code,name_zh,name_en,river,order,upstream,downstream,water_body,target_class"
        (home / "sections.csv").write_text(f"{columns}\nbridge,桥,,河,1,qian,anhui,river,3\n", encoding="utf-8")
        clause = '- {ref: "1", each: {section: all}, measure: {kind: quality_class}, scale: [{rate: 1}], pays: upstream, receives: downstream}'  # noqa: E501
        written(tmp_path / "agreements" / "x.yaml", clause, basin="new", parties="[qian, anhui]")
        registry = load_registry([tmp_path])
        assert registry.network.sections["bridge"].upstream == "qian"
        assert "outside" in registry.agreements

    def test_a_case_file_beside_is_no_agreement(self, tmp_path: Path) -> None:
        written(tmp_path / "river.yaml")
        (tmp_path / "cases.yaml").write_text("agreement: outside\ncases: []\n", encoding="utf-8")
        assert "outside" in load_registry([tmp_path]).agreements

    @pytest.mark.parametrize(
        ("name", "text", "said"),
        [
            ("agreements/x.yaml", "code: x\nclause: []\n", "缺少"),
            ("scorecards/x.yaml", "code: x\ncriterion: []\n", "缺少"),
            ("agreements/x.yaml", "code: x\ncode: y\nclauses: []\n", "重复的键"),
            ("agreements/x.yaml", "- a\n", "文件应是键值表"),
            ("x.yaml", "clauses: [\n", "YAML 无法读取"),
        ],
    )
    def test_a_file_that_cannot_be_used_is_refused_by_name(
        self, tmp_path: Path, name: str, text: str, said: str
    ) -> None:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
        with pytest.raises(AgreementError, match=said) as refused:
            load_registry([tmp_path])
        assert refused.value.file is not None
        assert name in refused.value.file

    def test_a_directory_that_is_not_there_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(AgreementError, match="读不到"):
            load_registry([tmp_path / "nowhere"])

    def test_an_agreement_that_the_grammar_refuses_is_refused_with_its_file(self, tmp_path: Path) -> None:
        file = written(tmp_path / "river.yaml", LUMP.replace("downstream", "nobody"))
        with pytest.raises(AgreementError, match="未登记的主体 nobody") as refused:
            load_registry([tmp_path])
        assert refused.value.file == str(file)


class TestOnUse:
    """`declared_registry` compiles and checks an agreement when it is used, and every one when that is asked for."""

    BROKEN = LUMP.replace("downstream", "nobody")

    def test_an_agreement_that_cannot_be_used_hinders_no_other(self, tmp_path: Path) -> None:
        file = written(tmp_path / "river.yaml", self.BROKEN)
        registry = declared_registry([tmp_path])
        assert registry.agreement("chishui-2018").code == "chishui-2018"
        assert {"outside", "chishui-2018"} <= registry.agreements.keys()
        with pytest.raises(AgreementError, match="未登记的主体 nobody") as refused:
            registry.agreement("outside")
        assert refused.value.file == str(file)
        with pytest.raises(AgreementError, match="未登记的主体 nobody"):
            registry.checked()

    def test_an_agreement_is_compiled_once(self, tmp_path: Path) -> None:
        registry = declared_registry([written(tmp_path / "river.yaml")])
        assert registry.agreement("outside") is registry.agreement("outside")

    def test_what_shadows_what_is_known_without_compiling(self, tmp_path: Path) -> None:
        file = written(tmp_path / "agreements" / "x.yaml", self.BROKEN, code="chishui-2018")
        registry = declared_registry([tmp_path])
        assert [message for message in registry.messages if "chishui-2018" in message and str(file) in message]
        with pytest.raises(AgreementError, match="未登记的主体 nobody"):
            registry.agreement("chishui-2018")

    @pytest.mark.parametrize(
        ("name", "text", "said"),
        [
            ("agreements/x.yaml", "title: x\nclauses: []\n", "缺少 code"),
            ("scorecards/x.yaml", "title: x\ncriteria: []\n", "缺少 code"),
            ("x.yaml", "code: [x\nclauses: []\n", "YAML 无法读取"),
        ],
    )
    def test_a_file_that_does_not_say_what_it_shadows_is_refused_at_once(
        self, tmp_path: Path, name: str, text: str, said: str
    ) -> None:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
        with pytest.raises(AgreementError, match=said):
            declared_registry([tmp_path])

    def test_one_code_twice_in_one_directory_is_refused_at_once(self, tmp_path: Path) -> None:
        written(tmp_path / "a.yaml")
        written(tmp_path / "agreements" / "b.yaml")
        with pytest.raises(AgreementError, match="重复的 code outside"):
            declared_registry([tmp_path])


class TestScorecard:
    """The scorecard that counts."""

    CARD = (
        "code: mine\ntitle: 我的\nsource: 自拟\nstandard: gb3838-2002\nbands: {好: 50, 差: 0}\n"
        "criteria: [{ref: a, points: 1, measure: {kind: reported, fact: x}, scale: [{rate: 1}]}]\n"
    )

    def test_the_one_declared_last_counts_and_another_may_be_asked_for(self, tmp_path: Path) -> None:
        (tmp_path / "scorecards").mkdir()
        (tmp_path / "scorecards" / "mine.yaml").write_text(self.CARD, encoding="utf-8")
        registry = load_registry([tmp_path])
        assert registry.scorecard.code == "mine"
        assert registry.scoring_by("watershed-performance").scorecard.code == "watershed-performance"
        assert registry.scoring_by(None) is registry
