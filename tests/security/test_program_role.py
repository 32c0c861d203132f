"""The program's database role goes round no wall: what somebody tries who got hold of it (deploy/postgres-roles.sh)."""

import psycopg
import pytest

from ledger import audit
from orgs.people.models import PostRole
from reviews.engine.models import Act, Case
from tests.security import program_role
from tests.security.program_role import Program

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
def running(world):
    """A case at the receiving authority, its first step decided by two people."""
    return world.decide(world.submitted(world.first, world.pupil(world.third)))


@pytest.fixture
def program(running):
    with program_role.connected() as role:
        yield Program(role)


ACT = (
    "INSERT INTO reviews_act (case_id, step_id, stage, verb, account_id, unit_id, outcome, opinion)"
    " SELECT case_id, id, stage, %(verb)s, %(account)s, %(unit)s, '', '情况属实，同意转入。' FROM reviews_step"
    " WHERE case_id = %(case)s AND closed_at IS NULL"
)
HANDLE = (
    "UPDATE reviews_step SET handler_id = %(account)s, handle_opinion = '情况属实。', proposal = 'agree'"
    " WHERE case_id = %(case)s AND closed_at IS NULL"
)
SIGN = (
    "UPDATE reviews_step SET signer_id = %(account)s, sign_opinion = '情况属实。', outcome = 'agree'"
    " WHERE case_id = %(case)s AND closed_at IS NULL"
)


ENTRY = (
    "INSERT INTO ledger_auditentry (chain, seq, actor, action, subject, body)"
    " VALUES (%(chain)s, 0, %(actor)s, %(action)s, %(subject)s, '{}')"
)


def handled(program, account, unit, case):
    """Handled as the program itself would: step, act and entry of the trail together."""
    program.does(
        HANDLE, ACT, ENTRY, verb="handle", account=account.pk, unit=unit.pk, case=case.pk,
        chain="case/01", actor=f"account:{account.pk}", action="case.handle", subject=f"case:{case.number}",
    )  # fmt: skip


def test_the_script_is_used_whole():
    """Every grant of the script is given here and nothing besides."""
    told = [line for line in program_role.SCRIPT.splitlines() if program_role.ROLE in line]
    told = [line for line in told if line.startswith(("GRANT", "ALTER DEFAULT"))]
    assert len(program_role.grants("x")) == len(told) + 2, "two more lines are revoked from everybody"


# ---------------------------------------------------------------- an act comes from a seat


@pytest.mark.rule("R0.5")
@pytest.mark.parametrize(
    ("verb", "role"),
    [
        ("sign", PostRole.TECHNICIAN),
        ("sign", PostRole.REGISTRAR),
        ("handle", PostRole.CLASS_TEACHER),
        ("handle", PostRole.HEAD),
        ("recall", PostRole.TECHNICIAN),
        ("nudge", PostRole.ADMINISTRATOR),
    ],
)
def test_an_act_needs_a_post_that_may_do_it(world, running, program, verb, role):
    account = world.account(world.east, role)
    told = program.is_refused(ACT, verb=verb, account=account.pk, unit=world.east.pk, case=running.pk)
    assert told == ("act_seat", "账号今天在这个单位没有可以办理这一行为的岗位（附件1 三.1）")


@pytest.mark.rule("R0.5")
def test_a_post_elsewhere_or_over_makes_no_act(world, running, program):
    elsewhere = world.head(world.west)
    told = program.is_refused(ACT, verb="sign", account=elsewhere.pk, unit=world.east.pk, case=running.pk)
    assert told[0] == "act_seat"
    away = world.account(world.east, PostRole.REGISTRAR)
    away.is_active = False
    away.save()
    told = program.is_refused(ACT, verb="nudge", account=away.pk, unit=world.east.pk, case=running.pk)
    assert told[0] == "act_seat", "an account that was sealed"


