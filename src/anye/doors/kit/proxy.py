"""Behind a proxy that is believed: the visitor's own address, and whether they came by https.

Before everything else, so that the trail, the limits on tries, cookies and redirects all see the visitor and not the
proxy. What somebody else forwards is not looked at.
"""

import ipaddress
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponseBase

Next = Callable[[HttpRequest], HttpResponseBase]


class ProxyMiddleware:
    """Puts the nearest address that is no proxy of ours in the place of REMOTE_ADDR, and the visitor's scheme."""

    def __init__(self, get_response: Next) -> None:
        if not settings.ANYE_PROXIES:
            raise MiddlewareNotUsed
        self.get_response = get_response
        self.networks = [ipaddress.ip_network(each) for each in settings.ANYE_PROXIES]

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        meta = request.META
        if self._is_ours(_parsed(meta.get("REMOTE_ADDR", ""))):
            for said in reversed(meta.get("HTTP_X_FORWARDED_FOR", "").split(",")):
                address = _parsed(said)
                if address is None:  # what stands further left was written by nobody we know
                    break
                meta["REMOTE_ADDR"] = str(address)
                if not self._is_ours(address):
                    break
            scheme = meta.get("HTTP_X_FORWARDED_PROTO", "").strip().lower()
            if scheme == "https" or (not scheme and settings.ANYE_IS_HTTPS):
                meta["wsgi.url_scheme"] = "https"
        return self.get_response(request)

    def _is_ours(self, address: Any) -> bool:
        return address is not None and any(address in network for network in self.networks)


def _parsed(text: str) -> Any:
    """An address, with or without a port, IPv4 inside IPv6 as IPv4; None when it is none."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
