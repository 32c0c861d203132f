"""The trail shows every edit, even by one who may switch the walls off."""

import os
import random
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from ledger import audit, heads
from ledger.models import AuditEntry, AuditHead
from orgs.people.models import Account
from web.clock import local_date, now

# CI tries a few hundred; AUDIT_EDITS=10000 tries what security.md promises.
EDITS = int(os.environ.get("AUDIT_EDITS", "300"))
CHAINS = [f"case/{n:02x}" for n in range(8)] + ["clock", "rulebook"]
ACTIONS = ["case.draft", "case.edit", "case.attach", "case.expire", "step.overdue"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def trail(settings, tmp_path):
    """Ten chains of some entries each, and a signed head over them."""
    settings.AUDIT_HEADS_DIR = tmp_path
    chance = random.Random(20260101)
    accounts = [Account.objects.create(username=f"trail-{n}").pk for n in range(9)]
    for n in range(160):
        chain = chance.choice(CHAINS)
        body = {
            "case": n,
            "outcome": chance.choice(["agree", "refuse", ""]),
            "说明": "同意",
            "revision": n % 7,
        }
        audit.record(
            chain, f"account:{accounts[n % 9]}", chance.choice(ACTIONS), body, f"case:ZX-2026-{n:08d}"
        )
    return heads.sign(local_date(now()))


def sql(statement, *params):
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.rowcount


def command():
    out, err = StringIO(), StringIO()
    try:
        call_command("verify_audit", stdout=out, stderr=err)
        return 0, out.getvalue()
    except SystemExit as exit_:
        return exit_.code, err.getvalue()


def test_each_entry_is_linked_to_the_one_before_it(trail):
    rows = list(AuditEntry.objects.filter(chain="clock").order_by("seq"))
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
    assert [bytes(row.previous_hash) for row in rows[1:]] == [bytes(row.hash) for row in rows[:-1]]
    assert list(audit.verify()) == []


def test_times_and_links_are_the_databases_whatever_the_client_says():
    by = Account.objects.create(username="somebody")
    sql(
        "INSERT INTO ledger_auditentry (chain, seq, at, actor, action, subject, body, previous_hash, hash)"
        f" VALUES ('clock', 77, '2001-01-01', 'account:{by.pk}', 'x', '', '{{}}', 'aa', 'bb')"
    )
    row = AuditEntry.objects.get()
    assert row.seq == 1
    assert row.at.year >= 2026
    assert list(audit.verify()) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_auditentry SET actor = 'account:2'",
        "DELETE FROM ledger_auditentry",
        "TRUNCATE ledger_auditentry",
        "UPDATE ledger_audithead SET day = '2030-01-01'",
        "DELETE FROM ledger_audithead",
        "TRUNCATE ledger_audithead",
    ],
)
def test_nothing_of_the_trail_can_be_changed_or_removed_by_the_program(trail, statement):
    with pytest.raises(DatabaseError, match="只可追加"), transaction.atomic():
        sql(statement)


# ---------------------------------------------------------------- a superuser's edits


def _other_value(chance, column, row):
    """A value that differs from the one in the row."""
    if column in ("seq", "id"):
        return getattr(row, column) + chance.choice([-3, -1, 1, 2, 100000])
    if column == "at":
        return chance.choice(
            ["infinity", "-infinity", "2020-02-29 12:00+08", "2026-01-01 00:00:00.000001+08"]
        )
    if column in ("previous_hash", "hash"):
        old = bytes(getattr(row, column))
        return bytes([old[0] ^ (1 << chance.randrange(8))]) + old[1:] if old else b"\x00"
    if column == "body":
        return chance.choice(['{"case": 1}', "null", '"x"', '{"case": "1"}'])
    if column == "chain":
        return chance.choice([c for c in [*CHAINS, "", "case/ff", "clock "] if c != row.chain])
    return getattr(row, column) + chance.choice([" ", "1", "\u200b", "\x1f"])


def update(chance, rows):
    row = chance.choice(rows)
    column = chance.choice([f.column for f in AuditEntry._meta.fields])
    sql(
        f'UPDATE ledger_auditentry SET "{column}" = %s WHERE id = %s',
        _other_value(chance, column, row),
        row.pk,
    )


