"""Every main page, wide, at 200 % zoom and on a telephone: no accessibility violation, nothing told on the console,
nothing refused by the content policy, nothing wider than the window."""

import pypdfium2
import pytest
from axe_playwright_python.sync_playwright import Axe

from orgs.people.models import PostRole
from reviews.notices.models import Notice
from reviews.rulebook import calendar
from students.admission.recruitment import actions as recruitment
from students.bulletins import drafting
from students.bulletins.counting import Month
from students.changes.key import drafting as key_drafting
from students.counter.models import PrintBatch
from students.duplicates import problems
from students.problems import answering
from students.pupil.models import Enrolment, ProblemRecord, Student
from students.roster import exporting as making
from students.tables.models import ImportBatch, ImportKind, ImportState
from students.year_end.models import GraduationLine, GraduationRun
from tests import late_children, ticketed, upkept
from tests.world import rewritten

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
# 720 px is what 1440 px leave at a zoom of 200 %.
SIZES = [(1440, 900), (720, 450), (390, 844)]
LONGEST = "巴" * 14 + "·" + "格" * 15  # 30 characters, the longest name
VISITED = [
    "/accounts/sign-in/",
    "/check/",
    f"/check/{'0' * 26}/",
    "/calendar/",
    "/routes/",
    "/possible/",
    "/parents/",
    "/progress/",
    "/contacts/",
    "/complaints/",
    "/complaints/new/",
    "/rules/",
    "/no-such-page/",
]
EVERYONE = [
    "/graduating/",
    "/graduation/",
    "/notices/",
    "/phrases/",
    "/accounts/password/",
    "/accounts/notices/",
    "/students/",
]
TABS = [f"/worklist/?tab={tab}" for tab in ("handle", "sign", "started", "done", "due", "area")]


class Inspection:
    """Walks a window over pages and keeps what is wrong with each, by address."""

    # Axe would else copy imported style sheets into the page, which the content policy refuses, aloud.
    OPTIONS = {"preload": False}

    def __init__(self, window):
        self.window, self.wrong, self.path = window, [], ""
        window.page.on("console", self._heard)

    def _heard(self, message):
        # A page of an error is asked for on purpose: the browser notes its status.
        if message.type in ("error", "warning") and "status of 404" not in message.text:
            self.wrong.append((self.path, "console", message.text))

    def walk(self, paths):
        """Open each page and look."""
        for self.path in paths:
            self.window.go(self.path)
            self.look()
        return self

    def look(self):
        """What axe, the window's width and the policy say about the page as it stands."""
        page = self.window.page
        size = page.viewport_size["width"]
        # The page at 720 px is the wide one, only narrower: there its width alone is looked at.
        for found in Axe().run(page, options=self.OPTIONS).response["violations"] if size != 720 else ():
            self.wrong.append((self.path, size, found["id"], [n["html"][:120] for n in found["nodes"]]))
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if over > 0:
            self.wrong.append((self.path, size, f"{over} px wider than the window"))


def graduates(world):
    """A list of graduates with each conclusion on it, waiting for the head."""
    pupils = [world.pupil(world.first, grade=6) for _ in range(3)]
    run = GraduationRun.objects.create(
        number="BY-2026-AXE00000",
        school=world.first,
        phase="primary",
        cohort=pupils[0].cohort,
        grade=6,
        prepared_by=world.registrar(world.first),
    )
    for pupil, (leaving, reason) in zip(
        pupils, (("graduated", ""), ("completed", "补考未过。"), ("left_out", "学籍状态为休学")), strict=True
    ):
        GraduationLine.objects.create(
            run=run, student=pupil, cohort=pupil.cohort, leaving=leaving, reason=reason
        )
    return run


