"""In what the servers of one protocol differ, as of 2026-11-20."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Profile:
    """`base_url` None = it has none of its own and must be set."""

    name: str
    base_url: str | None
    limit_field: str = "max_tokens"
    strict: bool = False
    """The schema is sent as strict, which OpenAI compiles."""
    references: bool = True
    """`$ref` is followed; else the schema is written out."""
    effort: bool = False
    max_output_tokens: int = 32_000
    max_edge: int = 2_048


OPENAI = Profile(
    "openai",
    "https://api.openai.com/v1",
    limit_field="max_completion_tokens",
    strict=True,
    effort=True,
    max_output_tokens=128_000,
)
GEMINI = Profile(
    "gemini",
    "https://generativelanguage.googleapis.com/v1beta/openai",
    references=False,
    effort=True,
)
VLLM = Profile("vllm", None, references=False, max_output_tokens=8_192)
OLLAMA = Profile(
    "ollama",
    "http://127.0.0.1:11434/v1",
    references=False,
    max_output_tokens=8_192,
)
PROFILES = {profile.name: profile for profile in (OPENAI, GEMINI, VLLM, OLLAMA)}
