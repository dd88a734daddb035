"""Errors of the AMQP library that its own types do not name."""

import pytest
from aiormq.exceptions import ChannelInvalidStateError
from docflow.adapters.transport.rabbitmq.trouble import BROKEN, losses_ignored, named_losses


def test_a_bare_exception_is_a_lost_channel() -> None:
    with pytest.raises(BROKEN) as lost, named_losses():
        raise Exception
    assert isinstance(lost.value, ChannelInvalidStateError)


def test_a_programming_error_stays_what_it_is() -> None:
    with pytest.raises(TypeError), losses_ignored():
        raise TypeError("two arguments, not three")


def test_a_last_word_to_a_lost_channel_is_nothing() -> None:
    with losses_ignored():
        raise Exception
    with losses_ignored():
        raise ConnectionResetError
