"""The API of 毕业年级在办转学: the running transfers that must end before the graduation run (R3.5b)."""

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins

from ledger.api import Endpoint
from reviews.desk import context as desk
from reviews.engine.api_shapes import CaseRow
from reviews.engine.models import Case
from transfers.graduating import running as graduating


@extend_schema_view(
    list=extend_schema(
        summary="毕业年级在办转学",
        description="应在学校毕业操作限期之前办结，否则随毕业操作清理（附件1 三.5）。",
        operation_id="graduating_list",
    )
)
class Graduating(mixins.ListModelMixin, Endpoint):
    """Running transfers of pupils in the last grade of a phase, within one's own scope."""

    serializer_class = CaseRow
    queryset = Case.objects.none()
    paging = ("pk",)

    def get_queryset(self):
        """As the page lists them."""
        known = desk.of(self.request)
        rows = graduating.visible_to(self.request.user, known.today, known.book)
        cases = Case.objects.filter(pk__in=rows.order_by().values("case_id"))
        return cases.select_related("receiving_unit", "sending_unit", "holder")