@pytest.fixture
def scene(world):
    """Cases in the hands of both schools, a draft, a finished case; the longest name and rare characters."""
    world.kept = world.draft(world.first, world.pupil(world.third, name="㐆䶮𠅤"))
    world.long = world.submitted(world.first, world.pupil(world.third, name=LONGEST))
    world.arrived = world.submitted(world.third, world.pupil(world.first, name="䶮𠅤"))
    while world.arrived.holder_id != world.first.pk:
        world.arrived = world.decide(world.arrived)
    leaver = world.pupil(world.first)
    world.ended = world.finish(world.submitted(world.third, leaver))
    world.change = world.changing(world.pupil(world.first), "leaving_otherwise")
    world.sent = world.changed(world.pupil(world.first), "suspension")
    Notice.objects.create(account=world.registrar(world.first), text="有一条新通知。", dedup="axe")
    world.leaving = graduates(world)
    world.table = ImportBatch.objects.create(
        number="DR-2026-AXE00000",
        kind=ImportKind.REGISTRATION,
        unit=world.first,
        state=ImportState.FAULTY,
        sha256="0" * 64,
        size=1,
        total=2,
        faulty=2,
        faults=[
            [2, "C", "身份证件号", "身份证件号码的校验位不对，请核对后重填。"],
            [3, "", "", "与第 2 行重复。"],
        ],
        told=["本表有 1 名学生的身份证件号地址码未收录，已照录。"],
        asked_by=world.registrar(world.first),
    )
    world.prints = PrintBatch.objects.create(
        number="DP-2026-AXE00000",
        unit=world.first,
        school=world.first,
        phase=leaver.phase,
        cohort=leaver.cohort,
        total=2,
        asked_by=world.registrar(world.first),
        state="failed",
        finished_at=world.now,
        left_out=[{"student": str(leaver.key), "why": "打印字库里没有这个字。"}],
    )
    world.late, _ = late_children.sent(world, world.first)
    late_children.listed(world, world.first)
    world.refused = late_children.refused(world, world.first, world.pupil(world.third, name=LONGEST))
    junior = world.school("示例初级中学", world.east, lowest=7, highest=9)
    recruitment.add([world.graduate(world.first)], junior, world.registrar(junior), world.now)
    (world.recruited,) = recruitment.send(junior, world.registrar(junior), world.now, "录取属实，上报核办。")
    recruitment.add([world.graduate(world.first)], junior, world.registrar(junior), world.now)
    world.teacher = world.account(world.first, PostRole.CLASS_TEACHER)
    world.sheet = upkept.sheet_of(world, world.pupil(world.first, name=LONGEST), world.teacher)
    claimant, other = world.pupil(world.first), world.pupil(world.third)
    rewritten(Student.objects.filter(pk=other.pk), id_number_index=claimant.id_number_index)
    problems.check([claimant.pk], "nightly")
    world.problem = ProblemRecord.objects.get(student=claimant)
    world.answer = answering.begin(world.problem, world.registrar(world.first), world.now)
    world.round = upkept.round_of(world, world.east)
    world.archive = Enrolment.objects.get(student=leaver, school=world.first)
    return world


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}px")
def test_no_page_of_a_visitor_or_a_class_teacher_has_a_violation(scene, desk, size):
    visitor = Inspection(desk(None, *size)).walk(VISITED)
    teacher = Inspection(desk(scene.teacher, *size))
    teacher.walk(["/worklist/", *EVERYONE])
    at, pupil = scene.sheet.school_class_id, scene.sheet.lines.get().student
    teacher.walk(["/classes/", f"/classes/{at}/", f"/classes/{at}/pupils/{pupil.key}/"])
    assert not visitor.wrong + teacher.wrong


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}px")
def test_no_page_of_a_registrar_has_a_violation(scene, desk, size):
    pupil = scene.pupil(scene.first, name=LONGEST)
    cases = [scene.arrived, scene.long, scene.ended]
    registrar = Inspection(desk(scene.registrar(scene.first), *size))
    registrar.walk(
        [*TABS, *EVERYONE, *VISITED[1:], "/transfers/new/", f"/transfers/{scene.kept.number}/edit/"]
    )
    registrar.walk([f"/cases/{case.number}/" for case in cases])
    registrar.walk([f"/cases/{scene.ended.number}/print/", f"/students/{pupil.key}/"])
    own = f"/students/{pupil.key}/record/"
    registrar.walk([own, f"{own}contact/", f"{own}guardian1/", f"{own}permit/"])
    registrar.walk([f"/students/{pupil.key}/changes/new/", f"/changes/{scene.change.number}/edit/"])
    registrar.walk([f"/cases/{scene.sent.number}/", f"/graduation/{scene.leaving.number}/"])
    registrar.walk(["/students/?tab=left", f"/students/archive/{scene.archive.pk}/"])
    keyed = key_drafting.begin(pupil, scene.registrar(scene.first), scene.now)
    registrar.walk([f"/students/{pupil.key}/key-change/", f"/key-changes/{keyed.number}/edit/"])
    registrar.walk(["/counter/", f"/counter/students/{pupil.key}/", f"/counter/archive/{scene.archive.pk}/"])
    registrar.window.page.evaluate(
        "document.querySelectorAll('form').forEach(form => form.removeAttribute('target'))"
    )
    registrar.window.page.get_by_role("button", name="网页打印").first.click()
    registrar.look()
    registrar.walk(["/registration/", "/registration/new/", f"/imports/{scene.table.number}/"])
    late = [f"/late/{scene.late.number}/", f"/late/months/{scene.refused.month.number}/"]
    registrar.walk(["/late/", "/late/new/", "/late/collected/", *late])
    at = scene.sheet.school_class_id
    registrar.walk(["/classes/", f"/classes/{at}/", f"/classes/sheets/{scene.sheet.number}/"])
    export = making.ask(scene.first, scene.registrar(scene.first), scene.now, form="csv")
    registrar.walk(["/exports/", f"/exports/{export.number}/"])
    gone = upkept.dropout_of(scene, scene.first)
    registrar.walk(["/dropouts/", f"/dropouts/{gone.number}/", f"/students/{pupil.key}/dropout/"])
    registrar.walk(["/problems/", f"/problems/{scene.problem.pk}/"])
    registrar.walk([f"/problems/cases/{scene.answer.number}/edit/", f"/cases/{scene.answer.number}/"])
    part = f"/verification/{scene.round.number}/schools/{scene.first.code}/"
    registrar.walk(["/verification/", part])
    registrar.walk(["/counter/batches/", f"/counter/batches/{scene.prints.number}/"])
    assert not registrar.wrong


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}px")
def test_no_page_of_a_head_or_of_those_above_has_a_violation(scene, desk, size):
    head = Inspection(desk(scene.head(scene.first), *size)).walk([*TABS, f"/cases/{scene.long.number}/"])
    head.window.page.locator("#decision summary").first.click()
    head.look()
    head.walk([f"/graduation/{scene.leaving.number}/"])
    scene.account(scene.first, PostRole.TECHNICIAN)
    post = scene.registrar(scene.first).posts.get(unit=scene.first)
    head.walk([f"/directory/own/{post.pk}/"])
    head.window.page.get_by_role("button", name="预演").click()
    head.window.sees("还没有写入任何内容")
    head.look()
    gone = scene.graduate(scene.first)
    county = Inspection(desk(scene.registrar(scene.east), *size)).walk([f"/students/{gone.key}/take-back/"])
    county.walk([f"/problems/{scene.problem.pk}/"])
    county.walk(["/verification/", f"/verification/{scene.round.number}/"])
    county.walk(["/recruitment/", "/counter/"])
    assert not county.wrong
    junior = Inspection(desk(scene.registrar(scene.recruited.receiving_unit), *size)).walk(["/recruitment/"])
    assert not junior.wrong
    above = Inspection(desk(scene.registrar(scene.im), *size)).walk(["/worklist/?tab=area", "/students/"])
    draft = ticketed.supervision(scene, handler=scene.west)
    sent = ticketed.issued(scene, ticketed.supervision(scene, handler=scene.east, reporter_name=LONGEST))
    league = Inspection(desk(scene.registrar(scene.league), *size))
    league.walk(
        ["/tickets/", "/tickets/?tab=all", f"/tickets/{draft.number}/", f"/tickets/{draft.number}/edit/"]
    )
    league.walk([f"/tickets/{sent.number}/", f"/tickets/{sent.number}/print/"])
    county.walk([f"/tickets/{sent.number}/", "/contacts/own/"])
    bulletin = drafting.draft(scene.im, Month.of(scene.today), calendar.current(), scene.now)
    above.walk(["/dashboard/", "/dashboard/cases/?late=1", "/directory/", "/directory/own/"])
    above.walk(["/bulletins/", f"/bulletins/{bulletin.number}/"])
    report = ticketed.report(scene)
    above.walk([f"/tickets/{report.number}/", f"/tickets/{report.number}/edit/"])
    assert not league.wrong
    above.walk(
        ["/statistics/headcount/", "/statistics/permits/", f"/statistics/headcount/?unit={scene.first.code}"]
    )
    assert not head.wrong + above.wrong


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}px")
def test_no_page_in_english_has_a_violation(scene, desk, size):
    window = desk(scene.registrar(scene.first), *size)
    window.context.add_cookies([{"name": "xueji_language", "value": "en", "url": window.base}])
    registrar = Inspection(window).walk([*TABS, *EVERYONE, *VISITED[1:], "/transfers/new/"])
    registrar.walk([f"/cases/{scene.arrived.number}/", f"/transfers/{scene.kept.number}/edit/"])
    registrar.walk(["/students/", f"/students/{scene.pupil(scene.first, name=LONGEST).key}/", "/counter/"])
    registrar.walk(
        ["/dropouts/", "/problems/", "/registration/", "/statistics/headcount/", "/directory/own/"]
    )
    assert not registrar.wrong


