"""Where to go after a POST."""

from django.http import HttpResponse, HttpResponseRedirect


def see_other(url: str) -> HttpResponse:
    """After a POST: go and look there (303), so that a reload posts nothing again."""
    answer = HttpResponseRedirect(url)
    answer.status_code = 303
    return answer
