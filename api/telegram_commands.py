"""Commands for telegrams of stations: read captured ones.

In: a file of frames. Out: what `monitoring_ingest.sources.station_telegrams` makes of each. No database is opened and
nothing is stored: this is for looking at what a station sends.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import click

from api.commands import Told, command, example
from basin.indicators import find_indicator
from monitoring_ingest.sources.station_telegrams import FactorValues, Flag, Refused, Telegram, decode


@click.group("telegram")
def telegram_group() -> None:
    """站点报文（HJ 212-2017）。Telegrams of stations."""


@telegram_group.command("decode", epilog=example("hengjie telegram decode 报文.txt"))
@click.argument("file", type=click.File("rb"))
@command
def decode_file(file: BinaryIO, extra: Sequence[Path]) -> Told:
    """逐行解读报文，一帧一行，每行打印一个 JSON；- 读标准输入。One frame a line in, one JSON line each out."""
    told = [{"line": number, **_told(decode(frame))} for number, frame in _frames(file)]
    return {"frames": told}, "\n".join(json.dumps(one, ensure_ascii=False) for one in told)


def _frames(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The lines of a file that are not blank, with their numbers."""
    lines = file.read().removeprefix(codecs.BOM_UTF8).split(b"\n")
    return ((number, line) for number, line in enumerate(lines, start=1) if line.strip())


def _told(read: Telegram | Refused) -> dict[str, Any]:
    """The same keys for every frame, so that each line fits one table."""
    if isinstance(read, Refused):
        messages = {"message_zh": read.zh, "message_en": read.en}
        return {
            "ok": False,
            "error": read.error,
            **messages,
            "header": {},
            "flag": None,
            "values": [],
            "parameters": [],
        }
    return {
        "ok": True,
        "error": None,
        "message_zh": "",
        "message_en": "",
        "header": dict(read.header),
        "flag": _flag(read.flag),
        "values": list(map(_values, read.values)),
        "parameters": [list(pair) for pair in read.parameters],
    }


def _flag(flag: Flag | None) -> dict[str, Any] | None:
    return None if flag is None else {"version": flag.version, "split": flag.split, "answer": flag.answer}


def _values(one: FactorValues) -> dict[str, Any]:
    known = find_indicator(one.code)
    named = {"code": one.code, "indicator": known.code if known else None}
    return {**named, "time": one.time, "fields": dict(one.fields), "mark": one.mark}
