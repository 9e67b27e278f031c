"""Reading a page as a person or a screen reader would: headings, tables, links, texts."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "br", "img", "input", "hr", "rect", "line", "circle", "path"}


@dataclass
class Element:
    """One element: attributes and what is inside, texts and elements in order."""

    tag: str
    attributes: dict[str, str]
    inside: list[Element | str] = field(default_factory=list)

    @property
    def children(self) -> list[Element]:
        return [part for part in self.inside if isinstance(part, Element)]

    @property
    def own_text(self) -> str:
        """The text that stands directly in the element."""
        return " ".join(part for part in self.inside if isinstance(part, str))

    @property
    def text(self) -> str:
        """All text inside, one space between words."""
        return " ".join(" ".join(part if isinstance(part, str) else part.text for part in self.inside).split())

    def all(self, tag: str) -> list[Element]:
        """Every element of that tag inside."""
        children = self.children
        found = [child for child in children if child.tag == tag]
        for child in children:
            found += child.all(tag)
        return found

    def table(self) -> list[list[str]]:
        """The rows of a table as texts."""
        return [[cell.text for cell in row.children if cell.tag in ("th", "td")] for row in self.all("tr")]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Element("document", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].inside.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].inside.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.open[-1].inside.append(data)


def read(html: str) -> Element:
    """The page as a tree; an unbalanced element fails."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert [element.tag for element in reader.open] == ["document"], "something is left open"
    return reader.open[0]