def rewrite(chance, rows):
    """Change a row and reckon its own hash and link anew, as a knowing hand would; the next link gives it away."""
    row = chance.choice(rows)
    sql("UPDATE ledger_auditentry SET actor = actor || '0' WHERE id = %s", row.pk)
    relink(row.chain, only=row.seq)


def rewrite_the_rest(chance, rows):
    """Change a row and reckon the whole chain after it anew: only the signed head gives it away."""
    row = chance.choice(rows)
    sql("UPDATE ledger_auditentry SET subject = subject || '0' WHERE id = %s", row.pk)
    relink(row.chain)


def delete(chance, rows):
    sql("DELETE FROM ledger_auditentry WHERE id = %s", chance.choice(rows).pk)


def delete_a_tail(chance, rows):
    row = chance.choice(rows)
    sql("DELETE FROM ledger_auditentry WHERE chain = %s AND seq >= %s", row.chain, row.seq)


def delete_and_close_the_gap(chance, rows):
    row = chance.choice(rows)
    sql("DELETE FROM ledger_auditentry WHERE id = %s", row.pk)
    later = "SELECT id FROM ledger_auditentry WHERE chain = %s AND seq > %s ORDER BY seq"
    with connection.cursor() as cursor:
        cursor.execute(later, [row.chain, row.seq])
        for (pk,) in cursor.fetchall():
            sql("UPDATE ledger_auditentry SET seq = seq - 1 WHERE id = %s", pk)
    relink(row.chain)


def insert(chance, rows):
    """Put a copy in between, everything after it moved up and reckoned anew."""
    row = chance.choice(rows)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM ledger_auditentry WHERE chain = %s AND seq > %s ORDER BY seq DESC",
            [row.chain, row.seq],
        )
        for (pk,) in cursor.fetchall():
            sql("UPDATE ledger_auditentry SET seq = seq + 1 WHERE id = %s", pk)
    sql(
        "INSERT INTO ledger_auditentry (chain, seq, at, actor, action, subject, body, previous_hash, hash)"
        " SELECT chain, seq + 1, at, 'account:666', action, subject, body, hash, hash FROM ledger_auditentry WHERE id = %s",
        row.pk,
    )
    if chance.random() < 0.5 or row.seq == max(r.seq for r in rows if r.chain == row.chain):
        return
    relink(row.chain)


def swap(chance, rows):
    """Two entries change places, within a chain or across."""
    one, two = chance.sample(rows, 2)
    # Two entries of one chain exchange their numbers, two of different chains their contents.
    names = ("seq",) if one.chain == two.chain else ("actor", "action", "subject", "body", "at", "id")
    if names == ("seq",):
        sql("UPDATE ledger_auditentry SET seq = -1 WHERE id = %s", one.pk)
        sql("UPDATE ledger_auditentry SET seq = %s WHERE id = %s", one.seq, two.pk)
        sql("UPDATE ledger_auditentry SET seq = %s WHERE id = %s", two.seq, one.pk)
    else:
        sql("UPDATE ledger_auditentry SET id = -1 WHERE id = %s", one.pk)
        sql("UPDATE ledger_auditentry SET id = %s WHERE id = %s", one.pk, two.pk)
        sql("UPDATE ledger_auditentry SET id = %s WHERE id = -1", two.pk)


def relink(chain, only=None):
    """Reckon hashes anew as ledger_link() does, for one entry or the whole chain."""
    previous = b""
    for row in AuditEntry.objects.filter(chain=chain).order_by("seq"):
        if only is None or row.seq == only:
            sql(
                "UPDATE ledger_auditentry SET previous_hash = %s, hash = sha256(%s || convert_to(concat_ws(E'\\x1f',"
                " chain, seq::text, id::text, ((extract(epoch from at) * 1000000)::bigint)::text, actor, action,"
                " subject, body::text), 'UTF8')) WHERE id = %s",
                previous, previous, row.pk,
            )  # fmt: skip
        previous = bytes(AuditEntry.objects.values_list("hash", flat=True).get(pk=row.pk))


KINDS = [
    update,
    update,
    update,
    rewrite,
    rewrite_the_rest,
    delete,
    delete_a_tail,
    delete_and_close_the_gap,
    insert,
    swap,
]


