"""Structured logs: JSON lines in the home folder's file, readable or JSON lines on the terminal.

An event is a constant name with fields. Secrets, document text and extracted values have no place in it; what slips
in under an obvious name is blanked here, and an error is shown by its kind, code and place, not by its text.
"""

import logging
import logging.handlers
import re
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import structlog

from docflow.adapters.postgres.home import keep_owner
from docflow.domain.errors import DocflowError
from docflow.runtime.settings import LogSettings

BLANK = "[redacted]"

_KEPT_FILES = 5
_SECRET_NAME = re.compile(
    r"(^|_)(password|passwd|pwd|secret|token|api_key|authorization|cookie|credentials?|private_key|dsn)s?$",
    re.IGNORECASE,
)
_CONTENT_NAMES = frozenset(
    {"body", "content", "data", "fields", "ocr_text", "quote", "text", "value", "values"}
)
_URL_LOGIN = re.compile(r"(?<=://)[^/@\s]+(?=@)")
_QUIET = (
    "sqlalchemy", "alembic", "httpx", "httpcore", "asyncio", "uvicorn", "PIL", "multipart",
    # At their most talkative these write whole requests, documents and all.
    "anthropic", "openai", "httpx2", "httpcore2",
)  # fmt: skip

Event = MutableMapping[str, Any]


@contextmanager
def open_logging(settings: LogSettings, home: Path | None, *, terminal: bool = True) -> Iterator[None]:
    """Log until the block ends. `home` None = no file. Existing handlers come back afterwards."""
    handlers = [_terminal(settings)] if terminal else []
    if home is not None:
        handlers.append(_file(settings, home))
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    root.handlers[:] = handlers
    logging.captureWarnings(True)
    root.setLevel(settings.level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    try:
        yield
    finally:
        logging.captureWarnings(False)
        for handler in handlers:
            handler.close()
        root.handlers[:] = before
        root.setLevel(level)
        structlog.reset_defaults()


def _shared() -> list[structlog.typing.Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        place_of_error,
        blank_secrets,
    ]


def _terminal(settings: LogSettings) -> logging.Handler:
    handler = logging.StreamHandler(sys.stderr)
    if settings.json_lines:
        handler.setFormatter(_formatter(structlog.processors.JSONRenderer(default=str)))
    else:
        handler.setFormatter(
            _formatter(structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=28))
        )
    return handler


def _file(settings: LogSettings, home: Path) -> logging.Handler:
    path = home / "logs" / "docflow.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    keep_owner(path.parent)
    handler = _PrivateFile(path, maxBytes=settings.file_bytes, backupCount=_KEPT_FILES, encoding="utf-8")
    handler.setFormatter(_formatter(structlog.processors.JSONRenderer(default=str)))
    return handler


class _PrivateFile(logging.handlers.RotatingFileHandler):
    """Each new file is for the owner of the folder alone."""

    def _open(self) -> TextIOWrapper:
        path = Path(self.baseFilename)
        path.touch(mode=0o600)
        keep_owner(path)
        return super()._open()

    def shouldRollover(self, _record: logging.LogRecord) -> bool:  # noqa: N802
        """Once it is full, by the line that filled it: the library writes each line twice to know beforehand."""
        stream = self.stream
        return stream is not None and stream.seek(0, 2) >= self.maxBytes > 0


def _formatter(renderer: structlog.typing.Processor) -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_shared(),
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )


def blank_secrets(_logger: object, _method: str, event: Event) -> Event:
    """Blank what bears the name of a secret or of a document's content, and logins inside URLs."""
    for name, given in event.items():
        # Counters such as input_tokens are numbers and say nothing.
        if isinstance(given, int | float) or given is None:
            continue
        if _SECRET_NAME.search(name) or name in _CONTENT_NAMES:
            event[name] = BLANK
        elif isinstance(given, str):
            event[name] = _URL_LOGIN.sub(BLANK, given)
    return event


def place_of_error(_logger: object, _method: str, event: Event) -> Event:
    """Turn `exc_info` into kind, code and frames: the text of a library's error may quote a document."""
    given = event.pop("exc_info", None)
    if not given:
        return event
    error = (
        given
        if isinstance(given, BaseException)
        else (given if isinstance(given, tuple) else sys.exc_info())[1]
    )
    if error is not None:
        event["error"] = " < ".join(_named(each) for each in _causes(error))
        event["frames"] = [
            f"{frame.filename}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(_first_of_group(error).__traceback__)
        ]
    return event


def _named(error: BaseException) -> str:
    if isinstance(error, DocflowError):
        return f"{type(error).__name__} {error.code}: {error}"
    if isinstance(error, OSError) and error.strerror:
        return f"{type(error).__name__} {error.strerror}"
    if isinstance(error, BaseExceptionGroup):
        return f"{type(error).__name__}({', '.join(_named(each) for each in error.exceptions)})"
    state = getattr(getattr(error, "orig", error), "sqlstate", None)
    return f"{type(error).__name__} {state}" if state else type(error).__name__


def _first_of_group(error: BaseException) -> BaseException:
    """Where a task group failed is where its first task did."""
    return _first_of_group(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    each: BaseException | None = error
    while each is not None and id(each) not in seen:
        seen.add(id(each))
        yield each
        each = each.__cause__ or (None if each.__suppress_context__ else each.__context__)
