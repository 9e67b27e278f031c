"""Telegrams: the declared devices, the newest frames and what became of them, what was refused today."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from api.pages.names import Names
from monitoring_ingest.telegrams.profiles import VALUE_FIELDS, Devices
from monitoring_ingest.telegrams.store import KEPT_A_DAY, KEPT_OF_ONE_PEER

LONGEST = 40  # of an MN or QN: a refused frame may say anything


def telegrams(
    known: Devices, frames: Sequence[Mapping[str, Any]], heard: Mapping[str, datetime], names: Names
) -> dict[str, Any]:
    """Devices in the order of their numbers, frames newest first."""
    return {
        "devices": [_device(number, known, frames, heard, names) for number in sorted(known)],
        "frames": [_frame(frame, known, names) for frame in frames],
        "quota": {"peer": KEPT_OF_ONE_PEER, "day": KEPT_A_DAY},
    }


def _device(
    number: str, known: Devices, frames: Sequence[Mapping[str, Any]], heard: Mapping[str, datetime], names: Names
) -> dict[str, Any]:
    source = known[number]
    station = source.stations[number]
    section = names.registry.network.stations[station].section
    taken = [f"{command} {field}" for command, field in (source.fields or VALUE_FIELDS).items()]
    mixed = [] if source.fields else _commands(frames)[number]
    return {
        "number": number,
        "station": names.station(station),
        "section": section,
        "source": source.title,
        "taken": taken,
        "heard": heard[number].isoformat() if number in heard else None,
        "mixed": sorted(mixed) if len(mixed) > 1 else [],
    }


def _commands(frames: Sequence[Mapping[str, Any]]) -> dict[str, set[str]]:
    """By which commands each device sends values, as far as the newest frames show."""
    commands: dict[str, set[str]] = defaultdict(set)
    for frame in frames:
        if frame["readings"] and not frame["error"]:
            commands[frame["mn"]].add(frame["cn"])
    return commands


def _frame(frame: Mapping[str, Any], known: Devices, names: Names) -> dict[str, Any]:
    device = frame["mn"]
    source = known.get(device)
    return {
        **frame,
        **{name: _short(frame[name]) for name in ("mn", "qn", "cn")},
        "received_at": frame["received_at"].isoformat(),
        "station": names.station(source.stations[device]) if source else "",
        "part": f"{frame['part']}/{frame['parts']}" if frame["parts"] > 1 else "",
        "digest": frame["sha256"][:12],
        "outcome": _outcome(frame),
    }


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def _outcome(frame: Mapping[str, Any]) -> str:
    """The word for what became of a frame."""
    if frame["error"]:
        return str(frame["error"])
    if frame["submission"] is not None:
        return "receipt"
    if not frame["readings"]:
        return "no_readings"
    return "waiting" if frame["parts"] > 1 else "in_hand"
