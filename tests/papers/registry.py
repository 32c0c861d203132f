"""The registry: one entry for every paper of the system, and for each property what stands there.

What the program can tell of itself (kinds of case, tables in which people stand, the two-persons triggers, what a
hand-over counts, forms and tables) stands in ``covers`` of an entry or in ``BESIDE``: tests/papers/test_registry.py fails
for what is forgotten. docs/papers.md is this table.
"""

from students.changes.kinds import BY_KIND
from tests.papers import cases, others
from tests.papers.cells import HELD, PROPERTIES, Cell, Elsewhere, NotApplicable, NotYet, Paper

_ALL: dict[str, Cell] = dict.fromkeys(PROPERTIES, HELD)
_UNASKED = NotYet("还没有逐种单据的测试")
_ALL |= dict.fromkeys(
    ("send_refused", "pupil_left", "pupil_graduated", "pupil_died", "not_counted"), _UNASKED
)
_ALL["killed"] = Elsewhere(
    "tests/security/test_kill.py::test_after_kills_of_web_client_worker_and_database_no_case_is_half_done_and_no_decision_lost"
)

# ---------------------------------------------------------------- cases
CASE_CELLS = _ALL | {
    "unit_merged": Elsewhere(
        "tests/reviews/test_takeover.py::test_at_every_stage_the_successor_goes_on_with_the_same_limit"
    ),
    "calendar": Elsewhere(
        "tests/reviews/test_recompute.py::test_a_new_day_off_moves_open_limits_and_the_change_is_told_old_and_new"
    ),
}
_SENT_AT_ONCE = {"draft_hidden": NotApplicable("填写即送出，没有草稿")}


def case(kind: str, title: str, *covers: str, **cells: Cell) -> Paper:
    """A kind of case."""
    drafted = {} if kind in cases.DRAFTED else _SENT_AT_ONCE
    return Paper(kind, title, cases.waits(kind), (f"kind:{kind}", *covers), CASE_CELLS | drafted | cells)


CASES = [
    case("in_province_transfer", "省内转学", "model:reviews.Case", "model:reviews.Step"),
    case("cross_province_transfer", "跨省转学"),
    case("post_graduation_enrolment", "毕业后跨省就学"),
    *(case(kind, found.name) for kind, found in BY_KIND.items()),
    case("key_information", "关键信息变更"),
    case("problem", "问题学籍处理", "waiting:未解决的问题学籍"),
    case("problem_decision", "问题学籍认定"),
    case("number_deletion", "正式学籍号删除"),
    case(
        "recruitment", "招生名单", "model:students.RecruitedPupil", "waiting:招生名单上待上报、待报到的学生"
    ),
    case("late_registration", "补建学籍名单", "model:students.LateChild", "waiting:补建名单上待上报的学生"),
    case("graduation_rollback", "毕业回退"),
    case("graduation_correction", "毕业更正"),
    case("recruitment_rollback", "招生回退"),
]

# ---------------------------------------------------------------- two people, a door of their own


# What a paper with a door of its own cannot have yet; the engine's papers have it.
OWN_CELLS = _ALL | {
    "stale_view": NotYet("页面不带版次：已被办过的由状态拒绝"),
    "in_transaction": NotYet("自己的事务不要求在最外层"),
    "draft_hidden": NotApplicable("没有草稿：开始即为单位所共见"),
    "killed": _UNASKED,
    "unit_merged": Elsewhere(
        "tests/students/merged_school/test_open_papers.py::test_what_was_open_at_the_closed_unit_is_gone_on_with_by_its_successor"
    ),
    "calendar": NotApplicable("没有按工作日计算的时限"),
    "inbox": NotYet("待办列表只有业务，这种单据在自己的列表中"),
    "found": NotYet("搜索框只认业务编号"),
    "rest": NotYet("没有接口"),
    "printed": NotYet("没有打印件"),
}


_PROVINCE = NotApplicable("由自治区（省）办理，省级单位不合并")
_SILENT = NotYet("签核后没有人收到通知")
_OWN = NotApplicable("结果只属于本人，与他人无关")
_SEEN_ABOVE = NotYet("上级单位看得到下级起草的单据")


