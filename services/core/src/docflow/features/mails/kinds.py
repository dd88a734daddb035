from enum import StrEnum


class MailKind(StrEnum):
    """What a letter is about, and which values it is written from."""

    INVITATION = "invitation"
    """`email, token, client_name, language`"""
    VERIFICATION = "verification"
    """`email, user_id`; its token is made when it leaves."""
    PASSWORD_RESET = "password_reset"  # noqa: S105 - a kind of letter
    """`email`; whether anybody has this address is looked up when it leaves, and the token is made then."""
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a kind of letter
    """`email`"""
