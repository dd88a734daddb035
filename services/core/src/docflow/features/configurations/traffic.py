"""The versions that new processes of one type go to."""

from dataclasses import dataclass
from uuid import UUID

from docflow.domain.configuration import Configuration
from docflow.domain.traffic import goes_to_canary


@dataclass(frozen=True, slots=True)
class Traffic:
    """`canary` takes `percent` of 100 new processes; without one all go to what is in force."""

    in_force: Configuration
    canary: Configuration | None = None
    percent: int = 0

    def for_process(self, process_id: UUID) -> Configuration:
        """The same for one id, as long as the share does not fall. The process is then pinned to it for good."""
        if self.canary is not None and goes_to_canary(process_id, self.percent):
            return self.canary
        return self.in_force
