"""Pages of 问题学籍 (R1.9, R1.4): the list, one problem with both records side by side, what can be done about it."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from orgs.people import scope
from orgs.people.models import PostRole
from orgs.people.requests import SignedInRequest
from orgs.people.seats import seat_at
from reviews.case_page import proof_views as proofs
from reviews.case_page.form_pages import FormPages
from reviews.case_page.forms import PlainText
from reviews.desk import context as desk
from reviews.engine import act_names
from reviews.engine.models import Case, Step
from reviews.engine.opinions import is_of_words
from reviews.evidence import uploads
from reviews.vocabulary.refusals import refusal_context
from students.changes import page as change_page
from students.problems import answering, deciding, deletion, rules
from students.problems.forms import AnswerForm
from students.problems.models import Decided, ProblemAnswer
from students.pupil import identity, records
from students.pupil.grades import label_of
from students.pupil.models import Guardian, ProblemKind, ProblemRecord, Student
from students.pupil.statuses import StudentStatus
from web.clock import local_date, spoken
from web.paging import pages_of
from web.redirects import see_other
from web.refusals import NO_POST, Refusal, Refused
from web.words import joined, zh

PAGE = 50
CLAUSE_SHOWN = {
    "text": zh(
        "处于问题学籍状态的学生，学校和学籍主管部门应及时进行佐证、变更或删除等处理；没有处理完的，允许毕业和招生。"
    ),
    "note": zh(
        "问题学籍只由查重和身份比对产生。两校都佐证同一学生的，由共同上级并列两条学籍认定；G 字头正式学籍号的删除由省级提交教育部处理（附件1 一.2）。"
    ),
    "source": zh("教基一厅〔2016〕2号 附件1 第四条第1款"),
    "url": "/rules/#b1-4-1",
}
TABS = (("open", zh("待处理")), ("vouched", zh("已佐证，待对方或上级")), ("closed", zh("已解决")))


def visible_to(account, day):
    """Problems of pupils in the account's scope."""
    return ProblemRecord.objects.filter(scope.under("student__school", account, day))


def counted(rows):
    """Without what is open of graduates whom nobody has recruited: it is no longer counted (R4.2)."""
    return rows.exclude(closed_at=None, student__status=StudentStatus.GRADUATED)


# ---------------------------------------------------------------- the list


@never_cache
@require_safe
def show_list(request: SignedInRequest) -> HttpResponse:
    """Problems by where they stand and of which kind."""
    known = desk.of(request)
    tab = request.GET.get("tab", "")
    tab = tab if tab in dict(TABS) else "open"
    kind = request.GET.get("kind", "")
    kind = kind if kind in ProblemKind.values else ""
    rows = counted(visible_to(request.user, known.today))
    counts = rows.aggregate(**{name: Count("pk", filter=_standing(name)) for name, _ in TABS})
    rows = rows.filter(_standing(tab), **({"kind": kind} if kind else {}))
    rows = rows.select_related("student__school", "twin__school").order_by("-pk")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    shown = {
        "tabs": [
            {"url": f"?tab={name}&kind={kind}", "label": label, "count": counts[name], "current": name == tab}
            for name, label in TABS
        ],
        "tab": tab,
        "kind": kind,
        "kinds": ProblemKind.choices,
        "rows": [_row(row) for row in page],
        "clause": CLAUSE_SHOWN,
        "page": pages_of(page, f"&tab={tab}&kind={kind}"),
    }
    return render(request, "students/problems.html", shown)


def _standing(tab: str) -> Q:
    if tab == "closed":
        return Q(closed_at__isnull=False)
    return Q(closed_at=None) & (~Q(vouched_case="") if tab == "vouched" else Q(vouched_case=""))


def _row(problem: ProblemRecord) -> dict:
    student, twin = problem.student, problem.twin
    return {
        "url": reverse("problem", args=[problem.pk]),
        "name": student.name,
        "school": student.school.name if student.school else "—",
        "kind": problem.get_kind_display(),
        "twin": (twin.school.name if twin.school else zh("已删除")) if twin else "—",
        "day": spoken(local_date(problem.opened_at)),
        "state": state_of(problem),
        "tier": "state-good" if problem.closed_at else "state-warn",
    }


def state_of(problem: ProblemRecord) -> str:
    """Where a problem stands, in words."""
    if problem.closed_at:
        return zh("已解决（{settled}）", settled=problem.get_settled_display())
    return zh("已佐证") if problem.vouched_case else zh("待处理")


# ---------------------------------------------------------------- one problem


def visible(request: SignedInRequest, pk: int) -> ProblemRecord:
    """The problem when its pupil is in the account's scope; 404 otherwise."""
    rows = visible_to(request.user, desk.of(request).today)
    return get_object_or_404(rows.select_related("student__school", "twin__school"), pk=min(pk, 2**63 - 1))


@never_cache
@require_safe
def show(request: SignedInRequest, pk: int) -> HttpResponse:
    """Both records side by side."""
    return problem_page(request, visible(request, pk))


