"""Every setting, nested by area; read once at start from DOCFLOW_<AREA>__<NAME>.

Where the variable's name ends in _FILE its value is a file that holds the setting: DOCFLOW_DB__URL_FILE.
Durations are seconds, sizes bytes; the defaults run on a fresh machine.
"""

import json
import re
from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from docflow.domain.access import FactorRule
from docflow.domain.llm_policy import AtLimit, policy_problems
from docflow.domain.model_table import ModelName, ModelTable, price_of
from docflow.runtime.settings_files import SettingsFiles

URL_FORM = "postgresql+psycopg://user:password@host:5432/database"

T = TypeVar("T")

_AMOUNT = re.compile(r"\d{1,9}(\.\d{1,9})?")


def _listed(value: object) -> object:
    """`a,b` and the JSON form `["a", "b"]` are the same list."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        return json.loads(value)
    return [word.strip() for word in value.split(",") if word.strip()]


Listed = Annotated[list[T], NoDecode, BeforeValidator(_listed)]


class Env(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


class DatabaseSettings(BaseModel):
    """`url` unset = an embedded PostgreSQL under DOCFLOW_HOME."""

    url: SecretStr | None = None
    migration_url: SecretStr | None = None
    audit_url: SecretStr | None = None
    listen_url: SecretStr | None = None
    """A direct address for LISTEN where `url` goes through a transaction pooler."""
    transaction_pooler: bool = False
    """`url` leads to a pooler that gives out its connections by transaction, such as PgBouncer."""
    embedded_bin: Path | None = None
    """The folder of the PostgreSQL programs to use instead of those that came along (`url` unset)."""
    pool_size: int = 20
    max_overflow: int = 10
    pool_recycle_s: int = 1800
    pool_timeout_s: float = 10.0
    connect_timeout_s: float = 5.0
    statement_timeout_s: float = 30.0
    idle_in_transaction_s: float = 60.0
    """A transaction in which nothing happens for so long is ended by the server, with its connection."""

    @field_validator("url", "migration_url", "audit_url", "listen_url")
    @classmethod
    def _only_psycopg(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith("postgresql+psycopg://"):
            raise ValueError(f"the database URL must have the form {URL_FORM}")
        return value


class BrokerSettings(BaseModel):
    """`url` unset = the database carries hints and events."""

    url: SecretStr | None = None

    @field_validator("url")
    @classmethod
    def _only_amqp(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(("amqp://", "amqps://")):
            raise ValueError("the broker URL must have the form amqp://user:password@host:5672/vhost")
        return value


class RedisSettings(BaseModel):
    """`url` unset = cache, rate limits and live events stay inside each process."""

    url: SecretStr | None = None

    @field_validator("url")
    @classmethod
    def _only_redis(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(
            ("redis://", "rediss://", "unix://")
        ):
            raise ValueError("the Redis URL must have the form redis://user:password@host:6379/0")
        return value


class BlobSettings(BaseModel):
    """`url` unset = `file://$DOCFLOW_HOME/blobs`; else file://, s3://bucket/prefix or gs://bucket/prefix.

    Buckets: what is unset comes from AWS_*, GOOGLE_* or the machine's role.
    """

    url: str | None = None
    kms_key_id: str | None = None
    """Encrypt each object with this key of AWS KMS."""
    region: str | None = None
    endpoint: str | None = None
    """The address of a service that speaks S3, where it is not Amazon's."""
    access_key_id: SecretStr | None = None
    secret_access_key: SecretStr | None = None


class ApiSettings(BaseModel):
    host: str = "127.0.0.1"
    port: int = 8000
    cors_origins: Listed[str] = []
    public_url: str | None = None
    portal: Path = Path(__file__).parents[4] / "frontend" / "dist"
    """The folder of the portal's built files; where there are none the API stands alone."""
    trusted_proxies: Listed[str] = []
    """CIDRs whose X-Forwarded-For and X-Forwarded-Proto are believed; the address is what throttles count by."""

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: list[str]) -> list[str]:
        for each in value:
            ip_network(each, strict=False)
        return value


class AdminSettings(BaseModel):
    """Health and metrics of a worker that runs alone."""

    host: str = "127.0.0.1"
    port: int | None = None


class AuthSettings(BaseModel):
    """`secret` unset = made once and kept under DOCFLOW_HOME; production refuses to start without it."""

    secret: SecretStr | None = None
    previous_secrets: Listed[SecretStr] = []
    """Earlier values of `secret`: their tokens are taken until they expire."""
    issuer: str = "docflow"
    audience: str = "docflow-api"
    access_ttl_s: int = 900
    refresh_ttl_s: int = 30 * 86_400
    """After its last use a session ends."""
    session_s: int = 90 * 86_400
    """After its sign-in a session ends, however much it is used."""
    hash_concurrency: int = 2
    password_min_chars: int | None = Field(default=None, ge=8, le=128)
    """Of a new password. Unset = 12 in production, 8 elsewhere."""
    second_factor: FactorRule = FactorRule.OFF
    """Of whom a second factor is required: off, admins or everyone. Holds for platform administrators, and for clients
    whose admin chose nothing."""
    sealing_keys: Listed[SecretStr] = []
    """What seals secrets at rest: the first seals, all open. Empty = `secret` and the previous ones."""

    def sealing_secrets(self) -> list[str]:
        keys = self.sealing_keys or ([self.secret, *self.previous_secrets] if self.secret else [])
        return [each.get_secret_value() for each in keys]


