"""Addresses of the rules: a policy by its code, a draft by its token."""

from django.urls import path

from anye.doors.kit.frame import provide
from anye.doors.office.navigation import office_frame
from anye.doors.office.rules import drafts, foreseen, policies

app_name = "rules"
provide(app_name, office_frame)
urlpatterns = [
    path("rules/", policies.index, name="index"),
    path("rules/drafts/<str:token>/", drafts.draft, name="draft"),
    path("rules/drafts/<str:token>/state/", drafts.draft_state, name="draft_state"),
    path("rules/drafts/<str:token>/decide/", drafts.decide, name="decide"),
    path("rules/drafts/<str:token>/who/", foreseen.foreseen, name="foreseen"),
    path("rules/drafts/<str:token>/change/<slug:kind>/", drafts.change, name="change"),
    path("rules/<slug:code>/", policies.policy, name="policy"),
    path("rules/<slug:code>/change/", policies.begin, name="begin"),
]
