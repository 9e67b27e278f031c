"""What each kind of reader is answered: by the codes of his offices, by what is public, or always yes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from api.reads.reader import Reader, Rights, reads_everything, stranger
from basin.errors import NotSignedIn, Refused
from tests.api.makers import XINAN
from tests.registries import with_fixtures

QINGXI = "demo-monthly-class"
RIGHTS = Rights(with_fixtures())
PARTY = Reader(RIGHTS, RIGHTS.of(["pingzhou-env"]), is_known=True)
RIVER = Reader(RIGHTS, RIGHTS.of(["demo-basin-office"]), is_known=True)
AUDIT = Reader(RIGHTS, RIGHTS.of(["demo-audit"]), is_known=True)
NOBODY = stranger(RIGHTS)
ANYBODY = stranger(RIGHTS, RIGHTS.public(frozenset({QINGXI})))  # where confirmed settlements are public
OPEN = reads_everything(RIGHTS)
READERS = (PARTY, RIVER, AUDIT, NOBODY, ANYBODY, OPEN)


@pytest.mark.parametrize(
    ("question", "answers"),
    [
        #                                                            party  river  audit nobody anybody open
        (lambda reader: reader.agreement(QINGXI), (True, True, True, False, False, True)),
        (lambda reader: reader.agreement(XINAN), (False, False, True, False, False, True)),
        (lambda reader: reader.agreement("declared no longer"), (False, False, True, False, False, True)),
        (lambda reader: reader.settlement(QINGXI, "已确认"), (True, True, True, False, True, True)),
        (lambda reader: reader.settlement(QINGXI, "试算"), (True, True, True, False, False, True)),
        (lambda reader: reader.settlement(XINAN, "已确认"), (False, False, True, False, True, True)),
        (lambda reader: reader.basin("demo-qingxi"), (True, True, True, False, False, True)),
        (lambda reader: reader.basin("demo-lanjiang"), (False, True, True, False, False, True)),
        (lambda reader: reader.sees_basin("xinan"), (False, False, True, False, True, True)),
        (lambda reader: reader.section("qingxi-2"), (True, True, True, False, True, True)),
        (lambda reader: reader.section("qingxi-1"), (False, True, True, False, False, True)),
        (lambda reader: reader.sees_section("qingxi-1"), (False, True, True, False, True, True)),
        (lambda reader: reader.observes("demo-qx2"), (True, True, True, False, True, True)),
        (lambda reader: reader.station("demo-qx2"), (True, True, True, False, False, True)),
        (lambda reader: reader.sees_station("demo-qx1"), (False, True, True, False, True, True)),
        (lambda reader: reader.subject("pingzhou"), (True, True, True, False, False, True)),
        (lambda reader: reader.subject("anhui"), (False, False, True, False, False, True)),
        (lambda reader: reader.any_station(["demo-qx1", "demo-qx3"]), (True, True, True, False, False, True)),
        (lambda reader: reader.any_station(["demo-qx1"]), (False, True, True, False, False, True)),
        (lambda reader: reader.any_station([]), (True, True, True, False, False, True)),
        (lambda reader: reader.reads_nothing, (False, False, False, True, True, False)),
    ],
)
def test_each_reader_is_answered(question, answers):
    assert tuple(question(reader) for reader in READERS) == answers


def test_nobody_is_asked_to_sign_in_and_others_are_told_who_may_read():
    with pytest.raises(NotSignedIn):
        NOBODY.refuse_agreement(QINGXI)
    with pytest.raises(Refused, match="无权看流域 demo-lanjiang") as refused:
        PARTY.refuse_basin("demo-lanjiang")
    assert refused.value.remedy == (
        "能看的机构：清溪兰江流域局（虚构）、山州生态环境厅（虚构）、山州财政厅（虚构）、山州监测中心（虚构）、"
        "海州生态环境厅（虚构）、海州财政厅（虚构） 等"
    )


def test_what_is_declared_no_longer_is_for_those_who_read_all():
    with pytest.raises(Refused) as refused:
        PARTY.refuse_agreement("declared no longer")
    assert refused.value.remedy == "能看的机构：示例审计署（虚构）"


def test_where_no_office_is_declared_the_remedy_says_so():
    world = with_fixtures()
    rights = Rights(replace(world, network=replace(world.network, offices={})))
    with pytest.raises(Refused) as refused:
        Reader(rights, rights.of([]), is_known=True).refuse_agreement(QINGXI)
    assert refused.value.remedy == "没有登记能看它的机构：先写进 offices.csv"


def test_what_was_not_asked_for_is_not_refused():
    for refuse in (NOBODY.refuse_agreement, NOBODY.refuse_basin, NOBODY.refuse_section, NOBODY.refuse_station):
        refuse(None)


def test_an_office_that_is_declared_no_longer_gives_no_right():
    assert Reader(RIGHTS, RIGHTS.of(["gone"]), is_known=True).reads_nothing
