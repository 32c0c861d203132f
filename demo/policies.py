"""What the region of the demonstration has ruled on 跳级 and 留级 (R5.1): invented rows, so that both can be tried."""

from datetime import date

from orgs.people.models import Unit
from orgs.people.reference import REGION
from reviews.rulebook.models import Route
from reviews.vocabulary.relations import Relation
from students.changes.models import ChangePolicy

_SOURCE = "示例：自治区的规定，请按当地文件改为实际规定"
_FROM = date(2024, 9, 1)
_ROWS = [
    ("grade_repeat", ["school", "authority"], 1, "学业确有困难，监护人书面申请。"),
    ("grade_skip", ["school", "authority", "league"], 1, "学业特别优异，经学校考核，监护人书面申请。"),
]


def build() -> None:
    """Write the rows once."""
    region = Unit.objects.get(code=REGION)
    common = {"province": region, "valid_from": _FROM, "source": _SOURCE}
    for kind, stages, most, condition in _ROWS:
        Route.objects.create(kind=kind, relation=Relation.SAME_AUTHORITY, stages=stages, **common)
        ChangePolicy.objects.create(kind=kind, most_times=most, condition=condition, **common)
