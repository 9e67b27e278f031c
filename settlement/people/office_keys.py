"""Keys of an office for machines: created, rotated and revoked by two people of its side (密钥).

In: a name, the office, its stations, what the key may do, and its last day. Out: the secret, shown once to whoever
approves. An admin proposes; somebody of that party who approves, or a second admin, approves, as for appointments. What
a key may do at a door is in `monitoring_ingest.access.store`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from basin.errors import Refused, UsageError
from basin.network import CHINA, Network, Station
from basin.written.texts import KEY_NAME, accepted
from monitoring_ingest.access.store import (
    VERBS,
    Access,
    KeyOfOffice,
    add_key,
    end_key,
    named_key,
    refuse_name_taken,
    renew_key,
)
from settlement.people import performing, proposals, store
from settlement.people.appointing import BY_ADMIN, BY_PARTY, day_of, refuse_other_side
from settlement.people.persons import Staff
from settlement.people.proposals import Desk, Matter, Payload, Setting, TwoPersonAct, refuse_unknown_office
from settlement.people.proposals_store import Proposal

LONGEST = 2  # years that a key lasts
LONGEST_OVERLAP = 30  # days that the secret before a rotation stays valid
_NOTHING = ""  # that an act shows once, or rests on


def key_payload(name: str, office: str, stations: Collection[str], verbs: Collection[str], expires: str) -> Payload:
    """What to propose to create a key.

    Parameters
    ----------
    name : of the key. office : whose key it is.
    stations : codes of those it may speak for. verbs : `push`, `read`, or both.
    expires : its last day, as ``2027-12-31``.
    """
    return {
        "name": name, "office": office, "stations": sorted(stations), "verbs": sorted(verbs), "expires": expires,
    }  # fmt: skip


def rotation_payload(name: str, overlap_days: int) -> Payload:
    """What to propose to give a key a new secret; the one before stays valid for some days."""
    return {"name": name, "overlap_days": overlap_days}


def revocation_payload(name: str) -> Payload:
    """What to propose to end a key."""
    return {"name": name}


def _check_create(setting: Setting, office: str, payload: Payload) -> str:
    """Refuse a key that could not be made; it rests on nothing stored."""
    performing.refuse_other_keys(payload, "name", "office", "stations", "verbs", "expires")
    of = performing.text(payload, "office")
    refuse_unknown_office(setting.staff, of)
    refuse_other_side(setting.staff, office, of)
    _refuse_stations_of_others(setting, of, _texts(payload, "stations"))
    unknown = sorted(set(_texts(payload, "verbs")) - set(VERBS))
    if unknown:
        zh = f"密钥不能 {unknown[0]}"
        raise UsageError(zh, "no such verb", path="verbs", remedy="可用：push 报送、read 读取")
    _refuse_end(_ends_at(payload), setting.now)
    refuse_name_taken(setting.connection, accepted(performing.text(payload, "name"), KEY_NAME, "name"))
    return _NOTHING


def _create(setting: Setting, _office: str, payload: Payload) -> str:
    key = KeyOfOffice(
        accepted(payload["name"], KEY_NAME, "name"),
        payload["office"],
        performing.decided(setting).proposer,
        frozenset(payload["stations"]),
        frozenset(payload["verbs"]),
        _ends_at(payload),
    )
    return add_key(setting.connection, key, setting.now)


def _check_rotate(setting: Setting, office: str, payload: Payload) -> str:
    """Refuse a rotation of a key that is over, or of another side; it rests on the key with its secrets."""
    performing.refuse_other_keys(payload, "name", "overlap_days")
    days = payload["overlap_days"]
    if not isinstance(days, int) or isinstance(days, bool) or not 0 <= days <= LONGEST_OVERLAP:
        zh = f"旧密钥还能用 0–{LONGEST_OVERLAP} 天"
        raise UsageError(zh, f"0 to {LONGEST_OVERLAP} days", path="overlap_days", remedy="写天数，如 7")
    key = _key(setting, office, payload)
    if key.over(setting.now):
        raise Refused(
            f"{key.name} 的密钥已撤销或到期", "the key is revoked or has expired", remedy="另建密钥，换一个名称"
        )
    return _seen(setting, key.name)


def _rotate(setting: Setting, _office: str, payload: Payload) -> str:
    overlap = timedelta(days=payload["overlap_days"])
    return renew_key(setting.connection, payload["name"], overlap, setting.now)


def _check_revoke(setting: Setting, office: str, payload: Payload) -> str:
    """Refuse to revoke a key of another side, or one that is revoked; it rests on the key with its secrets."""
    performing.refuse_other_keys(payload, "name")
    key = _key(setting, office, payload)
    if key.revoked_at is not None:
        raise Refused(
            f"{key.name} 的密钥已撤销", f"the key of {key.name} was revoked", path="name", remedy="无须再撤销"
        )
    return _seen(setting, key.name)


def _revoke(setting: Setting, _office: str, payload: Payload) -> str:
    end_key(setting.connection, payload["name"], setting.now)
    return _NOTHING


def _key(setting: Setting, office: str, payload: Payload) -> Access:
    """A key of one's own side; one from before people signed in is the operator's."""
    key = named_key(setting.connection, performing.text(payload, "name")).access
    of = office_of(setting.staff, key)
    if of:
        refuse_other_side(setting.staff, office, of)
    return key


def _seen(setting: Setting, name: str) -> str:
    """The fingerprint of a key as it stands, its secrets among it: another rotation meanwhile changes it."""
    key = named_key(setting.connection, name)
    revoked_at = key.access.revoked_at
    return performing.fingerprint([name, *key.secrets, revoked_at and revoked_at.isoformat()])


def _refuse_stations_of_others(setting: Setting, office: str, stations: list[str]) -> None:
    """Refuse a station of another party, or of a basin that an office of no party is not of.

    Raises
    ------
    UsageError : a station that nobody declared. Refused : naming the stations.
    """
    network = setting.registry.network
    unknown = [code for code in stations if code not in network.stations]
    if unknown:
        zh = f"没有登记的站点 {'、'.join(unknown)}"
        raise UsageError(zh, "no such station", path="stations", remedy="写登记表中的站点代码")
    declared = setting.staff.offices[office]
    basins = [basin for basin, offices in network.offices_of_basin.items() if office in offices]
    others = [code for code in stations if not _is_of(network, network.stations[code], declared.party, basins)]
    if others:
        zh = f"站点 {'、'.join(others)} 不归{declared.name_zh}"
        raise Refused(zh, "stations of others", path="stations", remedy="由站点所在一方的机构建密钥")


def _is_of(network: Network, station: Station, party: str | None, basins: Collection[str]) -> bool:
    """Whether a station is of a party or, for an office of no party, lies in one of its basins."""
    if party:
        return station.province == party
    section = network.sections.get(station.section)
    return section is not None and section.basin in basins


def _refuse_end(ends_at: datetime, now: datetime) -> None:
    latest = _later(now.astimezone(CHINA), LONGEST)
    if not now < ends_at <= latest + timedelta(days=1):
        zh = f"止期应在今天之后、{LONGEST} 年以内"
        raise UsageError(zh, f"after today, within {LONGEST} years", path="expires", remedy=f"不晚于 {latest.date()}")


def _later(instant: datetime, years: int) -> datetime:
    """The same day some years later; 29 February becomes 28."""
    day = 28 if (instant.month, instant.day) == (2, 29) else instant.day
    return instant.replace(year=instant.year + years, day=day)


def _ends_at(payload: Payload) -> datetime:
    """The end of the last day, in China."""
    return day_of(performing.text(payload, "expires"), "expires") + timedelta(days=1)


def _texts(payload: Payload, name: str) -> list[str]:
    listed = performing.several(payload, name)
    texts = [text for text in listed if isinstance(text, str) and text.strip() and " " not in text]
    if len(set(texts)) != len(listed):
        raise UsageError("应是代码的列表，每个写一次", "a list of codes, each once", path=name, remedy="每项写一个代码")
    return texts


def propose_new(desk: Desk, person: int, payload: Payload, reason: str) -> Proposal:
    """Propose a new key, for the office whose key it is.

    Parameters
    ----------
    person : the number of who proposes it. payload : as `key_payload`.

    Raises
    ------
    HengjieError : as `proposals.propose`.
    """
    matter = Matter(payload["office"], payload, f"{CREATE.zh} {payload['name']}", reason)
    return proposals.propose(desk, CREATE, person, matter)


def propose_about(desk: Desk, act: TwoPersonAct, person: int, payload: Payload, reason: str) -> Proposal:
    """Propose to rotate or revoke a key, for the office whose key it is.

    Parameters
    ----------
    act : `ROTATE` or `REVOKE`. person : the number of who proposes it. payload : of that act.

    Raises
    ------
    NotFound : no such key. HengjieError : as `proposals.propose`.
    """
    with desk.engine.connect() as connection:
        key = named_key(connection, payload["name"]).access
        staff = store.staff(connection, desk.offices, desk.now())
    matter = Matter(office_of(staff, key), payload, f"{act.zh} {key.name}", reason)
    return proposals.propose(desk, act, person, matter)


def office_of(staff: Staff, key: Access) -> str:
    """Whose key it is; one from before people signed in is the operator's, blank while there is none."""
    return key.office or staff.operator or ""


def nobody_appointed(staff: Staff) -> bool:
    """Whether nobody was ever appointed who could decide: then the account of this machine makes keys alone."""
    return not staff.appointments


CREATE = TwoPersonAct("key", "新建密钥", "new key", BY_ADMIN, BY_PARTY, _check_create, _create, by_side=True)
ROTATE = TwoPersonAct(
    "key_rotate", "更换密钥", "rotation of a key", BY_ADMIN, BY_PARTY, _check_rotate, _rotate, by_side=True
)
REVOKE = TwoPersonAct(
    "key_revoke", "撤销密钥", "revocation of a key", BY_ADMIN, BY_PARTY, _check_revoke, _revoke, by_side=True
)
ACTS: Mapping[str, TwoPersonAct] = {act.kind: act for act in (CREATE, ROTATE, REVOKE)}
