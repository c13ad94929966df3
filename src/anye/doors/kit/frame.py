"""The frame around every page: navigation, acting duty, language, user. Data only; `base.html` draws it.

A door says what its frame holds with `provide(namespace, build)`; pages outside any door get a plain one.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from anye.doors.kit import formats
from anye.doors.kit.fragments import Words
from anye.records.audit.day import own_day

LANGUAGE_NAMES = {"zh-hans": "中文", "en": "English"}


@dataclass(frozen=True, slots=True)
class NavItem:
    """An entry of the navigation.

    name: permanent identifier. key: the letter after `g` that goes there. roles: who sees it, nobody named means
    everybody. is_main: also in the bar at the foot of a phone's screen.
    """

    name: str
    label: Words
    icon: str
    url_name: str
    key: str = ""
    roles: frozenset[str] = frozenset()
    is_main: bool = False


@dataclass(frozen=True, slots=True)
class NavLink:
    """An entry as drawn."""

    item: NavItem
    href: str
    is_current: bool
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A link in a menu."""

    label: Words
    href: str
    icon: str = ""


@dataclass(frozen=True, slots=True)
class DutyChoice:
    """A duty that the user may act in: the value posted, the role in words, the place."""

    value: str
    role: Words
    place: Words
    is_acting: bool = False


def _notice() -> str:
    """What stands above every page of a registry that holds no real people."""
    if (day := own_day()) is not None:
        told = {"day": formats.day_text(day)}
        return gettext("A demonstration: everybody in it is invented, and its day is %(day)s.") % told
    return gettext("A trial registry: the people in it are invented.") if settings.ANYE_TRIAL else ""


@dataclass(slots=True)
class Frame:
    """Everything around a page's own content."""

    brand: Words = _("Anye")
    tagline: Words = ""
    home_href: str = "/"
    main: Sequence[NavLink] = ()
    more: Sequence[NavLink] = ()
    more_label: Words = ""
    duties: Sequence[DutyChoice] = ()
    duty_href: str = ""
    user_name: Words = ""
    user_detail: Words = ""
    user_links: Sequence[Link] = ()
    sign_out_href: str = ""
    search_href: str = ""
    search_label: Words = ""
    notice: Words = field(default_factory=_notice)
    footer: Words = ""
    languages: Sequence[tuple[str, str]] = field(
        default_factory=lambda: [(code, LANGUAGE_NAMES.get(code, str(name))) for code, name in settings.LANGUAGES]
    )

    @property
    def acting(self) -> DutyChoice | None:
        """The duty acted in."""
        return next((duty for duty in self.duties if duty.is_acting), None)

    @property
    def other_duties(self) -> list[DutyChoice]:
        """The duties that can be switched to."""
        return [duty for duty in self.duties if not duty.is_acting]

    @property
    def links(self) -> list[NavLink]:
        """All entries."""
        return [*self.main, *self.more]

    @property
    def tab_links(self) -> list[NavLink]:
        """The entries in the bar at the foot of a phone's screen."""
        return [link for link in self.links if link.item.is_main]

    @property
    def language_href(self) -> str:
        """Where the language is set; nothing when the site has no such address."""
        try:
            return reverse("set_language")
        except NoReverseMatch:
            return ""


Build = Callable[[HttpRequest], Frame]
_builders: dict[str, Build] = {}


def provide(namespace: str, build: Build) -> None:
    """Let `build` make the frame of all pages under a URL namespace."""
    _builders[namespace] = build


def links_for(
    items: Iterable[NavItem], *, path: str, role: str = "", counts: dict[str, int] | None = None
) -> list[NavLink]:
    """The entries that a role sees, the one whose address is the longest head of `path` being current.

    `counts` holds numbers to show beside an entry, by its name. Raises NoReverseMatch for an unknown address.
    """
    seen = [(item, reverse(item.url_name)) for item in items if not item.roles or role in item.roles]
    under = [href for _item, href in seen if path == href or path.startswith(href.rstrip("/") + "/")]
    here = max(under, key=len, default="")
    return [NavLink(item, href, href == here, (counts or {}).get(item.name)) for item, href in seen]


def frame(request: HttpRequest) -> dict[str, object]:
    """Context processor: `frame`, made only when a template asks for it."""
    return {"frame": SimpleLazyObject(lambda: _frame_of(request))}


def _frame_of(request: HttpRequest) -> Frame:
    given = getattr(request, "frame", None)
    if isinstance(given, Frame):
        return given
    match = request.resolver_match
    build = _builders.get(match.namespaces[0]) if match is not None and match.namespaces else None
    return build(request) if build is not None else Frame()
