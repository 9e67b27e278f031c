"""The drawing of a basin: land in the order of the river, borders where two parties meet, money between them."""

from __future__ import annotations

from itertools import pairwise

import pytest

from api.pages.schematic import LABEL, LEAST_BAND, MOST_ARROWS, WIDTH, drawing


def section(upstream: str | None, downstream: str | None) -> dict[str, str | None]:
    return {"upstream": upstream, "downstream": downstream}


def transfer(payer: str, payee: str) -> dict[str, str]:
    return {"payer": payer, "payee": payee, "amount_yuan": "1.00"}


CHISHUI = [section("yunnan", "guizhou"), section("guizhou", "guizhou"), section("guizhou", "sichuan")]


class TestLand:
    def test_bands_follow_the_river_from_source_to_mouth(self):
        drawn = drawing(CHISHUI, [])
        assert [band.party for band in drawn.bands] == ["yunnan", "guizhou", "sichuan"]
        assert all(above.bottom == below.top for above, below in pairwise(drawn.bands))
        assert (drawn.bands[0].top, drawn.bands[-1].bottom) == (0, drawn.height)

    def test_a_border_section_stands_on_the_border_and_an_inner_one_inside(self):
        drawn = drawing(CHISHUI, [])
        first, inner, last = (node.y for node in drawn.nodes)
        assert (first, last) == (drawn.bands[1].top, drawn.bands[1].bottom)
        assert drawn.bands[1].top < inner < drawn.bands[1].bottom

    def test_a_party_without_a_section_of_its_own_is_still_seen(self):
        assert all(band.height >= LEAST_BAND for band in drawing(CHISHUI, []).bands)

    def test_a_section_of_unknown_land_gets_a_band_without_a_name(self):
        assert [band.party for band in drawing([section(None, None)], []).bands] == [""]

    @pytest.mark.parametrize("count", [1, 2, 5, 40])
    def test_labels_of_neighbours_do_not_touch(self, count):
        drawn = drawing([section("a", "b"), *[section("b", "b")] * count, section("b", "c")], [])
        assert min(below.y - above.y for above, below in pairwise(drawn.nodes)) >= 44


class TestRiver:
    def test_it_is_one_line_that_widens(self):
        drawn = drawing(CHISHUI, [])
        ends = [(reach.path.split("C")[0][1:], reach.path.rsplit(" ", 2)[1:]) for reach in drawn.reaches]
        assert all(f"{end[0]} {end[1]}" == start for (_, end), (start, _) in pairwise(ends))
        assert all(above.width < below.width for above, below in pairwise(drawn.reaches))


class TestMoney:
    def test_an_arrow_goes_from_the_payer_to_the_payee(self):
        drawn = drawing(CHISHUI, [transfer("sichuan", "yunnan")])
        start, end = (float(part.split(" ")[-1]) for part in (drawn.arrows[0].path.split("C")[0], drawn.arrows[0].path))
        assert (start, end) == (drawn.bands[2].middle, drawn.bands[0].middle)

    def test_arrows_have_a_lane_each_and_stay_on_the_sheet(self):
        drawn = drawing(CHISHUI, [transfer("guizhou", "yunnan"), transfer("sichuan", "yunnan")])
        assert len({arrow.path.split("C")[1].split(" ")[0] for arrow in drawn.arrows}) == 2
        assert all(arrow.label_x < WIDTH - 100 for arrow in drawn.arrows)

    def test_labels_do_not_stand_on_each_other(self):
        drawn = drawing(CHISHUI, [transfer("guizhou", "yunnan")] * 3)
        heights = sorted(arrow.label_y for arrow in drawn.arrows)
        assert all(below - above >= LABEL for above, below in pairwise(heights))

    def test_a_party_without_land_here_gets_no_arrow(self):
        assert drawing(CHISHUI, [transfer("beijing", "yunnan")]).arrows == []

    def test_a_tangle_is_cut_off(self):
        assert len(drawing(CHISHUI, [transfer("sichuan", "yunnan")] * 9).arrows) == MOST_ARROWS

    def test_arrows_do_not_cross(self):
        """Both end in one band: the longer one ends below the shorter one when they come from below."""
        drawn = drawing(CHISHUI, [transfer("sichuan", "yunnan"), transfer("guizhou", "yunnan")])
        ends = {arrow.transfer["payer"]: float(arrow.path.rsplit(" ", 1)[1]) for arrow in drawn.arrows}
        assert ends["sichuan"] < ends["guizhou"]
