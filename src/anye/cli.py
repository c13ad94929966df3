"""The `anye` command: set up a registry, load files, serve, show what is wrong."""

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from anye.config.faults import SetupFault
from anye.engine.yaml_faults import YamlFault


def day(text: str) -> date:
    """A day that a registry may know of. Raises ValueError, ArgumentTypeError."""
    found = date.fromisoformat(text)
    if not 1970 <= found.year < 2200:
        raise argparse.ArgumentTypeError(f"{text}: no register tells of that year; give a day from 1970 to 2199")
    return found


def parser() -> argparse.ArgumentParser:
    main = argparse.ArgumentParser(prog="anye", description="安业 Anye: registers in, one registry, help out.")
    main.add_argument("--language", choices=["zh-hans", "en"], default=None, help="language of the messages")
    verbs = main.add_subparsers(dest="verb", required=True)

    init = verbs.add_parser("init", help="make a registry in ANYE_HOME")
    init.add_argument("--pack", required=True, help="what is local: a pack's name, such as cn_yubei")
    init.add_argument("--areas", type=Path, help="CSV of areas (code,level,parent,name) in place of the pack's")
    init.add_argument("--trial", action="store_true", help="for invented people (ID prefix 99) only")

    load = verbs.add_parser("load", help="load a register file")
    load.add_argument("file", type=Path)
    load.add_argument("--source", metavar="NAME", help="the profile, when the heading does not tell")
    load.add_argument("--known-on", type=day, help="the day the office learned it (default today)")
    load.add_argument("--json", action="store_true", help="print the report as JSON")
    load.add_argument("--as", dest="user", metavar="USER", help="act as this user instead of the operator")

    withdraw = verbs.add_parser(
        "withdraw", help="take a load back: what it alone brought goes, what it replaced returns"
    )
    withdraw.add_argument("file", type=Path, help="the file that was loaded; its content names the load")
    withdraw.add_argument(
        "--source", metavar="NAME", help="only what it was loaded as this register, not every load of it"
    )
    withdraw.add_argument("--reason", default="", help="why, for the trail")
    withdraw.add_argument("--yes", action="store_true", help="do not ask")
    withdraw.add_argument("--as", dest="user", metavar="USER", help="act as this user instead of the operator")

    _giving_back(verbs)

    run = verbs.add_parser(
        "run", help="load a folder of files if one is given, then serve the last registry or a new one"
    )
    run.add_argument("folder", nargs="?", type=Path)
    run.add_argument("--no-serve", action="store_true", help="stop after loading")
    _serving(run)
    demo = verbs.add_parser("demo", help="a registry of invented people, loaded through intake, served")
    demo.add_argument("--seed", type=int, default=2020)
    demo.add_argument("--scale", type=float, default=1.0)
    demo.add_argument("--faults", choices=["none", "few", "all"], default="few", help="what is planted to be found")
    demo.add_argument("--no-serve", action="store_true")
    _serving(demo)
    serve = verbs.add_parser("serve", help="serve the registry: pages, workers and schedule")
    serve.add_argument("--local", action="store_true", help="pages only, for this machine, beside a public site")
    _serving(serve)
    verbs.add_parser("stop", help="stop the registry's database server")
    verbs.add_parser("doctor", help="what was found on this machine, and what is wrong")
    blank = verbs.add_parser("blank", help="write a blank sheet to fill for a profile")
    blank.add_argument("source")
    blank.add_argument("--out", type=Path)
    link = verbs.add_parser("link", help="print a one-time sign-in link for a user (this machine only)")
    link.add_argument("user")
    link.add_argument("--new-device", action="store_true", help="password and device are lost: both are set up anew")
    link.add_argument("--port", type=int, help="where the site is served on this machine")
    _entitling(verbs)
    _indicating(verbs)
    _policies(verbs)
    verbs.add_parser("seal", help="seal the events since the last seal, and verify the trail")
    verbs.add_parser("rotate-keys", help="seal values anew under a new key; may be interrupted and repeated")
    return main