def test_a_printed_worklist_starts_on_its_first_page(scene, desk):
    """A list longer than a page must not be pushed whole behind an empty first sheet."""
    window = desk(scene.registrar(scene.first))
    window.go("/worklist/?tab=started")
    window.page.emulate_media(media="print")
    kept_whole = "getComputedStyle(document.querySelector('[data-worklist]')).breakInside"
    assert window.page.evaluate(kept_whole) == "auto"


def test_every_printed_page_says_which_of_how_many_it_is(scene, desk):
    window = desk(scene.registrar(scene.first))
    counted = []
    for path in (f"/cases/{scene.ended.number}/print/", "/rules/", "/worklist/?tab=started"):
        window.go(path)
        with pypdfium2.PdfDocument(window.page.pdf(prefer_css_page_size=True)) as document:
            told = [page.get_textpage().get_text_range() for page in document]
        counted.append(len(told))
        assert [f"{at} / {len(told)}" in text for at, text in enumerate(told, 1)] == [True] * len(told), path
    assert max(counted) > 1


# The width that A4 leaves between the margins, in CSS pixels.
A4 = (688, 960)
CONTROLS = "button, select, textarea, input:not([type=hidden]), nav, [data-menu]"


def on_paper(window, path) -> list[str]:
    """What would go wrong when the page is printed: controls on the sheet, anything beyond its edge or scrolled away."""
    window.go(path)
    window.page.emulate_media(media="print")
    shown = window.page.evaluate(
        """controls => [...document.querySelectorAll(controls)].filter(e => e.offsetParent && e.offsetHeight > 1)
            .map(e => e.outerHTML.slice(0, 90))""",
        CONTROLS,
    )
    beyond = window.page.evaluate(
        """() => [document.documentElement, ...document.querySelectorAll('.tablewrap, .panel')]
            .filter(e => e.scrollWidth > e.clientWidth + 2 && e.clientWidth)
            .map(e => `${e.className || e.tagName} ${e.scrollWidth} in ${e.clientWidth}`)"""
    )
    window.page.emulate_media(media="screen")
    return [f"{path}: {wrong}" for wrong in (*shown, *beyond)]


