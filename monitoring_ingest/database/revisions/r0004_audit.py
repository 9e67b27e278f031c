"""What was refused and what was decided is kept in `audit`: when, by whom, from where, and what came of it."""

from __future__ import annotations

from sqlalchemy import Connection

from basin.errors import Refused
from monitoring_ingest.database.revisions import execute

revision = "0004"
down_revision = "0003"

UPGRADE = {
    "postgresql": """
CREATE TABLE audit (
    id BIGSERIAL NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    act TEXT COLLATE "C" NOT NULL,
    who TEXT COLLATE "C" NOT NULL,
    address TEXT COLLATE "C" NOT NULL,
    outcome TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    times INTEGER NOT NULL,
    PRIMARY KEY (id)
)

CREATE TRIGGER audit_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
""",
    "sqlite": """
CREATE TABLE audit (
    id INTEGER NOT NULL,
    recorded_at TEXT NOT NULL,
    act TEXT NOT NULL,
    who TEXT NOT NULL,
    address TEXT NOT NULL,
    outcome TEXT NOT NULL,
    subject TEXT NOT NULL,
    times INTEGER NOT NULL,
    PRIMARY KEY (id)
)

CREATE TRIGGER audit_refuses_UPDATE BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END

CREATE TRIGGER audit_refuses_DELETE BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END
""",
}


def upgrade(connection: Connection) -> None:
    """Create the table."""
    execute(connection, UPGRADE[connection.dialect.name])


def downgrade(connection: Connection) -> None:
    """Drop the table where it is empty.

    Raises
    ------
    Refused : it holds acts, and the revision before has no place for them.
    """
    acts = connection.exec_driver_sql("SELECT count(*) FROM audit").scalar_one()
    if acts:
        zh = f"{acts} 条留痕（谁做了什么、谁被拒绝），较早的结构版本没有地方保存"
        en = f"{acts} rows say who did what and who was refused, and the revision before has no place for them"
        raise Refused(zh, en, remedy="留在这一版；或恢复升级之前的备份")
    connection.exec_driver_sql("DROP TABLE audit")
