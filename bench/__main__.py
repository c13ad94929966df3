"""`python -m bench [NAME …] [--people N] [--afresh]`: all benches, or those named."""

import argparse
import importlib

from bench.registry import open_registry

OF_THE_REGISTRY = ("load", "search", "pages", "trail")
BENCHES = (*OF_THE_REGISTRY, "entitle")


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("names", nargs="*", choices=[*BENCHES, []], default=[])
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--afresh", action="store_true", help="make the registry anew")
    args = parser.parse_args()
    names = args.names or BENCHES
    if not set(names).isdisjoint(OF_THE_REGISTRY):
        open_registry(args.people, afresh=args.afresh)
    for name in names:
        importlib.import_module(f"bench.{name}").run(args.people)


if __name__ == "__main__":
    main()
