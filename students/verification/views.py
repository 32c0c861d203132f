"""Pages of 学期核查 (R6.2): the rounds, one round with its schools, one school with its drawn pupils."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from orgs.people.models import PostRole, Unit
from orgs.people.requests import SignedInRequest
from orgs.people.seats import acting_seats, seats_of
from reviews.case_page.forms import PlainText
from reviews.case_page.proof_views import day_of, whole
from reviews.desk import context as desk
from reviews.vocabulary.refusals import refusal_context
from students.admission.registration.actions import label_of
from students.record.fields import BY_KEY
from students.verification import rounds
from students.verification.models import (
    Finding,
    SampledPupil,
    SchoolVerification,
    VerificationRound,
    Verified,
)
from web.clock import moment, spoken
from web.paging import pages_of
from web.redirects import see_other
from web.refusals import Refusal, Refused
from web.words import beside, joined, zh

PAGE = 50
CLAUSE_SHOWN = {
    "text": zh(
        "县级教育行政部门要建立信息核查工作机制，每学期核查一次学籍信息变动情况，确保学籍信息准确，与实际一致。"
    ),
    "note": zh(
        "每校抽查的学生由系统随机抽取并留存，一半从本学期学籍有变动的学生中抽；差异改正后这里自动显示已改正。"
    ),
    "source": zh("教基一厅〔2016〕2号 附件1 第六条"),
    "url": "/rules/#b1-6",
}
_TIERS: dict[str, str] = {
    Verified.OPEN: "state-warn",
    Verified.SUBMITTED: "state-warn",
    Verified.SIGNED: "state-good",
}
_FOUND: dict[str, str] = {
    Finding.SAME: "state-good",
    Finding.DIFFERENT: "state-bad",
    Finding.GONE: "state-bad",
}
_STATUS = {
    "no_seat": 403,
    "untrained": 403,
    "school_closed": 403,
    "same_person": 403,
    "one_unit": 403,
    "opinion_blank": 422,
    "opinion_long": 422,
    "opinion_contradicts": 422,
    "sample": 422,
    "due_on": 422,
    "items": 422,
    "note": 422,
}


def _offices(account, day) -> list[Unit]:
    """The offices where the account is registrar and that stand above schools."""
    seats = (
        s.unit for s in acting_seats(account, day) if not s.unit.is_school and s.role == PostRole.REGISTRAR
    )
    units = {unit.pk: unit for unit in seats}
    above = (
        Unit.objects.filter(level="school", authority__in=units)
        .order_by()
        .values_list("authority", flat=True)
    )
    return [units[pk] for pk in sorted({pk for pk in above if pk is not None})]


# ---------------------------------------------------------------- the rounds


@never_cache
@require_safe
def show_list(request: SignedInRequest) -> HttpResponse:
    """Rounds of the authorities, parts of the schools in the account's scope."""
    return list_page(request)


def list_page(request: SignedInRequest, refused: Refusal | None = None, status=200) -> HttpResponse:
    """The page with whatever the last act has to tell; what was typed stays."""
    known = desk.of(request)
    year, term = rounds.term_of(known.today)
    found = VerificationRound.objects.visible_to(request.user, known.today).select_related("authority")
    counted: QuerySet[Any] = found.annotate(schools=Count("parts")).order_by("-pk")
    page = Paginator(counted, PAGE).get_page(request.GET.get("page"))
    schools = {pk for s in seats_of(request.user, known.today) if s.unit.is_school for pk in s.units}
    parts = SchoolVerification.objects.visible_to(request.user, known.today).filter(school__in=schools)
    begun = set(found.filter(school_year=year, term=term).values_list("authority", flat=True))
    shown = {
        "offices": [unit for unit in _offices(request.user, known.today) if unit.pk not in begun],
        "term": VerificationRound(school_year=year, term=term).term_name,
        "usual": request.POST.get("sample", str(rounds.USUAL))[:5],
        "due": request.POST.get("due_on", "")[:12],
        "range": (rounds.SMALLEST, rounds.LARGEST),
        "rounds": [_round_row(row) | {"schools": row.schools} for row in page],
        "parts": [
            {
                "url": reverse("verification-part", args=[part.round.number, part.school.code]),
                "term": part.round.term_name,
                "school": part.called("school"),
                "due": spoken(part.round.due_on),
                "state": part.get_state_display(),
                "tier": _TIERS[part.state],
            }
            for part in parts.select_related("round", "school").order_by("-round", "school__code")[:PAGE]
        ],
        "clause": CLAUSE_SHOWN,
        "refused": refusal_context(refused),
        "page": pages_of(page),
    }
    return render(request, "students/verifications.html", shown, status=status)


