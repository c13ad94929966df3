"""How large the demo's year is: the figures that a district's bureau printed for 2020, and how they shrink with a scale.

The only place of the code that knows them. Whoever and whatever makes them up is invented (`year_cast`), and what is written is
counted anew (`year_counts`): these are what the generator aims at, not what it claims to have hit.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace


@dataclass(frozen=True)
class Targets:
    """Counts of persons, firms, classes and days; sums in fen. `once`: what a scale does not shrink."""

    stable: int = 7_753
    """I01: poor workers in stable work in the district, wherever they are from."""
    trained: int = 2_713
    """I02, of whom `six_days` went to a class of six days and the others to one of five."""
    six_days: int = 1_271
    firms: int = 1_016
    """I05: paid because they took on poor workers."""
    hired: int = 900
    started: int = 1_480
    """For whom a hiring subsidy was paid (and an insurance subsidy besides), and for whom an insurance subsidy alone: I06."""
    premiums: int = 533_000_000
    training_firms: int = 61
    training_classes: int = 124
    training_people: int = 2_798
    training_poor: int = 1_935
    """I08–I11: training through work since July."""
    electronics_people: int = 1_352
    electronics_poor: int = 1_232
    electronics_refused: int = 20
    """I12–I14: the electronics firm, October to December; so many of its person-months are paid for nobody."""
    classes: int = 1_238
    """I15: classes for poor workers since 2016."""
    full_time: int = 45
    part_time_early: int = 172
    part_time_late: int = 65
    """I20, I21: in posts since May, August and September."""
    own_working: int = 1_055
    """I24: the district's own, able and willing, in work."""
    workshop_workers: int = 23
    workshop_poor: int = 9
    """I26, and the poor among them."""
    graduates: int = 8
    far: int = 500
    near: int = 200
    """Own people who work outside the city, and in another district of it: the travel subsidy."""
    own_idle: int = 130
    """Own people who are not able to work, or do not want to."""
    unclaimed_premiums: int = 50
    unclaimed_hiring: int = 10
    """Owed at firms that never asked: insurance alone, and a hiring subsidy too."""
    post_open: int = 6
    """Own people who ask for a post near home and have none yet: C03."""
    wish_open: int = 12
    """Who said they want to be trained, and were in no class."""
    beside: int = 40
    """At firms that train through work, and in no roster."""
    leavers: int = 219
    changers: int = 167
    """Of the staff of other firms: who lost their work in the autumn, and who went on with another employer: R07, R08."""
    refund: int = 51_700_000
    """I03: the garment firm's, the only one; filed and paid on the days of I04."""
    special_trades: int = 11
    workshops: int = 2
    wage_before: int = 60
    wage_after: int = 100
    carer_pay: int = 230_000

    def scaled(self, scale: float) -> Targets:
        """Another district, so many times as large; nothing that is told of shrinks to nothing."""
        if scale == 1:
            return self
        told = {
            each.name: max(LEAST.get(each.name, 1), round(getattr(self, each.name) * scale))
            for each in fields(self) if each.name not in ONCE
        }  # fmt: skip
        told["training_firms"] = max(3, told["training_firms"])
        told["training_classes"] = max(told["training_classes"], told["training_firms"] + 3)
        told["workshop_poor"] = min(told["workshop_poor"], told["workshop_workers"] - 1)
        told["electronics_people"] = max(
            told["electronics_people"], told["electronics_poor"] + told["electronics_refused"]
        )
        told["started"] = max(told["started"], told["firms"])
        others = told["training_people"] - told["electronics_people"]
        poor = told["training_poor"] - told["electronics_poor"]
        told["training_poor"] = told["electronics_poor"] + min(max(poor, 1), max(others - 1, 1))
        told["training_people"] = told["electronics_people"] + max(others, 2)
        own = told["far"] + told["near"] + told["full_time"] + told["part_time_early"] + told["part_time_late"]
        told["own_working"] = max(told["own_working"], own + told["graduates"] + told["workshop_poor"] + 4)
        return replace(self, **told)

    @property
    def part_time(self) -> int:
        return self.part_time_early + self.part_time_late


ONCE = frozenset({"refund", "special_trades", "workshops", "wage_before", "wage_after", "carer_pay"})
LEAST = {
    "electronics_refused": 3, "full_time": 2, "part_time_early": 2, "part_time_late": 2, "graduates": 2, "workshop_workers": 4,
    "far": 4, "near": 3, "own_idle": 3, "unclaimed_premiums": 2, "unclaimed_hiring": 2, "trained": 12, "six_days": 4, "hired": 12,
    "electronics_poor": 8, "training_poor": 12, "training_people": 16, "beside": 2, "classes": 8, "stable": 100, "wish_open": 2,
    "post_open": 1, "leavers": 2, "changers": 2,
}  # fmt: skip
"""Below this a district has nothing to show."""
