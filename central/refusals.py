"""What the server says no to, named by what the caller should do; each has a stable code and an HTTP status.

Uploads are not among them: an upload is a fact and is never refused (`intake.py`).
"""

from __future__ import annotations

from typing import ClassVar


class Refusal(Exception):
    """The server understood and says no."""

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 400


class BadRequest(Refusal):
    """The request cannot be read; send another."""

    code = "bad_request"


class TooLarge(Refusal):
    """The request is larger than the server takes; send less at once."""

    code = "too_large"
    status = 413


class Unauthorised(Refusal):
    """No token, or one that the server does not know; enrol."""

    code = "unauthorised"
    status = 401


class Revoked(Refusal):
    """The kiosk was revoked or set up anew elsewhere; stop working by old data and tell someone."""

    code = "revoked"
    status = 403


class EnrolmentRefused(Refusal):
    """The code is wrong, used, too old, or was tried too often; ask for another. Which of them is not said."""

    code = "enrolment_refused"
    status = 403


class UpdateNeeded(Refusal):
    """The caller speaks a newer version than this server; update the server first."""

    code = "update_needed"


class TokenRefused(Refusal):
    """The wish for a new token is not signed by the kiosk's key, too old, or was granted before; look at the clock."""

    code = "token_refused"
    status = 403


class TooMany(Refusal):
    """Too many tries in a minute; wait."""

    code = "too_many"
    status = 429


class Unknown(Refusal):
    """There is no such thing at this site."""

    code = "not_found"
    status = 404


class Taken(Refusal):
    """Something else has this name, letter or state already."""

    code = "taken"
    status = 409


class QuotaFull(Refusal):
    """The slot's quota is used up; offer another hour."""

    code = "quota_full"
    status = 409


class CannotWrite(Refusal):
    """Nothing can be stored just now; what was sent is still the sender's, who sends it again."""

    code = "cannot_write"
    status = 503

    def __init__(self, trouble: str) -> None:
        """`trouble`: the database's own name for it."""
        super().__init__(f"nothing can be stored just now ({trouble}); send it again later")
        self.trouble = trouble
