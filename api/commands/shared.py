"""What all commands share: options, printing, and errors told in one way.

In: functions that return what they have to tell. Out: click commands. A command prints text, or with ``--json`` exactly
one JSON object on standard output, whatever happens; messages go to standard error. What each command does is in
`api.cli`.

Every command loads this module, so what takes long to load is imported where it is used.
"""

from __future__ import annotations

import errno
import gc
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import wraps
from getpass import getuser
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from api.settings import Settings, from_environment
from basin.errors import HengjieError, Unavailable, UsageError
from basin.signs import shown, spelled, unseen_sign

if TYPE_CHECKING:
    import pandas as pd
    from sqlalchemy import Engine

    from api.composition import Composition
    from basin.network import Network

# What a command tells: the JSON object, the text, and work that goes on after both are printed.
Told = tuple[Mapping[str, Any], str] | tuple[Mapping[str, Any], str, Callable[[], None]]
_JSON = "--json"
_WHY = {
    errno.ENOENT: "没有此文件或文件夹",
    errno.EEXIST: "已有同名的文件",
    errno.ENOTDIR: "上级不是文件夹",
    errno.EISDIR: "是文件夹，不是文件",
    errno.EACCES: "没有权限",
    errno.EROFS: "磁盘只读",
    errno.ENOSPC: "磁盘已满",
}


def composed(extra: Sequence[Path]) -> Composition:
    """Settings, registry and database of a command that writes; the database is created when there is none."""
    from api.composition import compose

    return _with_messages(compose(settings_with(extra)))


def composed_to_read(extra: Sequence[Path]) -> Composition:
    """Settings, registry and database of a command that only reads.

    Raises
    ------
    NoDatabase : there is none, and none is created.
    """
    from api.composition import compose_to_read

    return _with_messages(compose_to_read(settings_with(extra)))


def composed_to_try(extra: Sequence[Path]) -> Composition:
    """As `composed_to_read`, over an empty database in memory where there is none."""
    from api.composition import compose_to_try

    return _with_messages(compose_to_try(settings_with(extra)))


def composed_to_serve(extra: Sequence[Path]) -> Composition:
    """As `composed`, for a command that runs on: every agreement and threshold is checked before it starts."""
    from api.composition import compose_checked

    composition = _with_messages(compose_checked(settings_with(extra)))
    for message in composition.thresholds.messages:
        say(message)
    return composition


def database_to_read() -> Engine:
    """The database of a command that needs nothing declared.

    Raises
    ------
    NoDatabase : there is none, and none is created.
    """
    from api.composition import database_to_read as opened

    return opened(from_environment())


def settings_with(extra: Sequence[Path]) -> Settings:
    """The settings of the environment with the places of ``--with`` on top."""
    settings = from_environment()
    return replace(settings, extra=(*settings.extra, *extra))


def _with_messages(composition: Composition) -> Composition:
    """The composition, after what shadows what in it was told."""
    for message in composition.registry.messages:
        say(message)
    return composition


def registers(extra: Sequence[Path]) -> Network:
    """The registers alone, after what shadows what in them was told: agreements beside them may be drafts."""
    from basin.network import load_network
    from basin.registry import BUNDLED

    places = (*from_environment().extra, *extra)
    network, messages = load_network([BUNDLED, *(place for place in places if place.is_dir())])
    for message in messages:
        say(message)
    return network


@contextmanager
def audited(composition: Composition, act: str, who: str, subject: str) -> Iterator[None]:
    """Leave a row of what is decided or refused inside: by whom, from which account of this machine, about what.

    Parameters
    ----------
    act : the command. who : the person that the command names; blank where it names none.
    """
    from monitoring_ingest.access.audit_store import DONE, Act, record_act
    from monitoring_ingest.database.trouble import ERRORS

    def leave(outcome: str) -> None:
        try:
            record_act(composition.engine, Act(act, who, f"{getuser()}@local", outcome, subject), composition.now())
        except ERRORS as trouble:  # what was decided is not undone by it
            say(f"没有留痕 no audit row：{type(trouble).__name__}")

    try:
        yield
    except HengjieError as refusal:
        leave(f"{refusal.status} {refusal.code}")
        raise
    leave(DONE)


def say(text: str) -> None:
    """A message for people, on standard error."""
    click.echo(text, err=True)


def written(frame: pd.DataFrame, output: Path | None) -> Told:
    """A table to a file or, as text, to standard output."""
    from monitoring_ingest.exports import csv_text

    text = csv_text(frame)
    if output is None:
        return {"rows": frame.to_dict("records")}, text.rstrip("\n")
    output.write_text(text, encoding="utf-8")
    return {"rows": len(frame), "file": str(output)}, f"{len(frame)} 行 rows → {output}"


def example(text: str) -> str:
    """The example every ``--help`` ends with."""
    return f"例 example:\n\n    {text}"


class Elsewhere(click.Command):
    """A command of which only name and help are known until it is run: then it is imported from its module.

    Parameters
    ----------
    home : module below `api.commands` and name of the command in it, as ``jobs:jobs_group``.
    help : the first paragraph of its docstring.
    """

    def __init__(self, name: str, home: str, help: str) -> None:
        super().__init__(name, help=help)
        self.home = home

    def imported(self) -> click.Command:
        """The command itself."""
        module, _, name = self.home.partition(":")
        command: click.Command = getattr(import_module(f"api.commands.{module}"), name)
        return command


