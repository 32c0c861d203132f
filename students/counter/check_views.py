"""The public page that checks a printed paper (R8.4): genuine, superseded or unknown, the number's last four characters
and the day, and nothing else."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from reviews.desk import context as desk
from reviews.vocabulary.public_numbers import ALPHABET, CONFUSED
from reviews.vocabulary.visitors import too_often
from students.counter import finding as counter
from students.pupil.identity import normalise_number
from web.clock import local_date, spoken
from web.redirects import see_other
from web.words import zh

VERDICTS = {
    "genuine": ("good", zh("真实有效"), zh("本件由学籍管理系统打印，学籍信息至今没有变动。")),
    "superseded": (
        "warn",
        zh("真实，信息已有变动"),
        zh("本件由学籍管理系统打印，但打印之后学籍信息有变动；请家长到学籍所在学校或其主管部门重新打印。"),
    ),
    "unknown": (
        "bad",
        zh("查无此件"),
        zh("没有这个核对码的打印记录；请核对是否输入有误，或向出示人询问来历。"),
    ),
}
TOO_MANY = zh("查得太频繁，请过一分钟再试。")
NOT_A_CODE = zh(
    "核对码应为 {counter_code_length} 位字母和数字，请照纸上二维码下方的一行输入。",
    counter_code_length=counter.CODE_LENGTH,
)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Type the code by hand; it leads to the same page as the QR code."""
    typed = request.POST.get("code", "")[:100]
    if request.method == "POST":
        code = normalise_number(typed).upper().translate(CONFUSED)
        if len(code) == counter.CODE_LENGTH and not set(code) - set(ALPHABET):
            return see_other(reverse("print-check", args=[code]))
        shown = {"typed": typed, "wrong": NOT_A_CODE}
        return render(request, "students/print_check.html", shown, status=422)
    return render(request, "students/print_check.html")


@login_not_required
@never_cache
@require_safe
def check(request: HttpRequest, code: str) -> HttpResponse:
    """What the paper with this code is worth."""
    if too_often(request, "print check"):
        return render(request, "students/print_check.html", {"wrong": TOO_MANY}, status=429)
    found, row = counter.verdict(code, desk.of(request).today)
    tone, word, sentence = VERDICTS[found]
    shown = {"tone": tone, "word": word, "sentence": sentence}
    if row is not None:
        shown |= {"last_four": row.last_four, "day": spoken(local_date(row.printed_at))}
    return render(request, "students/print_check.html", shown)
