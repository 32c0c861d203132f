"""Proof that loaded rows fit: what triggers and foreign keys would have refused is looked for by queries.

Checks, unique indexes and exclusions hold during a load as always; here comes the rest.
"""

from django.db import connection

from students.year_end import checking as year_end_check

_TABLES = ("reviews_%", "transfers_%", "students_%", "orgs_%")

# What must not be found: a name, and a statement that counts the faults.
RULES = {
    "每件在办业务恰有一个进行中的环节，单位、环节、时限与业务一致": """
        SELECT count(*) FROM reviews_case c LEFT JOIN reviews_step s ON s.case_id = c.id AND s.closed_at IS NULL
        WHERE c.closed_at IS NULL AND c.state <> 'draft' AND (s.id IS NULL OR s.stage <> c.state
            OR s.unit_id <> c.holder_id OR s.due_on <> c.due_on
            OR (c.awaiting = 'sign') <> (s.handler_id IS NOT NULL))""",
    "已结束的业务没有进行中的环节": """
        SELECT count(*) FROM reviews_case c JOIN reviews_step s ON s.case_id = c.id AND s.closed_at IS NULL
        WHERE c.closed_at IS NOT NULL""",
    "清理时间是发起后 90 天，超期清理不早于它，其他结束不晚于它": """
        SELECT count(*) FROM reviews_case WHERE submitted_at IS NOT NULL AND (
            expires_at <> submitted_at + make_interval(hours => 24 * 90)
            OR (state = 'expired' AND closed_at < expires_at) OR (state <> 'expired' AND closed_at > expires_at))""",
    "发起不在暂停时段内": """
        SELECT count(*) FROM reviews_case c JOIN orgs_unit u ON u.id = c.receiving_unit_id
        WHERE submitted_at IS NOT NULL AND reviews_closed_window(c.kind, u.province_id, submitted_at) IS NOT NULL""",
    "环节的时间依次为到达、办理、核办、结束": """
        SELECT count(*) FROM reviews_step s JOIN reviews_case c ON c.id = s.case_id
        WHERE s.opened_at < c.submitted_at OR (s.recall_of_id IS NULL AND s.handled_at < s.opened_at)
            OR s.signed_at < s.handled_at
            OR s.closed_at < s.opened_at OR s.signed_at <> s.closed_at OR s.closed_at > c.closed_at""",
    "环节首尾相接": """
        SELECT count(*) FROM (SELECT closed_at, opened_at, lead(opened_at) OVER w AS next, lead(seq) OVER w AS n, seq
            FROM reviews_step WINDOW w AS (PARTITION BY case_id ORDER BY seq)) s
        WHERE n IS NOT NULL AND (n <> seq + 1 OR next <> closed_at)""",
    "办理人和核办人是账号登记的人员": """
        SELECT count(*) FROM reviews_step s LEFT JOIN orgs_account h ON h.id = s.handler_id
            LEFT JOIN orgs_account g ON g.id = s.signer_id
        WHERE s.handler_person_id IS DISTINCT FROM h.person_id OR s.signer_person_id IS DISTINCT FROM g.person_id""",
    "每次办理、核办都有一条办理记录": """
        SELECT count(*) FROM reviews_step s WHERE s.recall_of_id IS NULL AND (
            (s.handler_id IS NOT NULL AND NOT EXISTS (SELECT FROM reviews_act a WHERE a.step_id = s.id
                AND a.verb IN ('submit', 'handle') AND a.account_id = s.handler_id))
            OR (s.signer_id IS NOT NULL AND NOT EXISTS (SELECT FROM reviews_act a WHERE a.step_id = s.id
                AND a.verb = 'sign' AND a.account_id = s.signer_id)))""",
    "业务与转学登记的学校和学生一致": """
        SELECT count(*) FROM reviews_case c LEFT JOIN transfers_transfer t ON t.case_id = c.id
        WHERE t.id IS NULL OR t.receiving_school_id <> c.receiving_unit_id OR t.sending_school_id <> c.sending_unit_id
            OR c.subject <> 'student:' || t.student_id""",
    "办结的业务学籍已转入": """
        SELECT count(*) FROM reviews_case c JOIN transfers_transfer t ON t.case_id = c.id
            LEFT JOIN students_enrolment o ON o.student_id = t.student_id AND o.left_case_number = c.number
            LEFT JOIN students_enrolment n ON n.student_id = t.student_id AND n.case_number = c.number
        WHERE c.state = 'completed' AND (o.id IS NULL OR n.id IS NULL OR o.school_id <> c.sending_unit_id
            OR n.school_id <> c.receiving_unit_id OR upper(o.period) <> c.closed_at
            OR lower(n.period) <> c.closed_at OR o.archive IS NULL)""",
    "未办结的业务学籍仍在转出学校": """
        SELECT count(*) FROM reviews_case c JOIN transfers_transfer t ON t.case_id = c.id
            JOIN students_student s ON s.id = t.student_id
        WHERE c.closed_at IS NULL AND s.school_id <> c.sending_unit_id""",
    "学籍所在学校与当前学籍一致": """
        SELECT count(*) FROM students_student s LEFT JOIN students_enrolment e
            ON e.student_id = s.id AND upper_inf(e.period)
        WHERE s.school_id IS DISTINCT FROM e.school_id""",
    "每名学生有一个当前学籍号": """
        SELECT count(*) FROM students_student s LEFT JOIN students_registrationnumber n
            ON n.student_id = s.id AND n.closed_at IS NULL WHERE n.id IS NULL""",
    "线下转学在覆盖就读学校的故障公告期内，业务是该生转入该校的业务": """
        SELECT count(*) FROM transfers_offlinetransfer o JOIN reviews_fault f ON f.id = o.fault_id
            JOIN orgs_unit u ON u.id = f.unit_id JOIN orgs_unit s ON s.id = o.school_id
            LEFT JOIN transfers_transfer t ON t.case_id = o.case_id LEFT JOIN reviews_case c ON c.id = o.case_id
        WHERE NOT starts_with(s.path, u.path) OR o.paper_date < f.since OR o.recorded_at < o.paper_date
            OR o.paper_date > (f.closed_at AT TIME ZONE 'Asia/Shanghai')::date + 30
            OR (o.case_id IS NOT NULL AND (t.student_id <> o.student_id OR t.receiving_school_id <> o.school_id
                OR c.created_at < o.recorded_at))
            OR (o.outcome = 'done') <> coalesce(c.state = 'completed', false)""",
    "逾期记录与环节一致": """
        SELECT count(*) FROM reviews_overduerecord o JOIN reviews_step s ON s.id = o.step_id
        WHERE o.case_id <> s.case_id OR o.unit_id <> s.unit_id OR o.due_on <> s.due_on OR s.overdue_at IS NULL""",
}


