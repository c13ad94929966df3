"""A registry of a million invented people for the benches: made once per size, in a home of its own."""

import os
import shutil
import sys
import time
from pathlib import Path

import platformdirs
import polars as pl

SEED = 20201231
PACK = "cn_yubei"
BATCH_BLOCK = 100_000


def bench_home(people: int) -> Path:
    return Path(os.environ.get("ANYE_BENCH_HOME") or platformdirs.user_data_dir("anye-bench")) / str(people)


def areas_csv() -> Path:
    from anye.packs import HERE

    return HERE / PACK / "areas.csv"


def drawn_people(count: int) -> pl.DataFrame:
    """The registry's people: spread evenly over the district's villages and communities."""
    from anye.demo.bulk import population
    from anye.packs import read_pack

    villages = [a.code for a in read_pack(PACK).areas if a.level in {"village", "community"}]
    return population(count, SEED, villages=villages)


def open_registry(people: int, *, afresh: bool) -> None:
    """Django on a bench registry with `people` persons, their names, numbers, villages and name grams."""
    from anye.config import postgres
    from anye.config.commands import furnish, set_up
    from anye.config.home import Home

    path = bench_home(people)
    if afresh and (path / "settings.toml").exists():
        postgres.discard(Home.open(path))
        shutil.rmtree(path)
    fresh = not (path / "settings.toml").exists()
    home = Home.create(path, pack=PACK, trial=True) if fresh else Home.open(path)
    furnish(home)
    set_up(home, "worker")
    from anye.records.accounts.scope import BATCH, acting
    from anye.records.people.models import Person

    with acting(BATCH):
        count = Person.objects.count()
    if count < people:
        started = time.perf_counter()
        _people(people)
        sys.stderr.write(f"registry of {people:,} people made in {time.perf_counter() - started:.0f} s\n")


def _people(count: int) -> None:
    """Straight into the tables, in blocks: the making of the registry is not what is measured."""
    from django.db import connection

    from anye.engine.names import name_key
    from anye.flow import caches, staging
    from anye.records.accounts.scope import BATCH, acting
    from anye.records.audit.keys import keyring
    from anye.records.places.queries import office_of_area
    from anye.records.registers import actions

    drawn = drawn_people(count)
    offices, keys = office_of_area(), keyring()
    import datetime as dt

    with acting(BATCH, actor="bench", purpose="bench"):
        batch = actions.open_batch(
            source="village_ledger", profile_version=0, sha256=b"bench", file_name="bench", file_month=None,
            known_on=dt.date(2020, 1, 1), by="bench",
        )  # fmt: skip
        actions.publish_batch(batch=batch, counts={"rows": count}, fact_counts={})
    for at in range(0, count, BATCH_BLOCK):
        part = drawn.slice(at, BATCH_BLOCK)
        ids = part.get_column("id_number")
        frame = part.with_columns(
            pl.lit(batch.pk).alias("batch_id"), pl.lit(0).alias("sheet_no"),
            pl.int_range(at + 1, at + 1 + part.height, eager=True).alias("line"),
            keys.blind_column(ids, context="id_number").alias("id_blind"),
            keys.blind_column(ids.str.slice(-6), context="id_last").alias("id_last_blind"),
            keys.seal_column(ids, context="id_number").alias("id_sealed"),
            name_key(part.get_column("name")).alias("name_key"),
            pl.col("birth_on").alias("id_birth_on"), pl.lit(None, pl.Date).alias("birth_on"),
            pl.col("area_code").replace_strict(offices, default=offices[""], return_dtype=pl.Int64).alias("scope_no"),
        )  # fmt: skip
        with acting(BATCH, actor="bench", purpose="bench"):
            staging.create(batch.pk)
            staging.copy(f"{staging.tables(batch.pk)}_row", staging.ROW, frame)
            with connection.cursor() as cursor:
                _insert(cursor, staging.tables(batch.pk), batch.pk, f"line BETWEEN {at + 1} AND {at + part.height}")
                cursor.execute("CREATE TEMPORARY TABLE made ON COMMIT DROP AS SELECT id AS person_id FROM people_person"
                               " WHERE id > (SELECT coalesce(max(person_id), 0) FROM people_namegram)")  # fmt: skip
            caches.refresh_grams("SELECT person_id FROM made")
            staging.drop(batch.pk)
    connection.close()
    from anye.config.home import Home
    from anye.config.postgres import find, uri

    _vacuum(find(Home.open()), uri)


def _insert(cursor: object, stage: str, batch: int, where: str) -> None:
    from anye.records.audit.tokens import SQL_TOKEN

    cursor.execute(  # type: ignore[attr-defined]
        f"""
        INSERT INTO people_person (token, scope_no, care_area, name, name_key, sex, birth_on, id_sealed, id_blind,
                                   id_last_blind, groups, is_hidden)
        SELECT {SQL_TOKEN}, scope_no, area_code, name, name_key, sex, id_birth_on, id_sealed, id_blind, id_last_blind,
               '{{poor}}', false FROM {stage}_row WHERE {where};
        INSERT INTO people_persondetail (person_id, scope_no, kind, value, known_on, source_batch, source_sheet,
                                         source_line)
        SELECT p.id, p.scope_no, k.kind, k.value, '2020-01-01', {batch}, 0, r.line
        FROM {stage}_row r JOIN people_person p ON p.id_blind = r.id_blind,
             LATERAL (VALUES ('name', r.name), ('name_key', r.name_key), ('residence', r.area_code)) k (kind, value)
        WHERE r.{where};
        INSERT INTO registers_rowclaim
            (batch_id, sheet_no, line, id_blind, name_key, birth_on, is_creating, scope_no, person_id)
        SELECT {batch}, 0, r.line, r.id_blind, r.name_key, r.birth_on, true, p.scope_no, p.id
        FROM {stage}_row r JOIN people_person p ON p.id_blind = r.id_blind WHERE r.{where}
        """
    )


def _vacuum(server: object, uri: object) -> None:
    import psycopg

    from anye.config.home import Home

    home = Home.open()
    with psycopg.connect(uri(home, server, "migrate", "anye_owner"), autocommit=True) as connection:  # type: ignore[operator]
        connection.execute("VACUUM ANALYZE")
