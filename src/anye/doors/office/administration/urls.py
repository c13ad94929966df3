"""Addresses of the administrator's pages. Offices and users are opaque tokens in them."""

from django.urls import path

from anye.doors.kit.frame import provide
from anye.doors.office.administration import duties, offices, sheet, users
from anye.doors.office.navigation import office_frame

app_name = "administration"
provide(app_name, office_frame)
urlpatterns = [
    path("offices/", offices.index, name="offices"),
    path("offices/<str:token>/", offices.office, name="office"),
    path("offices/<str:token>/add/", offices.add, name="office_add"),
    path("offices/<str:token>/close/", offices.close, name="office_close"),
    path("users/", users.index, name="users"),
    path("users/add/", users.add, name="user_add"),
    path("users/sheet/", sheet.upload, name="sheet"),
    path("users/sheet/blank/", sheet.blank, name="sheet_blank"),
    path("users/sheet/apply/", sheet.apply, name="sheet_apply"),
    path("users/sheet/passwords/", sheet.passwords, name="sheet_passwords"),
    path("users/<str:token>/", users.user, name="user"),
    path("users/<str:token>/deactivate/", users.deactivate, name="user_deactivate"),
    path("users/<str:token>/reactivate/", users.reactivate, name="user_reactivate"),
    path("users/<str:token>/reset/", users.reset, name="user_reset"),
    path("users/<str:token>/link/", users.link, name="user_link"),
    path("users/<str:token>/duties/add/", duties.grant, name="duty_grant"),
    path("users/<str:token>/duties/<str:duty>/end/", duties.end, name="duty_end"),
]
