"""Giving rows back from the command line: the file's bytes or the load's token name it, a workbook is written."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from anye.config.faults import SetupFault
from anye.config.taking_back import loads_of

if TYPE_CHECKING:
    from anye.records.accounts.queries import HeldDuty
    from anye.records.registers.models import Batch

LEVELS = {"refused": ("refused",), "queried": ("queried",), "both": ("refused", "queried")}


def load_named(named: str) -> "Batch":
    """The load that stands of a file's bytes, or with a token, which is the end of its page's address. Raises SetupFault."""
    from anye.records.registers.queries import standing_load_with

    path = Path(named)
    found = None if path.is_file() else standing_load_with(named)
    return found or loads_of(path)[0]


def duty_to_take(username: str, batch: "Batch") -> "HeldDuty":
    """The duty under which a named user is given rows of this load. Raises SetupFault when there is none."""
    from anye.flow.giving_back import may_take
    from anye.records.accounts.models import User
    from anye.records.accounts.queries import duties_in_force

    user = User.objects.filter(username=username).first()
    held = duties_in_force(user) if user else []
    duty = next((d for d in held if may_take(d, batch.source)), None)
    if duty is None:
        raise SetupFault("may_not_take", user=username)
    return duty


def give_back(batch: "Batch", to: Path, *, rows: str, language: str, by: str, duty: "HeldDuty | None" = None) -> int:
    """Write the rows, as the operator those of every village; how many there are. Each range keeps a trace of it."""
    from anye.flow.giving_back import Asked, GivingBackRefused, write
    from anye.records.accounts.scope import BATCH, Scope, acting
    from anye.records.audit.actions import looked
    from anye.records.registers.queries import rows_by_office

    levels, reach = LEVELS[rows], duty.reach if duty else Scope(None, None)
    held = f"duty:{duty.pk}" if duty else ""
    if not to.parent.is_dir():
        raise SetupFault("not_a_folder", path=to.parent)
    # written beside its place and then moved: nothing half stands under the name, and nobody else may read it
    with tempfile.TemporaryDirectory(dir=to.parent, prefix=".anye-") as folder:
        made = Path(folder) / "sheet.xlsx"
        try:
            with acting(BATCH, actor=by, duty=held, purpose="export: give back"):
                count = write(Asked(batch, levels, reach, language, by), made)
                for scope_no, shown in rows_by_office(batch.pk, levels, reach):
                    looked("export", [(None, scope_no)], shown=shown)
        except GivingBackRefused as refused:
            raise SetupFault(refused.code, file=batch.file_name) from None
        made.chmod(0o600)
        made.replace(to)
    return count
