"""The shape of a database: every table with its columns, keys, indexes and triggers, as lines that can be compared.

In: a connection. Out: for each table the set of its lines. Two schemas with equal lines behave alike; the order of
columns and the spacing of statements are left out. Tables of the database itself and of PostgreSQL extensions are not
listed. Nothing is changed.
"""

from __future__ import annotations

from sqlalchemy import Connection

Shape = dict[str, frozenset[str]]

VERSION_TABLE = "alembic_version"


def shape(connection: Connection) -> Shape:
    """The lines of every table of the current schema but that of Alembic."""
    lines: dict[str, set[str]] = {}
    for table, line in connection.exec_driver_sql(_QUERIES[connection.dialect.name]):
        lines.setdefault(table, set()).add(" ".join(line.split()))
    lines.pop(VERSION_TABLE, None)
    return {table: frozenset(of_table) for table, of_table in lines.items()}


_SQLITE = """
WITH tables AS (
    SELECT name, wr FROM pragma_table_list
    WHERE schema = 'main' AND type = 'table' AND substr(name, 1, 7) <> 'sqlite_'
)
SELECT name, CASE wr WHEN 1 THEN 'table without rowid' ELSE 'table' END FROM tables
UNION ALL
SELECT tables.name, 'column ' || c.name || ' ' || c.type || CASE c."notnull" WHEN 1 THEN ' not null' ELSE '' END
       || coalesce(' default ' || c.dflt_value, '') || CASE c.pk WHEN 0 THEN '' ELSE ' key ' || c.pk END
FROM tables, pragma_table_xinfo(tables.name) c
UNION ALL
SELECT name, 'foreign key (' || group_concat(source) || ') to ' || target || ' (' || group_concat(aim) || ')'
FROM (SELECT tables.name, f.id, f."from" source, f."table" target, f."to" aim
      FROM tables, pragma_foreign_key_list(tables.name) f ORDER BY tables.name, f.id, f.seq)
GROUP BY name, id, target
UNION ALL
SELECT name, 'unique (' || group_concat(col) || ')'
FROM (SELECT tables.name, i.name key, c.name col
      FROM tables, pragma_index_list(tables.name) i, pragma_index_info(i.name) c
      WHERE i.origin = 'u' ORDER BY tables.name, i.name, c.seqno)
GROUP BY name, key
UNION ALL
SELECT tbl_name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL"""

# A name is written without its schema where the schema is the current one: so two schemas can be compared. NOT NULL is
# told with the column: PostgreSQL 18 lists it among the constraints, too, under names that older servers do not have.
_POSTGRESQL = """
WITH tables AS (
    SELECT oid, relname FROM pg_class
    WHERE relkind IN ('r', 'p')
    AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
    AND NOT EXISTS (SELECT FROM pg_depend WHERE pg_depend.objid = pg_class.oid AND deptype = 'e')
)
SELECT relname::text, 'table' FROM tables
UNION ALL
SELECT relname, concat_ws(' ', 'column', attname, format_type(atttypid, atttypmod),
       CASE WHEN attnotnull THEN 'not null' END, collname, pg_get_expr(adbin, adrelid, true))
FROM tables JOIN pg_attribute ON attrelid = tables.oid
LEFT JOIN pg_attrdef ON adrelid = tables.oid AND adnum = attnum
LEFT JOIN pg_collation ON pg_collation.oid = attcollation
WHERE attnum > 0 AND NOT attisdropped
UNION ALL
SELECT relname, concat_ws(' ', conname, pg_get_constraintdef(pg_constraint.oid, true))
FROM tables JOIN pg_constraint ON conrelid = tables.oid WHERE contype <> 'n'
UNION ALL
SELECT relname, pg_get_indexdef(indexrelid, 0, true) FROM tables JOIN pg_index ON indrelid = tables.oid
UNION ALL
SELECT relname, concat_ws(' ', tgenabled, pg_get_triggerdef(pg_trigger.oid, true), prosrc)
FROM tables JOIN pg_trigger ON tgrelid = tables.oid JOIN pg_proc ON pg_proc.oid = tgfoid WHERE NOT tgisinternal"""

_QUERIES = {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}
