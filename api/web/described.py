"""What several operations declare in OpenAPI: the problems they answer with, and their other formats."""

from __future__ import annotations

from typing import Any

from api.web.errors import MEDIA_TYPE
from api.web.schemas import Problem

_DESCRIPTIONS = {
    400: "请求用法有误 (a request that does not fit)",
    401: "没有写入密钥，或没有登录 (no writing key, or not signed in)",
    403: "不允许 (refused)",
    404: "没有找到 (not found)",
    409: "与现状不符，或同一请求还在处理 (conflicts with what is stored, or the same request is still at work)",
    413: "内容过大 (too large)",
    415: "类型或编码不支持 (unsupported type or encoding)",
    422: "请求不符合接口说明 (does not fit the schema)",
    429: "请求太频繁 (too many requests; Retry-After)",
    503: "数据库或磁盘暂不可用 (database or disk out of order; Retry-After)",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The declared problem responses of an operation, each as `application/problem+json`."""
    schema = {"$ref": f"#/components/schemas/{Problem.__name__}"}
    return {
        status: {"description": _DESCRIPTIONS[status], "content": {MEDIA_TYPE: {"schema": schema}}}
        for status in statuses
    }


def listed(model: type, *statuses: int) -> dict[int | str, dict[str, Any]]:
    """A list as JSON or CSV, and its problems."""
    return {200: {"model": model, "content": {"text/csv": {"schema": {"type": "string"}}}}, **problems(*statuses)}


def file(media_type: str, *statuses: int) -> dict[int | str, dict[str, Any]]:
    """A download, and its problems."""
    content = {media_type: {"schema": {"type": "string", "format": "binary"}}}
    return {200: {"description": "文件 (the file)", "content": content}, **problems(*statuses)}
