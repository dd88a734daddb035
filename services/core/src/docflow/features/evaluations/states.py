from enum import StrEnum


class EvaluationStatus(StrEnum):
    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"


class Side(StrEnum):
    CANDIDATE = "candidate"
    BASELINE = "baseline"


class Verdict(StrEnum):
    PASSED = "passed"
    WORSE = "worse"


class GateMode(StrEnum):
    OFF = "off"
    WARN = "warn"
    """Published all the same; the answer carries the comparison."""
    REFUSE = "refuse"
    """Not published without a comparison that passed."""
