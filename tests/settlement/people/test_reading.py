"""What the people of an office may read: their own party's agreements and water, and nobody else's."""

from __future__ import annotations

import pytest

from settlement.people.reading import NOTHING, everything, readable_for
from tests.registries import with_fixtures


@pytest.fixture(scope="module")
def registry():
    return with_fixtures()


def readable(registry, *offices):
    return readable_for([registry.network.offices[code] for code in offices], registry)


def agreements(registry, *offices):
    return {code for code in readable(registry, *offices).agreements if code.startswith("demo-")}


def of_basins(registry, *basins):
    return {code for code, agreement in registry.agreements.items() if agreement.basin in basins}


class TestAnOffice:
    def test_of_a_party_reads_the_agreements_that_may_charge_or_pay_it(self, registry):
        pingzhou = agreements(registry, "pingzhou-env")
        assert pingzhou
        for code in pingzhou:
            assert "pingzhou" in registry.agreement(code).reach.parties_in(registry.network)
        others = of_basins(registry, "demo-qingxi", "demo-lanjiang", "demo-yanxi") - pingzhou
        assert {code for code in others if code.startswith("demo-")}  # there are some it does not read
        for code in others:
            assert "pingzhou" not in registry.agreement(code).reach.parties_in(registry.network)

    def test_of_a_party_reads_no_agreement_of_strangers(self, registry):
        assert not readable(registry, "pingzhou-env").agreements & {"xinan-anhui-zhejiang-2012", "hebei-2016"}

    def test_of_a_party_reads_the_water_of_its_borders_and_its_own_stations(self, registry):
        read = readable(registry, "haizhou-monitoring")
        network = registry.network
        for section in network.sections.values():
            if "haizhou" in (section.upstream, section.downstream):
                assert section.code in read.sections
        assert not {code for code in read.sections if network.sections[code].basin == "xinan"}
        assert {network.stations[code].section for code in read.stations} <= read.sections

    def test_reads_the_same_whatever_its_kind(self, registry):
        one = readable(registry, "shanzhou-env")
        assert one == readable(registry, "shanzhou-finance") == readable(registry, "shanzhou-monitoring")

    def test_of_no_party_reads_the_agreements_of_its_basins(self, registry):
        read = readable(registry, "demo-basin-office")
        assert read.agreements == of_basins(registry, "demo-qingxi", "demo-lanjiang")

    def test_of_audit_and_of_no_party_reads_everything(self, registry):
        assert readable(registry, "demo-audit") == everything(registry)

    def test_several_of_one_person_read_what_each_reads(self, registry):
        both = readable(registry, "pingzhou-env", "demo-basin-office")
        assert both.agreements == (
            readable(registry, "pingzhou-env").agreements | readable(registry, "demo-basin-office").agreements
        )


def test_nobody_reads_nothing(registry):
    assert readable(registry) == NOTHING
