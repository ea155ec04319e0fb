"""The door before the routes, as plain ASGI: the name asked for, the site that asks, how often, and with which key."""

import math
from collections.abc import Mapping
from typing import NamedTuple

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from service.doors.keys import Key
from service.doors.rates import Rates, name_address
from service.doors.ring import Ring
from service.doors.roles import PROBES, find_role
from service.doors.sites import SAFE, is_foreign, is_served
from service.errors import RefusedError
from service.replies import reply
from service.settings import Settings

CHALLENGE = 'Bearer realm="tagger"'


class Guest(NamedTuple):
    """Who asks, as routes find it in request.state.guest: the key shown, and the bucket that pays, where one does."""

    key: Key | None
    rates: Rates | None
    name: str


class Limits(NamedTuple):
    """Buckets of keys and of addresses, apart, so that a flood of addresses harms no key."""

    keys: Rates
    addresses: Rates


class Door:
    """Around the routes."""

    def __init__(self, app: ASGIApp, settings: Settings, ring: Ring, limits: Limits | None) -> None:
        self.app = app
        self.hosts = settings.served_hosts
        self.origins = settings.origins
        self.ring = ring
        self.limits = limits
        self.limits_all = settings.limits_all

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            try:
                self.admit(scope)
            except RefusedError as error:
                await reply({"error": str(error)}, error.status, error.headers)(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def admit(self, scope: Scope) -> None:
        """Let somebody in, and note who it is. Raises RefusedError."""
        headers = dict(scope["headers"])
        self.check_site(scope["method"], headers)
        self.ring.refresh()
        key = self.ring.find(headers.get(b"authorization", b""))
        guest = self.identify(scope, key)
        state = scope.setdefault("state", {})
        state["guest"] = guest
        if key:
            # For the log, which has the caller as a digest alone.
            state["key_name"] = key.name
        if guest.rates and (wait := guest.rates.take(guest.name)):
            raise refuse_for(wait)
        if self.ring.closed:
            check_role(scope["method"], scope["path"], key, b"authorization" in headers)

    def check_site(self, method: str, headers: Mapping[bytes, bytes]) -> None:
        """Raises RefusedError for a name that is not served, or a page of another site."""
        if not is_served(headers.get(b"host", b""), self.hosts):
            raise RefusedError(421, "the name in Host is not served: name it in TAGGER_HOSTS")
        if method not in SAFE and is_foreign(headers, self.origins):
            raise RefusedError(403, "a page of another site asks: name its origin in TAGGER_ORIGINS")

    def identify(self, scope: Scope, key: Key | None) -> Guest:
        """Who pays: the key, else the address; nobody for a probe, or where nothing is limited."""
        if self.limits is None or not (self.limits_all or self.ring.closed) or scope["path"] in PROBES:
            return Guest(key, None, "")
        if key:
            return Guest(key, self.limits.keys, key.name)
        return Guest(key, self.limits.addresses, name_address(scope["client"][0] if scope["client"] else ""))


def charge(request: Request, count: int) -> None:
    """What a request costs beyond one: its sender waits the longer for the next."""
    guest: Guest = request.state.guest
    if guest.rates and count > 1:
        guest.rates.add(guest.name, count - 1)


def refuse_for(seconds: float) -> RefusedError:
    wait = math.ceil(seconds)
    return RefusedError(429, f"too many requests: try again in {wait} s", retry_after=str(wait))


def check_role(method: str, path: str, key: Key | None, shown: bool) -> None:
    """Raises RefusedError where a key is needed and none that suffices was shown."""
    role = find_role(method, path)
    if role is None or (key and role in key.roles):
        return
    if key:
        told = f"this needs a key with role {role}; {key.name!r} has {', '.join(key.roles)}"
        raise RefusedError(403, told, www_authenticate=f'{CHALLENGE}, error="insufficient_scope", scope="{role}"')
    if shown:
        told = "the key is not known, or was revoked"
        raise RefusedError(401, told, www_authenticate=f'{CHALLENGE}, error="invalid_token"')
    raise RefusedError(401, "a key is needed: send `Authorization: Bearer KEY`", www_authenticate=CHALLENGE)
