"""Asking for the usage of an OpenAI stream, which comes only when it is asked for.

Not every service that speaks OpenAI's language knows the field; one may refuse the request for it,
which is then made as the caller made it.
"""

import copy
from typing import Any, cast

from truecompute._fields import is_mapping, is_object

#: Answers to a request that has a field the service does not know.
_DOES_NOT_KNOW = frozenset({400, 422})
#: By which such an answer names the field.
_NAMES = ("stream_options", "include_usage")


class Service:
    """What a client's service makes of the field: ``takes_it`` is None until it has answered."""

    def __init__(self) -> None:
        self.takes_it: bool | None = None


class Wish:
    """The field in one request, while ``is_made``."""

    def __init__(self, service: Service) -> None:
        self.is_made = True
        self._service = service

    def in_options(self, options: Any, stated: Any) -> Any:
        """A request's options with the field, where its body has ``stated`` of it so far."""
        wish = {**(stated if is_object(stated) else {}), "include_usage": True}
        made = _copied(options)
        extra = getattr(options, "extra_json", None)
        if is_mapping(extra) and "stream_options" in extra:
            made.extra_json = {**extra, "stream_options": wish}
        else:
            made.json_data = {**options.json_data, "stream_options": wish}
        return made

    def is_refused_by(self, error: BaseException) -> bool:
        """Whether the service may have refused the field; it is made no more then."""
        if not self.is_made or getattr(error, "status_code", None) not in _DOES_NOT_KNOW:
            return False
        told = str(getattr(error, "body", None))
        # Who has taken the wish before refuses it by its name, if at all.
        if self._service.takes_it and not any(name in told for name in _NAMES):
            return False
        self.is_made = False
        self._service.takes_it = False
        return True

    def ends_by(self, error: BaseException) -> None:
        """Where both ways were refused, it was not for the wish."""
        if not self.is_made and getattr(error, "status_code", None) in _DOES_NOT_KNOW:
            self._service.takes_it = None

    def is_answered(self) -> None:
        """The service has taken the request."""
        if self.is_made:
            self._service.takes_it = True


def is_wished(body: Any) -> bool:
    """Whether the caller asks by itself."""
    stated = body.get("stream_options")
    return is_object(stated) and stated.get("include_usage") is True


def _copied(options: Any) -> Any:
    """A copy with fields of its own, which ``copy`` does not give to a model of pydantic 1."""
    made = copy.copy(options)
    if vars(made) is vars(options):
        fields = cast("dict[str, Any]", vars(options))
        object.__setattr__(made, "__dict__", dict(fields))
    return made