def two(name: str, title: str, waits, *covers: str, **cells: Cell) -> Paper:
    """A paper of two people that is no case yet."""
    return Paper(name, title, waits, covers, OWN_CELLS | cells)


def _of(model: str, table: str, waiting: str = "") -> tuple[str, ...]:
    """The table of a paper, its trigger, and what a hand-over calls it."""
    return (f"model:{model}", f"trigger:{table}", *([f"waiting:{waiting}"] if waiting else []))


TWO = [
    two(
        "class_sheet",
        "班级变动表",
        others.class_sheet,
        *_of("students.ChangeSheet", "students_changesheet", "待核对的班级变动表"),
    ),
    two(
        "verification_part",
        "学期核查（学校）",
        others.verification_part,
        *_of("students.SchoolVerification", "students_schoolverification", "学期核查"),
    ),
    two(
        "verification_round",
        "学期核查（主管部门）",
        others.verification_round,
        *_of("students.VerificationRound", "students_verificationround"),
    ),
    two(
        "dropout_report",
        "辍学报告",
        others.drop_out_report,
        *_of("students.DropoutMark", "students_dropoutmark", "辍学报告"),
        printed=HELD,
        notice=_SILENT,
    ),
    two(
        "graduation_list",
        "毕业名单",
        others.graduation_list,
        *_of("students.GraduationRun", "students_graduationrun", "待核办的毕业名单"),
        notice=_SILENT,
    ),
    two(
        "number_batch",
        "下发学籍号批次",
        others.number_batch,
        *_of("students.IssuingBatch", "students_issuingbatch", "待确认的下发学籍号批次"),
        notice=NotApplicable("确认后由后台下发，下发完才通知各学校"),
        unit_merged=_PROVINCE,
    ),
    two(
        "late_month",
        "补建学籍月末名单",
        others.late_month,
        *_of(
            "students.MonthlyCheck",
            "students_monthlycheck",
            "补建学籍月末名单：待收表的学生、待核办上报的名单",
        ),
        rest=HELD,
        printed=HELD,
        unit_merged=_PROVINCE,
    ),
    two(
        "bulletin",
        "月度通报",
        others.bulletin,
        *_of("students.Bulletin", "students_bulletin", "待拟发、待发布或待说明的月度通报"),
        rest=HELD,
        printed=HELD,
        unit_merged=_PROVINCE,
    ),
    two(
        "offline_record",
        "线下转学登记",
        others.offline_record,
        *_of("transfers.OfflineTransfer", "transfers_offlinetransfer", "未了结或待确认的线下转入登记"),
        rest=HELD,
    ),
    two(
        "supervision",
        "问题督办单",
        others.supervision,
        "ticket:supervision",
        "trigger:tickets_ticket",
        rest=HELD,
        printed=HELD,
        stale_view=HELD,
        draft_hidden=_SEEN_ABOVE,
    ),
    two(
        "problem_report",
        "问题报告单",
        others.report,
        "ticket:report",
        rest=HELD,
        printed=HELD,
        stale_view=HELD,
        draft_hidden=_SEEN_ABOVE,
    ),
    two(
        "complaint",
        "群众投诉",
        others.complaint,
        "ticket:complaint",
        "trigger:tickets_entry",
        rest=HELD,
        stale_view=HELD,
    ),
    two(
        "appeal",
        "意见用语申诉",
        others.appeal,
        "model:reviews.WallAppeal",
        "waiting:待裁定的意见用语申诉",
        rest=HELD,
        in_transaction=HELD,
        found=NotApplicable("没有编号，在所属业务的页面上"),
    ),
]

# ---------------------------------------------------------------- one person

_ONE_PERSON = NotApplicable("一人办理，不核办别人所办")


def one(name: str, title: str, waits, *covers: str, **cells: Cell) -> Paper:
    """What one person does."""
    alone = dict.fromkeys(("same_person", "second_account"), _ONE_PERSON)
    return Paper(name, title, waits, covers, OWN_CELLS | alone | cells)


