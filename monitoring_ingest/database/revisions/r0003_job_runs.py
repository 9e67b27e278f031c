"""The runs of scheduled jobs are in `job_runs`, so that "run" is free for a run of a settlement."""

from __future__ import annotations

from sqlalchemy import Connection

revision = "0003"
down_revision = "0002"


def upgrade(connection: Connection) -> None:
    """Rename the table; on PostgreSQL its primary key as well, which does not follow by itself."""
    connection.exec_driver_sql("ALTER TABLE runs RENAME TO job_runs")
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("ALTER TABLE job_runs RENAME CONSTRAINT runs_pkey TO job_runs_pkey")


def downgrade(connection: Connection) -> None:
    """Rename the table back; nothing is lost."""
    connection.exec_driver_sql("ALTER TABLE job_runs RENAME TO runs")
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("ALTER TABLE runs RENAME CONSTRAINT job_runs_pkey TO runs_pkey")
