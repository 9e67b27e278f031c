"""Texts of the page of telegrams."""

from __future__ import annotations

TELEGRAM_TEXTS: dict[str, tuple[str, str]] = {
    "telegrams": ("站点报文", "Telegrams"),
    "telegrams.lead": (
        "HJ 212-2017 报文由 hengjie listen 接收，存下才应答。密码不保存、不显示；摘要是遮去密码后的字节的 SHA-256。",
        "Telegrams by HJ 212-2017, received by hengjie listen; answered means stored. Passwords are neither kept nor "
        "shown; a fingerprint is the SHA-256 of the bytes with the password masked.",
    ),
    "telegrams.devices": ("已声明的设备", "Declared devices"),
    "telegrams.devices.caption": ("一台设备属于一个来源", "A device belongs to one source."),
    "telegrams.devices.none": (
        "没有声明报文来源；在 sources/ 里写 format: telegrams",
        "No source of telegrams is declared: write format: telegrams in sources/",
    ),
    "telegrams.frames": ("最近的帧", "Newest frames"),
    "telegrams.frames.caption": ("最近 {count} 帧，新的在前", "The newest {count} frames, newest first."),
    "telegrams.frames.none": ("还没有收到过报文", "Nothing has been received yet"),
    "telegrams.refused": ("今天拒收的帧", "Frames refused today"),
    "telegrams.refused.caption": (
        "按来访地址与原因计数（UTC 日）；每个地址每天最多留 {peer} 帧，全部最多 {day} 帧，多出的只计数",
        "By address and reason (days of UTC). At most {peer} a day of one address are kept, {day} of all; "
        "more are counted.",
    ),
    "telegrams.refused.none": ("今天没有", "None today"),
    "telegram.device": ("设备 MN", "Device (MN)"),
    "telegram.station": ("站点", "Station"),
    "telegram.source": ("来源", "Source"),
    "telegram.commands": ("取值", "Values taken of"),
    "telegram.last": ("最近一帧（北京）", "Last heard (Beijing)"),
    "telegram.never": ("从未", "never"),
    "telegram.mixed": (
        "以几种命令送值（{commands}），都进同一序列；请在 fields 里写明取哪一种",
        "Sends values by several commands ({commands}), which share one series: name one in fields.",
    ),
    "telegram.peer": ("来访地址", "Peer"),
    "telegram.command": ("命令 CN", "Command (CN)"),
    "telegram.request": ("请求 QN", "Request (QN)"),
    "telegram.part": ("包", "Part"),
    "telegram.size": ("字节", "Bytes"),
    "telegram.outcome": ("结果", "Outcome"),
    "telegram.seen": ("收到", "Seen"),
    "telegram.kept": ("留存", "Kept"),
    "telegram.outcome.receipt": ("回执 {submission}", "Receipt {submission}"),
    "telegram.outcome.no_readings": ("存下，不取值", "kept, no values taken"),
    "telegram.outcome.waiting": ("存下，待其余各包", "kept, waits for the other parts"),
    "telegram.outcome.in_hand": ("存下，取值中", "kept, values are being taken"),
    "telegram.outcome.length": ("长度不符", "wrong length"),
    "telegram.outcome.crc": ("CRC 不符", "wrong CRC"),
    "telegram.outcome.syntax": ("不是报文", "no telegram"),
    "telegram.outcome.unknown_device": ("设备没有声明", "unknown device"),
    "telegram.outcome.password": ("密码不符", "wrong password"),
    "telegram.outcome.too_soon": ("密码错得太多，过一会再试", "too many wrong passwords, to be tried again later"),
    "telegram.outcome.time": ("DataTime 没有写或读不出，未取值", "DataTime absent or unreadable, not taken"),
    "telegram.outcome.conflict": (
        "与同一 QN 的前一帧矛盾，未取值",
        "contradicts an earlier frame of the same QN, not taken",
    ),
    "door.telegrams": ("站点报文", "telegrams"),
}