@pytest.mark.rule("R0.5")
def test_a_step_is_handled_and_signed_from_the_seats_of_its_unit(world, running, program):
    clerk = world.registrar(world.east)
    for other in (
        world.head(world.east),
        world.registrar(world.west),
        world.account(world.east, "technician"),
    ):
        told = program.is_refused(HANDLE, account=other.pk, case=running.pk)
        assert told == ("step_handler_seat", "办理须由轮到的单位今天在岗的学籍管理员作出（附件1 三.1）")
    handled(program, clerk, world.east, running)
    for other in (world.account(world.east, "registrar"), world.head(world.west)):
        told = program.is_refused(SIGN, account=other.pk, case=running.pk)
        assert told == ("step_signer_seat", "核办须由轮到的单位今天在岗的负责人作出（附件1 三.1）")


@pytest.mark.rule("R0.2")
def test_an_act_says_who_did_the_step_and_no_other(world, running, program):
    first, second = world.registrar(world.east), world.account(world.east, "registrar")
    handled(program, first, world.east, running)
    told = program.is_refused(ACT, verb="handle", account=second.pk, unit=world.east.pk, case=running.pk)
    assert told == ("act_person", "办理记录的账号与环节的办理人、核办人不一致")
    told = program.is_refused(
        ACT, verb="handle", account=world.registrar(world.west).pk, unit=world.west.pk, case=running.pk
    )
    assert told == ("act_step", "办理记录须属于轮到这个单位的环节")
    told = program.is_refused(ACT, verb="expire", account=first.pk, unit=world.east.pk, case=running.pk)
    assert told == ("act_by_the_clock", "这一行为由系统按期限完成，不由任何账号办理")


@pytest.mark.rule("R0.2")
def test_the_names_of_an_act_are_the_databases_own(world, running, program):
    clerk = world.registrar(world.east)
    written = ACT.replace(
        "outcome, opinion)", "outcome, opinion, person_name, role, unit_name, names_from, delegated)"
    )
    written = written.replace(
        "'情况属实，同意转入。'", "'情况属实，同意转入。', '别人', 'head', '别处', 'today', true"
    )
    program.does(
        HANDLE, written, ENTRY, verb="handle", account=clerk.pk, unit=world.east.pk, case=running.pk,
        chain="case/01", actor=f"account:{clerk.pk}", action="case.handle", subject=f"case:{running.number}",
    )  # fmt: skip
    act = Act.objects.filter(case=running).last()
    assert (act.person_name, act.role, act.unit_name, act.unit_short, act.names_from, act.delegated) == (
        clerk.person.name, "registrar", world.east.name, world.east.short_name, "act", False,
    )  # fmt: skip


# ---------------------------------------------------------------- nothing stands before the program's own tables


def test_no_table_of_ones_own_shadows_the_programs(program):
    for name in ("orgs_account", "orgs_post", "reviews_window", "ledger_auditentry"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="temporary tables"):
            program.does(f"CREATE TEMPORARY TABLE {name} (LIKE public.{name})")


def test_every_function_has_its_search_path(program):
    """Also those that come later: whoever writes one without is told here which."""
    loose = program.role.execute(
        "SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND NOT EXISTS ("
        " SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')"
        " AND NOT ('search_path=pg_catalog, public, pg_temp' = ANY (coalesce(p.proconfig, '{}'))) ORDER BY 1"
    ).fetchall()
    assert loose == [], "add SET search_path = pg_catalog, public, pg_temp to these"
    known = program.value("SELECT count(*) FROM pg_proc WHERE proname IN ('reviews_act_seat', 'ledger_now')")
    assert known == 2, "the program's functions stand in the schema that was looked through"


