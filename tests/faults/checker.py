"""The rules, checked after each fault: what is stored, what was acknowledged, what was shown, and every replica.

Pure: it is given the states that the `inspector` read, the history, and the replicas, and names what does not agree.
Carries I1 (acknowledged or shown, so committed), I2, I3 (every op at most once) and I4.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from collab.document.replica import Replica
from tests.faults.history import History, Key, Op, Submit

State = Mapping[str, Any]
Fence = tuple[str, str, str]
Watcher = tuple[str, str, Replica | None]  # a form, who looks at it, and what they see

MISSED = "is not in the log"


def find_problems(states: Mapping[str, State], history: History, watchers: Iterable[Watcher]) -> list[str]:
    """Everything that breaks a rule, in words."""
    problems = list(history.problems)
    logged: dict[Key, list[Op]] = defaultdict(list)
    for form, state in states.items():
        problems += _unsound(form, state)
        for _, by, seq, op, _ in state["log"]:
            logged[form, state["clients"].get(str(by), f"n {by}"), seq].append(op)
    problems += _not_as_shown(states, history)
    problems += _not_as_answered(logged, history.submits)
    problems += [
        f"{name} sees another form {form} than is stored"
        for form, name, replica in watchers
        if replica is None or replica.snapshot() != states[form]["snapshot"]
    ]
    return problems


def _unsound(form: str, state: State) -> list[str]:
    problems = [f"form {form} is not sound: {state['unsound']}"] if state["unsound"] else []
    versions = [entry[0] for entry in state["log"]]
    if versions != list(range(1, state["version"] + 1)):
        problems.append(f"the versions of form {form} are not dense")
    return problems


def _not_as_shown(states: Mapping[str, State], history: History) -> list[str]:
    """I1: what anybody was shown is in the log, as it was shown."""
    problems = []
    for (form, version), shown in history.shown.items():
        log: Sequence[Any] = states[form]["log"]
        stored = log[version - 1][1:] if version <= len(log) else MISSED
        if stored != shown.entry:
            problems.append(f"version {version} of {form} was shown as {shown.entry}: the log has {stored}")
    return problems


def _not_as_answered(logged: Mapping[Key, list[Op]], submits: Mapping[Key, Submit]) -> list[str]:
    """I1 and I3: of every submit the log holds what was acknowledged, once, and nothing else."""
    problems = [f"{key} is in the log, and nobody submitted it" for key in logged.keys() - submits.keys()]
    for key, submit in submits.items():
        stored = logged.get(key, [])
        if submit.outcome is not None:
            if len(stored) != len(submit.accepted) or not all(map(_is_of, stored, submit.accepted)):
                problems.append(f"of {key} is acknowledged {submit.accepted}, and stored {stored}")
        elif len(stored) > len(submit.ops) or (submit.failed and stored):
            problems.append(f"of {key} is stored {stored}, and was submitted {submit.ops}")
    return problems


def _is_of(stored: Op, submitted: Op) -> bool:
    """Whether an applied op is this submitted one: edits may have moved, rows have found another place."""
    return all(stored.get(name) == value for name, value in submitted.items() if name not in {"delta", "after"}) and (
        _inserted(stored) == _inserted(submitted)
    )


def _inserted(op: Op) -> str:
    return "".join(part for part in op.get("delta", []) if isinstance(part, str))
