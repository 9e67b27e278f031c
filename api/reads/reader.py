"""Who reads, and what he may: asked before a document is read, and of every row of a list.

In: the offices somebody acts for, or nobody. Out: plain answers, and refusals that say who could read it. What an
office may read is decided in `settlement.people.reading`; who asks is found out in `api.web.reading`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from basin.errors import HengjieError, NotSignedIn, Refused
from basin.registry import Registry
from settlement.people.reading import NOTHING, Readable, readable_for
from settlement.states import CONFIRMED

ALL = replace(NOTHING, is_all=True)  # no code is looked up: whatever there is may be read
MOST_NAMED = 6  # offices that a refusal names
SIGN_IN = "在 /sign-in 登录；程序用本人的令牌，或用有 read 的密钥"


class Rights:
    """What the offices of one installation may read; each group of offices is looked at once."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self._of: dict[frozenset[str], Readable] = {}
        self._public: dict[frozenset[str], Readable] = {}

    def of(self, offices: Collection[str]) -> Readable:
        """What the people of these offices may read together; offices that are declared no longer read nothing."""
        declared = frozenset(code for code in offices if code in self.registry.network.offices)
        if declared not in self._of:
            network = self.registry.network
            self._of[declared] = readable_for([network.offices[code] for code in sorted(declared)], self.registry)
        return self._of[declared]

    def public(self, confirmed: frozenset[str]) -> Readable:
        """What everybody may read where confirmed settlements are public: these agreements have one."""
        if confirmed not in self._public:
            self._public[confirmed] = _public_of(confirmed, self.registry)
        return self._public[confirmed]

    def offices_that(self, may_read: Callable[[Readable], bool]) -> list[str]:
        """The names of the offices that may read something, those that read all among them."""
        readable = {office.name_zh: self.of([office.code]) for office in self.registry.network.offices.values()}
        return [name for name, codes in readable.items() if codes.is_all or may_read(codes)]


