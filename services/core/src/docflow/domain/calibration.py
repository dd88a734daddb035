"""Which fit of a client's labels speaks for a field: the narrowest that has one, else the prior weights.

All scopes lie within one client. What reviewers of one client decided never moves another's confidences.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from docflow.domain.confidence import Fitted, field_confidence
from docflow.domain.reading import ReadField

LEAST_LABELS = 50
"""Below so many the prior weights stay."""
ISOTONIC_LABELS = 1_000

CLIENT = "client"


def field_scope(process_type_id: str, config_version: int, path: str) -> str:
    return f"field:{process_type_id}:{config_version}:{path}"


def kind_scope(process_type_id: str, kind: str) -> str:
    return f"kind:{process_type_id}:{kind}"


@dataclass(frozen=True, slots=True)
class Calibration:
    """The fits in force for one configuration of one client, by scope."""

    process_type_id: str
    config_version: int
    fits: Mapping[str, Fitted] = field(default_factory=dict)

    def fit_for(self, path: str, kind: str) -> Fitted | None:
        scopes = (
            field_scope(self.process_type_id, self.config_version, path),
            kind_scope(self.process_type_id, kind),
            CLIENT,
        )
        return next((self.fits[scope] for scope in scopes if scope in self.fits), None)

    def applied(self, fields: Mapping[str, ReadField]) -> dict[str, ReadField]:
        """The fields with the confidence of the fit, and its name beside the evidence."""
        return {path: self._applied(path, read) for path, read in fields.items()}

    def _applied(self, path: str, read: ReadField) -> ReadField:
        if read.weighed is None:
            return read
        fit = self.fit_for(path, read.weighed.kind)
        if fit is None:
            return read
        return replace(
            read,
            confidence=field_confidence(read.weighed.evidence, fit),
            weighed=replace(read.weighed, calibration=fit.calibration_id),
        )
