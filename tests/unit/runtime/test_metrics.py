from docflow.runtime.metrics import Metrics, cached


async def test_what_was_counted_is_shown() -> None:
    metrics = Metrics()
    metrics.claimed.labels("INGEST").inc(3)
    assert b'docflow_runs_claimed_total{stage="INGEST"} 3.0' in await metrics.render()


async def test_a_pool_is_read_when_somebody_looks() -> None:
    metrics, busy = Metrics(), [1]
    metrics.watch_pool("app", lambda: {"busy": busy[0]})
    busy[0] = 4
    assert b'docflow_pool_connections{pool="app",state="busy"} 4.0' in await metrics.render()


async def test_a_transport_that_is_gone_shows_as_zero() -> None:
    metrics = Metrics()
    metrics.watch_transport(lambda: False)
    assert b"docflow_transport_up 0.0" in await metrics.render()


async def test_two_scrapes_in_a_row_read_once() -> None:
    reads, now = [0], [100.0]

    async def read() -> None:
        reads[0] += 1

    reading = cached(read, for_s=5.0, monotonic=lambda: now[0])
    await reading()
    now[0] += 4.9
    await reading()
    assert reads == [1]
    now[0] += 0.2
    await reading()
    assert reads == [2]
