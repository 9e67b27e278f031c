"""Commands for telegrams of stations: look at captured ones, and listen to stations.

`decode` prints what `monitoring_ingest.formats.station_telegrams` makes of the frames of a file: no database is opened
and nothing is stored. `listen` takes in what the declared devices send, until it is stopped; `send` is a station for
trying it.
"""

from __future__ import annotations

import codecs
import json
import socket
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import click

from api.commands.shared import Told, command, composed_to_serve, example, say
from basin.errors import Unavailable, UsageError
from basin.indicators import find_indicator
from monitoring_ingest.formats.station_telegrams import FactorValues, Flag, Refused, Telegram, decode
from monitoring_ingest.telegrams.intake import World
from monitoring_ingest.telegrams.profiles import devices

PATIENCE = 60  # seconds for an answer


@click.group("telegram")
def telegram_group() -> None:
    """站点报文（HJ 212-2017）。Telegrams of stations."""


@telegram_group.command("decode", epilog=example("hengjie telegram decode 报文.txt"))
@click.argument("file", type=click.File("rb"))
@command
def decode_file(file: BinaryIO, extra: Sequence[Path]) -> Told:
    """逐行解读报文，一帧一行，每行打印一个 JSON；- 读标准输入。One frame a line in, one JSON line each out."""
    frames = [{"line": number, **_told(decode(frame))} for number, frame in _frames(file)]
    return {"frames": frames}, "\n".join(json.dumps(frame, ensure_ascii=False) for frame in frames)


@telegram_group.command("send", epilog=example("hengjie telegram send 报文.txt --port 9212"))
@click.argument("file", type=click.File("rb"))
@click.option("--port", required=True, type=click.IntRange(1, 2**16 - 1), help="TCP 端口。")
@click.option("--host", default="127.0.0.1", show_default=True, help="发往的地址。")
@command
def send(file: BinaryIO, port: int, host: str, extra: Sequence[Path]) -> Told:
    """试发：把文件里的帧发给 listen，列出得到的应答。Send the frames of a file, for trying; tells the answers."""
    frames = [line.rstrip(b"\r") for _, line in _frames(file)]
    try:
        with socket.create_connection((host, port), timeout=PATIENCE) as station:
            station.sendall(b"".join(frame + b"\r\n" for frame in frames))
            station.shutdown(socket.SHUT_WR)
            came = b"".join(iter(lambda: station.recv(65_536), b""))
    except OSError as problem:
        zh = f"发不到 {host}:{port}：{problem}"
        en = f"cannot be sent to {host}:{port}"
        raise Unavailable(zh, en, remedy="先启动 hengjie listen，核对地址与端口") from problem
    answers = [dict(answer.header) for line in came.splitlines() if isinstance(answer := decode(line), Telegram)]
    lines = [f"应答 answered QN={answer.get('QN', '')} MN={answer['MN']}" for answer in answers]
    text = "\n".join([*lines, f"{len(frames)} 帧 frames，{len(answers)} 个应答 answers"])
    return {"sent": len(frames), "answers": answers}, text


@click.command("listen", epilog=example("hengjie listen --port 9212 --with fixtures"))
@click.option("--port", required=True, type=click.IntRange(0, 2**16 - 1), help="TCP 端口；0 由系统选一个空闲的。")
@click.option("--host", help="监听的地址；缺省为环境变量 HOST，再缺省为 127.0.0.1。")
@command
def listen(port: int, host: str | None, extra: Sequence[Path]) -> Told:
    """接收站点报文（HJ 212-2017，TCP）：存下才应答。Take in telegrams of stations; answered means stored."""
    from api import listening

    composition = composed_to_serve(extra)
    declared = devices(composition.registry.sources.values())
    if not declared:
        zh = "没有声明任何报文来源，谁的报文都收不进"
        en = "no source of telegrams is declared"
        raise UsageError(zh, en, remedy="在 sources/ 里声明 format: telegrams 的来源；看示例请加 --with fixtures")
    opened = listening.opened(host or composition.settings.host, port)
    address = "{}:{}".format(*opened.getsockname()[:2])
    result = {"address": address, "devices": sorted(declared)}
    text = f"报文 telegrams：{address}，{len(declared)} 台设备 devices（Ctrl-C 停止 to stop）"
    world = World(composition.engine, composition.registry.network, declared)
    return result, text, lambda: listening.listen(world, opened, say, composition.now)


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


def _values(factor: FactorValues) -> dict[str, Any]:
    indicator = find_indicator(factor.code)
    named = {"code": factor.code, "indicator": indicator.code if indicator else None}
    return {**named, "time": factor.time, "fields": dict(factor.fields), "mark": factor.mark}
