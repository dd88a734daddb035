from decimal import Decimal

import pytest
from docflow.domain.llm_policy import AtLimit, LlmPolicy, policy_of, policy_problems
from docflow.domain.model_table import PRICES, RETIRED, ModelName, ModelTable, Price, price_of
from docflow.domain.ports.llm import Estimate, Usage
from hypothesis import given
from hypothesis import strategies as st

SONNET = ModelName("anthropic", "claude-sonnet-5-5")
TOKENS = st.integers(0, 2_000_000)


@pytest.mark.parametrize(
    ("name", "now"),
    [
        ("claude-3-5-sonnet", SONNET),
        ("claude-3-5-sonnet-latest", SONNET),
        ("gpt-4", ModelName("openai", "gpt-6.1-sol")),
        ("gpt-4o-2024-08-06", ModelName("openai", "gpt-6.1-sol")),
        ("claude-sonnet-5-5", SONNET),
        ("house/llama-9", ModelName("house", "llama-9")),
        ("anthropic/claude-3-5-sonnet-20241022", SONNET),
        ("claude-3.5-sonnet", SONNET),
        ("claude-sonnet-4-5-20250929", SONNET),
        ("gpt-4-0613", ModelName("openai", "gpt-6.1-sol")),
        ("gpt-4-1106-preview", ModelName("openai", "gpt-6.1-sol")),
        ("house/claude-3-5-sonnet", ModelName("house", "claude-3-5-sonnet")),
        ("claude-never", None),
        ("openai/", None),
        ("/", None),
        ("default", None),
    ],
)
def test_a_name_leads_to_who_answers_to_it_now(name: str, now: ModelName | None) -> None:
    assert ModelTable().resolve(name) == now


def test_every_retired_name_leads_to_a_model_with_a_price() -> None:
    assert {str(name) for name in RETIRED.values()} <= PRICES.keys()


def test_an_operators_price_goes_first_and_may_be_nothing() -> None:
    own = ModelTable({"house/llama-9": price_of("0", "0"), str(SONNET): price_of("9", "9")})
    assert own.cost_micros(ModelName("house", "llama-9"), Usage(5, 5)) == 0
    assert own.cost_micros(SONNET, Usage(1, 1)) == 18
    assert own.cost_micros(ModelName("house", "other"), Usage(5, 5)) is None


def test_a_dated_name_costs_what_its_model_does() -> None:
    dated = ModelName("anthropic", "claude-sonnet-5-5-20260901")
    assert ModelTable().cost_micros(dated, Usage(1, 1)) == 12


def test_an_operator_leads_names_elsewhere() -> None:
    house = ModelName("vllm", "qwen3-vl-8b")
    table = ModelTable(named={"claude-3-5-sonnet": house, "openai/gpt-4": house})
    assert [table.resolve(name) for name in ("claude-3-5-sonnet", "claude-3-5-sonnet-latest")] == [
        house,
        house,
    ]
    assert table.current(ModelName("openai", "gpt-4")) == house
    assert table.current(SONNET) == SONNET


def test_a_fraction_of_a_micro_dollar_is_a_whole_one() -> None:
    assert ModelTable().cost_micros(ModelName("anthropic", "claude-haiku-5-5"), Usage(1, 0)) == 1


@given(TOKENS, TOKENS, TOKENS, TOKENS, st.sampled_from(sorted(PRICES)))
def test_no_call_costs_more_than_the_worst_that_was_reserved(
    full: int, read: int, written: int, output: int, name: str
) -> None:
    table, model = ModelTable(), ModelName.of(name)
    used = table.cost_micros(model, Usage(full, output, None, read, written))
    most = table.most_micros(model, Estimate(full + read + written, output))
    assert used is not None
    assert most is not None
    assert 0 <= used <= most


def test_prices_know_their_caches() -> None:
    price = price_of("2", "10", "0.10")
    assert price == Price(Decimal(2), Decimal(10), Decimal("0.10"), Decimal("2.50"))


def test_a_configuration_says_what_is_asked_and_the_operator_the_rest() -> None:
    default = LlmPolicy((SONNET,), at_limit=AtLimit.OFFLINE)
    assert policy_of({}, default) == default
    own = policy_of({"order": ["openai/x", "offline"], "at_limit": "cheaper"}, default)
    assert own == LlmPolicy((ModelName("openai", "x"),), True, AtLimit.CHEAPER)
    assert policy_of({"order": ["openai/x"]}, default).offline_last is False


@pytest.mark.parametrize(
    ("written", "pointer"),
    [
        ({"order": "anthropic/x"}, "/llm_policy/order"),
        ({"order": ["x"]}, "/llm_policy/order/0"),
        ({"order": ["offline", "anthropic/x"]}, "/llm_policy/order/0"),
        ({"order": [1]}, "/llm_policy/order/0"),
        ({"order": ["a/b"] * 11}, "/llm_policy/order"),
        ({"at_limit": "spend"}, "/llm_policy/at_limit"),
    ],
)
def test_a_policy_that_cannot_be_followed_is_told(written: dict, pointer: str) -> None:
    assert [problem.pointer for problem in policy_problems(written)] == [pointer]


def test_a_policy_that_can_be_followed_has_no_problems() -> None:
    assert list(policy_problems({"order": ["anthropic/x", "offline"], "at_limit": "hold", "more": 1})) == []
