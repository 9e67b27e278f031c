"""A PDF depends on its data and on nothing else, and its fonts are in it."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject

from basin.errors import HengjieError
from settlement.printing.reports import assessment_view, settlement_view
from settlement.printing.typesetting import FONTS, embedded_fonts, font_directory, typeset
from tests.settlement.documents import NAMES, demo_assessment, lushui_2020

AT = datetime(2021, 1, 15, 8, tzinfo=UTC)


def statement(**other: str) -> bytes:
    return typeset("settlement.typ", settlement_view(lushui_2020(), NAMES) | other, AT)


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def test_the_same_data_give_the_same_bytes() -> None:
    assert statement() == statement()


@pytest.mark.parametrize("pdf", [statement(), typeset("assessment.typ", assessment_view(demo_assessment(), NAMES), AT)],
                         ids=["settlement", "assessment"])  # fmt: skip
def test_both_chinese_fonts_and_no_other_are_embedded(pdf: bytes) -> None:
    assert embedded_fonts(pdf) == dict.fromkeys(FONTS, True)


def test_it_declares_pdf_a_2b_and_the_instant_of_the_document_not_of_the_clock() -> None:
    pdf = PdfReader(BytesIO(statement()))
    metadata = pdf.trailer["/Root"]["/Metadata"].get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in metadata
    assert "<pdfaid:conformance>B</pdfaid:conformance>" in metadata
    assert pdf.metadata is not None
    assert pdf.metadata.creation_date == AT


def test_what_looks_like_markup_is_printed_as_it_is() -> None:
    written = '#panic("x") *b* $x$ _i_ <l> @r \\ //'
    assert written in text_of(statement(subject=written))


def test_a_character_no_font_has_is_printed_by_its_number() -> None:
    assert "甲〔U+1F600〕乙〔U+20BB7〕〔U+0000〕" in text_of(statement(subject="甲😀乙𠮷\x00"))


def test_without_the_font_package_it_fails_and_says_what_to_install() -> None:
    with pytest.raises(HengjieError, match="找不到中文字体") as missing:
        font_directory("no_such_fonts")
    assert "pylopdf-fonts-zh-cn" in missing.value.remedy


def test_a_package_without_the_fonts_is_no_font_package() -> None:
    with pytest.raises(HengjieError, match="找不到中文字体"):
        font_directory("settlement")


def test_a_template_that_does_not_compile_names_itself() -> None:
    with pytest.raises(HengjieError, match="版式编译失败") as failed:
        typeset("settlement.typ", {"title": "only a title"}, AT)
    assert failed.value.file == "settlement.typ"


def test_a_font_that_is_only_named_is_seen_as_not_embedded() -> None:
    writer = PdfWriter()
    page = writer.add_blank_page(100, 100)
    helvetica = DictionaryObject(
        {NameObject("/Type"): NameObject("/Font"), NameObject("/BaseFont"): NameObject("/Helvetica")}
    )
    fonts = DictionaryObject({NameObject("/F1"): writer._add_object(helvetica)})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    writer.write(into := BytesIO())
    assert embedded_fonts(into.getvalue()) == {"Helvetica": False}
