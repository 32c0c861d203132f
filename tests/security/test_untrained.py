"""R8.1 at every mouth: whatever address changes something for a registrar refuses an untrained one, with that code.

The addresses come from the resolver by way of the permission matrix, which has a row for each. Twice: who has no other
seat is told before anything is read; who has another hat (a class elsewhere) gets as far as the seat itself.
"""

import json
import logging
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from orgs.people.models import Delegation, Post, PostRole
from orgs.people.seats import seat_at
from orgs.staff.training_models import Training
from reviews.engine.middleware import OPEN
from reviews.faults import announcing as faults
from reviews.rulebook.models import Limit
from students.admission.recruitment import actions as recruitment
from students.changes import status
from students.counter import photos
from students.dropouts import marking
from students.numbers import issuing
from students.record import changes as record_changes
from students.year_end import graduation
from tests.clock import frozen, shanghai
from tests.refusals import refused, refused_by_database
from tests.security import matrix
from tests.security.scene import MEMBERS, Scene, addresses
from tests.security.test_url_wall import POSTED, fields_of, filled
from tests.undo import undo
from tests.world import png
from transfers.moving import drafting
from transfers.offline import recording as offline

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R8.1"), pytest.mark.usefixtures("evidence")]
SENTENCE = "还没有培训合格证，可以查看，不能办理"
REGISTRARS = [name for name in MEMBERS if name.startswith("registrar@")]
ROWS = [row for row in matrix.read() if row.method in ("POST", "PUT", "PATCH", "DELETE")]
NAMES = {route: name for route, name, _ in addresses()}
# What a visit leaves behind by itself, and what tells of tries.
_BESIDE = (
    "django_session",
    "orgs_presence",
    "orgs_account",
    "axes_accessattempt",
    "axes_accesslog",
    "ledger_tally",
)


@pytest.fixture
def scene(settings, tmp_path):
    settings.EVIDENCE_ROOT = tmp_path
    logging.disable(logging.WARNING)
    with frozen(shanghai(2026, 10, 14, 10)) as now:
        yield Scene(now)
    logging.disable(logging.NOTSET)


