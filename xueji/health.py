"""Is the program able to work: asked by the process manager, by the proxy and by monitoring."""

import logging

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

log = logging.getLogger(__name__)


@login_not_required
@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """200 while pages work. Without the database 503; without the broker 200, since decisions still go through."""
    database, broker = database_answers(), broker_answers()
    if not database:
        sentence = "数据库暂时连接不上，请稍后再试。"
    elif not broker:
        sentence = "消息服务暂时连接不上，办理不受影响，通知会晚些送达。"
    else:
        sentence = "运行正常。"
    body = {"database": database, "broker": broker, "sentence": sentence}
    return JsonResponse(body, status=200 if database else 503, json_dumps_params={"ensure_ascii": False})


def database_answers() -> bool:
    """Whether the database answers a query now."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return True
    except DatabaseError as error:
        log.error("database away: %s", type(error).__name__)
        return False


def broker_answers() -> bool:
    """Whether the broker answers within half a second."""
    try:
        with redis.Redis.from_url(
            settings.REDIS_URL, socket_timeout=0.5, socket_connect_timeout=0.5
        ) as client:
            return bool(client.ping())
    except (redis.RedisError, OSError) as error:
        log.warning("broker away: %s", type(error).__name__)
        return False
