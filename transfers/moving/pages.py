"""What the pages of a transfer say: ready strings for the templates, no decision taken here."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from orgs.people.models import PostRole, Unit
from orgs.people.seats import acting_seats
from reviews.case_page.proof_views import Addresses
from reviews.engine import book as rulebook
from reviews.rulebook.notice_values import CROSS_PROVINCE, IN_PROVINCE, POST_GRADUATION
from reviews.rulebook.windows import window_state
from reviews.vocabulary.states import State
from students.pupil import records
from students.pupil.models import Student
from transfers.moving import grade_change, preflight, rules
from transfers.moving.models import Transfer
from web.clock import local_date
from web.words import zh

RULES_URL = "/rules/"
NO_OTHER_PAPERS = {
    "text": zh("除学籍准确信息和转学原因证明外，不得要求家长提供其他材料。"),
    "note": zh("只上传一种材料：转学原因证明。"),
    "source": zh("内教基函〔2018〕6号 第一条；教基一厅〔2016〕2号 附件1 第三条第1款"),
    "url": RULES_URL,
}
NEVER_REFUSE_ENROLMENT = {
    "text": zh("学籍的主要功能是记录：不得以学籍没有转来为由拒绝学生入学。"),
    "note": zh("学生可先入班就读，学籍随后办理。"),
    "source": zh("教基一厅〔2016〕2号 正文一"),
    "url": RULES_URL,
}


@dataclass(frozen=True)
class WayIn:
    """How a kind of case is begun: its addresses, its words, and the clause told beside the look-up."""

    new: str
    check: str
    title: str
    intro: str
    steps: tuple[str, ...]
    clause: dict
    # The form: headings of reason and proof, how many proofs at least.
    reason: str
    proof: str
    proof_fewest: int


_TRANSFER = WayIn(
    "transfer-new",
    "transfer-check",
    zh("发起转学"),
    zh("先核对学生：号码与姓名都相符，才能看到学籍信息。"),
    (zh("核对学生"), zh("填写并上传证明"), zh("送本校负责人核办")),
    NO_OTHER_PAPERS,
    zh("转学原因与班级"),
    zh("转学原因证明"),
    1,
)
_GRADUATE = WayIn(
    "graduate-new",
    "graduate-check",
    zh("毕业后跨省就学"),
    zh("为本校招收的外省毕业生办理：先核对学生，号码与姓名都相符，才能看到学籍信息。"),
    (zh("核对毕业生"), zh("填写就学信息"), zh("送本校负责人核办")),
    {
        "text": zh("毕业后到省外普通中小学就学的，由招生学校发起，经双方主管部门核办；毕业学校不参与。"),
        "note": zh("毕业学校主管部门不得以接收省可能违规招生、分数可能未达录取线等为由拒绝。"),
        "source": zh("教基一厅〔2016〕2号 附件1 第三条第3、4款"),
        "url": RULES_URL + "#b1-3-3",
    },
    zh("就学原因与班级"),
    zh("证明材料（选填）"),
    0,
)
WAYS = {"": _TRANSFER, IN_PROVINCE: _TRANSFER, CROSS_PROVINCE: _TRANSFER, POST_GRADUATION: _GRADUATE}


def way_in(kind: str, schools: list[Unit], now: datetime) -> dict:
    """The page of the look-up: its words, and until or from when cases of this kind may be submitted (R3.5)."""
    way = WAYS[kind]
    province = schools[0].province_id
    state = window_state(rulebook.current().windows, kind or IN_PROVINCE, province, now)
    # A transfer may be sent at most times: there only the pause is news.
    window = {"open": state.open, "text": state.sentence} if kind or not state.open else None
    return {"way": way, "clause": way.clause, "window": window}


_FORM_CODES = frozenset(check.__name__ for check in rules.FORM)
# A grade that is not changed needs no line of its own beside the form.
_FORM_LABELS = frozenset(check.label for check in rules.FORM if check not in grade_change.GUARDS)


def case_url(number: str) -> str:
    """The page of a case."""
    return reverse("case", args=[number])


def schools_of(account, day) -> list[Unit]:
    """The schools where the account is registrar and may therefore start a transfer (R3.1)."""
    found = {
        seat.unit.pk: seat.unit
        for seat in acting_seats(account, day)
        if seat.role == PostRole.REGISTRAR and seat.unit.is_school
    }
    return list(found.values())


def checklist(checks: list[preflight.Check], folding: bool = False) -> list[dict]:
    """The pre-flight as lines of a page: ✓, a warning, or the obstacle with who can clear it (R3.1b).

    ``folding`` puts away what holds and is not the form's own matter, so that the button stays in sight.
    """
    return [
        {
            "ok": True if check.ok else (None if check.warns else False),
            "text": check.text,
            "why": zh("由谁解除：{check_remover}", check_remover=check.remover)
            if check.remover and check.remover != "—"
            else "",
            "clause": "" if check.ok else check.clause,
            "folded": folding and check.ok and check.text not in _FORM_LABELS,
        }
        for check in checks
    ]


def folded_list(checks: list[preflight.Check]) -> dict:
    """The check-list beside the form, and how many lines of it are put away."""
    lines = checklist(checks, folding=True)
    return {"checklist": lines, "folded": sum(line["folded"] for line in lines)}


def check_page(student: Student, school: Unit, now: datetime, kind: str = "") -> dict:
    """The pupil that was found, masked, and everything that stands in the way."""
    checks = preflight.of_pupil(student, school, now, rulebook.current(), kind)
    stopping = hard_stop(checks)
    return {
        "way": WAYS[kind],
        "card": records.card(student, local_date(now)),
        "key": str(student.key),
        "school": school,
        "checklist": checklist(checks),
        "stopped": stopping,
        "warned": not stopping and any(not check.ok for check in checks),
        "window_closed": any(check.code == "window_closed" for check in checks),
        "clause": NEVER_REFUSE_ENROLMENT,
    }


def hard_stop(checks: list[preflight.Check]) -> bool:
    """True when an obstacle forbids even a draft. A closed window does not: the draft waits for its opening (R3.5)."""
    return preflight.stopped([check for check in checks if check.code != "window_closed"])


_TITLES = {State.CORRECTION: zh("补正"), State.RECEIVING_SCHOOL: zh("重新办理")}


def edit_page(transfer: Transfer, form, now: datetime) -> dict:
    """What the page of a transfer in hand shows beside what every form of a case does, with all that is still missing."""
    case, way = transfer.case, WAYS[transfer.case.kind]
    checks = transfer_checks(transfer, now)
    stopping = [c for c in checks if not c.ok and not c.warns and c.code not in _FORM_CODES]
    return {
        "way": way,
        "title": _TITLES.get(State(case.state), way.title),
        "facts": pupil_facts(transfer, local_date(now)),
        "note_reasons": " ".join(str(r.pk) for r in form.fields["reason"].queryset if r.needs_note),
        **folded_list(checks),
        "blocked": bool(stopping) and case.state == State.DRAFT,
        "clause": way.clause,
    }


def facts_of(transfer: Transfer, now: datetime) -> rules.Facts:
    """What the rules judge of a stored transfer."""
    return rules.facts_of_transfer(transfer, now, rulebook.current())


def transfer_checks(transfer: Transfer, now: datetime) -> list[preflight.Check]:
    """The pre-flight of the transfer as it is stored; after submission the window no longer matters (R3.5)."""
    checks = preflight.of_transfer(facts_of(transfer, now))
    if transfer.case.state == State.DRAFT:
        return checks
    return [check for check in checks if check.code != "window_closed"]


def pupil_facts(transfer: Transfer, day) -> list[tuple[str, str]]:
    """The pupil, masked, and the two schools."""
    card = records.card(transfer.student, day)
    return [
        (
            zh("姓名"),
            zh(
                "{card_name}　{card_sex}　{card_birth_year} 年生",
                card_name=card.name,
                card_sex=card.sex,
                card_birth_year=card.birth_year,
            ),
        ),
        (zh("学籍号"), card.number),
        (zh("学籍状态"), card.status),
        (zh("现读年级"), f"{card.grade}{card.class_name if card.class_name != '—' else ''}"),
        (zh("转出"), transfer.case.sending_name),
        (zh("转入"), transfer.case.receiving_name),
    ]


PROOFS = Addresses("transfer-edit", "transfer-proofs", "transfer-proof-remove")