def problem_page(
    request: SignedInRequest, problem: ProblemRecord, refused: Refusal | None = None, status=200, typed=None
) -> HttpResponse:
    """The page with whatever the last act has to tell; what was typed stays."""
    known, student = desk.of(request), problem.student
    other, typed = answering.counterpart(problem), typed or {}
    school = student.school
    own = (
        school
        and problem.closed_at is None
        and seat_at(request.user, school.pk, PostRole.REGISTRAR, known.today)
    )
    pair = deciding.pair_of(problem) if problem.closed_at is None else None
    superior = deciding.superior(*deciding.schools_of(*pair), known.today) if pair else None
    vouched = other is not None and problem.vouched_case and other.vouched_case
    may_decide = (
        superior is not None
        and vouched
        and seat_at(request.user, superior.pk, PostRole.REGISTRAR, known.today)
    )
    province = school.province_id if school else None
    deleting = problem.closed_at is None and seat_at(request.user, province, PostRole.REGISTRAR, known.today)
    asking = deletion.facts_before(problem, known.now) if deleting else None
    may_delete = asking is not None and deletion.bears_g(asking) is None
    twin = problem.twin
    whole = {student.pk} | ({twin.pk} if twin is not None and _in_scope(request, twin) else set())
    shown = {
        "problem": problem,
        "kind": problem.get_kind_display(),
        "state": state_of(problem),
        "settlement": _settlement(request, problem),
        "sides": _sides(problem, other, whole, known.today),
        "checklist": change_page.lines(rules.BEFORE, rules.facts_before(problem, known.now)) if own else [],
        "may_answer": bool(own),
        "key_url": reverse("key-change-new", args=[student.key]) if own else "",
        "superior": superior.name if superior else "",
        "may_decide": bool(may_decide),
        "outcomes": _outcomes(pair) if pair and may_decide else [],
        "may_delete": may_delete,
        "deletion": change_page.lines(deletion.BEFORE, asking) if may_delete else [],
        "typed": typed,
        "clause": CLAUSE_SHOWN,
        "refused": refusal_context(refused),
    }
    return render(request, "students/problem.html", shown, status=status)


def _settlement(request: SignedInRequest, problem: ProblemRecord) -> list[dict]:
    """How a problem that is closed was settled: in which case, by which unit and people, when (R1.9)."""
    if problem.closed_at is None:
        return []
    facts = [
        {"label": zh("处理结果"), "value": problem.get_settled_display()},
        {"label": zh("解决日期"), "value": spoken(local_date(problem.closed_at))},
    ]
    last = (
        Step.objects.filter(case__number=problem.case_number, signer__isnull=False)
        .select_related("unit", "handler__person", "signer__person")
        .order_by("-seq")
        .first()
    )
    if last is None:
        return [*facts, {"label": zh("由谁解决"), "value": zh("再次查重或比对相符，由系统解决")}]
    done = act_names.signing(last, list(last.acts.order_by("pk")))
    visible = Case.objects.visible_to(request.user, desk.of(request).today)
    url = reverse("case", args=[problem.case_number])
    return [
        *facts,
        {"label": zh("认定单位"), "value": done.unit_name if done else last.unit.name},
        {"label": zh("办理"), "value": last.called("handler") or "—"},
        {"label": zh("核办"), "value": last.called("signer") or "—"},
        {
            "label": zh("处理业务"),
            "value": problem.case_number,
            "url": url if visible.filter(number=problem.case_number).exists() else "",
        },
    ]


def _in_scope(request: SignedInRequest, twin: Student | None) -> bool:
    day = desk.of(request).today
    return twin is not None and Student.objects.visible_to(request.user, day).filter(pk=twin.pk).exists()


def _outcomes(pair) -> list[tuple[str, str]]:
    one, other = deciding.schools_of(*pair)
    names: dict[str, str] = {Decided.KEEP_FIRST: one.name, Decided.KEEP_SECOND: other.name}
    return [
        (
            value,
            zh("是同一名学生，保留{school_name}的学籍，删除另一条", school_name=names[value])
            if value in names
            else label,
        )
        for value, label in Decided.choices
    ]


def _sides(problem: ProblemRecord, other: ProblemRecord | None, whole: set[int], day) -> list[dict]:
    pupils = [one for one in (problem.student, problem.twin) if one is not None]
    guardians: dict[int, list[str]] = {}
    for row in Guardian.objects.filter(student__in=[one.pk for one in pupils if one.pk in whole]):
        guardians.setdefault(row.student_id, []).append(row.name)
    vouched = {problem.student_id: problem.vouched_case}
    if other is not None:
        vouched[other.student_id] = other.vouched_case
    numbers = {pair.vouched_case: None for pair in (problem, other) if pair is not None and pair.vouched_case}
    seen = set(Case.objects.filter(number__in=numbers).values_list("number", flat=True))
    return [
        {
            "title": one.school.name if one.school else zh("已删除"),
            "url": reverse("student-detail", args=[one.key]) if one.pk in whole and one.school else "",
            "facts": _facts(one, one.pk in whole, guardians.get(one.pk, []), day),
            "vouched": vouched.get(one.pk, ""),
            "case_url": reverse("case", args=[vouched[one.pk]])
            if one.pk in whole and vouched.get(one.pk) in seen
            else "",
        }
        for one in pupils
    ]


