"""`python -m bench.entitle_memory FOLDER`: the megabytes that all rules over the saved facts take above those facts."""

import sys
from pathlib import Path

from bench.entitle_people import cases_of, rules, run_all, saved
from bench.memory import taken_mb


def main(folder: Path) -> None:
    facts, _ = saved(folder), rules()
    cases = cases_of(facts, next(iter(facts.values())).values.shape[-1])
    print(taken_mb(lambda: run_all(cases)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