def _round_row(row: VerificationRound) -> dict:
    return {
        "number": row.number,
        "url": reverse("verification", args=[row.number]),
        "authority": row.called("authority"),
        "term": row.term_name,
        "due": spoken(row.due_on),
        "state": row.get_state_display(),
        "tier": _TIERS[row.state],
    }


@never_cache
@require_POST
def begin(request: SignedInRequest) -> HttpResponse:
    """Open the term's round of an authority."""
    known = desk.of(request)
    offices = {unit.code: unit for unit in _offices(request.user, known.today)}
    authority = offices.get(request.POST.get("authority", ""))
    try:
        found = rounds.open_round(
            authority,
            request.user,
            known.now,
            sample=whole(request.POST.get("sample")) or 0,
            due_on=day_of(request.POST.get("due_on", "")),
        )
    except Refused as error:
        return list_page(request, error.refusal, _STATUS.get(error.code, 409))
    messages.success(
        request, zh("{found_term_name}核查已发起，已通知各学校。", found_term_name=found.term_name)
    )
    return see_other(reverse("verification", args=[found.number]))


# ---------------------------------------------------------------- one round


def visible_round(request: SignedInRequest, number: str) -> VerificationRound:
    """The round when its authority is in the account's scope; 404 otherwise."""
    rows = VerificationRound.objects.visible_to(request.user, desk.of(request).today)
    return get_object_or_404(rows.select_related("authority", "opened_by__person"), number=number)


@never_cache
@require_safe
def show(request: SignedInRequest, number: str) -> HttpResponse:
    """Progress by school, and the two signatures."""
    return round_page(request, visible_round(request, number))


def round_page(request, found: VerificationRound, refused: Refusal | None = None, status=200, opinion=""):
    """The page with whatever the last act has to tell."""
    known = desk.of(request)
    parts = list(found.parts.select_related("school"))
    counts = rounds.counts([part.pk for part in parts])
    rows = [_part_row(found, part, counts[part.pk]) for part in parts]
    total = {key: sum(one[key] for one in counts.values()) for key in rounds.Counts.KEYS}
    signed = sum(part.state == Verified.SIGNED for part in parts)
    shown = {
        "round": {"number": found.number, "term": found.term_name, "authority": found.called("authority")},
        "state": found.get_state_display(),
        "tier": _TIERS[found.state],
        "facts": _facts(found, len(parts), signed, total),
        "rows": rows,
        "progress": {"done": total["checked"], "total": max(total["drawn"], 1)},
        "late": zh(
            "已过完成期限（{day}），还有 {count} 所学校没有签核。",
            day=spoken(found.due_on),
            count=len(parts) - signed,
        )
        if known.today > found.due_on and signed < len(parts)
        else "",
        **_may(
            found,
            known.today,
            lambda role: rounds.office_refusal(found.authority, request.user, role, known.today),
        ),
        "submit_url": reverse("verification-submit", args=[found.number]),
        "sign_url": reverse("verification-sign", args=[found.number]),
        "opinion": opinion,
        "clause": CLAUSE_SHOWN,
        "refused": refusal_context(refused),
    }
    return render(request, "students/verification.html", shown, status=status)


def _facts(found: VerificationRound, schools: int, signed: int, total: dict) -> list[tuple]:
    opened = beside(found.called("opened_by"), moment(found.opened_at))
    reached = zh(
        "{count} 所学校，已签核 {signed} 所；抽查 {part} 人，已核 {part2} 人",
        count=schools,
        signed=signed,
        part=total["drawn"],
        part2=total["checked"],
    )
    differing = zh(
        "{part} 人，已改正 {part2} 人，办理中 {part3} 人",
        part=total["found"],
        part2=total["corrected"],
        part3=total["underway"],
    )
    return [
        (zh("主管部门"), found.called("authority")),
        (zh("发起"), opened),
        (zh("每校抽查"), zh("{found_sample} 人", found_sample=found.sample)),
        (zh("完成期限"), spoken(found.due_on)),
        (zh("进度"), reached),
        (zh("差异"), differing),
        *_signatures(found),
    ]


