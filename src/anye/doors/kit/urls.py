"""The style page's addresses; include them where DEBUG or ANYE_STYLE_PAGE is on."""

from django.urls import path

from anye.doors.kit import style

app_name = "kit"
urlpatterns = [
    path("", style.style, name="style"),
    path("listing/", style.style_listing, name="style_listing"),
    path("listing/<str:token>/", style.style_form, name="style_person"),
    path("form/", style.style_form, name="style_form"),
    path("empty/", style.style_empty, name="style_empty"),
    path("tasks/", style.style, name="style_tasks"),
    path("offices/", style.style_empty, name="style_offices"),
    path("users/", style.style_empty, name="style_users"),
    path("progress/", style.style_progress, name="style_progress"),
    path("undo/", style.style_undo, name="style_undo"),
]
