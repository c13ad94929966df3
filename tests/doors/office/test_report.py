"""The report: an area's figures with their words, the areas within, the rows behind each, days counted on request."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from anye.demo.schematic import schematic_map
from anye.flow import jobs, waiting
from anye.flow.reporting.figures import indicators_of
from anye.flow.reporting.snapshots import take
from anye.packs import read_pack
from anye.records.audit.models import Read
from anye.records.briefings.models import Snapshot
from tests.conftest import AREAS, District
from tests.doors.office.looking import queries_of, text_of
from tests.factories import as_owner
from tests.flow.reporting.planted import KNOWN, ON, Year, day
from tests.records.places.mapped import put_on_map

ClientAs = Callable[..., Client]
DISTRICT, TOWN, WILLOW, BRIDGE = "990100000000", "990100101000", "990100101201", "990100101202"


@pytest.fixture
def year(district: District) -> Year:
    with as_owner():
        return Year(district)


@pytest.fixture
def snapshot(year: Year) -> Snapshot:
    return take(read_pack("cn_yubei"), on=ON, known=KNOWN, by="tests")


def shown(client: Client, *args: str, language: str = "en", status: int = 200) -> str:
    name = ("report:index", "", "report:of", "report:indicator")[len(args)]
    response = client.get(reverse(name, args=args), headers={"accept-language": language})
    assert response.status_code == status
    return text_of(response) if status == 200 else ""


def test_the_district_reads_its_year_in_both_languages(
    snapshot: Snapshot, district: District, client_as: ClientAs
) -> None:
    client = client_as("district_officer", district["district"])
    told = shown(client)
    assert "2 poor workers, of this district and of others" in told
    assert "517,000 yuan of job-retention refund" in told and "by what was known on" in told
    in_chinese = shown(client, language="zh-CN")
    assert "吸纳区内区外贫困劳动力稳定就业2人" in in_chinese and "51.7万元稳岗返还资金到账" in in_chinese
    assert "2020年12月31日" in in_chinese and "就业率50%" in in_chinese


def test_a_village_reads_its_own_figures_and_no_others(
    snapshot: Snapshot, district: District, client_as: ClientAs
) -> None:
    client = client_as("village_worker", district["bridge"])
    told = shown(client)
    assert "0 poor workers" in told and "not known yet" in told
    assert DISTRICT not in told and WILLOW not in told
    for area in (DISTRICT, TOWN, WILLOW, "990100102201", "0" * 12):
        shown(client, snapshot.token, area, status=404)
        shown(client, snapshot.token, area, "I01", status=404)
    shown(client, "x" * 22, BRIDGE, status=404)
    shown(client, snapshot.token, BRIDGE, "I99", status=404)


def test_a_figure_says_what_it_counts_and_opens_to_its_people(
    year: Year, snapshot: Snapshot, district: District, client_as: ClientAs
) -> None:
    client = client_as("district_officer", district["district"])
    told = shown(client, snapshot.token, DISTRICT, "I01")
    assert "in 6 of the 12 months" in told and "in the 12 months up to the day" in told
    assert f"/people/{year.one.token}/" in told and f"/people/{year.afar.token}/" in told
    assert reverse("report:indicator", args=[snapshot.token, TOWN, "I01"]) in told
    in_town = shown(client, snapshot.token, TOWN, "I01")
    assert f"/people/{year.one.token}/" in in_town and year.afar.token not in in_town
    with as_owner():
        assert Read.objects.filter(kind="figure_rows", shown=2).exists()


def test_of_a_share_it_is_said_who_is_not_reached_yet(
    year: Year, snapshot: Snapshot, district: District, client_as: ClientAs
) -> None:
    client = client_as("district_officer", district["district"])
    told = shown(client, snapshot.token, DISTRICT, "I32")
    assert "counted" in told and "not yet" in told
    only = reverse("report:indicator", args=[snapshot.token, DISTRICT, "I32"]) + "?state=out"
    left = text_of(client.get(only, headers={"accept-language": "en"}))
    assert year.idle.token in left and year.one.token not in left


def test_money_of_firms_opens_to_the_firms(
    year: Year, snapshot: Snapshot, district: District, client_as: ClientAs
) -> None:
    client = client_as("district_officer", district["district"])
    told = shown(client, snapshot.token, DISTRICT, "I06")
    assert told.count("第一实业有限公司") == 2 and "6,000.00" in told
    assert f"/firms/{year.first.token}/" in told
    village = client_as("village_worker", district["willow"])
    assert "第一实业有限公司" not in shown(village, snapshot.token, WILLOW, "I06")
    page, seen = reverse("office:firm", args=[year.first.token]), {"accept-language": "en"}
    assert "Money paid for hiring" in text_of(client.get(page, headers=seen))
    assert "Money paid for hiring" not in text_of(village.get(page, headers=seen))


def test_the_rows_are_taken_out_with_a_purpose_and_each_person_is_in_the_trail(
    snapshot: Snapshot, district: District, client_as: ClientAs
) -> None:
    client = client_as("district_officer", district["district"])
    response = client.post(
        reverse("report:indicator", args=[snapshot.token, DISTRICT, "I01"]),
        {"do": "export", "purpose": "report"},
    )
    assert response.status_code == 200
    with as_owner():
        assert Read.objects.filter(kind="export", person_id__isnull=False).count() == 2


def test_a_district_officer_has_another_day_counted(
    year: Year, district: District, client_as: ClientAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(jobs.count_figures, "defer", lambda **told: asked.append(told["snapshot_id"]))
    client = client_as("district_officer", district["district"])
    assert "No figures yet" in shown(client)
    address = reverse("report:count")
    for _ in range(2):  # asked twice it is one
        client.post(address, {"on": "2020-12-31", "known": "2021-01-10"})
    for on, known in (
        ("2021-02-30", "2021-03-01"),
        ("2020-12-31", "2020-12-01"),
        ("2020-12-31", "2999-01-01"),
        ("", ""),
    ):
        client.post(address, {"on": on, "known": known})
    assert len(asked) == 2
    assert len(set(asked)) == 1
    assert "are being counted" in shown(client)
    jobs.count_figures(asked[0])
    told = shown(client)
    assert "2 poor workers" in told
    assert "are being counted" not in told


@pytest.mark.parametrize(
    ("on", "known", "why"),
    [
        ("1900-01-01", "2021-01-10", "No file is of a year before 2020: days are counted from 2020-01-01 on."),
        ("0001-01-01", "2021-01-10", "No file is of a year before 2020"),
        ("2019-12-31", "2021-01-10", "No file is of a year before 2020"),
        ("2020-12-27", "2020-12-27", "Nothing was known before 2020-12-28: that day the first file came."),
        ("2020-12-31", "2020-12-30", "What was known is known on the day itself or later"),
        ("2999-01-01", "2999-01-01", "today at the latest"),
        ("2020-01-01", "2020-12-28", ""),
        ("2020-12-28", "2020-12-28", ""),
    ],
)
def test_days_of_which_nothing_can_be_known_are_refused_with_the_reason(
    year: Year, district: District, client_as: ClientAs, monkeypatch: pytest.MonkeyPatch, on: str, known: str, why: str
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(jobs.count_figures, "defer", lambda **told: asked.append(told["snapshot_id"]))
    client = client_as("district_officer", district["district"])
    answer = client.post(
        reverse("report:count"), {"on": on, "known": known}, follow=True, headers={"accept-language": "en"}
    )
    told = text_of(answer)
    assert (len(asked), why in told) == (0 if why else 1, True)
    assert 'min="2020-01-01"' in told and 'min="2020-12-28"' in told


def test_before_any_file_no_day_is_counted(district: District, client_as: ClientAs) -> None:
    client = client_as("district_officer", district["district"])
    days = {"on": "2020-12-31", "known": "2021-01-10"}
    answer = client.post(reverse("report:count"), days, follow=True, headers={"accept-language": "en"})
    assert "Nothing is known yet: load a register first." in text_of(answer)


def test_figures_that_could_not_be_counted_are_told_until_they_are_or_a_week_is_over(
    year: Year, district: District, client_as: ClientAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(jobs.count_figures, "defer", lambda **told: asked.append(told["snapshot_id"]))
    client = client_as("district_officer", district["district"])
    days = {"on": "2020-12-31", "known": "2021-01-10"}
    client.post(reverse("report:count"), days)
    waiting.give_up_counting(asked[0])
    told = shown(client)
    assert "could not be counted" in told and "are being counted" not in told
    assert "could not be counted" not in shown(client_as("auditor", district["district"]))
    client.post(reverse("report:count"), days)
    told = shown(client)
    assert "could not be counted" not in told and "are being counted" in told
    jobs.count_figures(asked[1])
    assert asked[0] == asked[1] and "2 poor workers" in shown(client)
    client.post(reverse("report:count"), {**days, "on": "2020-12-30"})
    waiting.give_up_counting(asked[2])
    with as_owner():
        Snapshot.objects.filter(pk=asked[2]).update(taken_at=dt.datetime(2021, 1, 1, tzinfo=dt.UTC))
    jobs.look_after(0)
    assert "could not be counted" not in shown(client)


def test_days_before_anything_was_known_are_no_part_of_the_line(
    year: Year, snapshot: Snapshot, district: District, client_as: ClientAs
) -> None:
    client = client_as("district_officer", district["district"])
    for on, known in ((day(12, 31, 2019), KNOWN), (day(11, 30), day(12, 1)), (day(11, 30), KNOWN)):
        take(read_pack("cn_yubei"), on=on, known=known, by="tests")
    page = client.get(reverse("report:indicator", args=[snapshot.token, DISTRICT, "I03"]))
    assert [(one.code, one.plain) for one in page.context["days"].rows] == [
        ("2020-11-30", "517000"), ("2020-12-31", "517000"),
    ]  # fmt: skip


def test_one_alone_is_told_in_the_singular_and_a_town_is_told_whose_figures_they_are(
    snapshot: Snapshot, district: District, client_as: ClientAs
) -> None:
    client = client_as("district_officer", district["district"])
    told = shown(client, snapshot.token, DISTRICT, "I02")
    assert "1 poor worker trained" in told and "<small>person</small>" in told
    assert "1 people" not in shown(client, snapshot.token, DISTRICT)
    in_town = shown(client, snapshot.token, TOWN, "I02")
    assert "Of those who live in 东河镇: 1 poor worker trained" in in_town
    assert "They are of those who live here." in shown(client, snapshot.token, TOWN)
    assert "They are of those who live here." not in shown(client, snapshot.token, DISTRICT)
    assert "住在东河镇的人：" in shown(client, snapshot.token, TOWN, "I02", language="zh-CN")


def test_the_page_leads_to_each_of_its_groups(snapshot: Snapshot, district: District, client_as: ClientAs) -> None:
    told = shown(client_as("district_officer", district["district"]))
    jumps = re.findall(r'href="#(group-\d+)"', told)
    assert len(jumps) > 5
    assert all(f'id="{each}"' in told for each in jumps)


def test_who_counts_no_day_is_not_offered_to(snapshot: Snapshot, district: District, client_as: ClientAs) -> None:
    assert "Count another day" in shown(client_as("district_officer", district["district"]))
    assert "Count another day" not in shown(client_as("auditor", district["district"]))


def test_an_office_that_looks_after_no_area_is_told_so(
    snapshot: Snapshot, district: District, client_as: ClientAs
) -> None:
    assert "looks after no area" in shown(client_as("village_worker", district["outside"]))


def test_what_is_drawn_is_in_the_table_of_the_page(snapshot: Snapshot, district: District, client_as: ClientAs) -> None:
    client = client_as("district_officer", district["district"])
    told = shown(client, snapshot.token, DISTRICT, "I01")
    assert f'data-code="{TOWN}" data-value="1" data-shade="1"' in told
    assert 'data-code="990100102000" data-value="0" data-shade="0"' in told
    assert 'data-unit="people" data-divisor="1" data-most=""' in told
    share = shown(client, snapshot.token, DISTRICT, "I32")
    assert 'data-unit="%" data-divisor="1" data-most="100"' in share
    assert 'data-code="990100102000" data-value="" data-shade=""' in share  # nobody is owed it there: a gap, not zero
    assert "not known yet" in share
    assert (
        "data-chart" not in shown(client, snapshot.token, DISTRICT, "I06").partition("<main")[2]
    )  # of no area it is known


def test_a_line_of_days_is_drawn_of_two_and_more(
    year: Year, snapshot: Snapshot, district: District, client_as: ClientAs
) -> None:
    client = client_as("district_officer", district["district"])
    assert 'data-chart="line"' not in shown(client, snapshot.token, DISTRICT, "I03")
    take(read_pack("cn_yubei"), on=ON.replace(month=11, day=30), known=KNOWN, by="tests")
    told = shown(client, snapshot.token, DISTRICT, "I03")
    assert 'data-chart="line"' in told
    assert 'data-code="2020-12-31" data-value="517000"' in told
    assert 'data-code="2020-11-30" data-value=' in told
    assert 'data-unit="yuan" data-divisor="1"' in told
    assert 'data-unit="万元" data-divisor="10000"' in shown(client, snapshot.token, DISTRICT, "I03", language="zh-CN")


def test_where_the_registry_has_a_map_it_is_drawn_and_says_that_it_is_schematic(
    snapshot: Snapshot, district: District, client_as: ClientAs
) -> None:
    put_on_map()
    client = client_as("district_officer", district["district"])
    for args in ((), (snapshot.token, DISTRICT), (snapshot.token, DISTRICT, "I01")):
        told = shown(client, *args)
        assert told.count('"code": "99010010') == 2  # the towns, and no village
        assert "A schematic map" in told
        assert "anye areas --map" not in told
    village = client_as("village_worker", district["willow"])
    assert "data-map" not in shown(village, snapshot.token, WILLOW, "I01")
    tree = schematic_map(AREAS)
    true = [
        each for each in tree["features"] if each["properties"].pop("schematic") and each["properties"]["code"] == TOWN
    ]
    put_on_map({"type": "FeatureCollection", "features": true})
    told = shown(client, snapshot.token, DISTRICT, "I01")
    assert "A schematic map" not in told
    assert "1 area is not on the map" in told


def test_the_figure_of_the_map_is_chosen_in_the_address(
    snapshot: Snapshot, district: District, client_as: ClientAs
) -> None:
    put_on_map()
    client = client_as("district_officer", district["district"])
    page = reverse("report:of", args=[snapshot.token, DISTRICT])

    def read(query: str) -> str:
        return text_of(client.get(page + query, headers={"accept-language": "en"}))

    assert read_pack("cn_yubei").on_map == "I24" and '<option value="I24" selected>' in read("")
    for query in ("?figure=I99", "?figure=I06", "?figure="):  # none such, or one that no area has
        assert '<option value="I24" selected>' in read(query)
    told = read("?figure=C05")
    assert '<option value="C05" selected>' in told
    assert f'href="{reverse("report:of", args=[snapshot.token, TOWN])}?figure=C05"' in told
    assert "I06" not in told.partition("<select")[2].partition("</select>")[0]


def test_who_may_is_told_how_a_map_comes(snapshot: Snapshot, district: District, client_as: ClientAs) -> None:
    officer, auditor = (client_as(role, district["district"]) for role in ("district_officer", "auditor"))
    for args in ((), (snapshot.token, DISTRICT, "I01")):
        assert "anye areas --map FILE.geojson" in shown(officer, *args)
        told = shown(auditor, *args)
        assert "anye areas --map" not in told
        assert "data-map" not in told


def test_as_many_queries_whatever_there_is(snapshot: Snapshot, district: District, client_as: ClientAs) -> None:
    client = client_as("district_officer", district["district"])
    one, other = (reverse("report:indicator", args=[snapshot.token, DISTRICT, code]) for code in ("I17", "C04"))
    assert queries_of(client, one) == queries_of(client, other)
    pages = [reverse("report:of", args=[snapshot.token, area]) for area in (DISTRICT, TOWN)]
    assert len({queries_of(client, page) for page in pages}) == 1


# ── the first page ────────────────────────────────────────────────────────────────────────────────────────────────────


def headlines(client: Client, language: str = "en") -> list[str]:
    year = client.get("/", headers={"accept-language": language}).context.get("year")
    return [one.indicator.code for one in year.figures] if year else []


def test_the_districts_first_page_begins_with_the_year_and_each_figure_opens(
    snapshot: Snapshot, district: District, client_as: ClientAs
) -> None:
    client = client_as("district_officer", district["district"])
    assert headlines(client) == list(read_pack("cn_yubei").headlines[:6])
    page = text_of(client.get("/", headers={"accept-language": "en"}))
    assert page.index('The year up to <time datetime="2020-12-31">') < page.index('id="today-figures"')
    in_chinese = text_of(client.get("/", headers={"accept-language": "zh-CN"}))
    assert '本年指标（截至 <time datetime="2020-12-31">2020年12月31日</time>）' in in_chinese
    assert reverse("report:of", args=[snapshot.token, DISTRICT]) in page
    for code in headlines(client):
        href = reverse("report:indicator", args=[snapshot.token, DISTRICT, code])
        assert f'href="{href}"' in page
        assert client.get(href).status_code == 200


def test_a_town_begins_with_what_is_known_of_a_town_and_a_village_with_its_visits(
    snapshot: Snapshot, district: District, client_as: ClientAs
) -> None:
    town = client_as("town_officer", district["east"])
    assert headlines(town) == ["I01", "I02", "I30", "I31", "C04", "I24"]
    assert reverse("report:of", args=[snapshot.token, TOWN]) in text_of(town.get("/"))
    for role, place in (("village_worker", "willow"), ("administrator", "district")):
        assert headlines(client_as(role, district[place])) == []


def test_before_the_first_night_there_is_the_work_alone(year: Year, district: District, client_as: ClientAs) -> None:
    client = client_as("district_officer", district["district"])
    page = text_of(client.get("/", headers={"accept-language": "en"}))
    assert headlines(client) == [] and "The year up to" not in page and 'id="today-figures"' in page


def test_the_headlines_cost_one_statement_however_many_snapshots_there_are(
    year: Year, district: District, client_as: ClientAs
) -> None:
    client = client_as("district_officer", district["district"])
    client.get("/")
    without = queries_of(client, "/")
    for on in (dt.date(2020, 11, 30), ON):
        take(read_pack("cn_yubei"), on=on, known=KNOWN, by="tests")
        assert queries_of(client, "/") == without + 1


def test_every_headline_is_a_figure_of_its_pack() -> None:
    pack = read_pack("cn_yubei")
    assert len(set(pack.headlines)) == len(pack.headlines) >= 6
    assert set(pack.headlines) <= set(indicators_of(pack.name))
