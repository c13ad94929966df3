"""What is asked of the registry: as known on which day, and of whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any, NamedTuple

import numpy as np

FEW = 10_000
"""So many persons at most are looked for one by one."""


class Asked(NamedTuple):
    """As known `on` a day; of some persons, or of everybody; of some firms, or of all."""

    on: dt.date
    persons: tuple[int, ...] | None = None
    firms: tuple[int, ...] | None = None

    @property
    def is_of_few(self) -> bool:
        """Whether rows are looked for person by person, and not read one after the other."""
        return self.persons is not None and len(self.persons) <= FEW

    def wheres(self, alias: str, columns: Collection[str]) -> str:
        """SQL: which rows of a fact's table these are, with %(on)s, %(persons)s and %(firms)s."""
        found = [f"{alias}.known_on <= %(on)s AND ({alias}.retired_on IS NULL OR {alias}.retired_on > %(on)s)"]
        if self.persons is not None and "person_id" in columns:
            found.append(self.are_these(f"{alias}.person_id"))
        if self.firms is not None and "person_id" not in columns:
            found.append(f"{alias}.firm_id = ANY(%(firms)s)")
        return " AND ".join(found)

    def are_these(self, column: str) -> str:
        """SQL: whether a column is one of the persons, where not all are asked for. Of many each is a bit: a list takes the server
        longer to plan with than the rows to read."""
        if self.is_of_few:
            return f"{column} = ANY(%(persons)s)"
        return f"get_bit(%(persons)s, least({column}, %(no_person)s)) = 1"

    def was_seen(self, alias: str) -> str:
        """SQL: whether a person was one that anybody could see: `is_hidden` tells of now, and of whose name a register was taken
        back the names that were known then tell. The scalar query keeps the server from reading all names for the few."""
        return f"""CASE WHEN EXISTS (SELECT FROM people_persondetail gone
                WHERE gone.person_id = {alias}.id AND gone.kind = 'name' AND gone.retired_on IS NOT NULL)
            THEN coalesce((SELECT true FROM people_persondetail called WHERE called.person_id = {alias}.id
                AND called.kind = 'name' AND {Asked(self.on).wheres("called", ())} LIMIT 1), false)
            ELSE {alias}.is_hidden IS NOT TRUE END"""

    def params(self) -> dict[str, Any]:
        shared = {"on": self.on, "firms": list(self.firms or ())}
        if self.persons is None or self.is_of_few:
            return {**shared, "persons": list(self.persons or ())}
        last = max(self.persons) + 1
        bits = np.zeros(last + 1, np.bool_)
        bits[list(self.persons)] = True
        return {**shared, "persons": np.packbits(bits, bitorder="little").tobytes(), "no_person": last}

    def posts(self) -> str:
        """SQL: the placements in public-welfare posts, each with its place among them."""
        return f"""(
            SELECT row_number() OVER (ORDER BY person_id, unit, post_name) - 1 AS place, person_id, unit, post_name
            FROM (SELECT DISTINCT f.person_id, f.unit, f.post_name FROM posts_assignment f
                  JOIN people_person p ON p.id = f.person_id AND {self.was_seen("p")}
                  WHERE {self.wheres("f", ("person_id",))}) placements)"""
