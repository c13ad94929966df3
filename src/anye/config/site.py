"""How others reach the site: its public address, the names it answers to, the proxies before it.

Written by hand under `[site]` of settings.toml; without it the site is for this machine, or for whoever reaches `--host`.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from anye.config.faults import SetupFault

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
LOOPBACK_PROXIES = ("127.0.0.1", "::1")
# long enough to outlast a holiday, short enough to go back to a site without HTTPS (decision 0017)
HSTS_SECONDS = 30 * 24 * 3600
NAME = re.compile(r"\.?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")


@dataclass(frozen=True)
class Site:
    """`address` is what people type (`https://name`), `hosts` what else the site is called, `proxies` whose
    `X-Forwarded-…` is believed: addresses or networks. An https address without proxies has its proxy on this machine.
    """

    address: str | None = None
    hosts: tuple[str, ...] = ()
    proxies: tuple[str, ...] = ()

    @classmethod
    def from_table(cls, table: Mapping[str, Any]) -> Site:
        """Read `[site]`. Raises SetupFault bad_site, which names the entry."""
        for name, value in table.items():
            if name not in {"address", "hosts", "proxies"}:
                raise SetupFault("bad_site", entry=name, value=value)
        return cls(
            address=_address(table["address"]) if table.get("address") else None,
            hosts=tuple(_host("hosts", each) for each in _listed(table, "hosts")),
            proxies=tuple(_network(each) for each in _listed(table, "proxies")),
        )

    def as_table(self) -> dict[str, Any]:
        """What stands under `[site]`; nothing where nothing was told."""
        told = {"address": self.address, "hosts": list(self.hosts), "proxies": list(self.proxies)}
        return {name: value for name, value in told.items() if value}

    @property
    def is_public(self) -> bool:
        """Whether visitors come through a proxy or under a public address: then nobody counts as at this machine."""
        return bool(self.address or self.proxies)

    @property
    def is_https(self) -> bool:
        """Whether people reach the site by https."""
        return (self.address or "").startswith("https://")

    @property
    def believed(self) -> tuple[str, ...]:
        """Networks of the proxies whose forwarding headers count."""
        return self.proxies or (LOOPBACK_PROXIES if self.is_https else ())

    def settings(self, bound: Iterable[str] = ()) -> dict[str, Any]:
        """Django's settings for it; `bound` are names of what the server listens on."""
        own = [urlsplit(self.address).hostname or ""] if self.address else []
        told: dict[str, Any] = {
            "ALLOWED_HOSTS": [*LOOPBACK, *dict.fromkeys([*map(_bracketed, own), *self.hosts, *bound])],
            "ANYE_IS_PUBLIC": self.is_public,
            "ANYE_IS_HTTPS": self.is_https,
            "ANYE_PROXIES": list(self.believed),
            # a link opens at this machine only, so a public site has none to give
            "ANYE_SIGN_IN_LINKS": not self.is_public,
        }
        if self.address:
            # a proxy may ask us under another name than the visitor typed
            told["CSRF_TRUSTED_ORIGINS"] = [self.address]
        if self.is_https:
            told |= {
                "SESSION_COOKIE_SECURE": True,
                "CSRF_COOKIE_SECURE": True,
                "LANGUAGE_COOKIE_SECURE": True,
                # for this name alone: what else stands under the domain is not ours to decide
                "SECURE_HSTS_SECONDS": HSTS_SECONDS,
            }
        return told


def names_of(host: str) -> list[str]:
    """Under which names a server that listens on `host` is asked for; bound to all, this machine's name and address."""
    if not is_unspecified(host):
        return [_bracketed(host.lower())]
    return [socket.gethostname().lower(), *_own_address()]


def shown(host: str, port: int) -> str:
    """The address at which a browser on this machine finds a server that listens on `host`."""
    return f"http://{'127.0.0.1' if is_unspecified(host) else _bracketed(host)}:{port}"


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a server that listens on `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_unspecified(host: str) -> bool:
    """Whether a server that listens on `host` listens on every address of this machine."""
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def _own_address() -> list[str]:
    """The address that others see; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return [str(probe.getsockname()[0])]
        except OSError:
            return []


def _listed(table: Mapping[str, Any], name: str) -> list[Any]:
    value = table.get(name, [])
    if not isinstance(value, list):
        raise SetupFault("bad_site", entry=name, value=value)
    return value


def _address(value: Any) -> str:
    try:
        parts = urlsplit(str(value).rstrip("/"))
        port = parts.port
    except ValueError:
        raise SetupFault("bad_site", entry="address", value=value) from None
    rest = (parts.path, parts.query, parts.fragment, parts.username, parts.password)
    if parts.scheme not in {"https", "http"} or not parts.hostname or any(rest):
        raise SetupFault("bad_site", entry="address", value=value)
    host = _host("address", parts.hostname)
    usual = {"https": 443, "http": 80}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != usual else "")


def _host(entry: str, value: Any) -> str:
    """A name or an address as Django compares it: small letters, IPv6 in brackets."""
    host = str(value).lower()
    try:
        return _bracketed(str(ipaddress.ip_address(host.strip("[]"))))
    except ValueError:
        pass
    if not NAME.fullmatch(host):
        raise SetupFault("bad_site", entry=entry, value=value)
    return host


def _network(value: Any) -> str:
    try:
        return str(ipaddress.ip_network(str(value), strict=False))
    except ValueError:
        raise SetupFault("bad_site", entry="proxies", value=value) from None


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host
