"""Registers in layers: directories of CSV files in, every declared thing by code out, later directories on top.

A directory holds ``basins/<code>/{parties,offices,sections,stations}.csv`` or these files flat, and may name its basins
in ``basins.csv``; any file may be absent. A section of a flat directory belongs to the basin in its column ``basin``,
else to the only basin that the directory names, else to a basin called like the directory. What the rows mean is not
known here.

A directory may also be in memory, as texts by file name: then no disk is read or written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Generic, Protocol, TypeVar

from basin.errors import RegisterError
from basin.written.register_files import Row, register_rows, rows_of

Directory = Path | Mapping[str, str]  # on disk, or in memory: ``basins/xinan/parties.csv`` → CSV text

REGISTERS: Mapping[str, tuple[str, ...]] = {
    "basins": ("code", "name_zh", "name_en"),
    "parties": ("code", "name_zh", "name_en", "adcode"),
    "offices": ("code", "name_zh", "name_en", "party", "kind"),
    "sections": (
        "code", "name_zh", "name_en", "river", "order", "upstream", "downstream", "water_body", "target_class",
    ),
    "stations": ("code", "section", "province", "name_zh", "aliases", "timezone"),
}  # fmt: skip
# One government has dealings in several basins, and so have its offices: what they are called in a message.
REPEATED_IN_BASINS: Mapping[str, tuple[str, str]] = {"parties": ("主体", "party"), "offices": ("机构", "office")}


class _Coded(Protocol):
    @property
    def code(self) -> str: ...


Thing = TypeVar("Thing", bound=_Coded)


@dataclass(frozen=True)
class Folder:
    """A folder of registers.

    Attributes
    ----------
    layer : position of the folder's directory; later directories shadow earlier ones.
    path : of the folder, on disk or among `texts`.
    basin : the basin that the folder's sections belong to.
    texts : the files of a directory in memory; None for a folder on disk.
    """

    layer: int
    path: Path
    basin: str
    texts: Mapping[str, str] | None = None

    def rows(self, register: str) -> list[Row]:
        """The rows of one register; an empty list where the folder has no such file."""
        file = self.path / f"{register}.csv"
        columns = REGISTERS[register]
        if self.texts is None:
            return register_rows(file, columns) if file.is_file() else []
        text = self.texts.get(file.as_posix())
        return [] if text is None else rows_of(text, file, columns)


@dataclass(frozen=True)
class Declaration(Generic[Thing]):
    """A declared thing, with the layer and row that declare it."""

    thing: Thing
    layer: int
    row: Row


def basin_folders(directories: Sequence[Directory]) -> list[Folder]:
    """The folders of registers in `directories`, earlier directories first.

    Raises
    ------
    RegisterError : a directory does not exist.
    """
    return [folder for layer, directory in enumerate(directories) for folder in _folders(layer, directory)]


def _folders(layer: int, directory: Directory) -> Iterator[Folder]:
    if isinstance(directory, Mapping):
        yield from _folders_in_memory(layer, directory)
        return
    if not directory.exists():
        raise RegisterError("没有此目录", "no such directory", file=directory, remedy="检查路径")
    if not directory.is_dir():  # a single agreement declares no rivers
        return
    flat = Folder(layer, directory, directory.resolve().name)
    yield replace(flat, basin=_only_basin(flat) or flat.basin)
    for path in sorted((directory / "basins").glob("*/")):
        yield Folder(layer, path, path.name)


def _folders_in_memory(layer: int, texts: Mapping[str, str]) -> Iterator[Folder]:
    """The folders of a directory in memory, which has no name to serve as the basin of its flat sections."""
    flat = Folder(layer, Path(), "", texts)
    yield replace(flat, basin=_only_basin(flat) or flat.basin)
    below = {Path(name).parent for name in texts}
    for path in sorted(path for path in below if path.parent == Path("basins")):
        yield Folder(layer, path, path.name, texts)


def _only_basin(folder: Folder) -> str | None:
    rows = folder.rows("basins")
    return rows[0]["code"] if len(rows) == 1 else None


def declared(
    folders: Sequence[Folder], register: str, read: Callable[[Row, str], Thing], messages: list[str]
) -> dict[str, Declaration[Thing]]:
    """All things of one register by code; the things of later layers come last.

    Parameters
    ----------
    folders : earlier layers first.
    register : a name in `REGISTERS`.
    read : makes the thing from a row and the basin of the row's folder.
    messages : receives a message for each declaration that is shadowed.

    Raises
    ------
    RegisterError : a code is declared twice in one layer, other than the same party or office in two basins.
    """
    by_code: dict[str, Declaration[Thing]] = {}
    for folder in folders:
        for row in folder.rows(register):
            new = Declaration(read(row, folder.basin), folder.layer, row)
            old = by_code.pop(new.thing.code, None)
            if old is not None and old.layer == new.layer:
                _refuse_double(old, new, register)
            elif old is not None and old.thing != new.thing:
                messages.append(shadowing(register, new.thing.code, row.file))
            by_code[new.thing.code] = new
    return by_code


def _refuse_double(old: Declaration[Thing], new: Declaration[Thing], register: str) -> None:
    if old.row.file == new.row.file or register not in REPEATED_IN_BASINS:
        zh = f"代码重复：{new.thing.code}（已见于 {old.row.file}）"
        raise new.row.refused("code", zh, f"double code, already in {old.row.file}", "改其一的代码")
    if old.thing != new.thing:
        chinese, english = REPEATED_IN_BASINS[register]
        zh = f"{chinese} {new.thing.code} 与 {old.row.file} 所载不一致"
        remedy = f"同一{chinese}在各流域的写法须完全相同"
        raise new.row.refused("code", zh, f"the {english} differs from that in {old.row.file}", remedy)


def shadowing(register: str, name: str, file: Path) -> str:
    """The message that `name` of a register now means what `file` declares."""
    return f"{register} {name}：以 {file} 为准，取代先前的声明 (shadows an earlier declaration)"


def things(declarations: Mapping[str, Declaration[Thing]]) -> Mapping[str, Thing]:
    """The declared things by code, without layer and row."""
    return MappingProxyType({code: declaration.thing for code, declaration in declarations.items()})
