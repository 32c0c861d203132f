"""What came of a table's lines: what is asked once, what an answer means, which lines are wrong."""

from students.tables.columns import Fault
from students.tables.verdict import OTHER, SAME, Question, Verdict

ASKED = Question(3, "name", "姓名", "是同一名学生吗？", "a-child")


def test_a_question_is_asked_until_it_is_answered_about_the_very_child():
    verdict = Verdict()
    assert verdict.ask(ASKED) is False
    assert verdict.asked == [ASKED]
    verdict = Verdict(answers={"3": [OTHER, "a-child"]})
    assert verdict.ask(ASKED) is True
    assert verdict.asked == []
    verdict = Verdict(answers={"3": [SAME, "a-child"]})
    assert verdict.ask(ASKED) is False
    assert verdict.asked == []
    # An answer about somebody else does not count.
    verdict = Verdict(answers={"3": [OTHER, "another-child"]})
    assert verdict.ask(ASKED) is False
    assert verdict.asked == [ASKED]


def test_lines_that_are_wrong_are_named_once_in_order_and_no_verdict_shares_its_lists():
    verdict, other = Verdict(), Verdict()
    verdict.faults += [
        Fault(7, "name", "姓名", "a"),
        Fault(2, "name", "姓名", "b"),
        Fault(7, "sex", "性别", "c"),
    ]
    assert verdict.bad == [2, 7]
    verdict.told.append("x")
    verdict.same.append(1)
    verdict.ready[1] = "x"
    assert (other.faults, other.told, other.same, other.ready, other.asked, other.answers, other.bad) == (
        [], [], [], {}, [], {}, [],
    )  # fmt: skip