def _facts(one: Student, whole: bool, guardians: list[str], day) -> list[tuple[str, str]]:
    """One record; of a school outside of the account's scope only what the comparison is about."""
    number = records.current_number(one) if one.school_id else ""
    facts = [
        (zh("姓名"), one.name if whole else identity.mask_name(one.name)),
        (zh("性别"), one.get_sex_display()),
        (
            zh("出生日期"),
            spoken(one.birth_date)
            if whole
            else zh("{birth_date_year}年", birth_date_year=one.birth_date.year),
        ),
        (
            zh("学籍号"),
            identity.mask_number(number)
            if whole
            else zh("{part} 字头", part=number[:1])
            if number
            else zh("已停用"),
        ),
        (zh("学籍状态"), one.get_status_display()),
    ]
    if whole:
        plain = records.id_number(one)
        facts += [
            (zh("身份证件号"), identity.mask_number(plain) if plain else zh("无")),
            (zh("年级"), label_of(one, day)),
            (zh("监护人"), joined("、", guardians) or "—"),
            (zh("入学日期"), spoken(one.entered_on)),
        ]
    return facts


# ---------------------------------------------------------------- acts


@never_cache
@require_POST
def answer(request: SignedInRequest, pk: int) -> HttpResponse:
    """Begin the school's answer."""
    problem = visible(request, pk)
    try:
        case = answering.begin(problem, request.user, desk.of(request).now)
    except Refused as error:
        return problem_page(request, problem, error.refusal, error.status)
    return see_other(reverse("problem-answer-edit", args=[case.number]))


@never_cache
@require_POST
def decide(request: SignedInRequest, pk: int) -> HttpResponse:
    """The common superior decides between two."""
    problem = visible(request, pk)
    typed = {name: PlainText().to_python(request.POST.get(name, "")) for name in ("outcome", "opinion")}
    try:
        case = deciding.send(problem, request.user, desk.of(request).now, **typed)
    except Refused as error:
        return problem_page(request, problem, error.refusal, _status(error), typed)
    messages.success(request, zh("已提出认定，等待本单位负责人核办。"))
    return see_other(reverse("case", args=[case.number]))


def _status(error: Refused) -> int:
    if error.code in NO_POST:
        return 403
    typed = error.code in ("outcome_given", "why_given", "proof_attached") or is_of_words(error.code)
    return 422 if typed else 409


@csrf_exempt
@require_POST
def delete(request: SignedInRequest, pk: int) -> HttpResponse:
    """The province asks the ministry to remove a record with a G; reading stops at the limit, before the token is
    looked at."""
    trouble = uploads.receive(request)
    if trouble is not None:
        return proofs.refused_page(request, *trouble)
    return _delete(request, pk)


@csrf_protect
def _delete(request: SignedInRequest, pk: int) -> HttpResponse:
    problem = visible(request, pk)
    typed = {name: PlainText().to_python(request.POST.get(name, "")) for name in ("why", "opinion")}
    files = request.FILES.getlist("proof")[:6]
    try:
        case = deletion.send(problem, request.user, desk.of(request).now, files=files, **typed)
    except Refused as error:
        return problem_page(request, problem, error.refusal, _status(error), typed)
    messages.success(request, zh("已提交，等待本单位负责人核办后报教育部。"))
    return see_other(reverse("case", args=[case.number]))


class AnswerPages(FormPages):
    """The form of a school's answer."""

    at = proofs.Addresses("problem-answer-edit", "problem-answer-proofs", "problem-answer-proof-remove")
    discarding = "problem-answer-discard"
    template = "students/problem_answer.html"

    def row_of(self, case: Case) -> ProblemAnswer | None:
        """The row of the case."""
        return answering.row_of(case) if case.kind == rules.KIND else None

    def form(self, row: ProblemAnswer, now, data=None) -> AnswerForm:
        """The answer as it stands or is to be."""
        return (
            AnswerForm(data)
            if data is not None
            else AnswerForm(initial={"answer": row.answer, "note": row.note})
        )

    def write(self, row: ProblemAnswer, by, form: AnswerForm, revision: int) -> Case:
        """Write what differs."""
        said = form.cleaned_data
        if (said["answer"], said["note"]) == (row.answer, row.note):
            return row.case
        return answering.change(row.case, by, answer=said["answer"], note=said["note"], revision=revision)

    def shown(self, request: HttpRequest, row: ProblemAnswer, form, now) -> dict:
        """The problem, and what the rules find in what was kept."""
        known = rules.facts_of(row, row.case, row.problem.student, now)
        return {
            "facts": answering.facts_shown(row)[:4],
            "checklist": change_page.lines(rules.SUBMIT, known),
            "clause": CLAUSE_SHOWN,
        }

    def after_discarding(self, row: ProblemAnswer) -> str:
        """The problem's page."""
        return reverse("problem", args=[row.problem_id])

    def begin_copy(self, case: Case, by, now) -> Case:
        """With all it said and its proofs."""
        return answering.copy_as_new(case, by, now)


ANSWERS = AnswerPages()
