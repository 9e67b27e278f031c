"""The figures of an agreement, counted, with what each rests on."""

from __future__ import annotations

from typing import Any

from basin.authoring.inventory import Inventory, inventory


def counted(clause: dict[str, Any], **blocks: Any) -> Inventory:
    """The inventory of an agreement with one clause."""
    return inventory({"source": "两省协议", "clauses": [{"ref": "1"} | clause]} | blocks)


def test_a_figure_rests_on_its_own_note_else_on_its_clause_else_on_the_agreement():
    cap = {"value": "4000", "source": "第四条"}
    found = counted({"source": "第三条", "scale": [{"amount": "6000"}], "cap": cap}, sections={"s": {"target": "3"}})
    assert (found.figures, found.by_value, found.by_clause, found.by_agreement) == (3, 1, 1, 1)
    assert found.without_reference == 0


def test_where_nothing_names_a_source_the_figure_is_counted_as_without_one():
    found = inventory({"clauses": [{"ref": "1", "cap": "5"}]})
    assert (found.figures, found.without_reference) == (1, 1)


def test_refs_are_no_figures_but_every_date_and_every_element_is_counted():
    rate = {"by": "section", "a": "1", "b,c": {"2020-01-01": "2", "2021-01-01": "3"}}
    found = counted({"source": "第三条", "measure": {"kind": "result", "of": ["1"]}, "scale": [{"rate": rate}]})
    assert found.figures == 3


def test_a_dated_value_needs_a_note_or_a_clause_with_a_source_the_agreement_is_not_enough():
    dated = {"2020-01-01": "75%", "2021-01-01": {"value": "83%", "source": "第五条"}}
    found = counted({"cap": dated})
    assert (found.dated, found.dated_without_reference) == (2, ("clauses.1.cap.2020-01-01",))
    assert counted({"cap": {"value": dated, "source": "第四条"}}).dated_without_reference == ()
    assert counted({"cap": dated, "source": "第三条"}).dated_without_reference == ()


def test_the_source_of_clause_2_is_not_that_of_clause_2_2():
    dated = {"2020-01-01": "1", "2021-01-01": "2"}
    clauses = [{"ref": "2", "source": "第二条", "cap": dated}, {"ref": "2.2", "cap": dated}]
    found = inventory({"source": "两省协议", "clauses": clauses})
    assert found.dated_without_reference == ("clauses.2.2.cap.2020-01-01", "clauses.2.2.cap.2021-01-01")


def test_a_dated_value_that_is_no_number_is_counted_too():
    found = counted({"times": {"2020-01-01": [], "2021-01-01": ["growth"]}})
    assert found.dated_without_reference == ("clauses.1.times.2020-01-01", "clauses.1.times.2021-01-01")


def test_unverified_figures_are_counted_and_every_unverified_value_is_listed():
    data = {"compare": {"value": "rounded", "source": "默认", "verified": "false"}}
    cap = {"value": "4000", "source": "转述", "verified": "false", "note": "流传的数值"}
    found = counted({"cap": cap}, data=data)
    assert found.unverified_figures == 1
    listed = [(one.path, one.clause, one.value, one.source, one.note) for one in found.unverified]
    assert listed == [  # in the order of the text
        ("clauses.1.cap", "1", "4000", "转述", "流传的数值"),
        ("data.compare", None, "rounded", "默认", ""),
    ]
