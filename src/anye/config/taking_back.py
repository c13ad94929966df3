"""Taking a load back from the command line: the file's bytes name it, what would change is told first."""

import hashlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from anye.config.faults import SetupFault, Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from anye.flow.withdrawing import Figures
    from anye.records.accounts.queries import HeldDuty
    from anye.records.registers.models import Batch

FIGURES = {
    "gone": Text("不再有效的记录", "facts that go"),
    "stayed": Text("其他来源也这样说、保留的记录", "facts that stay, for others say them too"),
    "returned": Text("恢复的原有记录", "facts that return"),
    "hidden": Text("不再有任何名册提到的人员", "people of whom no register speaks any more"),
}


def loads_of(path: Path, *, source: str | None = None) -> "list[Batch]":
    """The loads of these bytes that stand, the newest first: a file may have been loaded as more than one register.

    `source`: the one register whose loads are meant. Raises SetupFault when there is none.
    """
    from anye.records.registers.queries import standing_loads

    if not path.is_file():
        raise SetupFault("file_missing", path=path)
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").digest()
    found = [batch for batch in standing_loads(digest) if source in (None, batch.source.code)]
    if not found:
        raise SetupFault("not_loaded", file=path.name)
    return found


def foreseen(batches: "Sequence[Batch]") -> "list[Figures]":
    """What taking the loads back, one after another, would change: done, counted and undone."""
    from anye.flow.registry import loading_context
    from anye.flow.withdrawing import foresee
    from anye.records.accounts.scope import BATCH, acting

    with acting(BATCH, actor="operator", purpose="withdraw: foresee"):
        return foresee([batch.pk for batch in batches], loading_context())


def take_back(batches: "Sequence[Batch]", *, reason: str, by: str, duty: "HeldDuty | None" = None) -> "list[Figures]":
    """Take the loads back, all or none, as the operator or under a user's duty that may load. Raises SetupFault."""
    from anye.flow.registry import loading_context
    from anye.flow.withdrawing import WithdrawalRefused, withdraw
    from anye.records.accounts.scope import BATCH, acting
    from anye.records.registers.actions.requests import keep_withdrawal

    context = loading_context(office_no=duty.office.scope_no if duty else None)
    held = f"duty:{duty.pk}" if duty else ""
    try:
        with acting(BATCH, actor=by, duty=held, purpose="withdraw"):
            done = [withdraw(batch.pk, context, reason=reason) for batch in batches]
            for batch, figures in zip(batches, done, strict=True):
                keep_withdrawal(
                    batch=batch,
                    figures=vars(figures),
                    reason=reason,
                    by=by,
                    duty_id=duty.pk if duty else None,
                    scope_no=context.office_no,
                )
    except WithdrawalRefused:
        raise SetupFault("not_loaded", file=batches[0].file_name) from None
    return done


def print_figures(figures: "Figures", language: str) -> None:
    for name, label in FIGURES.items():
        sys.stdout.write(f"    {getattr(figures, name):>9,}  {label.in_language(language)}\n")


def is_confirmed(language: str) -> bool:
    """Ask on the terminal; nobody there is a no."""
    if not sys.stdin.isatty():
        raise SetupFault("nobody_to_ask")
    question = Text("确认撤回？输入 是 继续：", "Take it back? Type yes to go on: ").in_language(language)
    sys.stdout.write(question)
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() in {"是", "yes", "y"}