def test_a_search_path_of_ones_own_leads_no_wall_astray(world, running, program):
    """Even where temporary tables were allowed: the walls look into the program's own tables."""
    with program_role.owning() as owner:
        owner.execute("CREATE TEMPORARY TABLE orgs_post AS SELECT * FROM public.orgs_post WHERE false")
        outsider = world.account(world.west, PostRole.TECHNICIAN)
        owner.execute(
            "INSERT INTO pg_temp.orgs_post (id, account_id, person_id, unit_id, role, valid_from, waiting)"
            " VALUES (900001, %s, %s, %s, 'head', '2020-01-01', false)",
            [outsider.pk, outsider.person_id, world.east.pk],
        )
        assert owner.execute("SELECT count(*) FROM orgs_post").fetchone() == (1,), "the session sees its own"
        held = owner.execute(
            "SELECT orgs_seat_held(%s, %s, 'head', current_date)", [outsider.pk, world.east.pk]
        )
        assert held.fetchone() == (False,)


# ---------------------------------------------------------------- a case ends as it was signed


END = (
    "UPDATE reviews_case SET state = %(state)s, awaiting = '', holder_id = NULL, due_on = NULL, exclusive_key = NULL"
    " WHERE id = %(case)s"
)


@pytest.mark.rule("R3.1")
@pytest.mark.parametrize("state", ["completed", "refused"])
def test_a_case_ends_only_with_the_signatures_of_every_stage(world, running, program, state):
    told = program.is_refused(END, case=running.pk, state=state)
    assert told[0] == "case_unsigned"
    assert ("同意，才能办结" if state == "completed" else "不同意，才能终止") in told[1]
    before_last = world.decide(world.decide(running))
    assert before_last.state == "sending_authority"
    told = program.is_refused(END, case=running.pk, state=state)
    assert told[0] == "case_unsigned", "one signature is missing still"


@pytest.mark.rule("R3.6")
def test_a_case_across_provinces_waits_for_its_file_only_when_all_have_signed(world, program):
    case = world.submitted(world.first, world.pupil(world.abroad))
    case = world.decide(case)
    told = program.is_refused(
        "UPDATE reviews_case SET state = 'awaiting_file', awaiting = 'handle' WHERE id = %(case)s",
        case=case.pk,
    )
    assert told[0] == "case_unsigned"
    case = world.awaited(case)
    told = program.is_refused(END, case=case.pk, state="completed")
    assert told == ("case_unsigned", "须经调档才能办结（三.6）")


@pytest.mark.rule("R3.1")
def test_a_case_is_sent_off_on_stages_of_its_route(world, program):
    draft, sent = (
        world.draft(world.first, world.pupil(world.third)),
        world.submitted(world.second, world.pupil(world.third)),
    )
    submit = (
        "UPDATE reviews_case SET state = 'receiving_school', awaiting = 'sign', exclusive_key = subject,"
        " route_id = %(route)s, stages = %(stages)s::varchar[] WHERE id = %(case)s"
    )
    for stages in ("{}", "{awaiting_file}", "{receiving_school,ministry}"):
        told = program.is_refused(submit, case=draft.pk, route=sent.route_id, stages=stages)
        assert told == ("case_stages", "业务的环节须来自其流程（附件1 三.1）")


# ---------------------------------------------------------------- a record changes as people decided


@pytest.mark.rule("R3.1")
def test_a_pupil_is_not_moved_without_a_completed_case(world, running, program):
    pupil = Case.objects.get(pk=running.pk).transfer.student
    told = program.is_refused(
        "UPDATE students_student SET school_id = %(to)s, school_class_id = NULL WHERE id = %(pupil)s",
        to=world.first.pk,
        pupil=pupil.pk,
    )
    assert told == ("school_without_case", "学生的学校须与学籍一致，学籍只能由已办结的业务转接（附件1 三）")
    close = (
        "UPDATE students_enrolment SET period = tstzrange(lower(period), ledger_now()), left_by = '转学', archive = '{}',"
        " left_case_number = %(number)s WHERE student_id = %(pupil)s AND upper_inf(period)"
    )
    opened = (
        "INSERT INTO students_enrolment (student_id, school_id, period, grade_in, class_name, entered_by, left_by,"
        " case_number, left_case_number, phase) VALUES (%(pupil)s, %(to)s, tstzrange(ledger_now(), NULL), 4, '', '转学', '', %(number)s, '', 'primary')"
    )
    for number in ("", "ZX-2026-FORGED00", running.number):
        told = program.is_refused(close, pupil=pupil.pk, number=number)
        assert told == ("leaving_without_case", "学籍只能由已办结的业务转出（附件1 三）"), number
        told = program.is_refused(
            opened.replace("tstzrange(ledger_now(), NULL)", "tstzrange(ledger_now() + interval '1 hour', NULL)"),
            pupil=pupil.pk, to=world.first.pk, number=number,
        )  # fmt: skip
        assert told[0] in ("enrolment_without_case", "enrolment_one_school_at_a_time"), number