class EgressSettings(BaseModel):
    """`allow`: host, host:port or CIDR[:port] entries that may be reached although they are inner addresses."""

    allow: Listed[str] = []
    connect_timeout_s: float = 5.0


class MailSettings(BaseModel):
    """`url` unset = letters are files under `$DOCFLOW_HOME/mail`; `docflow mail` shows them.

    Else smtps://, smtp:// (with STARTTLS) or smtp+plain://user:password@host:port.
    """

    url: SecretStr | None = None
    sender: str = "DocFlow AI <no-reply@docflow.local>"
    timeout_s: float = Field(default=20.0, gt=0, le=100)
    """For the whole of one letter. A worker holds it for 120 s; what takes longer would be sent by another one, too."""

    @field_validator("url")
    @classmethod
    def _only_smtp(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(
            ("smtps://", "smtp://", "smtp+plain://")
        ):
            raise ValueError("the mail URL must have the form smtps://user:password@host:465")
        return value


class OutputSettings(BaseModel):
    """What worker-output sends at once, and where secrets lie that no client stored.

    A secret is `{"$secret": "NAME"}` in an action's target: the client's stored one, else the variable
    DOCFLOW_SECRET_<SLUG>_<NAME> (a hyphen of the slug is two underscores), else the file `<slug>/<NAME>` in the folder.
    """

    in_flight: int = Field(default=64, ge=1, le=1000)
    """Of each kind of sending."""
    per_target: int = Field(default=8, ge=1, le=1000)
    """Of these to one host, or of one kind of action, of one client."""
    secrets_folder: Path | None = None


class LimitSettings(BaseModel):
    body_bytes: int = 110 * 1024 * 1024
    file_bytes: int = 50 * 1024 * 1024
    files_per_process: int = 50
    pages_per_document: int = 500
    page_pixels: int = 12_000_000
    image_pixels: int = 50_000_000
    document_ocr_s: float = 3600.0
    """What recognising the text of one document may take, all pages together, without waiting in line."""
    metadata_bytes: int = 16_384
    batch_items: int = 200
    """Processes in one batch."""
    unpacked_bytes: int = 512 * 1024 * 1024
    """Of all files in the ZIP of one batch."""
    requests_per_minute: int | None = 600
    logins_per_minute: int | None = 10
    """Failed sign-ins to one account from one address before waits begin, which then grow; unset = none."""
    streams_per_client: int = 100
    """Live streams and sockets of one client, at each gateway."""


class WorkerSettings(BaseModel):
    """The engine. The figures stand in the engine's design: a beat each 2 s, given up for dead after 6 s."""

    jobs_in_flight: int = 16
    poll_s: float = 1.2
    """Give or take a third. With the expiry it bounds how long the runs of a dead worker wait: 6 s and 1.6 s."""
    heartbeat_s: float = 2.0
    expiry_s: float = 6.0
    max_failures: int = 5
    max_losses: int = 5
    backoff_base_s: float = 1.0
    backoff_cap_s: float = 300.0
    stop_s: float = 5.0
    """How long a stopping service waits for the work in hand before it releases it."""
    parse_processes: int = 1
    ocr_processes: int = Field(default=2, description="each holds an OCR engine, about 1 GB while it works")
    child_memory_bytes: int = 2 * 1024**3
    child_idle_s: float = 30.0


class SecondEngine(StrEnum):
    OFF = "off"
    TESSERACT = "tesseract"


class OcrSettings(BaseModel):
    """`tesseract` is looked for on the PATH. Where it is missing, documents are read without it."""

    second_engine: SecondEngine = SecondEngine.OFF
    """It looks again at scanned pages on which required fields are doubtful, and reads all where onnxruntime is missing."""


class VendorSettings(BaseModel):
    """Unused while neither is set. `base_url` unset = the vendor's own address."""

    api_key: SecretStr | None = None
    base_url: str | None = None


class LlmSettings(BaseModel):
    """A vendor is asked where its key, or for one's own servers its address, is set. With none all is read offline."""

    order: Listed[str] = [
        "anthropic/claude-haiku-5-5", "anthropic/claude-sonnet-5-5", "openai/gpt-6.1-terra", "offline",
    ]  # fmt: skip
    """provider/model, as a configuration's `llm_policy` has them, too; `offline` at the end = then without a model."""
    at_limit: AtLimit = AtLimit.HOLD
    """Where a budget has no room: cheaper, offline or hold, unless the configuration says otherwise."""
    deadline_s: float = 120.0
    """For one question, with all its tries."""
    answer_keys: Listed[SecretStr] = []
    """What seals kept answers: the first seals, all open. The same for all who ask. Empty = as for other secrets."""
    requests_per_minute: int | None = None
    """To one model, from each process; unset = as the vendor allows."""
    prices: dict[str, dict[str, str]] = {}
    """US dollars for a million tokens: {"provider/model": {"input", "output", "cache_read"}}, before those that come
    along; `cache_read` unset = as `input`."""
    models: dict[str, str] = {}
    """Whom the names in prompts and orders lead to: {"claude-3-5-sonnet": "vllm/qwen3-vl-8b"}, before the table that comes
    along."""
    anthropic: VendorSettings = VendorSettings()
    openai: VendorSettings = VendorSettings()
    gemini: VendorSettings = VendorSettings()
    vllm: VendorSettings = VendorSettings()
    ollama: VendorSettings = VendorSettings()

    @field_validator("order")
    @classmethod
    def _models(cls, value: list[str]) -> list[str]:
        if problems := [problem.message for problem in policy_problems({"order": value})]:
            raise ValueError(f"each {problems[0]}")
        return value

    @field_validator("prices")
    @classmethod
    def _prices(cls, value: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
        if not all(
            {"input", "output"} <= price.keys() <= {"input", "output", "cache_read"}
            and all(_AMOUNT.fullmatch(amount) for amount in price.values())
            for price in value.values()
        ):
            raise ValueError("each price has input, output and perhaps cache_read, as decimals in strings")
        return value

    @field_validator("models")
    @classmethod
    def _names(cls, value: dict[str, str]) -> dict[str, str]:
        for name in value.values():
            ModelName.of(name)
        return value

    def table(self) -> ModelTable:
        own = {
            name: price_of(price["input"], price["output"], price.get("cache_read"))
            for name, price in self.prices.items()
        }
        return ModelTable(own, {name: ModelName.of(led) for name, led in self.models.items()})


class TraceSettings(BaseModel):
    """`endpoint` is an OTLP collector over HTTP, such as http://collector:4318; unset = nothing is sent."""

    endpoint: str | None = None
    service: str = "docflow"
    """The name under which the collector shows this process."""
    share: float = 1.0
    """Of the traces that begin here, 0..1; a caller's decision is followed."""
    timeout_s: float = 5.0


class LogSettings(BaseModel):
    level: str = "INFO"
    json_lines: bool = False
    """False = readable lines for a terminal."""
    file_bytes: int = 10 * 1024 * 1024
    """At this size $DOCFLOW_HOME/logs/docflow.log is put aside; five are kept."""


class Settings(BaseSettings):
    """What an operator may set. Per-client behaviour is a configuration row, not a setting."""

    model_config = SettingsConfigDict(
        env_prefix="DOCFLOW_",
        env_nested_delimiter="__",
        env_file=".env",
        extra="ignore",
    )

    home: Path = Path(".docflow")
    env: Env = Env.DEVELOPMENT
    db: DatabaseSettings = DatabaseSettings()
    broker: BrokerSettings = BrokerSettings()
    redis: RedisSettings = RedisSettings()
    blobs: BlobSettings = BlobSettings()
    api: ApiSettings = ApiSettings()
    admin: AdminSettings = AdminSettings()
    auth: AuthSettings = AuthSettings()
    egress: EgressSettings = EgressSettings()
    mail: MailSettings = MailSettings()
    limits: LimitSettings = LimitSettings()
    worker: WorkerSettings = WorkerSettings()
    ocr: OcrSettings = OcrSettings()
    output: OutputSettings = OutputSettings()
    llm: LlmSettings = LlmSettings()
    traces: TraceSettings = TraceSettings()
    log: LogSettings = LogSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        files = SettingsFiles(settings_cls)
        return init_settings, env_settings, files, dotenv_settings, file_secret_settings

    @property
    def is_production(self) -> bool:
        return self.env is Env.PRODUCTION

    @property
    def password_min_chars(self) -> int:
        return self.auth.password_min_chars or (12 if self.is_production else 8)

    @property
    def portal_url(self) -> str:
        """The address that links in letters begin with, without a slash at the end."""
        return (self.api.public_url or f"http://{self.api.host}:{self.api.port}").rstrip("/")

    def missing_in_production(self, service: str | None = None) -> list[str]:
        """What production must be given, because the default is made for one machine. Empty elsewhere.

        `service` None = all of them. One that runs alone is asked for no more than it uses.
        """
        if not self.is_production:
            return []
        given: dict[str, bool] = {}
        if service in _SIGNING:
            given["DOCFLOW_AUTH__SECRET"] = self.auth.secret is not None
        if service == "service-audit":
            given["DOCFLOW_DB__AUDIT_URL"] = (self.db.audit_url or self.db.url) is not None
        else:
            given["DOCFLOW_DB__URL"] = self.db.url is not None
        return [name for name, is_set in given.items() if not is_set]


_SIGNING = (None, "backend-api", "worker-output")
"""Who signs tokens or opens sealed secrets."""
