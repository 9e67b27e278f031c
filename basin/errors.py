"""One tree of errors: misuse raises, bad data never does.

What goes in: a message in Chinese and English and the place it is about. What comes out: an exception every shell can
print or turn into JSON. A wrong agreement, an unknown code, a refused request belong here; a bad *reading* does not: it
becomes a rejection, a flag or an evaluation without a value.

Messages quote what came from outside. They are kept in a form that every shell can print and send
(`basin.signs`).
"""

from __future__ import annotations

from basin.signs import shown

LONGEST_TOLD = 300  # characters of what an exception says, where it is told among other things


def in_short(problem: BaseException) -> str:
    """The type of an exception and the beginning of what it says: a failed statement of SQL says all of itself."""
    try:
        text = " ".join(str(problem).split())
    except Exception:  # whatever it is, it must not fail a second time where it is told
        text = ""
    name = type(problem).__name__
    return f"{name}: {text[:LONGEST_TOLD]}{'…' if len(text) > LONGEST_TOLD else ''}" if text else name


class HengjieError(Exception):
    """Base of all errors of this project.

    Parameters
    ----------
    zh, en : what is wrong, in Chinese and English.
    file : the file it is about; path : the place inside it (``clauses.1.scale.0.amount``).
    remedy : what the reader can do about it.
    """

    code = "error"
    status = 400

    def __init__(
        self, zh: str, en: str = "", *, file: object = None, path: str | None = None, remedy: str = ""
    ) -> None:
        self.zh = shown(zh)
        self.en = shown(en)
        self.path = None if path is None else shown(path)
        self.remedy = shown(remedy)
        self.file = None if file is None else shown(str(file))
        self.headers: dict[str, str] = {}  # what a web shell should say beside it
        super().__init__(self.zh)

    def __str__(self) -> str:
        place = "".join(f"{part}: " for part in (self.file, self.path) if part)
        english = f" ({self.en})" if self.en else ""
        remedy = f" — 补救: {self.remedy}" if self.remedy else ""
        return f"{place}{self.zh}{english}{remedy}"


class AgreementError(HengjieError):
    """An agreement or scorecard that the grammar refuses."""

    code = "agreement"


class RegisterError(HengjieError):
    """A parties, sections, stations, indicators, units, standards or sources file that cannot be used."""

    code = "register"


class UsageError(HengjieError):
    """A command or request that does not fit: a wrong period, a missing option."""

    code = "usage"


class UnknownCode(HengjieError):
    """A party, section, indicator, agreement or basin nobody declared."""

    code = "unknown_code"


class NotFound(HengjieError):
    """Nothing is stored under that identity."""

    code = "not_found"
    status = 404


class Refused(HengjieError):
    """Understood and not allowed: no key, a status that may not follow, evidence that does not hold."""

    code = "refused"
    status = 403


class Unavailable(HengjieError):
    """Something outside the program that does not do its part: a folder that cannot be written, a database."""

    code = "unavailable"
    status = 503


class Damaged(Unavailable):
    """The file of the database holds what no database writes: it can only be restored."""

    code = "damaged"


class NoDatabase(Unavailable):
    """There is no database where one is to be read."""


class ForgedForm(Refused):
    """A form, or a request with a session, that a page of another server may have sent."""

    code = "csrf"


class NotSignedIn(HengjieError):
    """Somebody has to sign in first, or again."""

    code = "not_signed_in"
    status = 401


class Conflict(HengjieError):
    """What was asked for does not go with what is stored now: it has ended, or has changed meanwhile."""

    code = "conflict"
    status = 409


class NoSecondPerson(HengjieError):
    """An act takes two people, and the office has no other one who could approve."""

    code = "no_second_person"
    status = 409
