"""The clock that whoever stores evidence is handed, to be read in the transaction that stores it.

In a write transaction (`database.writing`) nobody else can store. Who asks in one what is known at an instant is told
all of it, and who stores later records a later instant. An instant read before a transaction may be one about which
somebody has been told already.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

Clock = Callable[[], datetime]
