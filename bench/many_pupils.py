"""Ten million pupils, for the duplicate check alone: those of the smaller database, ninety times, each time other children.

A copy keeps name, sex and school, so that names are as common as in the seed; it is born some days later and has
another identity number. Only the indexes that the check asks for are built.
"""

from psycopg import sql

from bench import ground, wide

SEEDED, SIZE = 100_000, 10_000_000
# So many children are held against them at once (R1.9).
LOOKED_FOR = 100_000
NAME = f"bench_pupils_{SIZE}"
TABLE, INDEXES = "students_student", ("students_student_pkey", "student_id_number", "student_person")
_IDS = 1_000_000_000
_OTHER = {
    "id": f"id + k::bigint * {_IDS}",
    "key": "gen_random_uuid()",
    "birth_date": "birth_date + k",
    "id_number_index": "substr(sha256(id_number_index || int4send(k)), 1, length(id_number_index))",
}


def use() -> None:
    """Point this process at the database of ten million pupils, made once."""
    ground.use(SEEDED)
    with ground.maintenance() as server:
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
            _make(server)
    ground.point_at(NAME)


def _make(server) -> None:
    """It appears whole or not at all: it is filled under another name."""
    print(f"making the database of {SIZE:,} pupils, once …", flush=True)
    ground.let_go()
    building = sql.Identifier(f"{NAME}_building")
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(building))
    copy = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
    server.execute(copy.format(building, sql.Identifier(f"bench_{SEEDED}")))
    ground.point_at(f"{NAME}_building")
    with ground.as_replica() as cursor:
        cursor.execute("SET LOCAL maintenance_work_mem = '1GB'")
        wide.multiply(cursor, TABLE, INDEXES, _OTHER, _copies(cursor))
    wide.tidy(TABLE)
    ground.let_go()
    server.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(building, sql.Identifier(NAME)))


def _copies(cursor) -> int:
    """How often the seeded pupils have to be written again."""
    cursor.execute(f"SELECT count(*) FROM {TABLE}")
    return SIZE // cursor.fetchone()[0]