def _may(held, day, refusal) -> dict:
    return {
        "may_submit": held.state == Verified.OPEN and refusal(PostRole.REGISTRAR) is None,
        "may_sign": held.state == Verified.SUBMITTED and refusal(PostRole.HEAD) is None,
    }


def _signatures(held) -> list[tuple[str, str]]:
    found = []
    if held.submitted_by is not None:
        found.append((zh("提交"), _said(held.called("submitted_by"), held.submitted_at, held.opinion)))
    if held.signed_by is not None:
        found.append((zh("签核"), _said(held.called("signed_by"), held.signed_at, held.signed_opinion)))
    elif held.signed_opinion:
        found.append((zh("退回意见"), held.signed_opinion))
    return found


def _said(by, at, opinion: str) -> str:
    return zh("{by}　{at}：{opinion}", by=by, at=moment(at), opinion=opinion)


def _part_row(found: VerificationRound, part: SchoolVerification, one: rounds.Counts) -> dict:
    return {
        "url": reverse("verification-part", args=[found.number, part.school.code]),
        "school": part.called("school"),
        **one,
        "left": one.left,
        "state": part.get_state_display(),
        "tier": _TIERS[part.state],
    }


@never_cache
@require_POST
def submit(request: SignedInRequest, number: str) -> HttpResponse:
    """The authority's registrar lays it before the head."""
    found, opinion = visible_round(request, number), _typed(request)
    return _done(
        request,
        lambda: rounds.submit_round(found, request.user, desk.of(request).now, opinion),
        zh("已提交，等待负责人签核。"),
        lambda refused, status: round_page(request, found, refused, status, opinion),
        reverse("verification", args=[number]),
    )


@never_cache
@require_POST
def sign(request: SignedInRequest, number: str) -> HttpResponse:
    """The authority's head signs it, or gives it back."""
    found, opinion, agree = (
        visible_round(request, number),
        _typed(request),
        request.POST.get("outcome") == "agree",
    )
    return _done(
        request,
        lambda: rounds.sign_round(found, request.user, desk.of(request).now, opinion, agree=agree),
        zh("已签核，本学期核查完成。") if agree else zh("已退回。"),
        lambda refused, status: round_page(request, found, refused, status, opinion),
        reverse("verification", args=[number]),
    )


def _typed(request: SignedInRequest) -> str:
    return PlainText().to_python(request.POST.get("opinion", ""))


def _done(request, act, success: str, again, url: str) -> HttpResponse:
    try:
        act()
    except Refused as error:
        return again(error.refusal, _STATUS.get(error.code, 409))
    messages.success(request, success)
    return see_other(url)


# ---------------------------------------------------------------- one school


def visible_part(request: SignedInRequest, number: str, code: str) -> SchoolVerification:
    """The school's part when the school is in the account's scope; 404 otherwise."""
    rows = SchoolVerification.objects.visible_to(request.user, desk.of(request).today)
    rows = rows.select_related("round__authority", "school", "submitted_by__person", "signed_by__person")
    return get_object_or_404(rows, round__number=number, school__code=code[:20].replace("\x00", ""))


@never_cache
@require_safe
def show_part(request: SignedInRequest, number: str, code: str) -> HttpResponse:
    """The drawn pupils and what was found of each."""
    return part_page(request, visible_part(request, number, code))


