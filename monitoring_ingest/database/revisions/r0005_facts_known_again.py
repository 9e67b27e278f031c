"""A fact is known by subject, period, kind, document and line of the document, and is recorded once.

What revises or withdraws a fact names the row it replaces, and no row is replaced twice. Rows from before stay as they
are and count as they did. Where several of them are of one document, each but the first gets a line that says under
which number it was recorded, so that settlements made from all of them can be made again, and each can be withdrawn.
"""

from __future__ import annotations

from sqlalchemy import Connection

from basin.errors import Refused
from monitoring_ingest.database.revisions import execute

revision = "0005"
down_revision = "0004"

UPGRADE = {
    "postgresql": """
ALTER TABLE facts ADD COLUMN line TEXT COLLATE "C", ADD COLUMN paid_on TEXT COLLATE "C",
ADD COLUMN reason TEXT COLLATE "C", ADD COLUMN withdrawn_by TEXT COLLATE "C", ADD COLUMN revises BIGINT

ALTER TABLE facts DISABLE TRIGGER facts_refuses_change

UPDATE facts SET line = CASE WHEN facts.id = firsts.first THEN '' ELSE '登记编号 ' || facts.id END
FROM (
    SELECT id, min(id) OVER (PARTITION BY subject, period, kind, document) AS first FROM facts
) firsts
WHERE firsts.id = facts.id

ALTER TABLE facts ENABLE TRIGGER facts_refuses_change

ALTER TABLE facts ALTER COLUMN line SET NOT NULL

ALTER TABLE facts ADD FOREIGN KEY (revises) REFERENCES facts (id)

CREATE UNIQUE INDEX facts_recorded_once ON facts (subject, period, kind, document, line) WHERE revises IS NULL

CREATE UNIQUE INDEX facts_revised_once ON facts (revises)
""",
    "sqlite": """
CREATE TABLE facts_with_lines (
    id INTEGER NOT NULL,
    subject TEXT NOT NULL,
    period TEXT NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    document TEXT NOT NULL,
    recorded_by TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    approved_by TEXT,
    line TEXT NOT NULL,
    paid_on TEXT,
    reason TEXT,
    withdrawn_by TEXT,
    revises INTEGER,
    PRIMARY KEY (id),
    FOREIGN KEY(revises) REFERENCES facts (id)
)

INSERT INTO facts_with_lines (id, subject, period, kind, value, document, recorded_by, recorded_at, approved_by, line)
SELECT id, subject, period, kind, value, document, recorded_by, recorded_at, approved_by,
CASE WHEN id = min(id) OVER (PARTITION BY subject, period, kind, document) THEN '' ELSE '登记编号 ' || id END
FROM facts ORDER BY id

DROP TABLE facts

ALTER TABLE facts_with_lines RENAME TO facts

CREATE UNIQUE INDEX facts_recorded_once ON facts (subject, period, kind, document, line) WHERE revises IS NULL

CREATE UNIQUE INDEX facts_revised_once ON facts (revises)

CREATE TRIGGER facts_refuses_UPDATE BEFORE UPDATE ON facts
BEGIN SELECT RAISE(ABORT, 'facts is append-only'); END

CREATE TRIGGER facts_refuses_DELETE BEFORE DELETE ON facts
BEGIN SELECT RAISE(ABORT, 'facts is append-only'); END
""",
}
DOWNGRADE = {
    "postgresql": """
DROP INDEX facts_recorded_once

ALTER TABLE facts DROP COLUMN line, DROP COLUMN paid_on, DROP COLUMN reason, DROP COLUMN withdrawn_by,
DROP COLUMN revises
""",
    "sqlite": """
CREATE TABLE facts_without_lines (
    id INTEGER NOT NULL,
    subject TEXT NOT NULL,
    period TEXT NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    document TEXT NOT NULL,
    recorded_by TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    approved_by TEXT,
    PRIMARY KEY (id)
)

INSERT INTO facts_without_lines
SELECT id, subject, period, kind, value, document, recorded_by, recorded_at, approved_by FROM facts ORDER BY id

DROP TABLE facts

ALTER TABLE facts_without_lines RENAME TO facts

CREATE TRIGGER facts_refuses_UPDATE BEFORE UPDATE ON facts
BEGIN SELECT RAISE(ABORT, 'facts is append-only'); END

CREATE TRIGGER facts_refuses_DELETE BEFORE DELETE ON facts
BEGIN SELECT RAISE(ABORT, 'facts is append-only'); END
""",
}
LOST = """SELECT count(*) FROM facts
WHERE line NOT IN ('', '登记编号 ' || id) OR paid_on IS NOT NULL OR reason IS NOT NULL OR revises IS NOT NULL"""


def upgrade(connection: Connection) -> None:
    """Add the line of the document, the day of payment, what revises what and why, and what makes a fact one."""
    execute(connection, UPGRADE[connection.dialect.name])


def downgrade(connection: Connection) -> None:
    """Take these away where no fact states any of them.

    Raises
    ------
    Refused : a fact has a line or a day of payment, or was revised, and revision 0004 would count it as it was.
    """
    stated = connection.exec_driver_sql(LOST).scalar_one()
    if stated:
        zh = f"{stated} 件事实写有行号、付款日，或是更正、撤销，结构版本 0004 没有地方保存"
        en = f"{stated} facts state a line, a day of payment or a revision, and revision 0004 has no place for it"
        raise Refused(zh, en, remedy="留在 0005；或恢复升级之前的备份")
    execute(connection, DOWNGRADE[connection.dialect.name])