@dataclass(frozen=True)
class Reader:
    """Who reads.

    Attributes
    ----------
    granted : what he may read by his offices.
    public : what anybody may read here besides, of which the sections and stations are those whose observations are
        open; None where nothing is.
    is_known : whether he signed in or gave a key.
    key : the name of his key, whose receipts he may read; None where he gave none.
    """

    rights: Rights
    granted: Readable
    public: Readable | None = None
    is_known: bool = False
    key: str | None = None

    @property
    def reads_all(self) -> bool:
        """Whether everything may be read, also what is declared no longer."""
        return self.granted.is_all

    @property
    def reads_nothing(self) -> bool:
        """Whether no office gives a right to read anything."""
        return not (self.granted.is_all or self.granted.agreements or self.granted.basins or self.granted.stations)

    @property
    def sees_network(self) -> bool:
        """Whether the whole network and the health of all stations may be seen."""
        return self.granted.is_all or self.public is not None

    def agreement(self, code: str) -> bool:
        """Whether the settlements, late data and evidence of an agreement may be read, and who owes whom."""
        return self.granted.is_all or code in self.granted.agreements

    def settlement(self, agreement: str, status: str) -> bool:
        """Whether a settlement of that agreement and status may be read."""
        return self.agreement(agreement) or (self.public is not None and status == CONFIRMED)

    def basin(self, code: str) -> bool:
        """Whether the assessments of a basin may be read."""
        return self.granted.is_all or code in self.granted.basins

    def station(self, code: str) -> bool:
        """Whether waiting readings, decisions and receipts of a station may be read."""
        return self.granted.is_all or code in self.granted.stations

    def section(self, code: str) -> bool:
        """Whether the observations of a section may be read."""
        is_public = self.public is not None and code in self.public.sections
        return self.granted.is_all or code in self.granted.sections or is_public

    def observes(self, station: str) -> bool:
        """Whether the observations of a station may be read."""
        return self.station(station) or (self.public is not None and station in self.public.stations)

    def sees_basin(self, code: str) -> bool:
        """Whether a basin may be seen: its sections and how its stations are doing."""
        return self.sees_network or code in self.granted.basins

    def sees_section(self, code: str) -> bool:
        """Whether a section may be seen in a list."""
        return self.sees_network or code in self.granted.sections

    def sees_station(self, code: str) -> bool:
        """Whether it may be seen how a station is doing."""
        return self.sees_network or code in self.granted.stations

    def sees_agreement(self, code: str) -> bool:
        """Whether an agreement may be seen in a list: one whose settlements may be read, or are public."""
        return self.agreement(code) or (self.public is not None and code in self.public.agreements)

    def subject(self, code: str) -> bool:
        """Whether a fact about a section, station, party, basin or agreement may be read."""
        may = self.granted
        return may.is_all or any(
            code in codes for codes in (may.sections, may.stations, may.parties, may.basins, may.agreements)
        )

    def any_station(self, codes: Collection[str]) -> bool:
        """Whether one of some stations may be read; where none is named, any station of all."""
        readable = self.granted.stations
        return self.granted.is_all or bool(readable and not (codes and readable.isdisjoint(codes)))

    def refuse_agreement(self, code: str | None) -> None:
        """Refuse what only those of an agreement may read; None asks for none.

        Raises
        ------
        NotSignedIn, Refused : as `refusal`.
        """
        if code is not None and not self.sees_agreement(code):
            raise self.refusal("agreement", f"协议 {code}", lambda readable: code in readable.agreements)

    def refuse_settlement(self, agreement: str, status: str) -> None:
        """Refuse a settlement that may not be read.

        Raises
        ------
        NotSignedIn, Refused : as `refusal`.
        """
        if not self.settlement(agreement, status):
            raise self.refusal("agreement", f"协议 {agreement} 的结算", lambda may: agreement in may.agreements)

    def refuse_working(self, agreement: str) -> None:
        """Refuse what only those of an agreement may read of its settlements, confirmed or not.

        Raises
        ------
        NotSignedIn, Refused : as `refusal`.
        """
        if not self.agreement(agreement):
            raise self.refusal("agreement", f"协议 {agreement} 的结算", lambda may: agreement in may.agreements)

    def refuse_basin(self, code: str | None) -> None:
        """Refuse a basin that may not be seen; None asks for none.

        Raises
        ------
        NotSignedIn, Refused : as `refusal`.
        """
        if code is not None and not self.sees_basin(code):
            raise self.refusal("basin", f"流域 {code}", lambda readable: code in readable.basins)

    def refuse_assessment(self, basin: str | None) -> None:
        """Refuse the assessments of a basin; None asks for none.

        Raises
        ------
        NotSignedIn, Refused : as `refusal`.
        """
        if basin is not None and not self.basin(basin):
            raise self.refusal("basin", f"流域 {basin} 的评价", lambda readable: basin in readable.basins)

    def refuse_section(self, code: str | None) -> None:
        """Refuse the observations of a section; None asks for none.

        Raises
        ------
        NotSignedIn, Refused : as `refusal`.
        """
        if code is not None and not self.section(code):
            raise self.refusal("section", f"断面 {code}", lambda readable: code in readable.sections)

    def refuse_station(self, code: str | None) -> None:
        """Refuse the waiting readings and decisions of a station; None asks for none.

        Raises
        ------
        NotSignedIn, Refused : as `refusal`.
        """
        if code is not None and not self.station(code):
            raise self._of_station(code)

    def refuse_observations(self, station: str) -> None:
        """Refuse the observations of a station.

        Raises
        ------
        NotSignedIn, Refused : as `refusal`.
        """
        if not self.observes(station):
            raise self._of_station(station)

    def refuse_health(self, station: str) -> None:
        """Refuse how a station is doing.

        Raises
        ------
        NotSignedIn, Refused : as `refusal`.
        """
        if not self.sees_station(station):
            raise self._of_station(station)

    def _of_station(self, code: str) -> HengjieError:
        return self.refusal("station", f"站点 {code}", lambda readable: code in readable.stations)

    def refusal(self, path: str, what: str, could: Callable[[Readable], bool]) -> HengjieError:
        """Why something is not read: nobody signed in, or others may.

        Parameters
        ----------
        path, what : what was asked for, as the error names it. could : whether somebody may read it.
        """
        if not self.is_known:
            return NotSignedIn(f"{what}：登录后才能看", "sign in to read this", path=path, remedy=SIGN_IN)
        offices = self.rights.offices_that(could)
        named = "、".join(offices[:MOST_NAMED]) + (" 等" if len(offices) > MOST_NAMED else "")
        remedy = f"能看的机构：{named}" if offices else "没有登记能看它的机构：先写进 offices.csv"
        return Refused(f"无权看{what}", "your offices may not read this", path=path, remedy=remedy)


def reads_everything(rights: Rights) -> Reader:
    """Whoever reads where reading is open."""
    return Reader(rights, ALL, is_known=True)


def stranger(rights: Rights, public: Readable | None = None) -> Reader:
    """Somebody who neither signed in nor gave a key."""
    return Reader(rights, NOTHING, public)


def _public_of(confirmed: frozenset[str], registry: Registry) -> Readable:
    """The agreements that have a confirmed settlement, and the sections they look at, whose observations are open."""
    network = registry.network
    declared = [registry.agreements[code] for code in confirmed if code in registry.agreements]
    sections = frozenset().union(*(agreement.reach.sections_in(network) for agreement in declared))
    serving = (station.code for station in network.stations.values() if station.section in sections)
    return Readable(confirmed, frozenset(), sections, frozenset(serving), frozenset())
