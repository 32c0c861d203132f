"""The pager under a list says where one is, and leads only where there is something."""

from django.core.paginator import Paginator

from web.paging import pages_of, stretch
from web.redirects import see_other


def page(number, things=40, each=25):
    return Paginator(range(things), each).page(number)


def test_a_list_of_one_page_has_no_pager():
    assert pages_of(page(1, 25)) == {"text": "", "previous_url": "", "next_url": ""}


def test_a_pager_leads_back_and_on_and_keeps_the_rest_of_the_address():
    assert pages_of(page(1), "&q=a") == {
        "text": "第 1 页，共 2 页。",
        "previous_url": "",
        "next_url": "?page=2&q=a",
    }
    assert pages_of(page(2, 60), "&q=a") == {
        "text": "第 2 页，共 3 页。",
        "previous_url": "?page=1&q=a",
        "next_url": "?page=3&q=a",
    }
    assert pages_of(page(2)) == {"text": "第 2 页，共 2 页。", "previous_url": "?page=1", "next_url": ""}


def test_a_stretch_names_the_first_and_the_last_line_and_of_none_nothing():
    assert stretch(page(1), "名") == "第 1–25 名，共 40 名"
    assert stretch(page(2), "件") == "第 26–40 件，共 40 件"
    assert stretch(page(1, 1), "件") == "第 1–1 件，共 1 件"
    assert stretch(page(1, 0), "名") == ""


def test_after_a_post_one_is_sent_to_look_and_a_reload_posts_nothing():
    answer = see_other("/x/?a=1")
    assert (answer.status_code, answer["Location"]) == (303, "/x/?a=1")
