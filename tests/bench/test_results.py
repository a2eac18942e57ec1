"""What was measured is kept run by run, and the document says what the results say."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import document, plots
from bench.loads import IDLE, LOADS
from bench.report import Figures
from bench.results import Record, Results, Seen, medians
from bench.runs import FAILURES, Session, Timing, collapsed_at, is_too_much, measure_loads
from bench.targets import ECHO, TARGETS

SVG = "{http://www.w3.org/2000/svg}"
TIMING = Timing(dwell=0, warmup=0, window=1, drain=0, runs=3)
HOCUSPOCUS, POSTGRESQL = (
    next(target for target in TARGETS if target.key == key) for key in ("hocuspocus", "postgresql")
)
ROOM_OF = {load.key: load for load in LOADS}


def edits(*, p50: float | None = 1.0, p99: float | None = 2.0, delivered: float = 1.0) -> Seen:
    seen = Figures(
        p50=p50, p95=p50, p99=p99, delivered=delivered, edits=100.0, server=0.1, stores=None, driver=0.1, late=0.0,
        others=0.0, rejected=0.0, closed=0.0,
    )  # fmt: skip
    return asdict(seen)


# --- the results ---------------------------------------------------------------------------------


def test_a_session_that_was_cut_goes_on_where_it_was(tmp_path: Path) -> None:
    path = tmp_path / "bench.jsonl"
    first = Results.afresh(path)
    first.note({"machine": "this one"})
    first.add(Record("loads", "100", "hocuspocus", 0, edits(), versions=["yjs 13"]))
    with path.open("a", encoding="utf-8") as file:
        file.write('{"part": "loads", "case": "10')  # cut in the middle of a line
    resumed = Results.at(path)
    assert resumed.facts == {"machine": "this one"}
    assert resumed.versions() == {"yjs 13"}

    measured: list[int] = []
    session = Session(resumed, TIMING, seed=1, say=lambda line: None)
    for number in range(2):
        session.run(("loads", "100", "hocuspocus", number), lambda: (measured.append(1) or edits(), []))  # type: ignore[func-returns-value]
    assert measured == [1]


@pytest.mark.parametrize("failure", FAILURES)
def test_a_run_that_fails_is_a_result_and_stops_no_other(tmp_path: Path, failure: type[Exception]) -> None:
    results = Results.afresh(tmp_path / "bench.jsonl")

    def fail() -> tuple[Seen, list[str]]:
        raise failure("it did not start")

    Session(results, TIMING, seed=1, say=lambda line: None).run(("idle", "5000", "echo", 0), fail)
    assert results.median("idle", "5000", "echo") == "failed"


def test_a_median_is_taken_of_each_figure_and_nothing_arrived_is_no_delay() -> None:
    runs = [edits(p50=3.0), edits(p50=1.0), edits(p50=None)]
    assert medians(runs)["p50"] == 2.0
    assert medians(runs[2:])["p50"] is None


def test_what_has_collapsed_is_given_no_heavier_load(tmp_path: Path) -> None:
    results = Results.afresh(tmp_path / "bench.jsonl")
    results.add(Record("loads", "300", "hocuspocus", 0, edits(delivered=0.9)))
    assert collapsed_at(results, LOADS, ROOM_OF["500"], HOCUSPOCUS) is ROOM_OF["300"]
    assert collapsed_at(results, LOADS, ROOM_OF["300"], HOCUSPOCUS) is None
    assert collapsed_at(results, LOADS, ROOM_OF["100"], HOCUSPOCUS) is None
    results.add(Record("loads", "1000x5", "postgresql", 0, edits(delivered=0.9)))
    assert collapsed_at(results, LOADS, ROOM_OF["500"], POSTGRESQL) is None, "more to do, for fewer people"
    said: list[str] = []
    measure_loads(Session(results, TIMING, seed=1, say=said.append), [ROOM_OF["300"], ROOM_OF["500"]], [HOCUSPOCUS])
    assert "not tried" in said[-1]


def test_too_much_is_a_p99_above_the_bound_or_a_delivery_that_is_missing() -> None:
    assert not is_too_much(edits(p99=100.0, delivered=0.9991))
    assert is_too_much(edits(p99=100.1))
    assert is_too_much(edits(delivered=0.9989))
    assert is_too_much(edits(p50=None, p99=None, delivered=0.0))
    assert is_too_much("failed")


# --- the document --------------------------------------------------------------------------------


def test_the_document_says_what_the_results_say(tmp_path: Path) -> None:
    results = Results.afresh(tmp_path / "bench.jsonl")
    results.note({"machine": "one machine", "command": "python -m bench", "began": "2026-01-01"})
    for number, p50 in enumerate((1.0, 9.0, 3.0)):
        results.add(Record("loads", "100", "hocuspocus", number, edits(p50=p50), versions=["yjs 13"]))
    for case, p99 in (("10", 5.0), ("20", 50.0), ("50", 500.0)):
        results.add(Record("sweep", case, "hocuspocus", 0, edits(p99=p99)))
    sitting: Seen = {"sockets": 100, "accepted_in": 2.0, "cpu_idle": 0.0, "closed": 0}
    results.add(Record("idle", IDLE.key, ECHO.key, 0, {**sitting, "bytes_per_socket": 10 * 1024}))
    results.add(Record("idle", IDLE.key, "hocuspocus", 0, {**sitting, "bytes_per_socket": 34 * 1024}))
    path = tmp_path / "benchmarks.md"
    document.write(results, path)
    text = path.read_text(encoding="utf-8")
    assert "| 100 (5) | 3.0 / 2.0 |" in text
    assert "| Hocuspocus, nothing stored | 20 | 1.0 | 50.0 | 100 | 50 |" in text
    assert "| Hocuspocus, nothing stored | 34.0 | 24.0 | 2.0 | 50 |" in text
    assert "one machine" in text
    assert "yjs 13" in text
    for picture in ("loads", "sweep"):
        assert f"](benchmarks/{picture}.svg)" in text
        assert (tmp_path / "benchmarks" / f"{picture}.svg").is_file()
    assert "Coming into" not in text  # was not measured


def test_a_document_of_nothing_is_only_its_frame(tmp_path: Path) -> None:
    results = Results.afresh(tmp_path / "bench.jsonl")
    results.note({"machine": "one machine", "command": "python -m bench", "began": "2026-01-01"})
    document.write(results, tmp_path / "benchmarks.md")
    assert "| ---" not in (tmp_path / "benchmarks.md").read_text(encoding="utf-8")


@given(st.lists(st.tuples(st.floats(1, 5000), st.floats(0, 1e6)), min_size=1, max_size=20))
def test_a_picture_is_well_formed_and_nothing_leaves_its_frame(points: list[plots.Point]) -> None:
    x, y = plots.Axis("people", (1, 10, 1000)), plots.Axis("ms", (1, 10, 100))
    drawn = [plots.Line("a < b & c", "#4a8fd6", points), plots.Line("", "#4a8fd6", points, dashed=True)]
    picture = ElementTree.fromstring(plots.lines("Delay", drawn, x=x, y=y, limit=100))
    for dot in picture.iter(f"{SVG}circle"):
        assert plots.LEFT <= float(dot.attrib["cx"]) <= plots.WIDTH - plots.RIGHT
        assert plots.TOP <= float(dot.attrib["cy"]) <= plots.HEIGHT - plots.BOTTOM
    assert [text.text for text in picture.iter(f"{SVG}text")][-1] == "a < b & c"
