"""A case's number as part of an address: nothing that cannot be one gets as far as the database."""

from django.urls import register_converter
from django.urls.converters import StringConverter


class CaseNumber(StringConverter):
    """``<case:number>``: what :func:`reviews.engine.models.random_number` may give, and no more (no NUL, no novel)."""

    regex = "[0-9A-Za-z-]{1,20}"


register_converter(CaseNumber, "case")
