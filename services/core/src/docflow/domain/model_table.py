"""Models and what they cost, by the vendors' price lists of 20 November 2026. An operator's own prices go before the table; a model in neither has no price."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from math import ceil

from docflow.domain.ports.llm import Estimate, Usage

_DATED = re.compile(r"-(20\d{6}|20\d{2}-\d{2}-\d{2}|\d{4}(-preview)?|latest|preview)$")


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens. A prompt of more than `long_from` tokens costs `long_factor` times as much."""

    input: Decimal
    output: Decimal
    cache_read: Decimal
    cache_write: Decimal
    long_from: int | None = None
    long_factor: int = 1

    def micros(self, usage: Usage) -> int:
        """Rounded up to whole micro-dollars: what was used is never free."""
        dollars = (
            usage.tokens_input * self.input
            + usage.tokens_output * self.output
            + usage.tokens_cache_read * self.cache_read
            + usage.tokens_cache_write * self.cache_write
        )
        if self.long_from is not None and usage.tokens_prompt > self.long_from:
            dollars *= self.long_factor
        return ceil(dollars)


def price_of(
    input_usd: str,
    output_usd: str,
    cache_read_usd: str | None = None,
    *,
    long_from: int | None = None,
    long_factor: int = 1,
) -> Price:
    """Writing to a cache for five minutes costs a quarter more than reading it in full; unknown reads cost in full."""
    full = Decimal(input_usd)
    read = full if cache_read_usd is None else Decimal(cache_read_usd)
    return Price(full, Decimal(output_usd), read, full * Decimal("1.25"), long_from, long_factor)


@dataclass(frozen=True, slots=True)
class ModelName:
    """`provider/model`, as configurations and settings write it."""

    provider: str
    model: str

    @classmethod
    def of(cls, text: str) -> "ModelName":
        """Raises ValueError for what has not the form."""
        provider, slash, model = text.partition("/")
        if not (provider and slash and model) or text.strip() != text:
            raise ValueError("a model is written provider/model")
        return cls(provider, model)

    def __str__(self) -> str:
        return f"{self.provider}/{self.model}"


PRICES: Mapping[str, Price] = {
    "anthropic/claude-haiku-5-5": price_of("0.10", "0.50", "0.01", long_from=100_000, long_factor=5),
    "anthropic/claude-sonnet-5-5": price_of("2", "10", "0.10"),
    "anthropic/claude-opus-5-5": price_of("4", "20", "0.20"),
    "anthropic/claude-fable-5-2": price_of("8", "40", "0.20"),
    "openai/gpt-6.1-terra": price_of("1", "5"),
    "openai/gpt-6.1-sol": price_of("2", "10"),
}

_SMALL, _MIDDLE, _LARGE = (
    ModelName("anthropic", "claude-haiku-5-5"),
    ModelName("anthropic", "claude-sonnet-5-5"),
    ModelName("anthropic", "claude-opus-5-5"),
)
_TERRA, _SOL = ModelName("openai", "gpt-6.1-terra"), ModelName("openai", "gpt-6.1-sol")

#: Names that older prompts hold, and who answers to them now. Dates, `-latest` and `-preview` at their end do not count.
RETIRED: Mapping[str, ModelName] = {
    "claude-instant": _SMALL,
    "claude-instant-1": _SMALL,
    "claude-2": _MIDDLE,
    "claude-3-haiku": _SMALL,
    "claude-3-5-haiku": _SMALL,
    "claude-haiku-4-5": _SMALL,
    "claude-3-sonnet": _MIDDLE,
    "claude-3-5-sonnet": _MIDDLE,
    "claude-3-7-sonnet": _MIDDLE,
    "claude-sonnet-4": _MIDDLE,
    "claude-sonnet-4-0": _MIDDLE,
    "claude-sonnet-4-5": _MIDDLE,
    "claude-3-opus": _LARGE,
    "claude-opus-4": _LARGE,
    "claude-opus-4-0": _LARGE,
    "claude-opus-4-1": _LARGE,
    "gpt-3.5-turbo": _TERRA,
    "gpt-3.5-turbo-16k": _TERRA,
    "gpt-4o-mini": _TERRA,
    "gpt-4.1-mini": _TERRA,
    "gpt-4": _SOL,
    "gpt-4-32k": _SOL,
    "gpt-4-turbo": _SOL,
    "gpt-4-vision": _SOL,
    "gpt-4o": _SOL,
    "gpt-4.1": _SOL,
}


@lru_cache(maxsize=1024)
def _plain(model: str) -> str:
    """Without its date, and with the hyphens that Claude's names have where others write points."""
    plain = _DATED.sub("", model)
    return plain.replace(".", "-") if plain.startswith("claude") else plain


@dataclass(frozen=True, slots=True)
class ModelTable:
    """`own` holds an operator's prices by `provider/model`, `named` whom other names lead to."""

    own: Mapping[str, Price] = field(default_factory=dict)
    named: Mapping[str, ModelName] = field(default_factory=dict)

    def resolve(self, name: str) -> ModelName | None:
        """A prompt's model by whatever name it has; None = no name that is known, such as `default`."""
        if (led := self.named.get(name)) is not None:
            return led
        if "/" in name:
            try:
                return self.current(ModelName.of(name))
            except ValueError:
                return None
        for known in (*self.own, *PRICES):
            if name == known.partition("/")[2]:
                return ModelName.of(known)
        return self.named.get(_plain(name)) or RETIRED.get(_plain(name))

    def current(self, name: ModelName) -> ModelName:
        """Who answers now where a vendor has retired a model, or an operator leads its name elsewhere; else the same."""
        if (led := self.named.get(str(name))) is not None:
            return led
        now = RETIRED.get(_plain(name.model))
        return now if now is not None and now.provider == name.provider else name

    def price(self, name: ModelName) -> Price | None:
        """A dated name costs what its model does."""
        return self._priced(str(name)) or self._priced(f"{name.provider}/{_plain(name.model)}")

    def _priced(self, name: str) -> Price | None:
        return self.own.get(name) or PRICES.get(name)

    def cost_micros(self, name: ModelName, usage: Usage) -> int | None:
        price = self.price(name)
        return None if price is None else price.micros(usage)

    def most_micros(self, name: ModelName, estimate: Estimate) -> int | None:
        """The worst case: everything is written to the cache, which is the dearest way to be read."""
        return self.cost_micros(
            name, Usage(0, estimate.tokens_output, None, tokens_cache_write=estimate.tokens_input)
        )
