"""What codes are called on a page, in the reader's language.

In: the registry and the language. Out: names of parties, sections, basins, indicators and agreements by code. A code
nobody declared (an old register, a marker such as ``pool``) is printed as it is: a page must not fail over a name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.pages.language import Words
from api.reads.numerals import wan
from basin.clauses import POOL
from basin.indicators import INDICATORS
from basin.registry import Registry
from settlement.statement.engine_version import version_words
from settlement.statement.rows import EvaluationRow, StopRow
from settlement.words import amount_words, message, no_amount_words

ROLES = ("upstream", "downstream")  # the order in which they are told


@dataclass(frozen=True)
class Names:
    """Names by code; `t` is the language they are in."""

    t: Words
    registry: Registry

    def party(self, code: str) -> str:
        """A party's name; the pool is 资金池."""
        return self.t("party.pool") if code == POOL else self._of(self.registry.network.parties, code)

    def section(self, code: str) -> str:
        """A section's name."""
        return self._of(self.registry.network.sections, code)

    def station(self, code: str) -> str:
        """A station's name; stations have no English names."""
        station = self.registry.network.stations.get(code)
        return station.name_zh if station else code

    def office(self, code: str) -> str:
        """An office's name."""
        return self._of(self.registry.network.offices, code)

    def basin(self, code: str) -> str:
        """A basin's name."""
        return self._of(self.registry.network.basins, code)

    def indicator(self, code: str) -> str:
        """An indicator's name."""
        return self._of(INDICATORS, code)

    def agreement(self, code: str) -> str:
        """The title of an agreement, which is not translated."""
        agreement = self.registry.agreements.get(code)
        return agreement.title if agreement else code

    def side(self, side: object, evaluation: EvaluationRow, parties: Mapping[str, str]) -> str:
        """Who pays or receives: a role or party, shares of several, or in proportion to a line."""
        element = evaluation["element"]
        match side:
            case None:
                return ""
            case {"among": among}:
                return self.t("list").join(self.party(code) for code in among)
            case Mapping():
                shared = (f"{self._role(code, element, parties)} {share}" for code, share in side.items())
                return self.t("list").join(shared)
            case _:
                return self._role(str(side), element, parties)

    def _role(self, word: str, element: Mapping[str, str], parties: Mapping[str, str]) -> str:
        """Whom a word of the agreement means: the party or section in hand, else a role, else a party by its code."""
        section = self.registry.network.sections.get(element.get("section", ""))
        in_hand = {"party": element.get("party")}
        if section:
            in_hand |= {"upstream": section.upstream, "downstream": section.downstream}
        return self.party(in_hand.get(word) or parties.get(word, word))

    def parties(self, parties: Mapping[str, str] | list[str]) -> list[dict[str, str]]:
        """The parties of an agreement with their roles; a plain list has none."""
        roles = parties if isinstance(parties, Mapping) else {code: code for code in parties}
        ordered = sorted(roles.items(), key=lambda item: ROLES.index(item[0]) if item[0] in ROLES else len(ROLES))
        return [
            {"code": code, "name": self.party(code), "role": "" if role == code else self.t.known("role", role)}
            for role, code in ordered
        ]

    def element(self, element: Mapping[str, str] | None) -> str:
        """What an evaluation is about: a section, indicator, party or part of the period."""
        readable = {"section": self.section, "indicator": self.indicator, "party": self.party}
        return " · ".join(readable.get(axis, self.period)(code) for axis, code in (element or {}).items())

    def period(self, period: str) -> str:
        """A period in words: ``2020-08`` is 2020年8月."""
        return self.t.period(period)

    def reason(self, reason: str | None) -> str:
        """Why there is no value: ``missing_parameter: baseline`` is 缺少参数：baseline."""
        if not reason:
            return ""
        words = message(reason)
        return self.t.choose(words["message_zh"], words["message_en"])

    def engine_version(self, version: str | None) -> str:
        """The version of the engine that made a document, or that versions were not kept yet."""
        words = version_words(version)
        return self.t.choose(words["message_zh"], words["message_en"])

    def left_out(self, counts: Mapping[str, int] | None) -> str:
        """Readings that were not used, counted by reason: 维护 1、未公布 3."""
        counted = (f"{self.t.known('left_out', reason)} {count}" for reason, count in sorted((counts or {}).items()))
        return self.t("list").join(counted)

    def pair(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """A row about two parties with both their names."""
        return {**row, "payer_name": self.party(row["payer"]), "payee_name": self.party(row["payee"])}

    def transfer(self, amount: Mapping[str, Any]) -> dict[str, Any]:
        """What goes from one party to another, with their names and the sum in 万元."""
        return {**self.pair(amount), "wan": wan(amount["amount_yuan"])}

    def amount_word(self, kind: str, *statuses: str) -> str:
        """What the sums of a settlement of this kind and status are called, or those of several added up."""
        return self.t.choose(*amount_words(kind, *statuses))

    def no_amount_word(self, kind: str) -> str:
        """What stands where a settlement has no sum."""
        return self.t.choose(*no_amount_words(kind))

    def stop(self, stop: StopRow) -> dict[str, Any]:
        """What stopped, for when, for what and why."""
        return {
            **stop,
            "period_text": self.period(stop["period"]),
            "element_text": self.element(stop["element"]),
            "message": self.t.choose(stop["message_zh"], stop["message_en"]),
        }

    def _of(self, things: Mapping[str, Any], code: str) -> str:
        thing = things.get(code)
        return self.t.choose(thing.name_zh, thing.name_en) if thing else code
