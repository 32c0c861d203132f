"""The public page that tells parents how their case stands (R8.5). What is typed travels in no address."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from reviews.desk import context as desk
from reviews.vocabulary.public_numbers import typed_number
from reviews.vocabulary.visitors import tried
from students.pupil.identity import normalise_number
from students.statistics import progress
from web.words import zh

NO_MATCH = zh("没有查到。请核对业务编号（可向转入学校询问）和学籍号末六位；还没有发起的业务查不到。")
TOO_MANY = zh("查得太频繁，请稍后再试，或直接打电话询问受理学校。")
INCOMPLETE = zh("请填写业务编号（如 ZX-2026-7K3M9QXP）和学籍号末六位。")


@login_not_required
@never_cache
@sensitive_post_parameters("last")
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """The form; POST tells how the case stands."""
    if request.method != "POST":
        return render(request, "students/progress.html", {"number": ""})
    number = typed_number(request.POST.get("number", "")[:60])
    last = request.POST.get("last", "")[:60]
    if not number or len(normalise_number(last)) != progress.LAST:
        return _again(request, number, INCOMPLETE, 422)
    # Counted before it is answered, wrong ones only, by address and case: nobody uses up the questions of the parents.
    tries = [tried(request, scope, number) for scope in ("progress guesses", "progress case")]
    if not tries[-1].exceeds:
        tries.append(tried(request, "progress address"))
    known = desk.of(request)
    found = progress.of(number, last, known.book, known.today)
    if found is not None and not tries[0].exceeds:
        for each in tries:
            each.give_back()
        return render(request, "students/progress.html", {"found": found, "number": number})
    if any(each.exceeds for each in tries):
        return _again(request, number, TOO_MANY, 429)
    return _again(request, number, NO_MATCH, 404)


def _again(request: HttpRequest, number: str, wrong: str, status: int) -> HttpResponse:
    return render(request, "students/progress.html", {"number": number, "wrong": wrong}, status=status)
