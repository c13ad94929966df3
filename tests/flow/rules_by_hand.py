"""Rules that an officer changes and another publishes, as the pages do it."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from anye.engine.entitle import edit
from anye.engine.entitle.policy import Policy
from anye.engine.entitle.policy_file import digest_of
from anye.flow.foreseeing import foresee
from anye.flow.rules import rules_in_use
from anye.packs import read_pack
from anye.packs.rules import with_policy
from anye.records.accounts.scope import acting
from anye.records.entitlements.actions import keep_version, rules
from anye.records.entitlements.models import Draft, PolicyVersion, Publication

PACK = "cn_yubei"
AUTHOR, PUBLISHER = "author", "publisher"


def with_value(code: str, name: str, since: dt.date, value: int) -> str:
    """The rules in use with a value from a day on."""
    told: Mapping[str, Any] = {"value": value, "certainty": "A", "source": "渝人社发〔2020〕1号"}
    return edit.dated_value(rules_in_use(PACK).policies[code].text, name, since, told)


def version_of(policy: Policy) -> PolicyVersion:
    """The rules of a policy, kept."""
    title = (policy.title["zh"], policy.title["en"])
    on = dt.date(2020, 1, 1)
    return keep_version(
        code=policy.code, digest=policy.digest, title=title, text=policy.text, reasons=policy.reasons, on=on
    )


def drafted(code: str, text: str, *, scope_no: int, by: str = AUTHOR) -> Draft:
    """A draft of that text, as its author has it."""
    policy = rules_in_use(PACK).policies[code]
    with acting(lo=scope_no, hi=scope_no, actor=by):
        draft = rules.begin_draft(base=version_of(policy), text=policy.text, by=by, scope_no=scope_no)
        rules.edit_draft(draft=draft, text=text, by=by)
        return Draft.objects.get(pk=draft.pk)


def foreseen(draft: Draft, *, on: dt.date, lo: int, hi: int) -> Draft:
    """The draft once it was found out whom it would change."""
    with acting(lo=lo, hi=hi, actor=draft.author):
        rules.ask_foreseen(draft=draft, digest=digest_of(draft.text))
    foresee(draft.pk, read_pack(PACK), on=on)
    with acting(lo=lo, hi=hi):
        return Draft.objects.get(pk=draft.pk)


def published(draft: Draft, *, by: str = PUBLISHER) -> Publication:
    """Offered by its author and published by somebody else."""
    book, code = with_policy(rules_in_use(PACK), Path("x.yaml"), draft.text)
    policy = book.policies[code]
    with acting(lo=draft.scope_no, hi=draft.scope_no, actor=by):
        rules.offer_draft(draft=draft, reason="新文件", by=draft.author)
        draft = Draft.objects.get(pk=draft.pk)
        return rules.publish_draft(
            draft=draft, digest=policy.digest, in_use=rules_in_use(PACK).policies[code].digest,
            title=(policy.title["zh"], policy.title["en"]), reasons=policy.reasons, by=by, note="",
        )  # fmt: skip
