"""`python -m bench [NAME …] [--people N] [--afresh]`: all benches, or those named."""

import argparse
import importlib

from bench.registry import open_registry

OF_THE_REGISTRY = ("load", "search", "pages", "trail")
BENCHES = (*OF_THE_REGISTRY, "entitle", "nightly", "figures")
PEOPLE = {"nightly": 1_500_000, "figures": 1_500_000}


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("names", nargs="*", choices=[*BENCHES, []], default=[])
    parser.add_argument("--people", type=int)
    parser.add_argument("--afresh", action="store_true", help="make the registry anew")
    args = parser.parse_args()
    names = args.names or BENCHES
    if not set(names).isdisjoint(OF_THE_REGISTRY):
        open_registry(args.people or 1_000_000, afresh=args.afresh)
    for name in names:
        # the registry of the nights is another, opened by processes of their own
        more = {"afresh": args.afresh} if name in PEOPLE else {}
        importlib.import_module(f"bench.{name}").run(args.people or PEOPLE.get(name, 1_000_000), **more)


if __name__ == "__main__":
    main()