ONE = [
    one(
        "check_ticket",
        "问题核查单",
        others.check,
        "ticket:check",
        "waiting:单据和投诉",
        "model:tickets.Ticket",
        rest=HELD,
        printed=HELD,
        stale_view=HELD,
        draft_hidden=_SEEN_ABOVE,
    ),
    one("fault_notice", "故障公告", others.fault_notice, "model:reviews.Fault", rest=HELD),
    one(
        "import_registration",
        "导入：一年级新生",
        others.import_of("registration"),
        "import:registration",
        "model:students.ImportBatch",
        "waiting:上传未了结的表格",
        notice=NotApplicable("放弃自己上传的表格，与他人无关"),
    ),
    one(
        "import_recruitment",
        "导入：招生名册",
        others.import_of("recruitment"),
        "import:recruitment",
        notice=NotApplicable("放弃自己上传的表格，与他人无关"),
    ),
    one(
        "import_late",
        "导入：补建学籍名单",
        others.import_of("late"),
        "import:late",
        notice=NotApplicable("放弃自己上传的表格，与他人无关"),
    ),
    one(
        "roster_export",
        "名册导出",
        others.export,
        "model:students.RosterExport",
        printed=HELD,
        notice=_OWN,
        double_click=NotYet("再点一次就再生成一份"),
        unit_merged=_UNASKED,
    ),
    one(
        "print_batch",
        "信息表打印批次",
        others.print_batch,
        "model:students.PrintBatch",
        notice=_OWN,
        unit_merged=_UNASKED,
    ),
    one(
        "class_charge",
        "班主任指定",
        others.class_charge,
        "model:students.ClassCharge",
        notice=NotYet("没有通知被指定的班主任"),
    ),
]

# ---------------------------------------------------------------- people and posts

_CONFIRMED = "tests/orgs/test_confirmations.py::"
_DECLINED = f"{_CONFIRMED}test_each_who_may_not_reads_why_and_the_database_says_the_same"
_HEADS = NotApplicable("由负责人办理：学籍管理员没有这项权限")


def _posts(own: str, lost: str, foreign: str) -> dict[str, Cell]:
    """Of what is done about posts: each has tests of its own."""
    second = "tests/papers/test_posts.py::test_a_second_account_of_the_same_person_makes_no_second_person"
    cells = {"same_person": own, "second_account": second, "seat_lost": lost, "foreign_unit": foreign}
    return {name: Elsewhere(test) for name, test in cells.items()}