def _entitling(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    entitle = verbs.add_parser("entitle", help="what each is owed, by the records: kept in the ledger where it changed")
    entitle.add_argument(
        "--on",
        type=day,
        metavar="YYYY-MM-DD",
        help="a day in the last month that is judged (default today)",
    )
    entitle.add_argument(
        "--known", type=day, metavar="YYYY-MM-DD",
        help="by what was known on a day (default today); before the last pass nothing is written",
    )  # fmt: skip
    entitle.add_argument("--json", action="store_true", help="print what it came to as JSON")


def _indicating(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    indicator = verbs.add_parser("indicator", help="a figure of the records, with the rows behind it")
    indicator.add_argument("code", help="I01 … C06, or one divided by another: I11/I10")
    indicator.add_argument("--on", type=day, metavar="YYYY-MM-DD", help="as of a day (default today)")
    indicator.add_argument("--known", type=day, metavar="YYYY-MM-DD", help="by what was known on a day (default today)")
    indicator.add_argument("--area", default="", metavar="CODE", help="of those who live in a town or village")
    indicator.add_argument("--json", action="store_true", help="print value, unit, definition and the count of rows")
    indicator.add_argument("--rows", type=Path, metavar="OUT.csv", help="write the rows behind it")
    snapshot = verbs.add_parser("snapshot", help="count all figures of all areas, and keep them for the report")
    snapshot.add_argument("--on", type=day, nargs="+", metavar="YYYY-MM-DD", help="as of these days (default today)")
    known = snapshot.add_mutually_exclusive_group()
    known.add_argument("--known", type=day, metavar="YYYY-MM-DD", help="by what was known on a day (default today)")
    known.add_argument("--then", action="store_true", help="by what was known on each of the days")
    areas = verbs.add_parser("areas", help="where the areas lie, for the map of the report")
    areas.add_argument(
        "--map", type=Path, required=True, metavar="FILE.geojson",
        help="GeoJSON in WGS 84; each Feature with the property `code`: the area's 12 digits",
    )  # fmt: skip
    _briefing(verbs)


def _briefing(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    briefing = verbs.add_parser(
        "briefing", help="the figures of a month, a quarter or a year in sentences, tables and charts"
    )
    briefing.add_argument(
        "kind", choices=["month", "quarter", "year", "other"], help="which template, and what it compares with"
    )
    briefing.add_argument("--on", type=day, metavar="YYYY-MM-DD", help="as of a day (default today)")
    briefing.add_argument("--known", type=day, metavar="YYYY-MM-DD", help="by what was known on a day (default today)")
    briefing.add_argument("--area", default="", metavar="CODE", help="of a town or village (default the district)")
    briefing.add_argument("--lang", choices=["zh", "en"], help="its language (default the command's own)")
    briefing.add_argument(
        "--text",
        type=Path,
        nargs="+",
        metavar="FILE.md",
        help="texts of one's own: NAME.zh.md, NAME.en.md, or one in its language",
    )
    keep = briefing.add_mutually_exclusive_group()
    keep.add_argument("--keep", action="store_true", help="keep it in the registry as a draft")
    keep.add_argument(
        "--issue", action="store_true", help="keep it in the registry and issue it: text and figures are frozen"
    )
    briefing.add_argument(
        "--to", type=Path, metavar="OUT", help="a .docx, .pdf, .html or .txt file (default: print it)"
    )
    briefing.add_argument(
        "--recount", action="store_true", help="count the figures anew from the records, whatever was kept"
    )


def _giving_back(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    give_back = verbs.add_parser(
        "give-back", help="write the rows of a load that are to be mended, in the file's own layout"
    )
    give_back.add_argument("load", help="the file that was loaded, or the load's token: the end of its page's address")
    give_back.add_argument("--to", type=Path, required=True, metavar="OUT.xlsx", help="the workbook to write")
    give_back.add_argument("--rows", choices=["refused", "queried", "both"], default="refused")
    give_back.add_argument("--as", dest="user", metavar="USER", help="act as this user instead of the operator")


def _month(text: str) -> int:
    from anye.engine.entitle.months import read_month

    try:
        return read_month(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text}: YYYY-MM") from None


def _policies(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    policy = verbs.add_parser("policy", help="check, run, explain and compare policies on files, without a registry")
    inner = policy.add_subparsers(dest="policy_verb", required=True)
    check = inner.add_parser("check", help="read all policies of a pack and play their tests")
    check.add_argument("pack", help="an installed pack, or a folder with pack.yaml")
    run = inner.add_parser("run", help="who is owed how much, for a table of facts")
    run.add_argument("policy", help="a policy's code, or its file")
    run.add_argument("facts", type=Path, help="CSV, Parquet or YAML, or a folder of tables")
    run.add_argument("--only", nargs="+", choices=["pay", "no", "unknown"], help="write these outcomes only")
    explain = inner.add_parser("explain", help="why, why not, and what would change it, for one case")
    explain.add_argument("policy", help="a policy's code, or its file")
    explain.add_argument("--facts", type=Path, required=True, metavar="CASE.yaml")
    explain.add_argument("--month", required=True, type=_month, metavar="YYYY-MM")
    explain.add_argument("--lang", choices=["zh", "en"])
    changes = inner.add_parser("who-changes", help="whom a new rule pays otherwise than the old one")
    changes.add_argument("old", help="a policy's code, or its file")
    changes.add_argument("new", help="a policy's code, or its file")
    changes.add_argument("--facts", type=Path, required=True)
    for each in (run, changes):
        each.add_argument("--out", type=Path, metavar="OUT", help="a CSV or Parquet file to write")
        each.add_argument(
            "--month", nargs="+", type=_month, metavar="YYYY-MM", help="the month, or the first and the last"
        )
    for each in (run, explain, changes):
        each.add_argument("--pack", help="an installed pack or a folder (default: the file's own, or cn_yubei)")
        each.add_argument("--on", type=day, metavar="YYYY-MM-DD", help="the day on which it is asked for")


def _serving(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--port", type=int, help="default 8000; with --local 8001")
    verb.add_argument("--host", default="127.0.0.1", help="the address to listen on; 0.0.0.0 for all")


def _command(args: argparse.Namespace) -> Callable[[argparse.Namespace], int | None]:
    from anye.config import commands

    if args.verb == "policy":
        from anye.config import policies

        return policies.policy
    if args.verb == "briefing":
        from anye.config import briefing

        return briefing.briefing
    if args.verb == "demo":
        from anye.config import demonstration

        return demonstration.demo
    if args.verb == "areas":
        from anye.config import area_map

        return area_map.areas
    found: Callable[[argparse.Namespace], int | None] = getattr(commands, args.verb.replace("-", "_"))
    return found


def main(argv: Sequence[str] | None = None) -> int:
    args = parser().parse_args(argv)
    # imported late: most commands choose the database login before Django reads its settings
    from anye.config import commands

    try:
        code = int(_command(args)(args) or 0)
        sys.stdout.flush()
        return code
    except SetupFault as fault:
        sys.stderr.write(fault.text(commands.language(args)) + "\n")
        return 2
    except YamlFault as fault:  # in a pack, a policy, or a profile of the registry's own
        sys.stderr.write(fault.text(commands.language(args)) + "\n")
        return 2
    except subprocess.CalledProcessError as error:
        return error.returncode  # the process has said what was wrong
    except BrokenPipeError:
        # whoever read our output has seen enough, as `head` has; the interpreter would complain once more at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