@pytest.mark.rule("R3.1")
def test_a_completed_case_moves_its_own_pupil_to_its_own_school_only(world, program):
    done = world.finish(world.submitted(world.first, world.pupil(world.third)))
    other = world.pupil(world.third)
    close = (
        "UPDATE students_enrolment SET period = tstzrange(lower(period), ledger_now()), left_by = '转学', archive = '{}',"
        " left_case_number = %(number)s WHERE student_id = %(pupil)s AND upper_inf(period)"
    )
    assert program.is_refused(close, pupil=other.pk, number=done.number)[0] == "leaving_without_case"
    mine = done.transfer.student
    opened = (
        "INSERT INTO students_enrolment (student_id, school_id, period, grade_in, class_name, entered_by, left_by,"
        " case_number, left_case_number, phase) VALUES (%(pupil)s, %(to)s, tstzrange(ledger_now() + interval '1 hour', NULL), 4, '', '转学', '',"
        " %(number)s, '', 'primary')"
    )
    told = program.is_refused(
        close.replace("ledger_now()", "ledger_now() + interval '1 hour'"),
        opened,
        pupil=mine.pk,
        to=world.second.pk,
        number=done.number,
    )
    assert told == ("enrolment_without_case", "学籍只能由已办结的业务转入这所学校（附件1 三）")


@pytest.mark.rule("R1.9")
@pytest.mark.parametrize(
    "change",
    [
        "name = '另一人'",
        "sex = '1', birth_date = '2015-01-01'",
        "id_number_index = NULL",
        "id_number_sealed = 'x'",
        "id_type = 'Z'",
    ],
    ids=lambda change: change.split(" ")[0],
)
def test_nobody_is_renamed_without_a_completed_change_of_key_information(running, program, change):
    pupil = Case.objects.get(pk=running.pk).transfer.student
    told = program.is_refused(f"UPDATE students_student SET {change} WHERE id = %(pupil)s", pupil=pupil.pk)
    assert told == (
        "key_without_case",
        "姓名、性别、出生日期和证件只能由已办结的关键信息变更更改（附件1 一.2）",
    )


@pytest.mark.rule("R5.1")
def test_no_status_changes_without_a_completed_case_or_a_signed_list(running, program):
    pupil = Case.objects.get(pk=running.pk).transfer.student
    for status in ("suspended", "graduated", "left_other"):
        told = program.is_refused(
            "UPDATE students_student SET status = %(status)s, graduated_on = %(on)s WHERE id = %(pupil)s",
            status=status,
            on="2026-11-25" if status == "graduated" else None,
            pupil=pupil.pk,
        )
        assert told == (
            "status_without_case",
            "学籍状态只能由已办结的业务或已核办的毕业名单更改（附件1 四、五）",
        )


@pytest.mark.rule("R1.4")
def test_a_sealed_number_is_not_written_over(running, program):
    pupil = Case.objects.get(pk=running.pk).transfer.student
    told = program.is_refused(
        "UPDATE students_registrationnumber SET sealed = 'another' WHERE student_id = %(pupil)s",
        pupil=pupil.pk,
    )
    assert told == ("number_fixed", "学籍号下发后不可修改，只可停用后换发（一.2）")


