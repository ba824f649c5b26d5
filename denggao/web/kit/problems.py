"""How the interface for programs refuses: always the same shape, in words.

``{"status": 422, "code": "invalid", "message": "…", "fields": [{"field": …, "message": …}]}``
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, JsonResponse

#: Under this address programs ask, not people.
ROOT = "/api/"
CODES = {
    400: ("bad_request", "请求读不懂：不是合法的 JSON，或含有不能存的字符"),
    401: ("not_signed_in", "没有登录：请带上访问令牌（Authorization: Bearer …）或先登录"),
    403: ("forbidden", "这个操作不允许"),
    404: ("not_found", "没有这一项，或者它不在您的辖区"),
    405: ("method_not_allowed", "这个地址没有这种请求方法"),
    409: ("conflict", "别人刚刚改过，没有保存；请重新读取，再改一次"),
    413: ("too_large", "内容太大"),
    422: ("invalid", "填写的内容不对"),
    429: ("too_many", "失败次数太多，请稍后再试"),
    500: ("broken", "程序出了差错，数据没有改动；请把时间和刚才的操作告诉维护人员"),
}


def is_api(request: HttpRequest) -> bool:
    """Does a program ask?"""
    return request.path_info.startswith(ROOT)


def problem(status: int, message: str = "", fields: Iterable[tuple[str, str]] = ()) -> JsonResponse:
    """The refusal; without a message the status's own. ``fields``: what is wrong with which."""
    code, usual = CODES.get(status, ("refused", "没有办成"))
    said: dict[str, Any] = {
        "status": status,
        "code": code,
        "message": message or usual,
        "fields": [{"field": field, "message": words} for field, words in fields],
    }
    answer = JsonResponse(said, status=status, json_dumps_params={"ensure_ascii": False})
    if status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer
