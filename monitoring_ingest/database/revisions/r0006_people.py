"""People, what they are appointed to and what one proposes and another approves; and how they sign in."""

from __future__ import annotations

from sqlalchemy import Connection

from basin.errors import Refused
from monitoring_ingest.database.revisions import execute

revision = "0006"
down_revision = "0005"

EVIDENCE = ("proposal_outcomes", "appointments", "people", "proposals")  # in the order in which they are dropped
MUTABLE = ("sessions", "credentials")

UPGRADE = {
    "postgresql": """
CREATE TABLE proposals (
    id BIGSERIAL NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    office TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    payload TEXT COLLATE "C" NOT NULL,
    rests_on TEXT COLLATE "C" NOT NULL,
    person INTEGER NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (id)
)

CREATE TABLE proposal_outcomes (
    id BIGSERIAL NOT NULL,
    proposal BIGINT NOT NULL,
    outcome TEXT COLLATE "C" NOT NULL,
    person INTEGER,
    reason TEXT COLLATE "C" NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (proposal),
    FOREIGN KEY(proposal) REFERENCES proposals (id)
)

CREATE TABLE people (
    id BIGSERIAL NOT NULL,
    person INTEGER NOT NULL,
    login TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    active_from TIMESTAMP WITH TIME ZONE NOT NULL,
    active_until TIMESTAMP WITH TIME ZONE,
    proposal BIGINT,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(proposal) REFERENCES proposals (id)
)

CREATE INDEX ix_people_person ON people (person)

CREATE TABLE appointments (
    id BIGSERIAL NOT NULL,
    person INTEGER NOT NULL,
    office TEXT COLLATE "C" NOT NULL,
    roles TEXT COLLATE "C" NOT NULL,
    starts_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ends_at TIMESTAMP WITH TIME ZONE,
    letter TEXT COLLATE "C",
    proposal BIGINT,
    replaces BIGINT,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (replaces),
    FOREIGN KEY(proposal) REFERENCES proposals (id),
    FOREIGN KEY(replaces) REFERENCES appointments (id)
)

CREATE INDEX ix_appointments_person ON appointments (person)

CREATE TABLE credentials (
    person INTEGER NOT NULL,
    password TEXT COLLATE "C",
    issuer TEXT COLLATE "C",
    subject TEXT COLLATE "C",
    code_sha256 TEXT COLLATE "C",
    code_until TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (person),
    UNIQUE (issuer, subject),
    UNIQUE (code_sha256)
)

CREATE TABLE sessions (
    sha256 TEXT COLLATE "C" NOT NULL,
    person INTEGER NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    used_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (sha256)
)

CREATE INDEX sessions_of_person ON sessions (person)
""",
    "sqlite": """
CREATE TABLE proposals (
    id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    office TEXT NOT NULL,
    subject TEXT NOT NULL,
    payload TEXT NOT NULL,
    rests_on TEXT NOT NULL,
    person INTEGER NOT NULL,
    reason TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    PRIMARY KEY (id)
)

CREATE TABLE proposal_outcomes (
    id INTEGER NOT NULL,
    proposal INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    person INTEGER,
    reason TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (proposal),
    FOREIGN KEY(proposal) REFERENCES proposals (id)
)

CREATE TABLE people (
    id INTEGER NOT NULL,
    person INTEGER NOT NULL,
    login TEXT NOT NULL,
    name TEXT NOT NULL,
    active_from TEXT NOT NULL,
    active_until TEXT,
    proposal INTEGER,
    recorded_at TEXT NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(proposal) REFERENCES proposals (id)
)

CREATE INDEX ix_people_person ON people (person)

CREATE TABLE appointments (
    id INTEGER NOT NULL,
    person INTEGER NOT NULL,
    office TEXT NOT NULL,
    roles TEXT NOT NULL,
    starts_at TEXT NOT NULL,
    ends_at TEXT,
    letter TEXT,
    proposal INTEGER,
    replaces INTEGER,
    recorded_at TEXT NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (replaces),
    FOREIGN KEY(proposal) REFERENCES proposals (id),
    FOREIGN KEY(replaces) REFERENCES appointments (id)
)

CREATE INDEX ix_appointments_person ON appointments (person)

CREATE TABLE credentials (
    person INTEGER NOT NULL,
    password TEXT,
    issuer TEXT,
    subject TEXT,
    code_sha256 TEXT,
    code_until TEXT,
    PRIMARY KEY (person),
    UNIQUE (issuer, subject),
    UNIQUE (code_sha256)
)

CREATE TABLE sessions (
    sha256 TEXT NOT NULL,
    person INTEGER NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    created_at TEXT NOT NULL,
    used_at TEXT NOT NULL,
    ends_at TEXT NOT NULL,
    ended_at TEXT,
    PRIMARY KEY (sha256)
)

CREATE INDEX sessions_of_person ON sessions (person)
""",
}
TRIGGERS = {
    "postgresql": """
CREATE TRIGGER {table}_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
""",
    "sqlite": """
CREATE TRIGGER {table}_refuses_UPDATE BEFORE UPDATE ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END

CREATE TRIGGER {table}_refuses_DELETE BEFORE DELETE ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
""",
}


def upgrade(connection: Connection) -> None:
    """Create the tables."""
    execute(connection, UPGRADE[connection.dialect.name])
    for table in EVIDENCE:
        execute(connection, TRIGGERS[connection.dialect.name].format(table=table))


def downgrade(connection: Connection) -> None:
    """Drop the tables where nobody was ever appointed.

    Raises
    ------
    Refused : they hold people and what these decided, and the revision before has no place for them.
    """
    people = connection.exec_driver_sql("SELECT count(*) FROM people").scalar_one()
    if people:
        zh = f"{people} 条人员记录，连同任命与提议，较早的结构版本没有地方保存"
        en = f"{people} rows of people, with appointments and proposals, and the revision before has no place for them"
        raise Refused(zh, en, remedy="留在这一版；或恢复升级之前的备份")
    for table in (*MUTABLE, *EVIDENCE):
        connection.exec_driver_sql(f"DROP TABLE {table}")
