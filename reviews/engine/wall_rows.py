"""Rows of the refusal wall before they are saved (R3.4): a row stops no sentence that officials rightly write, and no
reason of a closed list rests on what is forbidden."""

from datetime import date

from django.core.exceptions import ValidationError

from reviews.engine import book as rulebook
from reviews.refusal_rules import wall, wall_lexicon, wall_values
from reviews.refusal_rules.models import ForbiddenPhrase, WallWords
from reviews.refusal_rules.phrases_in_text import folded
from reviews.rulebook.models import RefusalReason
from reviews.vocabulary.states import STAGES
from web import clock
from web.words import zh


def check_rule(row: ForbiddenPhrase) -> None:
    """Raises ValidationError for a rule that is empty, knows no words, or would stop a lawful sentence or a listed
    reason."""
    if len(folded(row.text)) < 2:
        raise ValidationError({"text": zh("用语至少两个字，标点和空格不算。")})
    words = _words(row.province_id)
    unknown = set(row.concepts) - {each.concept for each in words}
    if unknown:
        raise ValidationError(
            {"concepts": zh("没有这些意思的同义词：{names}。", names="、".join(sorted(unknown)))}
        )
    _check_lawful("text", [row], words, row.province_id)


def check_words(row: WallWords) -> None:
    """Raises ValidationError for words that are too short, or that would stop a lawful sentence or a listed reason."""
    found = wall_lexicon.expanded(row.words)
    short = next((word for word in found if len(folded(word)) < 2), None)
    if not found or (row.province_id and short is not None):
        raise ValidationError({"words": zh("每个用语至少两个字，用空格分开。")})
    words = [each for each in _words(row.province_id) if each.pk != row.pk] + [row]
    rules = [
        each
        for each in ForbiddenPhrase.objects.all()
        if row.concept in each.concepts and each.province_id in (None, row.province_id)
    ]
    _check_lawful("words", rules, words, row.province_id)


def _words(province_id: int | None) -> list[WallWords]:
    return [each for each in WallWords.objects.order_by("id") if each.province_id in (None, province_id)]


def _check_lawful(
    name: str, rules: list[ForbiddenPhrase], words: list[WallWords], province_id: int | None
) -> None:
    """Each shipped lawful sentence, and each listed reason of the place, stays not stopped."""
    compiled = rulebook.compiled(rules, words)
    for _, _, sentence in wall_values.lawful_sentences():
        if compiled.judge(sentence, refuses=False, learned=False).verdict == wall.STOP:
            told = zh("这样写会拦下合法的意见“{sentence}”，请改得更具体。", sentence=sentence)
            raise ValidationError({name: told})
    for reason in RefusalReason.objects.all():
        near = reason.province_id is None or province_id is None or reason.province_id == province_id
        together = near and any(_together(rule, reason) for rule in rules)
        if together and compiled.judge(reason.text, refuses=False, opinion=False).verdict == wall.STOP:
            told = zh(
                "所列理由“{hit_text}”里就有这几个字，加上后这条理由将无法说明；本省（自治区）的理由请先修改。",
                hit_text=reason.text,
            )
            raise ValidationError({name: told})


def _together(rule: ForbiddenPhrase, reason: RefusalReason) -> bool:
    """Whether both stand for the same kinds, at the same stages, at the same time."""
    begins, ends = rule.valid_from or date.max, rule.valid_until or date.max
    stages = not rule.stages or set(rule.stages) & set(reason.stages)
    kinds = not rule.kinds or set(rule.kinds) & set(reason.kinds)
    return bool(stages and kinds and reason.valid_from < ends and (reason.valid_until or date.max) > begins)


def check_reason(row: RefusalReason) -> None:
    """Raises ValidationError for a listed reason that gives a forbidden ground; under the proof's own code too,
    “材料不齐” is no reason."""
    if not (row.text and row.kinds and row.stages and row.valid_from):
        return
    day, book = max(row.valid_from, clock.local_date(clock.now())), rulebook.current()
    for kind in row.kinds:
        for stage in row.stages or STAGES:
            answer = book.wall(kind, stage, day, row.province_id).judge(
                row.text, refuses=False, opinion=False
            )
            if answer.verdict == wall.STOP:
                hit = answer.hits[0].rule.row
                told = zh(
                    "“{hit_text}”不得作为理由：“{hit_quoted}”（{hit_clause}）。请改写。",
                    hit_text=answer.hits[0].words(row.text),
                    hit_quoted=hit.quoted,
                    hit_clause=hit.clause,
                )
                raise ValidationError({"text": told})