def faults() -> list[str]:
    """What does not fit, a line each; an empty list when all does."""
    # What the nightly look finds in real data (R3.5c) must not stand in invented ones.
    found = [f"{name}：{len(pupils)} 处不符" for name, pupils in year_end_check.found().items()]
    with connection.cursor() as cursor:
        for name, statement in RULES.items():
            cursor.execute(statement)
            (count,) = cursor.fetchone()
            if count:
                found.append(f"{name}：{count} 处不符")
        for table, column, target, key in _foreign_keys(cursor):
            cursor.execute(
                f'SELECT count(*) FROM "{table}" a LEFT JOIN "{target}" b ON b."{key}" = a."{column}"'  # noqa: S608
                f' WHERE a."{column}" IS NOT NULL AND b."{key}" IS NULL'
            )
            (count,) = cursor.fetchone()
            if count:
                found.append(f"{table}.{column} 有 {count} 行指向不存在的 {target}")
    return found


def _foreign_keys(cursor) -> list[tuple[str, str, str, str]]:
    """Every foreign key of the program's tables: table, column, target, its column."""
    cursor.execute(
        "SELECT k.conrelid::regclass::text, a.attname, k.confrelid::regclass::text, b.attname"
        " FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]"
        " JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = k.confkey[1]"
        " WHERE k.contype = 'f' AND k.conrelid::regclass::text LIKE ANY (%s) ORDER BY 1, 2",
        [list(_TABLES)],
    )
    return cursor.fetchall()
