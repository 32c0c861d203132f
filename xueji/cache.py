"""A cache that may be away: reads then miss, writes are dropped, and the page is served from the database."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)


def _forgiving(name: str, answer: Callable[..., Any]) -> Callable[..., Any]:
    original = getattr(RedisCache, name)

    @wraps(original)
    def method(self: RedisCache, *args: Any, **kwargs: Any) -> Any:
        try:
            return original(self, *args, **kwargs)
        except (RedisError, OSError) as error:
            log.warning("cache away: %s", type(error).__name__)
            return answer(*args, **kwargs)

    return method


class ForgivingCache(RedisCache):
    """Django's Redis cache whose failures are misses. Nothing that must hold may be kept in it."""

    add = _forgiving("add", lambda *args, **kwargs: False)
    get = _forgiving("get", lambda key, default=None, version=None: default)
    set = _forgiving("set", lambda *args, **kwargs: None)
    touch = _forgiving("touch", lambda *args, **kwargs: False)
    delete = _forgiving("delete", lambda *args, **kwargs: False)
    get_many = _forgiving("get_many", lambda *args, **kwargs: {})
    has_key = _forgiving("has_key", lambda *args, **kwargs: False)
    set_many = _forgiving("set_many", lambda data, *args, **kwargs: list(data))
    delete_many = _forgiving("delete_many", lambda *args, **kwargs: None)
    clear = _forgiving("clear", lambda: False)
