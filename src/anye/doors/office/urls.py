"""Addresses of the office's daily work. A person's, a firm's, a visit's or a doubt's is a token, never a name or number."""

from django.urls import path

from anye.doors.kit.frame import provide
from anye.doors.office import (
    correction,
    corrections,
    differences,
    facts_to_fetch,
    findings,
    firm_owed,
    firms,
    handing_over,
    navigation,
    nearly_list,
    owed_list,
    people,
    person,
    proposing,
    source_row,
    today,
    visits,
)

app_name = "office"
provide(app_name, navigation.office_frame)
urlpatterns = [
    path("", today.today, name="today"),
    path("today/<str:token>/", today.answer, name="today_answer"),
    path("people/", people.index, name="people"),
    path("people/<str:token>/", person.overview, name="person"),
    path("people/<str:token>/history/", person.history, name="person_history"),
    path("people/<str:token>/rows/<str:batch>/<str:row>/", source_row.person_row, name="person_row"),
    path("people/<str:token>/owed/", person.what_is_owed, name="person_owed"),
    path("people/<str:token>/looks/", person.looks, name="person_looks"),
    path("people/<str:token>/show/", person.show, name="person_show"),
    path("people/<str:token>/restricted/", person.show_restricted, name="person_restricted"),
    path("owed/", owed_list.index, name="owed"),
    path("owed/paid/", differences.index, name="differences"),
    path("owed/facts/", facts_to_fetch.index, name="facts"),
    path("owed/hand-over/", handing_over.hand_over, name="hand_over"),
    path("owed/nearly/", nearly_list.index, name="nearly"),
    path("owed/paid/propose/", proposing.propose, name="propose"),
    path("owed/corrections/", corrections.index, name="corrections"),
    path("owed/corrections/approve/", corrections.approve, name="corrections_approve"),
    path("owed/corrections/<str:token>/", correction.correction, name="correction"),
    path("owed/corrections/<str:token>/decide/", correction.decide, name="correction_decide"),
    path("firms/", firms.index, name="firms"),
    path("firms/<str:token>/", firms.firm, name="firm"),
    path("firms/<str:token>/rows/<str:batch>/<str:row>/", source_row.firm_row, name="firm_row"),
    path("firms/<str:token>/owed/", firm_owed.index, name="firm_owed"),
    path("visits/", visits.index, name="visits"),
    path("visits/print/", visits.printed, name="visits_print"),
    path("visits/<str:token>/", visits.visit, name="visit"),
    path("visits/<str:token>/undo/", visits.undo, name="visit_undo"),
    path("findings/", findings.index, name="findings"),
    path("findings/<str:token>/", findings.finding, name="finding"),
    path("findings/<str:token>/name/", findings.rival, name="finding_rival"),
]
