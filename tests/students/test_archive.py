"""The copy that the old school keeps of a pupil who moved on (`/students/archive/<id>/`, R3.1)."""

import pytest
from django.test import Client
from django.urls import reverse

from orgs.people.models import PostRole
from students.pupil import records
from students.pupil.models import Enrolment, Guardian, Student
from tests.world import rewritten

pytestmark = [pytest.mark.django_db, pytest.mark.rule("R3.1")]


@pytest.fixture
def pupil(world):
    made = world.pupil(world.third, letter="G", name="王小花")
    rewritten(Student.objects.filter(pk=made.pk), address="示例街 1 号")
    Guardian.objects.create(student=made, name="王建国", relation="父亲")
    world.finish(world.submitted(world.first, Student.objects.get(pk=made.pk)))
    return made


def signed_in(account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def address(pupil) -> str:
    return reverse("student-archive", args=[Enrolment.objects.get(student=pupil, archive__isnull=False).pk])


def test_the_old_school_goes_on_seeing_and_printing_what_the_record_said(world, pupil):
    rewritten(Student.objects.filter(pk=pupil.pk), name="改名之后", address="新地址")
    page = signed_in(world.registrar(world.third)).get(address(pupil))
    text = page.content.decode()
    for kept in ("王小花", "示例街 1 号", "王建国", "四年级", "省内转学", world.third.name, world.west.name):
        assert kept in text
    assert "改名之后" not in text
    assert "新地址" not in text
    assert "data-print" in text
    assert "no-store" in page.headers["Cache-Control"]


def test_it_holds_the_number_masked_and_nothing_opens_it(world, pupil):
    text = signed_in(world.registrar(world.third)).get(address(pupil)).content.decode()
    assert records.card(Student.objects.get(pk=pupil.pk), world.today).number in text
    assert records.current_number(pupil) not in text
    assert records.id_number(pupil) not in text
    assert "reveal" not in text


def test_the_old_line_sees_it_and_nobody_else(world, pupil):
    for unit in (world.third, world.west, world.league, world.im):
        assert signed_in(world.registrar(unit)).get(address(pupil)).status_code == 200
    for unit in (world.first, world.east, world.second, world.zhangbei):
        assert signed_in(world.registrar(unit)).get(address(pupil)).status_code == 404
    assert signed_in(world.account(world.third, PostRole.TECHNICIAN)).get(address(pupil)).status_code == 404
    assert Client().get(address(pupil)).status_code == 302


def test_an_open_enrolment_is_no_archive(world, pupil):
    current = Enrolment.objects.get(student=pupil, archive__isnull=True)
    client = signed_in(world.registrar(world.first))
    assert client.get(reverse("student-archive", args=[current.pk])).status_code == 404
    assert client.get("/students/archive/99999999999999999999999999/").status_code == 404


def test_both_rosters_are_right_and_the_old_one_lists_the_copy(world, pupil):
    old, new = signed_in(world.registrar(world.third)), signed_in(world.registrar(world.first))
    assert "王小花" in new.get("/students/").content.decode()
    assert "王小花" not in old.get("/students/").content.decode()
    left = old.get("/students/", {"tab": "left"}).content.decode()
    assert "王小花" in left
    assert address(pupil) in left
    for typed, found in (("小花", True), ("大树", False)):
        listed = old.post(reverse("student-search"), {"q": typed, "tab": "left"}, follow=True)
        assert ("王小花" in listed.content.decode()) is found, typed


def test_the_old_school_finds_the_copy_by_the_exact_number(world, pupil):
    client = signed_in(world.registrar(world.third))
    answer = client.post(reverse("student-search"), {"q": records.current_number(pupil)})
    assert answer.headers["Location"] == address(pupil)


def test_a_pupil_who_comes_back_leaves_a_copy_at_each_school(world, pupil):
    back = Student.objects.get(pk=pupil.pk)
    world.finish(world.submitted(world.third, back))
    copies = Enrolment.objects.filter(student=pupil, archive__isnull=False)
    assert {copy.school for copy in copies} == {world.first, world.third}
    text = (
        signed_in(world.registrar(world.third))
        .get(reverse("student-detail", args=[pupil.key]))
        .content.decode()
    )
    own, other = copies.get(school=world.third), copies.get(school=world.first)
    assert reverse("student-archive", args=[own.pk]) in text
    assert reverse("student-archive", args=[other.pk]) not in text