def written() -> int:
    """How many rows this very transaction has written, undone or not."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_xact_user_tables"
            " WHERE relname <> ALL(%s)",
            [list(_BESIDE)],
        )
        return int(cursor.fetchone()[0])


def asked(scene, actor, row):
    """Status, whether the sentence was said as a refusal, and whether anything was written; then all is undone."""
    path = filled(row.route, scene.parts(row.thing))
    client, body = scene.clients[actor], {}
    point, before = transaction.savepoint(), written()
    if row.method in ("POST", "PATCH"):
        body = {"data": POSTED | scene.form} if row.method == "POST" else {}
        if path.startswith("/api/"):
            named = {name: POSTED[name] for name in fields_of(path)}
            body = {"data": json.dumps(named), "content_type": "application/json"}
    answer = getattr(client, row.method.lower())(path, **body)
    wrote = written() - before
    text = answer.content.decode(errors="replace")
    if answer.status_code in (302, 303):
        text = client.get(answer["Location"]).content.decode(errors="replace")
    # The frame of every page says it once; a refusal says it again.
    told = '"code":"untrained"' in text.replace(" ", "") or text.count(SENTENCE) > 1
    undo(point)
    return answer.status_code, told, wrote


def test_an_open_address_exists_and_has_its_reason():
    assert set(OPEN) <= set(NAMES.values())
    assert all(len(reason) > 5 for reason in OPEN.values())


def test_whoever_has_no_other_seat_is_told_before_anything_is_read(scene):
    for name in REGISTRARS:
        scene.world.certified(scene.actors[name], None)
    wrong = []
    for row in ROWS:
        if NAMES[row.route] in OPEN:
            continue
        for actor in REGISTRARS:
            status, told, wrote = asked(scene, actor, row)
            if status not in (403, 409) or not told or wrote:
                wrong.append(f"{row.title}: {actor} gets {status}, told {told}, wrote {wrote}")
    assert not wrong, f"{len(wrong)}:\n" + "\n".join(wrong[:40])


def test_another_hat_opens_no_seat_of_a_registrar(scene):
    acts = {
        (row.title, actor)
        for row in ROWS
        if NAMES[row.route] not in OPEN
        for actor in REGISTRARS
        if row.answers[actor] not in ("403", "404", "405", "in") and asked(scene, actor, row)[2]
    }
    assert len(acts) > 45, "the rows that change something for a trained registrar"
    for name in REGISTRARS:
        account = scene.actors[name]
        Post.objects.create(
            account=account,
            unit=scene.world.league_school,
            role=PostRole.CLASS_TEACHER,
            valid_from=scene.world.today,
        )
        scene.world.certified(account, None)
    wrong = []
    for row in ROWS:
        if NAMES[row.route] in OPEN:
            continue
        for actor in REGISTRARS:
            status, told, wrote = asked(scene, actor, row)
            if wrote or ((row.title, actor) in acts and not told):
                wrong.append(f"{row.title}: {actor} gets {status}, told {told}, wrote {wrote}")
    assert not wrong, f"{len(wrong)}:\n" + "\n".join(wrong[:60])


# ---------------------------------------------------------------- the acts by name


def _reported(world, by):
    graduate = world.graduate(world.first)
    nine = world.school("示例九年一贯制学校", world.east, lowest=1, highest=9)
    clerk = world.registrar(nine)
    recruitment.add([graduate], nine, clerk, world.now)
    (case,) = recruitment.send(nine, clerk, world.now, "录取属实，上报核办。")
    case = world.finish(case)
    return clerk, lambda one: recruitment.report(case, [graduate.pk], world.today, one, world.now)


def _settled(world, by):
    pupil = world.pupil(world.third, status="abroad")
    world.finish(world.submitted(world.first, pupil))
    pupil.refresh_from_db()
    return world.registrar(world.first), lambda one: status.settle_in(pupil, one)


ACTS = {
    "graduation list": lambda world, now: (
        world.registrar(world.third),
        lambda one: graduation.prepare(world.third, "primary", world.today.year - 6, one, now),
    ),
    "number batch": lambda world, now: (world.registrar(world.im), lambda one: issuing.prepare(one, now)),
    "到校手续": _settled,
    "drop-out mark": lambda world, now: (
        world.registrar(world.third),
        lambda one: marking.mark(
            world.pupil(world.third),
            one,
            now,
            last_seen_on=world.today - timedelta(days=9),
            reason="unwilling",
            efforts="班主任两次家访，未返校。",
        ),
    ),
    "offline transfer": lambda world, now: (
        world.registrar(world.first),
        lambda one: offline.record(
            world.first,
            one,
            now,
            fault=world.fault(world.east),
            paper_date=world.today,
            requester="mother",
            student=world.pupil(world.third),
        ),
    ),
    "报到": _reported,
    "a fault": lambda world, now: (
        world.registrar(world.west),
        lambda one: faults.open_fault(world.west, one, now, since=world.today, reason="学籍系统无法登录"),
    ),
    "a photograph": lambda world, now: (
        world.registrar(world.third),
        lambda one: photos.take_in(world.pupil(world.third), one, png((614, 756)), world.today),
    ),
    "a draft": lambda world, now: (
        world.registrar(world.first),
        lambda one: drafting.begin(world.pupil(world.third), world.first, one, now),
    ),
}


@pytest.mark.parametrize("name", ACTS)
def test_each_act_of_a_registrar_is_refused_for_want_of_a_certificate_and_then_done(world, name):
    by, act = ACTS[name](world, world.now)
    with refused("untrained"), transaction.atomic():
        act(world.certified(by, None))
    trained = world.certified(by, world.today)
    if (
        name == "graduation list"
    ):  # in November there is nobody for it: refused for that, and for nothing else
        with refused("season"):
            act(trained)
    else:
        act(trained)


@pytest.mark.parametrize("how", ["lent", "handed over"])
def test_a_lent_post_and_one_handed_over_ask_for_the_own_certificate(world, how):
    holder, deputy = world.registrar(world.third), world.account(world.west, PostRole.CLASS_TEACHER)
    post = holder.posts.get()
    if how == "lent":
        Delegation.objects.create(
            post=post,
            account=deputy,
            valid_from=world.today,
            valid_until=world.today + timedelta(days=3),
            reason="出差",
        )
    else:
        Post.objects.filter(pk=post.pk).update(valid_until=world.today)
        Post.objects.create(account=deputy, unit=world.third, role=PostRole.REGISTRAR, valid_from=world.today)
    pupil = world.pupil(world.third)
    assert record_changes.refusal(pupil, world.certified(deputy, None), world.today).code == "untrained"
    assert record_changes.refusal(pupil, world.certified(deputy, world.today), world.today) is None


def test_heads_class_teachers_and_technicians_are_not_asked(world):
    for role in (PostRole.HEAD, PostRole.CLASS_TEACHER, PostRole.TECHNICIAN):
        account = world.certified(world.account(world.third, role), None)
        assert seat_at(account, world.third.pk, role, world.today).role == role


# ---------------------------------------------------------------- told before any work


def test_an_untrained_registrar_is_told_on_the_first_page_and_before_any_work(world, client):
    draft = world.draft(world.first, world.pupil(world.third))
    by, pupil = world.registrar(world.first), world.pupil(world.first)
    client.force_login(world.certified(by, None))
    for page in ("/worklist/", f"/students/{pupil.key}/", f"/cases/{draft.number}/"):
        answer = client.get(page)
        assert answer.status_code == 200
        assert SENTENCE in answer.content.decode(), page
    for page in (
        "/transfers/new/",
        f"/transfers/{draft.number}/edit/",
        f"/students/{pupil.key}/changes/new/",
    ):
        answer = client.get(page)
        assert (answer.status_code, answer.content.decode().count(SENTENCE)) == (403, 2), page
    assert f"/students/{pupil.key}/changes/new/" not in client.get(f"/students/{pupil.key}/").content.decode()
    client.force_login(world.certified(by, world.today))
    assert SENTENCE not in client.get("/worklist/").content.decode()
    assert f"/students/{pupil.key}/changes/new/" in client.get(f"/students/{pupil.key}/").content.decode()


# ---------------------------------------------------------------- how long a certificate holds


def test_a_certificate_for_eighty_years_is_refused_with_a_sentence(world, client):
    person = world.certified(world.registrar(world.first), None).person
    boss = world.account(world.im, PostRole.ADMINISTRATOR)
    boss.is_staff = True
    boss.save()
    client.force_login(boss)
    form = {
        "name": person.name,
        "staff_number": person.staff_number,
        "phone": "",
        "trainings-INITIAL_FORMS": "0",
    }
    row = {
        "trained_on": "2026-11-01",
        "organiser": "盟教育局",
        "certificate": "",
        "valid_until": "2106-11-01",
    }
    form |= {"trainings-TOTAL_FORMS": "1"} | {f"trainings-0-{name}": value for name, value in row.items()}
    answer = client.post(f"/admin/orgs/person/{person.pk}/change/", form)
    assert answer.status_code == 422
    assert "自培训之日起最长 12 个月有效" in answer.content.decode()
    assert "最晚填 2027年11月1日" in answer.content.decode()
    form["trainings-0-valid_until"] = "2027-11-01"
    assert client.post(f"/admin/orgs/person/{person.pk}/change/", form).status_code == 302
    with refused_by_database("training_length"):
        person.trainings.update(valid_until=date(2027, 11, 2))


def test_how_long_is_a_row_and_a_provinces_own_goes_first(world):
    person = world.certified(world.registrar(world.first), None).person
    row = {"person": person, "trained_on": world.today, "organiser": "盟教育局"}
    Limit.objects.create(
        key="certificate_months",
        name="培训合格证有效期",
        value=6,
        unit="个月",
        province=world.im,
        clause="正文 二.1",
        valid_from=world.today,
        source="自治区规定",
    )
    with pytest.raises(IntegrityError, match="最长 6 个月"), transaction.atomic():
        Training.objects.create(**row, valid_until=world.today + timedelta(days=300))
    Training.objects.create(**row, valid_until=world.today + timedelta(days=150))


def test_a_training_that_lies_ahead_opens_no_seat_today(world):
    by = world.certified(world.registrar(world.first), None)
    ahead = world.today + timedelta(days=1)
    Training.objects.create(
        person=by.person, trained_on=ahead, organiser="盟教育局", valid_until=ahead + timedelta(days=300)
    )
    assert seat_at(by, world.first.pk, PostRole.REGISTRAR, world.today) is None
    assert seat_at(by, world.first.pk, PostRole.REGISTRAR, ahead) is not None
