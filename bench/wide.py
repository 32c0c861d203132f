"""Ten times the cases, for statements alone: the largest seeded database, its cases, steps and acts nine times more.

The copies belong to units of their own, as those of a larger country would: a head has no more to sign for it. Only
the indexes that the statements ask for are built; the others would be read by nobody.
"""

from psycopg import sql

from bench import ground

COPIES = 9
_INDEXES = {
    "reviews_case": ("reviews_case_pkey", "case_worklist", "case_started"),
    "reviews_step": ("reviews_step_pkey", "step_seq_once", "step_one_open_per_case"),
    "reviews_act": ("reviews_act_pkey", "reviews_act_step_id_%"),
}
# What has to be another in each copy (``k``): ids far apart, texts that are unique.
_IDS, _UNITS = 1_000_000_000, 10_000_000
_SHIFTED = {
    "reviews_case": {
        "id": _IDS,
        "holder_id": _UNITS,
        "receiving_unit_id": _UNITS,
        "sending_unit_id": _UNITS,
    },
    "reviews_step": {"id": _IDS, "case_id": _IDS, "unit_id": _UNITS},
    "reviews_act": {"id": _IDS, "case_id": _IDS, "step_id": _IDS, "unit_id": _UNITS},
}


def use(size: int) -> None:
    """Point this process at the database of ``size`` cases, made from one a tenth as large."""
    name = f"bench_{size}"
    ground.use(size // (COPIES + 1))
    seeded = _migrations()
    with ground.maintenance() as server:
        if server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            ground.point_at(name)
            if _migrations() == seeded:
                return
        _make(server, name, f"bench_{size // (COPIES + 1)}")
    ground.point_at(name)


def _migrations() -> int:
    """How far the database in use is: without its constraints a wide one cannot be migrated, only made anew."""
    with ground.bare() as link:
        return link.execute("SELECT count(*) FROM django_migrations").fetchone()[0]


def _make(server, name: str, seeded: str) -> None:
    """It appears whole or not at all: it is filled under another name."""
    print(f"making the database {name}, once …", flush=True)
    ground.let_go()
    building = sql.Identifier(f"{name}_building")
    for old in (building, sql.Identifier(name)):
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(old))
    copy = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
    server.execute(copy.format(building, sql.Identifier(seeded)))
    ground.point_at(f"{name}_building")
    for table in _INDEXES:
        _multiply(table)
    ground.let_go()
    server.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(building, sql.Identifier(name)))


def _multiply(table: str) -> None:
    other = {name: f'"{name}" + k::bigint * {shift}' for name, shift in _SHIFTED[table].items()}
    with ground.as_replica() as cursor:
        cursor.execute("SET LOCAL maintenance_work_mem = '1GB'")
        multiply(cursor, table, _INDEXES[table], other, COPIES)
    tidy(table)


def multiply(cursor, table: str, indexes: tuple[str, ...], other: dict[str, str], copies: int) -> None:
    """Write the rows of a table ``copies`` times more, the columns in ``other`` by their expression over the copy's
    number ``k``; of its indexes only those like ``indexes`` stand afterwards."""
    again = _without_indexes(cursor, table, indexes)
    cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
        " AND attgenerated = '' ORDER BY attnum",
        [table],
    )
    columns = [name for (name,) in cursor.fetchall()]
    values = [other.get(name, f'"{name}"') for name in columns]
    names = ", ".join(f'"{name}"' for name in columns)
    cursor.execute(
        f"INSERT INTO {table} ({names}) OVERRIDING SYSTEM VALUE SELECT {', '.join(values)}"
        f" FROM generate_series(1, {copies}) k, {table}"
    )
    for statement in again:
        cursor.execute(statement)


def tidy(table: str) -> None:
    """Let the planner know what a table has become."""
    with ground.bare() as link:
        link.autocommit = True
        link.execute(f"VACUUM (ANALYZE) {table}")


def _without_indexes(cursor, table: str, kept: tuple[str, ...]) -> list[str]:
    """Drop all indexes of a table; returns the statements that make those again which are asked for."""
    cursor.execute(
        "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid), c.conname,"
        " i.indexrelid::regclass::text LIKE ANY (%s)"
        " FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype <> 'f'"
        " WHERE i.indrelid = %s::regclass",
        [list(kept), table],
    )
    again = []
    for index, definition, constraint, asked in cursor.fetchall():
        if constraint:
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{constraint}" CASCADE')
        else:
            cursor.execute(f'DROP INDEX "{index}"')
        if asked:
            again.append(definition)
    return again
