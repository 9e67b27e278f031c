"""An entry of the ledger names the entry it reverses, and no entry is reversed twice.

Reversals from before stay as they are, blank in `reverses`; blanks never clash in the unique index. SQLite cannot add a
foreign key to a table, so there the table is made anew with its rows and its triggers.
"""

from __future__ import annotations

from sqlalchemy import Connection

from basin.errors import Refused
from monitoring_ingest.database.revisions import execute

revision = "0002"
down_revision = "0001"

UPGRADE = {
    "postgresql": """
ALTER TABLE entries ADD COLUMN reverses BIGINT

ALTER TABLE entries ADD FOREIGN KEY (reverses, ordinal) REFERENCES entries (status, ordinal)

CREATE UNIQUE INDEX entries_reversed_once ON entries (reverses, ordinal)
""",
    "sqlite": """
CREATE TABLE entries_with_reverses (
    status INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    party TEXT NOT NULL,
    counterparty TEXT NOT NULL,
    fen BIGINT NOT NULL,
    reverses BIGINT,
    PRIMARY KEY (status, ordinal),
    FOREIGN KEY(reverses, ordinal) REFERENCES entries (status, ordinal),
    FOREIGN KEY(status) REFERENCES statuses (id)
)

INSERT INTO entries_with_reverses (status, ordinal, party, counterparty, fen)
SELECT status, ordinal, party, counterparty, fen FROM entries ORDER BY status, ordinal

DROP TABLE entries

ALTER TABLE entries_with_reverses RENAME TO entries

CREATE UNIQUE INDEX entries_reversed_once ON entries (reverses, ordinal)

CREATE TRIGGER entries_refuses_UPDATE BEFORE UPDATE ON entries
BEGIN SELECT RAISE(ABORT, 'entries is append-only'); END

CREATE TRIGGER entries_refuses_DELETE BEFORE DELETE ON entries
BEGIN SELECT RAISE(ABORT, 'entries is append-only'); END
""",
}
DOWNGRADE = {
    "postgresql": """
DROP INDEX entries_reversed_once

ALTER TABLE entries DROP COLUMN reverses
""",
    "sqlite": """
CREATE TABLE entries_without_reverses (
    status INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    party TEXT NOT NULL,
    counterparty TEXT NOT NULL,
    fen BIGINT NOT NULL,
    PRIMARY KEY (status, ordinal),
    FOREIGN KEY(status) REFERENCES statuses (id)
)

INSERT INTO entries_without_reverses (status, ordinal, party, counterparty, fen)
SELECT status, ordinal, party, counterparty, fen FROM entries ORDER BY status, ordinal

DROP TABLE entries

ALTER TABLE entries_without_reverses RENAME TO entries

CREATE TRIGGER entries_refuses_UPDATE BEFORE UPDATE ON entries
BEGIN SELECT RAISE(ABORT, 'entries is append-only'); END

CREATE TRIGGER entries_refuses_DELETE BEFORE DELETE ON entries
BEGIN SELECT RAISE(ABORT, 'entries is append-only'); END
""",
}


def upgrade(connection: Connection) -> None:
    """Add `reverses` with its foreign key and its unique index."""
    execute(connection, UPGRADE[connection.dialect.name])


def downgrade(connection: Connection) -> None:
    """Take `reverses` away where no entry states it.

    Raises
    ------
    Refused : an entry says which other entry it reverses, and revision 0001 has no place for that.
    """
    stated = connection.exec_driver_sql("SELECT count(*) FROM entries WHERE reverses IS NOT NULL").scalar_one()
    if stated:
        zh = f"{stated} 条冲销分录记着它冲销的是哪一笔，结构版本 0001 没有地方保存"
        en = f"{stated} ledger entries state which entry they reverse, and revision 0001 has no place for that"
        raise Refused(zh, en, remedy="留在 0002；或恢复升级之前的备份")
    execute(connection, DOWNGRADE[connection.dialect.name])