def test_every_random_edit_of_a_superuser_is_found_against_the_signed_head(trail):
    rows = list(AuditEntry.objects.all())
    chance, missed, tried = random.Random(7), [], {}
    sql("SET LOCAL session_replication_role = replica")
    # He may take the keys off as well, and so write a number twice.
    sql(
        "ALTER TABLE ledger_auditentry DROP CONSTRAINT audit_chain_seq_once, DROP CONSTRAINT ledger_auditentry_pkey"
    )
    sql("CREATE INDEX ON ledger_auditentry (chain, seq, id)")
    sql("CREATE INDEX ON ledger_auditentry (id)")
    for n in range(EDITS):
        kind = chance.choice(KINDS)
        with transaction.atomic():
            kind(chance, rows)
            if next(audit.verify(), None) is None:
                missed.append((n, kind.__name__))
            transaction.set_rollback(True)
        tried[kind.__name__] = tried.get(kind.__name__, 0) + 1
    assert not missed, f"{len(missed)} of {EDITS} edits were not found: {missed[:10]}"
    assert set(tried) == {kind.__name__ for kind in KINDS}
    assert list(audit.verify()) == []


def test_the_command_says_all_is_well_and_ends_with_zero(trail):
    code, told = command()
    assert code == 0
    assert "160 条" in told
    assert f"全部已签名，与 {trail.day} 的签名一致" in told


def test_the_command_names_the_place_and_ends_with_one(trail):
    sql("SET LOCAL session_replication_role = replica")
    sql("UPDATE ledger_auditentry SET body = '{}' WHERE chain = 'clock' AND seq = 3")
    code, told = command()
    assert code == 1
    assert "链 clock 第 3 条内容与校验值不符。" in told
    assert all(line.endswith("。") for line in told.splitlines())


def test_a_head_that_was_tampered_with_is_not_believed(trail):
    """Who rewrites a chain may rewrite the head as well, but cannot sign it."""
    sql("SET LOCAL session_replication_role = replica")
    sql("UPDATE ledger_auditentry SET actor = 'account:666' WHERE chain = 'clock' AND seq = 1")
    relink("clock")
    ends = sorted([chain, seq, digest] for chain, (seq, digest) in audit.current_heads().items())
    AuditHead.objects.update(heads=ends)
    assert list(audit.verify(head=AuditHead.objects.get())) == []
    code, told = command()
    assert code == 1
    assert "签名无效" in told
    assert "不一致" in told


def test_the_trail_of_many_pages_is_walked_whole(trail, monkeypatch):
    monkeypatch.setattr(audit, "_PAGE", 7)
    assert list(audit.verify()) == []
    sql("SET LOCAL session_replication_role = replica")
    last = AuditEntry.objects.filter(chain="rulebook").order_by("-seq").first()
    sql("UPDATE ledger_auditentry SET action = 'y' WHERE id = %s", last.pk)
    assert {fault.chain for fault in audit.verify()} == {"rulebook"}
    assert {fault.chain for fault in audit.verify(["clock"])} == set()


def test_an_undone_savepoint_leaves_no_hole_in_the_chain():
    audit.record("clock", "clock", "one")
    with transaction.atomic():
        audit.record("clock", "clock", "undone")
        transaction.set_rollback(True)
    audit.record("clock", "clock", "two")
    assert list(AuditEntry.objects.order_by("seq").values_list("seq", "action")) == [(1, "one"), (2, "two")]
    assert list(audit.verify()) == []


def test_what_was_written_after_the_last_signature_is_counted_and_never_called_whole(trail):
    """An unsigned tail could be rewritten by who holds the database: its links alone prove nothing against him."""
    signed = AuditEntry.objects.count()
    assert command() == (0, f"审计记录完整：{signed} 条，全部已签名，与 {trail.day} 的签名一致。\n")
    for _ in range(3):
        audit.record("access", "clock", "account.sign_in", {})
    audit.record("orgs", "clock", "account.sign_in", {})
    code, told = command()
    assert code == 0
    assert told.startswith(
        f"审计记录 {signed + 4} 条：{signed} 条已签名，与 {trail.day} 的签名一致；4 条还没有签名，"
    )
    assert "请运行 manage.py sign_heads 签名后再核对" in told
    assert "完整" not in told


def test_a_trail_without_any_signature_is_not_called_whole():
    audit.record("access", "clock", "account.sign_in", {})
    code, told = command()
    assert code == 0
    assert told.startswith("审计记录 1 条，都还没有签名：只核对了前后校验值相接")
    assert "完整" not in told