def test_every_list_prints_without_controls_and_within_the_sheet(scene, desk):
    registrar, county = desk(scene.registrar(scene.first), *A4), desk(scene.registrar(scene.east), *A4)
    province = desk(scene.registrar(scene.im), *A4)
    own = [
        "/students/",
        "/students/?tab=left",
        "/registration/",
        "/late/",
        "/recruitment/",
        "/problems/",
        "/dropouts/",
    ]
    own += [*TABS, "/classes/", "/verification/", "/offline/", "/notices/", "/exports/", "/counter/batches/"]
    own += ["/graduation/", f"/graduation/{scene.leaving.number}/", "/counter/"]
    above = [
        "/verification/",
        f"/verification/{scene.round.number}/",
        "/refusals/",
        "/refusals/shares/",
        "/appeals/",
    ]
    above += ["/faults/", "/graduating/", "/statistics/under-age/", "/directory/own/", "/tickets/?tab=all"]
    top = ["/dashboard/", "/dashboard/cases/?late=1", "/directory/", "/contacts/", "/bulletins/", "/numbers/"]
    top += ["/statistics/headcount/", "/statistics/permits/", "/late/collected/", "/calendar/", "/routes/"]
    wrong = [told for path in own for told in on_paper(registrar, path)]
    wrong += [told for path in above for told in on_paper(county, path)]
    wrong += [told for path in top for told in on_paper(province, path)]
    assert not wrong, "\n".join(wrong)