# ---------------------------------------------------------------- the trail


@pytest.mark.rule("R0.2")
def test_no_entry_says_that_somebody_decided_who_did_not(world, running, program):
    head = world.head(world.east)
    entry = {"chain": "case/01", "actor": f"account:{head.pk}", "subject": f"case:{running.number}"}
    for action in ("case.sign", "case.handle", "case.withdraw"):
        told = program.is_refused(ENTRY, action=action, **entry)
        assert told == ("audit_of_an_act", "没有这一办理，不能以他人名义留痕")
    told = program.is_refused(ENTRY, action="x", **entry | {"actor": "account:999999999"})
    assert told == ("audit_actor", "留痕中的账号不存在")
    told = program.is_refused(ENTRY, action="x", **entry | {"actor": "case:ZX-2026-FORGED00"})
    assert told == ("audit_actor", "留痕中的业务不存在")
    told = program.is_refused(ENTRY, action="x", **entry | {"actor": "No Body"})
    assert told == ("audit_actor", "留痕须写明是谁：账号、业务或系统的哪一部分")
    told = program.is_refused(ENTRY, action="x", **entry | {"chain": ""})
    assert told == ("audit_chain", "留痕须写入系统的审计链")


@pytest.mark.rule("R0.2")
def test_no_act_stands_without_its_entry_in_the_trail(world, running, program):
    clerk = world.registrar(world.east)
    told = program.is_refused(
        HANDLE, ACT, verb="handle", account=clerk.pk, unit=world.east.pk, case=running.pk
    )
    assert told == ("act_on_record", "办理记录须同时留痕")
    told = program.is_refused(HANDLE, account=clerk.pk, case=running.pk)
    assert told == ("step_on_record", "办理、核办须同时写入办理记录")
    handled(program, clerk, world.east, running)
    told = program.is_refused(SIGN, account=world.head(world.east).pk, case=running.pk)
    assert told == ("step_on_record", "办理、核办须同时写入办理记录")


def test_a_setting_of_the_session_leaves_no_gap_in_a_chain(program):
    before = program.value("SELECT coalesce(max(seq), 0) FROM ledger_auditentry WHERE chain = 'access'")
    program.does(
        "SELECT set_config('xueji.chain_access', '9000 ' || repeat('ab', 32), true)",
        ENTRY, chain="access", actor="system", action="x", subject="",
    )  # fmt: skip
    assert program.value("SELECT max(seq) FROM ledger_auditentry WHERE chain = 'access'") == before + 1
    assert not list(audit.verify())


# ---------------------------------------------------------------- posts


@pytest.mark.rule("R0.5")
def test_no_post_is_back_dated_rewritten_or_taken_away(world, running, program):
    outsider, clerk = world.account(world.west, PostRole.TECHNICIAN), world.registrar(world.east)
    insert = (
        "INSERT INTO orgs_post (account_id, person_id, unit_id, role, valid_from)"
        " VALUES (%(account)s, %(person)s, %(unit)s, 'head', %(since)s)"
    )
    values = {"account": outsider.pk, "person": outsider.person_id, "unit": world.east.pk}
    told = program.is_refused(insert, since="2020-01-01", **values)
    assert told == ("post_back_dated", "任职起不能早于今天")
    post = {"post": clerk.posts.get().pk}
    for change in ("role = 'head'", "valid_from = '2021-01-01'", f"unit_id = {world.west.pk}"):
        told = program.is_refused(f"UPDATE orgs_post SET {change} WHERE id = %(post)s", **post)
        assert told[0] == "post_rewritten", change
    assert program.is_refused("DELETE FROM orgs_post WHERE id = %(post)s", **post)[0] == "post_begun"
    # One from today on waits for another person, and seats nobody meanwhile.
    program.does(insert, since=world.today, **values)
    told = program.is_refused(ACT, verb="sign", account=outsider.pk, unit=world.east.pk, case=running.pk)
    assert told[0] == "act_seat"
