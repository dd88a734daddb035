"""The faults of a bad half minute."""

import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.e2e.fleet import Fleet

KILLS, KILL_EVERY_S = 43, 0.7
"""Thirty seconds of them."""
AWAY_S = 2.0
"""A broker and a Redis that were stopped stay so; to come back takes them longer."""

Act = Callable[[], None]
Span = tuple[datetime, datetime]


@dataclass
class Storm:
    """Workers are killed all along; beside it each server goes away twice, with one lane for each kind of fault."""

    fleet: Fleet
    chance: random.Random
    broker_away: list[Span] = field(default_factory=list)
    database_away: list[Span] = field(default_factory=list)
    over_at: datetime = field(default=datetime.min.replace(tzinfo=UTC))
    _broken: list[Exception] = field(default_factory=list)

    def rage(self) -> None:
        """Returns with the last fault over: every server is back."""
        began = time.monotonic()
        lanes: Sequence[tuple[Act, Sequence[float]]] = (
            (lambda: self.fleet.kill_a_worker(self.chance), [n * KILL_EVERY_S for n in range(KILLS)]),
            (self._stop_broker, (3.0, 16.0)),
            (self._stop_redis, (6.0, 20.0)),
            (self._restart_postgres, (9.0, 23.0)),
        )
        threads = [threading.Thread(target=self._run, args=(act, began, times)) for act, times in lanes]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not self._broken, self._broken
        self.over_at = datetime.now(UTC)

    def _run(self, act: Act, began: float, times_s: Sequence[float]) -> None:
        """One after the other: a server that comes back late goes away again late."""
        try:
            for at_s in times_s:
                time.sleep(max(0.0, began + at_s - time.monotonic()))
                act()
        except Exception as error:
            self._broken.append(error)

    def _stop_broker(self) -> None:
        rabbit = self.fleet.servers.rabbit
        rabbit.stop()
        away = datetime.now(UTC)
        time.sleep(AWAY_S)
        back = datetime.now(UTC)
        rabbit.start()
        self.broker_away.append((away, back))

    def _restart_postgres(self) -> None:
        began = datetime.now(UTC)
        self.fleet.servers.restart_postgres_at_once()
        self.database_away.append((began, datetime.now(UTC)))

    def _stop_redis(self) -> None:
        redis = self.fleet.servers.redis
        redis.kill()
        time.sleep(AWAY_S)
        redis.start()
