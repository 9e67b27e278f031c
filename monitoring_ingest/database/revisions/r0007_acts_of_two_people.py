"""What two people decide names the proposal it was approved by; keys have an office, verbs and their last use.

Decisions on data, facts and changes of status from before name their people as text and have no proposal. A key from
before has no office. Facts that come by key wait in `fact_batches` until a person of the key's office proposes them.
"""

from __future__ import annotations

from sqlalchemy import Connection

from basin.errors import Refused
from monitoring_ingest.database.revisions import execute

revision = "0007"
down_revision = "0006"

DECIDED = ("reviews", "facts", "statuses")
OF_KEYS = ("office", "maker", "verbs", "used_at")
UPGRADE = {
    "postgresql": """
ALTER TABLE reviews ADD COLUMN proposal BIGINT

ALTER TABLE facts ADD COLUMN proposal BIGINT

ALTER TABLE statuses ADD COLUMN proposal BIGINT

ALTER TABLE access_keys ADD COLUMN office TEXT COLLATE "C", ADD COLUMN maker INTEGER,
ADD COLUMN verbs TEXT COLLATE "C", ADD COLUMN used_at TIMESTAMP WITH TIME ZONE

CREATE TABLE fact_batches (
    id BIGSERIAL NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    office TEXT COLLATE "C" NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (id)
)

CREATE TRIGGER fact_batches_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON fact_batches
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
""",
    "sqlite": """
ALTER TABLE reviews ADD COLUMN proposal INTEGER

ALTER TABLE facts ADD COLUMN proposal INTEGER

ALTER TABLE statuses ADD COLUMN proposal INTEGER

ALTER TABLE access_keys ADD COLUMN office TEXT

ALTER TABLE access_keys ADD COLUMN maker INTEGER

ALTER TABLE access_keys ADD COLUMN verbs TEXT

ALTER TABLE access_keys ADD COLUMN used_at TEXT

CREATE TABLE fact_batches (
    id INTEGER NOT NULL,
    key TEXT NOT NULL,
    office TEXT NOT NULL,
    body TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    PRIMARY KEY (id)
)

CREATE TRIGGER fact_batches_refuses_UPDATE BEFORE UPDATE ON fact_batches
BEGIN SELECT RAISE(ABORT, 'fact_batches is append-only'); END

CREATE TRIGGER fact_batches_refuses_DELETE BEFORE DELETE ON fact_batches
BEGIN SELECT RAISE(ABORT, 'fact_batches is append-only'); END
""",
}


def upgrade(connection: Connection) -> None:
    """Add the columns and the table."""
    execute(connection, UPGRADE[connection.dialect.name])


def downgrade(connection: Connection) -> None:
    """Take the columns and the table away where nothing is in them.

    Raises
    ------
    Refused : something names its proposal, a batch of facts came, or a key has an office: without its verbs and office
        that key would be one that may do anything.
    """
    for table in DECIDED:
        _refuse_loss(connection, table, "proposal IS NOT NULL")
    _refuse_loss(connection, "fact_batches", "id IS NOT NULL")
    _refuse_loss(connection, "access_keys", "office IS NOT NULL")
    for table in DECIDED:
        connection.exec_driver_sql(f"ALTER TABLE {table} DROP COLUMN proposal")
    for column in OF_KEYS:
        connection.exec_driver_sql(f"ALTER TABLE access_keys DROP COLUMN {column}")
    connection.exec_driver_sql("DROP TABLE fact_batches")


def _refuse_loss(connection: Connection, table: str, lost: str) -> None:
    """Refuse to go down while a table has rows of which something would be lost."""
    rows = connection.exec_driver_sql(f"SELECT count(*) FROM {table} WHERE {lost}").scalar_one()  # nosec  # constants
    if rows:
        zh = f"{table} 里有 {rows} 行由两人批准、按机构管理或由密钥送来，较早的结构版本没有地方保存"
        en = f"{rows} rows of {table} have a proposal, an office or a sender that the revision before has no place for"
        raise Refused(zh, en, remedy="留在这一版；或恢复升级之前的备份")
