"""The figures of the benchmark are what they say."""

from __future__ import annotations

from dataclasses import asdict

from hypothesis import given
from hypothesis import strategies as st

from bench import report
from bench.loads import LOADS
from bench.report import Figures
from bench.results import Seen


@given(st.lists(st.integers(0, 500), min_size=1))
def test_a_percentile_is_a_delay_that_occurred_and_covers_its_share(buckets: list[int]) -> None:
    delays = {bucket: buckets.count(bucket) for bucket in buckets}
    for share in (0.5, 0.95, 0.99):
        found = report.percentile(delays, share, 1.0)
        assert found in delays
        assert sum(bucket <= found for bucket in buckets) >= share * len(buckets)
        assert sum(bucket < found for bucket in buckets) < share * len(buckets)


def test_a_share_that_is_not_all_never_reads_as_all() -> None:
    assert "| all |" in report.row(LOADS[0], "what", figures(delivered=1.0))
    assert "| 99.99% |" in report.row(LOADS[0], "what", figures(delivered=0.999_999))
    assert "| 100.01% |" in report.row(LOADS[0], "what", figures(delivered=1.000_1))


def figures(*, delivered: float = 1.0) -> Seen:
    seen = Figures(
        p50=1.0,
        p95=1.0,
        p99=1.0,
        delivered=delivered,
        edits=1.0,
        server=0.1,
        stores=None,
        driver=0.1,
        late=0.0,
        others=0.0,
        rejected=0.0,
        closed=0.0,
    )
    return asdict(seen)
