"""From a template and data to a PDF that will read the same in fifty years (PDF/A-2b, ISO 19005-2).

In: the name of a template beside this module, data as JSON, an instant. Out: PDF bytes that depend on these and nothing
else. Data are never pasted into markup; fonts come from a package, never from the machine. It knows no settlement.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib import resources
from io import BytesIO
from pathlib import Path
from typing import Any

import typst

from basin.errors import HengjieError

TEMPLATES = Path(__file__).parent / "templates"
FONT_PACKAGE = "pylopdf_fonts_zh_cn"
FONTS = frozenset({"NotoSansSC-Regular", "NotoSerifSC-Regular"})
_NO_GLYPH = re.compile(r"the text `\"(.+?)\"` could not be displayed")
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")


def typeset(template: str, data: Mapping[str, Any], at: datetime) -> bytes:
    """Set `data` in `template`; the same data give the same bytes on every machine.

    Parameters
    ----------
    at : the instant the PDF says it was made: the document's own, not the clock's.

    Raises
    ------
    HengjieError : the font package is missing, a font is not embedded, or the template does not compile.
    """
    text = json.dumps(data, ensure_ascii=False)
    try:
        pdf = _compiled(template, text, at)
    except typst.TypstError as problem:
        missing = _without_glyph(problem.diagnostic)
        if not missing:
            raise HengjieError("版式编译失败", problem.message, file=template) from problem
        pdf = _compiled(template, _spelled_out(text, missing), at)
    _refuse_other_fonts(pdf)
    return pdf


def font_directory(package: str = FONT_PACKAGE) -> Path:
    """Where the Chinese fonts are.

    Raises
    ------
    HengjieError : the package is not installed, or does not hold the fonts.
    """
    try:
        directory = Path(str(resources.files(package)))
    except ModuleNotFoundError as problem:
        raise _fonts_missing(package) from problem
    if not all((directory / f"{font}.otf").is_file() for font in FONTS):
        raise _fonts_missing(package)
    return directory


def embedded_fonts(pdf: bytes) -> dict[str, bool]:
    """Each font a PDF uses, by its name without the tag of the subset, and whether all its uses are embedded."""
    from pypdf import PdfReader  # takes long to load, and is needed only where something is printed

    embedded: dict[str, bool] = {}
    for page in PdfReader(BytesIO(pdf)).pages:
        fonts = page.get("/Resources", {}).get("/Font", {})
        for font in (reference.get_object() for reference in fonts.values()):
            described = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
            name = str(font["/BaseFont"]).removeprefix("/").split("+")[-1].removesuffix("-Identity-H")
            embedded[name] = embedded.get(name, True) and _is_embedded(described)
    return embedded


def _compiled(template: str, text: str, at: datetime) -> bytes:
    return typst.compile(
        TEMPLATES / template, root=TEMPLATES, font_paths=_fonts(), sys_inputs={"document": text}, format="pdf",
        pdf_standards="a-2b", timestamp=int(at.timestamp()),
    )  # fmt: skip


@cache
def _fonts() -> typst.Fonts:
    """Only our own fonts: what a machine has installed must not change a page."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[font_directory()])


def _without_glyph(diagnostic: str) -> set[str]:
    """Characters that the fonts do not have and PDF/A therefore refuses, as the compiler names them."""
    texts = (_ESCAPED.sub(lambda code: chr(int(code[1], 16)), text) for text in _NO_GLYPH.findall(diagnostic))
    return {character for text in texts for character in text}


def _spelled_out(text: str, missing: set[str]) -> str:
    """A character no font has is printed as its number: nothing that was written disappears from the page."""
    for character in sorted(missing):
        written = json.dumps(character, ensure_ascii=False)[1:-1]
        text = text.replace(written, f"〔U+{ord(character):04X}〕")
    return text


def _is_embedded(font: Any) -> bool:
    descriptor = font.get("/FontDescriptor")
    return descriptor is not None and any(key in descriptor.get_object() for key in ("/FontFile2", "/FontFile3"))


def _refuse_other_fonts(pdf: bytes) -> None:
    fonts = embedded_fonts(pdf)
    if not fonts or not all(fonts.values()) or not fonts.keys() <= FONTS:
        raise HengjieError(
            f"PDF 的字体不是随附字体或未嵌入：{fonts}", "fonts are not ours or not embedded", remedy="重装字体包"
        )


def _fonts_missing(package: str) -> HengjieError:
    return HengjieError(
        "找不到中文字体，不能生成 PDF", "the Chinese fonts are missing", file=package,
        remedy=f"安装软件包 {FONT_PACKAGE.replace('_', '-')} (install the font package)",
    )  # fmt: skip
