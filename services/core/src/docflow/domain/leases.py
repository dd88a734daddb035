"""Who works on a review, and until when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from docflow.domain.errors import Conflict

LEASE = timedelta(minutes=15)


class LeaseHeld(Conflict):
    """Somebody else works on it. `holder` is a person's or a key's id; `holder_name` joins where it is known."""

    def __init__(self, holder: UUID, until: datetime, holder_name: str | None = None) -> None:
        who = holder_name or "somebody else"
        super().__init__(f"{who} is working on this review until {until:%Y-%m-%d %H:%M} UTC")
        self.holder = holder
        self.until = until
        self.holder_name = holder_name

    @property
    def members(self) -> dict[str, str | None]:
        """What joins the answer's problem document."""
        return {
            "claimed_by": str(self.holder),
            "claimed_by_name": self.holder_name,
            "claimed_until": self.until.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class Lease:
    """`holder` None = free. One whose time is up is as good as none."""

    holder: UUID | None = None
    until: datetime | None = None

    def holder_at(self, now: datetime) -> UUID | None:
        return self.holder if self.until is not None and self.until > now else None


def claimed(lease: Lease, by: UUID, now: datetime, *, take_over: bool = False) -> Lease:
    """The lease afterwards. Claiming again renews it. Raises LeaseHeld."""
    if not take_over:
        refuse_other(lease, by, now)
    return Lease(by, now + LEASE)


def released(lease: Lease, by: UUID, now: datetime, *, anybodys: bool = False) -> Lease:
    """Free; nothing changes where it is free already. Raises LeaseHeld."""
    if not anybodys:
        refuse_other(lease, by, now)
    return Lease()


def refuse_other(lease: Lease, by: UUID | None, now: datetime) -> None:
    holder = lease.holder_at(now)
    if holder is not None and holder != by and lease.until is not None:
        raise LeaseHeld(holder, lease.until)