class Commands(click.Group):
    """The group of all commands; with ``--json``, what click refuses is one JSON object, too."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name, named, rest = super().resolve_command(ctx, args)
        return name, named.imported() if isinstance(named, Elsewhere) else named, rest

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        as_json = _JSON in args
        with _told_by_click(as_json):
            context = super().make_context(info_name, args, parent, **extra)
        context.meta[_JSON] = as_json
        return context

    def invoke(self, ctx: click.Context) -> Any:
        collect_seldom()
        with _told_by_click(ctx.meta[_JSON]):
            return super().invoke(ctx)


def collect_seldom() -> None:
    """Look for garbage a hundred times less often than Python does by itself.

    A settlement makes a great many small records that live as long as its document and hold no cycles, and loading a
    library makes what stays; looking through them again and again costs more than making them.
    """
    gc.set_threshold(100_000, 20, 100)


@contextmanager
def _told_by_click(as_json: bool) -> Iterator[None]:
    """Print a usage error as JSON where that is wanted; click prints it on standard error and exits with 2."""
    try:
        yield
    except click.UsageError as problem:
        if as_json:
            _print_json(_problem(_of_click(problem)))
        raise


def _of_click(problem: click.UsageError) -> UsageError:
    """What click refused as an error of ours: our own words where it only passes them on."""
    if isinstance(problem.__cause__, UsageError):
        return problem.__cause__
    message = problem.format_message()
    about = problem.param.name if isinstance(problem, click.BadParameter) and problem.param else None
    remedy = f"{problem.ctx.command_path} --help" if problem.ctx else ""
    return UsageError(f"命令用法有误：{message}", message, path=about, remedy=remedy)


def command(function: Callable[..., Any]) -> Callable[..., Any]:
    """Options every command has, and one way to print results and errors."""

    @click.option(_JSON, "as_json", is_flag=True, help="标准输出只打印一个 JSON 对象。One JSON object on stdout.")
    @click.option("--with", "extra", multiple=True, type=click.Path(exists=True, path_type=Path),
                  help="外部目录或文件，其代码优先于内置。Outside directory or file.")  # fmt: skip
    @wraps(function)
    def wrapped(*args: Any, as_json: bool, extra: Sequence[Path], **kwargs: Any) -> None:
        try:
            _refuse_unseen(kwargs)
            result, text, *work = function(*args, extra=tuple(extra), **kwargs)
        except HengjieError as problem:
            _fail(problem, as_json)
        except OSError as problem:
            _fail(_outside(problem), as_json)
        if as_json:
            _print_json(result)
        elif text:
            click.echo(text)
        sys.stdout.flush()
        for long_running in work:
            long_running()
        if result.get("failed"):
            sys.exit(1)

    return wrapped


def _refuse_unseen(arguments: Mapping[str, Any]) -> None:
    """Refuse a text with a sign nobody can see, or of bytes that are no text, before a database is asked for it."""
    for name, value in arguments.items():
        for text in value if isinstance(value, (list, tuple)) else (value,):
            if isinstance(text, str) and (sign := unseen_sign(text)) is not None:
                zh = f"有看不见的符号 {spelled(sign[0])}：{shown(text)}"
                raise UsageError(zh, "a sign nobody can see", path=name, remedy="删去它，或重打一遍")


def _outside(problem: OSError) -> Unavailable:
    """What the file system refused, in words."""
    why = _WHY.get(problem.errno or 0, problem.strerror or str(problem))
    remedy = "检查路径、文件夹、权限与磁盘"
    return Unavailable(f"文件读写不了：{why}", problem.strerror or str(problem), file=problem.filename, remedy=remedy)


def _fail(problem: HengjieError, as_json: bool) -> NoReturn:
    if as_json:
        _print_json(_problem(problem))
    say(str(problem))
    sys.exit(2 if isinstance(problem, UsageError) else 1)


def _problem(problem: HengjieError) -> dict[str, Any]:
    messages = {"error": problem.code, "message_zh": problem.zh, "message_en": problem.en, "file": problem.file}
    return messages | {"path": problem.path, "remedy": problem.remedy}


def _print_json(told: Mapping[str, Any]) -> None:
    click.echo(json.dumps(told, ensure_ascii=False))


def _instant(_context: Any, option: Any, text: str | None) -> datetime | None:
    """An ISO 8601 instant with its zone."""
    if text is None:
        return None
    from api.reads.instants import parsed_instant

    try:
        instant = parsed_instant(text, option.name)
    except UsageError as problem:
        raise click.BadParameter(f"{problem.zh}；{problem.remedy}") from problem
    return None if instant is None else instant.astimezone(UTC)


SINCE = click.option("--since", callback=_instant, metavar="T", help="从这一时刻起，如 2026-01-31T08:00+08:00。")
AS_OF = click.option("--as-of", callback=_instant, metavar="T", help="当时已知的数据，如 2026-01-31T08:00+08:00。")
