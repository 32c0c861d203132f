"""Tables of what happened: but for counts and deliveries, nothing here is ever changed or removed by the program."""

from django.db import models
from django.db.models.functions import Now

from web.words import zh


class AuditEntry(models.Model):
    """One recorded act. ``seq``, ``at`` and both hashes are set by a trigger, which links each entry to its chain.

    ``subject`` names what the act was about by its public identifier (``case:ZX-2026-…``); ``body`` holds ids and
    codes only, never an identity or registration number, a name or a telephone number.
    """

    chain = models.CharField(zh("链"), max_length=24)
    seq = models.BigIntegerField(zh("序号"), default=0)
    at = models.DateTimeField(zh("时间"), db_default=Now())
    actor = models.CharField(zh("行为人"), max_length=40)
    action = models.CharField(zh("行为"), max_length=40)
    subject = models.CharField(zh("对象"), max_length=60, blank=True)
    body = models.JSONField(zh("内容"), default=dict)
    previous_hash = models.BinaryField(zh("前一条校验值"), db_default=b"")
    hash = models.BinaryField(zh("校验值"), db_default=b"")

    class Meta:
        verbose_name = verbose_name_plural = zh("审计记录")
        constraints = [models.UniqueConstraint(fields=["chain", "seq"], name="audit_chain_seq_once")]
        indexes = [models.Index(fields=["subject", "id"], name="audit_subject")]

    def __str__(self) -> str:
        return f"{self.chain}#{self.seq} {self.action}"


class AuditHead(models.Model):
    """The signed state of every chain on a day; a copy leaves the system as a file.

    ``previous`` is the digest of the head before it, so that a head taken away leaves a gap.
    """

    day = models.DateField(zh("日期"), unique=True)
    heads = models.JSONField(zh("各链末尾"))
    previous = models.CharField(zh("前一签名的摘要"), max_length=64, blank=True, default="", db_default="")
    digest = models.CharField(zh("摘要"), max_length=64)
    signature = models.CharField(zh("签名"), max_length=128)
    public_key = models.CharField(zh("公钥"), max_length=64)
    created_at = models.DateTimeField(zh("生成时间"), db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = zh("审计链签名")

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.digest[:12]}"


class OutboxMessage(models.Model):
    """Something to be told to the outside, written in the decision's own transaction (ids only)."""

    topic = models.CharField(zh("主题"), max_length=40)
    payload = models.JSONField(zh("内容"), default=dict)
    dedup = models.CharField(zh("去重键"), max_length=120, unique=True)
    created_at = models.DateTimeField(zh("写入时间"), db_default=Now())
    available_at = models.DateTimeField(zh("可送时间"), db_default=Now())
    attempts = models.PositiveSmallIntegerField(zh("尝试次数"), default=0, db_default=0)
    delivered_at = models.DateTimeField(zh("送达时间"), null=True, blank=True)
    last_error = models.CharField(zh("上次错误"), max_length=200, blank=True, default="", db_default="")

    class Meta:
        verbose_name = verbose_name_plural = zh("待发消息")
        indexes = [
            models.Index(
                fields=["available_at", "id"],
                name="outbox_waiting",
                condition=models.Q(delivered_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.dedup}"


class IdempotencyKey(models.Model):
    """The answer once given to (account, key); a repeat gets the same answer and does nothing."""

    account_id = models.BigIntegerField()
    key = models.CharField(max_length=80)
    digest = models.CharField(max_length=64)
    response = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = zh("幂等键")
        constraints = [models.UniqueConstraint(fields=["account_id", "key"], name="idempotency_once")]

    def __str__(self) -> str:
        return self.key


class Tally(models.Model):
    """How often something was tried within a period that ends at ``until``; see :mod:`ledger.tally`."""

    key = models.CharField(max_length=120, primary_key=True)
    until = models.DateTimeField(db_index=True)
    tries = models.PositiveIntegerField()

    class Meta:
        verbose_name = verbose_name_plural = zh("次数限制")

    def __str__(self) -> str:
        return f"{self.key} {self.tries}"


class SweepRun(models.Model):
    """One run of the clock: which instant it stood for and what it did."""

    judged_at = models.DateTimeField(zh("按此时刻判断"))
    started_at = models.DateTimeField(zh("开始"), db_default=Now())
    finished_at = models.DateTimeField(zh("结束"), null=True, blank=True)
    counts = models.JSONField(zh("结果"), default=dict)

    class Meta:
        verbose_name = verbose_name_plural = zh("定时清扫")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.judged_at:%Y-%m-%d %H:%M} {self.counts}"
