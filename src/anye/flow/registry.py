"""What a registry is made of when it is set up, and what a load needs to know of it."""

from collections.abc import Iterable
from datetime import date

from django.conf import settings

from anye.engine.areas import AreaIndex
from anye.engine.intake.mapping import SheetMapping
from anye.engine.intake.profile import Profile
from anye.flow.blocks import Context
from anye.packs import AreaRow, Pack, read_pack
from anye.records.accounts.scope import BATCH, acting
from anye.records.audit.keys import keyring
from anye.records.places import actions as places
from anye.records.places import queries as places_queries
from anye.records.places.models import Area, Office
from anye.records.registers import actions as registers
from anye.records.registers import queries as registers_queries
from anye.records.registers.models import Source

# whom a number belongs to is settled by registers: a registration leads only where none of them speaks
REGISTRATION_RANK = 0
# an officer and a visit say what people are called for good, and everything else as of that day (decision 0028)
BY_HAND = (
    ("officer", "人工更正", "Corrected by an officer", 90, False),
    ("visit", "入户核查", "Home visit", 90, False),
    ("registration", "人工登记", "Registered by an officer", REGISTRATION_RANK, True),
)
BY_HAND_RANK = 20
TYPED = frozenset({"detail", "household", "membership", "income", "helper", "need", "spell"})  # frames of entries


def furnish(pack: Pack, areas: Iterable[AreaRow] | None = None) -> None:
    """Sources, areas and offices of a pack (owner role). What stands already is kept; twice changes nothing."""
    registers.keep_sources(sources=[*map(_source_of, pack.profiles.values()), *_sources_by_hand(pack)])
    rows = list(areas if areas is not None else pack.areas)
    places.add_areas(rows)
    if not Office.objects.exists():
        elsewhere = frozenset(code for office in pack.offices for code in office.runs)
        places.add_offices_of_areas(rows, run_elsewhere=elsewhere)


def _source_of(profile: Profile) -> Source:
    return Source(
        code=profile.name,
        title_zh=profile.title["zh"],
        title_en=profile.title["en"],
        rank=profile.rank,
        identity_rank=profile.ranks.get("identity", profile.rank),
        ranks={fact: rank for fact, rank in profile.ranks.items() if fact != "identity"},
        creates_persons=profile.creates_persons,
        is_restricted=profile.is_restricted,
    )


def _sources_by_hand(pack: Pack) -> list[Source]:
    ranks = ranks_by_hand(pack.profiles.values())
    return [
        Source(
            code=code,
            title_zh=zh,
            title_en=en,
            rank=BY_HAND_RANK,
            identity_rank=identity_rank,
            ranks=ranks,
            creates_persons=creates_persons,
            is_restricted=False,
        )
        for code, zh, en, identity_rank, creates_persons in BY_HAND
    ]


def ranks_by_hand(profiles: Iterable[Profile]) -> dict[str, int]:
    """What is typed weighs as much as the register that is the authority on it: that one's next file may overtake it."""
    ranks: dict[str, int] = {}
    for profile in profiles:
        for fact in profile.facts:
            frame = fact.partition(".")[0]
            rank = profile.ranks.get(fact, profile.ranks.get(frame, profile.rank))
            if frame in TYPED and rank > ranks.get(fact, BY_HAND_RANK):
                ranks[fact] = rank
    return ranks


def area_rows(on: date | None = None) -> list[AreaRow]:
    """The registry's own area tree, with what officers have added to the pack's."""
    rows = Area.objects.all() if on is None else places_queries.areas_on(on)
    return [AreaRow(a.code, a.level, a.parent_code, a.name, a.valid_from, a.valid_to) for a in rows.order_by("code")]


def pack_in_use() -> Pack:
    """The registry's pack, with the profiles of its own."""
    return read_pack(settings.ANYE_PACK, settings.ANYE_SOURCES)


def district_no() -> int:
    """The scope number of the (first) district's office."""
    return int(Office.objects.filter(parent__isnull=True).values_list("scope_no", flat=True)[0])


def loading_context(*, office_no: int | None = None) -> Context:
    """Everything a load needs; `office_no` is the loading office, by default the (first) district's."""
    if office_no is None:
        office_no = district_no()
    return Context(
        keyring=keyring(),
        profiles=pack_in_use().profiles,
        areas=AreaIndex.from_rows(area_rows()),
        offices=places_queries.office_of_area(),
        trial=settings.ANYE_TRIAL,
        office_no=office_no,
        mappings=mappings_of(office_no),
    )


def mappings_of(office_no: int) -> tuple[SheetMapping, ...]:
    """What the people of a loading office said of headings that no profile knows, the newest first."""
    with acting(BATCH, purpose="load"):
        return tuple(registers_queries.sheet_mapping(one) for one in registers_queries.standing_mappings(office_no))
