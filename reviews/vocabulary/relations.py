"""How two schools stand to one another, and the phases of schooling, as rows of the rules name them (R3.1, R0.7)."""

from django.db import models

from web.words import zh


class Relation(models.TextChoices):
    """How the two schools stand to one another; it chooses the route (R3.1)."""

    SAME_AUTHORITY = "same_authority", zh("同一主管部门")
    SAME_PROVINCE = "same_province", zh("省内跨主管部门")
    CROSS_PROVINCE = "cross_province", zh("跨省")


# A route may speak of two schools of one province under different leagues apart (R3.1); a case keeps “same province”.
ACROSS_LEAGUES = "across_leagues"
ROUTE_RELATIONS = [*Relation.choices, (ACROSS_LEAGUES, zh("省内跨盟市"))]
# 学段 a row may speak of.
PHASES = [("primary", zh("小学")), ("junior", zh("初中")), ("senior", zh("高中"))]
