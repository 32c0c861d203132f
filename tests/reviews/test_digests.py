"""Outside the program a person is told once a day, of what is unread, and never of anybody by number (R3.7)."""

import email
import json
import threading
from datetime import timedelta
from email import policy
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.test import Client

from ledger import outbox
from ledger.models import OutboxMessage
from reviews.engine import door
from reviews.notices import digests
from reviews.notices.models import Notice
from tests.clock import frozen, shanghai
from tests.reviews.test_notices import Mailbox

# After the day on which the tests run: messages wait from the database's own time on.
MORNING, EVENING = shanghai(2027, 3, 10, 9), shanghai(2027, 3, 10, 17, 1)
pytestmark = [pytest.mark.django_db, pytest.mark.rule("R3.7"), pytest.mark.world_at(MORNING)]


@pytest.fixture
def mailbox(settings):
    with Mailbox() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.NOTICE_EMAIL = True
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        yield server
        server.shutdown()


class Gateway(HTTPServer):
    """A small SMS gateway on the loopback."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Taker)
        self.taken, self.status = [], 200


class _Taker(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.status == 200:
            self.server.taken.append((json.loads(body), self.headers.get("Authorization")))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *args):
        """Nothing."""


@pytest.fixture
def gateway(settings):
    server = Gateway()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.SMS_URL, settings.SMS_TOKEN = f"http://127.0.0.1:{server.server_port}/send", "t0ken"
    settings.TRIAL = True
    yield server
    server.shutdown()
    server.server_close()


def wants(account, **more):
    for name, value in {"email": f"{account.username}@school.example", **more}.items():
        setattr(account, name, value)
    account.save()
    return account


def told(world, times=2):
    for _ in range(times):
        world.submitted(world.first, world.pupil(world.third))
    outbox.relay(MORNING + timedelta(minutes=1))


def sent(instant):
    outbox.relay(instant)
    return instant


def test_all_notices_of_a_day_come_in_one_mail_at_its_hour(world, mailbox):
    head = wants(world.head(world.first), email_notices=True)
    told(world)
    outbox.relay(shanghai(2027, 3, 10, 16, 59))
    assert mailbox.taken == []
    sent(EVENING)
    sent(EVENING + timedelta(hours=1))
    (raw,) = mailbox.taken
    message = email.message_from_bytes(raw, policy=policy.default)
    assert message["To"] == head.email
    assert message["Subject"].strip() == "学籍管理：2027年3月10日，2 条未读通知"
    assert message["Message-ID"].startswith(f"<digest-{head.pk}-2027-03-10@")
    texts = list(Notice.objects.filter(account=head).values_list("text", flat=True))
    body = "".join(message.get_content().split())
    assert all("".join(text.split()) in body for text in texts)


def test_what_was_read_in_the_program_is_not_mailed(world, mailbox):
    wants(world.head(world.first), email_notices=True)
    told(world)
    Notice.objects.update(read_at=MORNING)
    sent(EVENING)
    assert mailbox.taken == []


def test_what_was_mailed_is_not_mailed_again_the_next_day(world, mailbox):
    wants(world.head(world.first), email_notices=True)
    told(world, 1)
    sent(EVENING)
    with frozen(shanghai(2027, 3, 11, 9)):
        told(world, 1)
    sent(shanghai(2027, 3, 11, 17, 1))
    second = email.message_from_bytes(mailbox.taken[1], policy=policy.default)
    assert second["Subject"].endswith("1 条未读通知")


def bodies(mailbox) -> list[str]:
    messages = [email.message_from_bytes(raw, policy=policy.default) for raw in mailbox.taken]
    return ["".join(message.get_content().split()) for message in messages]


def test_what_was_dealt_with_unread_is_not_repeated(world, mailbox):
    """The head has signed one of two cases without opening its notice."""
    head = wants(world.head(world.first), email_notices=True)
    signed, left = (world.submitted(world.first, world.pupil(world.third)) for _ in range(2))
    outbox.relay(MORNING + timedelta(minutes=1))
    with frozen(MORNING + timedelta(minutes=5)):
        world.decide(signed)
    assert Notice.objects.filter(account=head, case=signed, read_at=None).exists()
    sent(EVENING)
    (body,) = bodies(mailbox)
    assert left.number in body
    assert signed.number not in body


def test_what_has_ended_meanwhile_is_told_by_its_end_alone(world, mailbox, gateway):
    clerk = wants(world.registrar(world.third), email_notices=True, sms_notices=True)
    clerk.person.phone = "13900001234"
    clerk.person.save()
    case = world.submitted(world.first, world.pupil(world.third))
    with frozen(MORNING + timedelta(minutes=5)):
        case = world.decide(case)
        outbox.relay(MORNING + timedelta(minutes=5))
    with frozen(MORNING + timedelta(minutes=10)):
        door.perform(case, "withdraw", world.registrar(world.first), opinion="家长不再转学。")
    with frozen(MORNING + timedelta(minutes=15)):
        outbox.relay(MORNING + timedelta(minutes=15))
    sent(EVENING)
    (body,) = bodies(mailbox)
    assert f"{case.number}）已由" in body
    assert "已到你单位" not in body
    assert gateway.taken[0][0]["text"].startswith("【学籍管理】你有 1 条未读通知")


def test_a_mail_server_that_refuses_delays_the_mail_and_nothing_else(world, mailbox):
    wants(world.head(world.first), email_notices=True)
    mailbox.refusing = True
    told(world, 1)
    sent(EVENING)
    waiting = OutboxMessage.objects.get(topic="digest_mail")
    assert (waiting.delivered_at, waiting.last_error) == (None, "SMTPDataError")
    mailbox.refusing = False
    sent(waiting.available_at)
    assert len(mailbox.taken) == 1


def test_an_sms_says_how_many_wait_and_nothing_of_anybody(world, gateway):
    head = wants(world.head(world.first), sms_notices=True)
    head.person.phone = "13900001234"
    head.person.save()
    told(world)
    sent(EVENING)
    ((said, token),) = gateway.taken
    assert said["to"] == "13900001234"
    assert said["text"] == "【学籍管理】你有 2 条未读通知，请登录系统查看和办理。"
    assert token == "Bearer t0ken"
    sent(EVENING + timedelta(hours=1))
    assert len(gateway.taken) == 1


def test_a_gateway_that_is_away_is_tried_again_with_the_same_key(world, gateway):
    head = wants(world.head(world.first), sms_notices=True)
    head.person.phone = "13900001234"
    head.person.save()
    gateway.status = 503
    told(world, 1)
    sent(EVENING)
    waiting = OutboxMessage.objects.get(topic="digest_sms")
    assert waiting.delivered_at is None
    gateway.status = 200
    sent(waiting.available_at)
    assert gateway.taken[0][0]["key"] == waiting.dedup


def test_nothing_is_written_where_neither_way_is_switched_on(world):
    wants(world.head(world.first), email_notices=True, sms_notices=True)
    told(world)
    assert not OutboxMessage.objects.filter(topic__startswith="digest").exists()


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ({"email": "", "email_notices": "on"}, "要收邮件，请填写邮箱"),
        ({"email": "x"}, "请填写完整的邮箱地址"),
        ({"phone": "0479-3220001", "sms_notices": "on"}, "要收短信，请填写 11 位手机号"),
    ],
)
def test_how_one_is_told_is_chosen_and_what_lacks_is_told(world, said, word):
    client = Client()
    client.force_login(world.head(world.first))
    answer = client.post("/accounts/notices/", said)
    assert answer.status_code == 422
    assert word in answer.content.decode()


def test_the_choice_is_kept(world):
    head, client = world.head(world.first), Client()
    client.force_login(head)
    said = {"email": "a@b.cn", "email_notices": "on", "phone": "13900001234", "sms_notices": "on"}
    assert client.post("/accounts/notices/", said).status_code == 303
    head.refresh_from_db()
    assert (head.email, head.email_notices, head.sms_notices) == ("a@b.cn", True, True)
    assert digests.next_hour(MORNING).hour == 17
