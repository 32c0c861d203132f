"""The headcount of a night, in cells (R7.1): what statistics of leagues, provinces and the ministry are summed from."""

from django.db import models

from orgs.people.models import Unit
from reviews.vocabulary.relations import PHASES
from web.words import zh


class HeadcountCell(models.Model):
    """So many pupils of one kind in a school on a day. ``origin``: the first two digits of the household's division, of
    permit holders only."""

    day = models.DateField(zh("日期"))
    school = models.ForeignKey(Unit, verbose_name=zh("学校"), on_delete=models.CASCADE, related_name="+")
    phase = models.CharField(zh("学段"), max_length=7, choices=PHASES)
    cohort = models.PositiveSmallIntegerField(zh("级（一年级入学年）"))
    status = models.CharField(zh("学籍状态"), max_length=12)
    sex = models.CharField(zh("性别"), max_length=1)
    letter = models.CharField(zh("学籍号字头"), max_length=1, blank=True)
    permit = models.BooleanField(zh("持居住证"))
    origin = models.CharField(zh("来源省份"), max_length=2, blank=True)
    pupils = models.PositiveIntegerField(zh("人数"))

    class Meta:
        verbose_name = verbose_name_plural = zh("人数统计")
        constraints = [
            models.UniqueConstraint(
                fields=["day", "school", "phase", "cohort", "status", "sex", "letter", "permit", "origin"],
                name="headcount_cell_once",
            )
        ]

    def __str__(self):
        return f"{self.day} {self.school_id} {self.pupils}"
