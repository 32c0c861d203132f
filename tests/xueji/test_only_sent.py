"""An address that only takes what is sent says so in words, when it is opened or reloaded."""

import pytest

SENTENCE = (
    "这个地址只用来提交内容，不能直接打开或刷新，什么都没有改动。请返回上一页，或从待办和上方菜单重新进入。"
)


@pytest.mark.django_db
def test_who_reloads_the_answer_to_a_form_is_told_in_words(client):
    answer = client.get("/language/")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert SENTENCE in answer.content.decode()
