"""What came of the lines of a table: sound, on record already, wrong, or asked about (R2.1)."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from students.tables.columns import Fault


class Question(NamedTuple):
    """What only a person can say of a line: whether it is the child that is on record, or another. ``about`` names whom
    it was asked about, so that an answer never counts for somebody else."""

    line: int
    column: str
    label: str
    sentence: str
    about: str


SAME, OTHER = "same", "other"
Answers = dict[str, list[str]]


@dataclass
class Verdict:
    """What came of the lines of a table: those to be written by their line, which stand already, what is wrong, what is
    asked, what is remarked. ``answers``: what was answered before, by line."""

    answers: Answers = field(default_factory=dict)
    ready: dict[int, Any] = field(default_factory=dict)
    same: list[int] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    asked: list[Question] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def ask(self, question: Question) -> bool:
        """Whether it was answered that the line is another child; unanswered it is asked."""
        answer, about = self.answers.get(str(question.line), ("", ""))
        if about != question.about:
            answer = ""
        if not answer:
            self.asked.append(question)
        return answer == OTHER

    @property
    def bad(self) -> list[int]:
        """The lines that are wrong."""
        return sorted({fault.line for fault in self.faults})