def part_page(
    request: SignedInRequest, part: SchoolVerification, refused: Refusal | None = None, status=200, opinion=""
) -> HttpResponse:
    """The page with whatever the last act has to tell; what was typed stays."""
    known = desk.of(request)
    one, corrected = rounds.counts([part.pk])[part.pk], rounds.corrected_of(part)
    chosen = set(request.POST.getlist("item")) if refused else set()
    may = _may(part, known.today, lambda role: rounds.school_refusal(part, request.user, role, known.today))
    shown = {
        "part": {"school": part.called("school"), "number": part.round.number, "code": part.school.code},
        "term": part.round.term_name,
        "round_url": reverse("verification", args=[part.round.number])
        if VerificationRound.objects.visible_to(request.user, known.today).filter(pk=part.round_id).exists()
        else reverse("verifications"),
        "state": part.get_state_display(),
        "tier": _TIERS[part.state],
        "facts": [
            (zh("学校"), part.called("school")),
            (zh("完成期限"), spoken(part.round.due_on)),
            (
                zh("抽查"),
                zh(
                    "{part} 人，已核 {part2} 人，一致 {part3} 人",
                    part=one["drawn"],
                    part2=one["checked"],
                    part3=one["same"],
                ),
            ),
            (
                zh("差异"),
                zh(
                    "{part} 人，已改正 {part2} 人，办理中 {part3} 人",
                    part=one["found"],
                    part2=one["corrected"],
                    part3=one["underway"],
                ),
            ),
            *_signatures(part),
        ],
        "progress": {"done": one["checked"], "total": max(one["drawn"], 1)},
        "rows": [
            _pupil_row(pupil, corrected[pupil.pk])
            for pupil in part.pupils.select_related("student__school_class")
        ],
        "items": [
            {"key": item.key, "label": label_of(item), "on": item.key in chosen} for item in rounds.items()
        ],
        "findings": [(value, label) for value, label in Finding.choices if value],
        "finding": request.POST.get("finding", "") if refused else "",
        "note": request.POST.get("note", "")[:200] if refused else "",
        "may_find": may["may_submit"],
        **may,
        "submit_url": reverse("verification-part-submit", args=[part.round.number, part.school.code]),
        "sign_url": reverse("verification-part-sign", args=[part.round.number, part.school.code]),
        "opinion": opinion,
        "clause": CLAUSE_SHOWN,
        "refused": refusal_context(refused),
    }
    return render(request, "students/verification_part.html", shown, status=status)


def _pupil_row(pupil: SampledPupil, corrected: bool | None) -> dict:
    student = pupil.student
    return {
        "pk": pupil.pk,
        "name": student.name,
        "url": reverse("student-record", args=[student.key]),
        "class": (
            student.school_class.year_label
            if student.school_class
            else zh("{cohort}级", cohort=student.cohort)
        ),
        "changed": pupil.changed,
        "finding": pupil.get_finding_display(),
        "tier": _FOUND.get(pupil.finding, ""),
        "items": joined("、", (label_of(BY_KEY[key]) for key in pupil.items)),
        "note": pupil.note,
        "corrected": {True: zh("已改正"), False: zh("未改正"), None: ""}[corrected],
        "corrected_tier": "state-good" if corrected else "state-warn",
    }


@never_cache
@require_POST
def find(request: SignedInRequest, number: str, code: str) -> HttpResponse:
    """What was found of the ticked pupils."""
    part = visible_part(request, number, code)
    pupils = [pk for text in request.POST.getlist("pupil")[: rounds.LARGEST] if (pk := whole(text))]
    return _done(
        request,
        lambda: rounds.find(
            part,
            pupils,
            request.POST.get("finding", ""),
            request.user,
            desk.of(request).now,
            keys=request.POST.getlist("item"),
            note=PlainText().to_python(request.POST.get("note", "")),
        ),
        zh("已登记 {count} 名学生的核查结果。", count=len(pupils)),
        lambda refused, status: part_page(request, part, refused, status),
        reverse("verification-part", args=[number, code]),
    )


@never_cache
@require_POST
def submit_part(request: SignedInRequest, number: str, code: str) -> HttpResponse:
    """The school's registrar lays it before the head."""
    part, opinion = visible_part(request, number, code), _typed(request)
    return _done(
        request,
        lambda: rounds.submit_part(part, request.user, desk.of(request).now, opinion),
        zh("已提交，等待本校负责人签核。"),
        lambda refused, status: part_page(request, part, refused, status, opinion),
        reverse("verification-part", args=[number, code]),
    )


@never_cache
@require_POST
def sign_part(request: SignedInRequest, number: str, code: str) -> HttpResponse:
    """The school's head signs it, or gives it back."""
    part, opinion = visible_part(request, number, code), _typed(request)
    agree = request.POST.get("outcome") == "agree"
    return _done(
        request,
        lambda: rounds.sign_part(part, request.user, desk.of(request).now, opinion, agree=agree),
        zh("已签核。") if agree else zh("已退回学籍管理员。"),
        lambda refused, status: part_page(request, part, refused, status, opinion),
        reverse("verification-part", args=[number, code]),
    )