_NO_PUPIL = NotApplicable("不涉及学生")
POST_CELLS = _ALL | {
    "stale_view": NotYet("页面不带版次：已被办过的由状态拒绝"),
    "double_click": _UNASKED,
    "in_transaction": NotYet("自己的事务不要求在最外层"),
    "draft_hidden": NotApplicable("没有草稿：填写即生效或等候确认"),
    "killed": _UNASKED,
    "unit_merged": Elsewhere(
        "tests/students/merged_school/test_pupils_and_classes.py::test_everybody_is_told_once_and_the_posts_end"
    ),
    **dict.fromkeys(("pupil_left", "pupil_graduated", "pupil_died"), _NO_PUPIL),
    "calendar": NotApplicable("没有按工作日计算的时限"),
    "audit": _UNASKED,
    "notice": _UNASKED,
    "inbox": NotYet("待办列表只有业务，这一项在“人员”页"),
    "found": NotApplicable("没有编号"),
    "rest": NotYet("没有接口"),
    "english": Elsewhere(
        "tests/security/test_english_pages.py::test_no_page_in_english_says_what_the_catalogue_has"
    ),
    "printed": NotApplicable("不打印：只在页面和审计中"),
}
POSTS = [
    Paper(
        "confirmation",
        "岗位任命的确认",
        None,
        ("model:orgs.Confirmation", "model:orgs.OneTimeCode"),
        POST_CELLS
        | _posts(
            _DECLINED,
            _DECLINED,
            _DECLINED,
        )
        | {
            "second_account": Elsewhere(_DECLINED),
            "untrained": _HEADS,
            "lent_post": Elsewhere(f"{_CONFIRMED}test_a_loan_of_a_post_waits_as_well_and_the_lender_goes_on"),
            "hand_over": NotApplicable("由谁确认，看当时在任的负责人，不随岗位移交"),
        },
    ),
    Paper(
        "loan",
        "岗位委托",
        None,
        ("model:orgs.Delegation",),
        POST_CELLS
        | _posts(
            "tests/orgs/test_staffing.py::test_a_post_is_not_lent_to_who_handles_at_the_same_unit",
            "tests/reviews/test_one_unit.py::test_only_those_named_lend_a_post",
            "tests/orgs/test_staffing.py::test_the_unit_above_may_stand_in_and_a_stranger_may_not",
        )
        | {
            "untrained": Elsewhere(
                "tests/security/test_untrained.py::test_a_lent_post_and_one_handed_over_ask_for_the_own_certificate"
            ),
            "lent_post": NotApplicable("本身就是委托；受委托人不得再委托"),
            "hand_over": Elsewhere("tests/reviews/test_handover.py::test_loans_of_the_post_end_with_it"),
        },
    ),
    Paper(
        "arrangement",
        "上级代核",
        None,
        ("model:orgs.Arrangement",),
        POST_CELLS
        | _posts(
            "tests/orgs/test_arrangements.py::test_who_handles_there_from_a_later_day_does_not_sign_there",
            "tests/orgs/test_arrangements.py::test_only_the_head_of_the_unit_above_arranges_it",
            "tests/orgs/test_arrangements.py::test_a_stranger_does_not_sign_for_the_unit",
        )
        | {
            "untrained": _HEADS,
            "lent_post": NotApplicable("受委托的负责人照常安排；代核本身不得再委托"),
            "hand_over": NotApplicable("代核有期限，到期即止，不交接"),
        },
    ),
    Paper(
        "hand_over",
        "岗位交接",
        None,
        ("model:orgs.Post",),
        POST_CELLS
        | _posts(
            "tests/reviews/test_handover.py::test_the_head_of_the_unit_does_not_take_the_registrars_post",
            "tests/reviews/test_handover.py::test_a_registrars_post_is_handed_over_by_the_own_head_only",
            "tests/reviews/test_handover.py::test_a_registrars_post_is_handed_over_by_the_own_head_only",
        )
        | {
            "untrained": Elsewhere(
                "tests/security/test_untrained.py::test_a_lent_post_and_one_handed_over_ask_for_the_own_certificate"
            ),
            "lent_post": Elsewhere("tests/reviews/test_handover.py::test_loans_of_the_post_end_with_it"),
            "hand_over": NotApplicable("本身就是交接"),
        },
    ),
]
PAPERS = [*CASES, *TWO, *ONE, *POSTS]

# Tables in which people stand and that are no paper: why.
BESIDE = {
    "model:orgs.AccessReview": "正文 二.2: once a quarter the head says who has access; changes nothing",
    "model:orgs.ApiToken": "whose token it is; what a program does with it is done by that person",
    "model:orgs.Presence": "in which weeks an account was used",
    "model:reviews.Act": "the trail of a case: one row for each act of one of its people",
    "model:reviews.Attachment": "a photograph of a case, taken in by who has it in hand",
    "model:reviews.Notice": "to whom it is written",
    "model:reviews.QuickPhrase": "whose phrase it is",
    "model:reviews.WallMark": "a text that was stopped: who had typed it",
    "model:students.BulletinLine": "三.7: what the named unit's head says beside figures that it cannot alter; of the bulletin",
    "model:students.FieldChange": "the history of a record: who wrote the change",
    "model:students.PupilPhoto": "who took the photograph in",
    "model:students.SampledPupil": "a line of a school's verification: who found it so",
    "model:students.SheetPrint": "the trail of what was printed and by whom",
    "model:tickets.Enclosure": "a photograph of a ticket, taken in by who has it in hand",
    "model:tickets.Entry": "the trail of a ticket: one row for each act of one of its people",
    "model:transfers.Transfer": "what a case of transfer is about; who noted the pupil's reporting",
}
