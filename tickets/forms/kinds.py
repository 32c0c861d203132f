"""What the three papers differ in: who drafts, who stamps, whom they go to (R8.6)."""

from dataclasses import dataclass

from orgs.people.models import PostRole, UnitLevel
from tickets.forms.models import Complaint, Kind, ProblemReport, Supervision, Verification
from web.words import zh

CLAUSE = zh("正文 三.2")
_OFFICES = (UnitLevel.MINISTRY, UnitLevel.PROVINCE, UnitLevel.LEAGUE, UnitLevel.COUNTY)
_CLERKS = (PostRole.REGISTRAR, PostRole.HEAD)


@dataclass(frozen=True)
class Paper:
    """One kind. ``stamped``: drafted by one, signed by another."""

    kind: Kind
    model: type
    prefix: str
    levels: tuple[str, ...]
    drafters: tuple[str, ...]
    stamped: bool
    handlers: tuple[str, ...]
    issued_by: str
    names: dict[str, str]

    @property
    def name(self) -> str:
        """As it is printed at the head of the paper."""
        return zh("中小学生学籍管理{kind_label}", kind_label=self.kind.label)


REPORT = Paper(
    Kind.REPORT,
    ProblemReport,
    "BG",
    (UnitLevel.PROVINCE,),
    (PostRole.REGISTRAR,),
    stamped=True,
    handlers=_CLERKS,
    issued_by=zh("问题报告单由省级教育行政部门盖章后报教育部"),
    names={"undertaker": zh("教育部受理人"), "answer": zh("处理意见")},
)
CHECK = Paper(
    Kind.CHECK,
    Verification,
    "HC",
    _OFFICES,
    (PostRole.TECHNICIAN,),
    stamped=False,
    handlers=(*_CLERKS, PostRole.TECHNICIAN),
    issued_by=zh("问题核查单由技术部门核发"),
    names={"undertaker": zh("承办人"), "answer": zh("经核实的情况")},
)
SUPERVISION = Paper(
    Kind.SUPERVISION,
    Supervision,
    "DB",
    _OFFICES,
    (PostRole.REGISTRAR,),
    stamped=True,
    handlers=_CLERKS,
    issued_by=zh("问题督办单由行政部门核发"),
    names={"undertaker": zh("承办人"), "answer": zh("办理情况")},
)
COMPLAINT = Paper(
    Kind.COMPLAINT,
    Complaint,
    "TS",
    (),
    (),
    stamped=False,
    handlers=_CLERKS,
    issued_by=zh("投诉由群众在公开页面提交"),
    names={"undertaker": zh("承办人"), "answer": zh("答复")},
)
PAPERS = (REPORT, CHECK, SUPERVISION)
BY_KIND: dict[str, Paper] = {paper.kind: paper for paper in (*PAPERS, COMPLAINT)}


def paper_of(ticket) -> Paper:
    """The kind of a ticket."""
    return BY_KIND[Kind(ticket.kind)]


def whole(ticket):
    """The ticket with the table of its kind."""
    return (
        ticket
        if type(ticket) is paper_of(ticket).model
        else getattr(ticket, paper_of(ticket).model.__name__.lower())
    )
