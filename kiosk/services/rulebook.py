"""The rules in force: the server's newest documents where there are any, the kiosk's own files otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from kiosk.domain.admission import Door
from kiosk.errors import RulesMissing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kiosk.domain.declaration import Declaration
    from kiosk.domain.ids import ServiceId, SiteId
    from kiosk.domain.plan import Plan
    from kiosk.domain.policy import Policy
    from kiosk.domain.record import Hold
    from kiosk.domain.site import Service, Site
    from kiosk.ports import LocalCopy
    from kiosk.protocol.messages import Documents, Guard


@dataclass(frozen=True, slots=True)
class Rulebook:
    """What the acts judge by. `own_policy`, `own_declaration` and `own_plan` come from `config/`."""

    copy: LocalCopy
    own_policy: Policy
    own_declaration: Declaration
    own_plan: Plan

    def documents(self) -> Documents:
        """Return the server's documents; raises RulesMissing before the first ones came."""
        documents = self.copy.documents()
        if documents is None:
            message = "this kiosk has not yet heard its site's rules from the server"
            raise RulesMissing(message)
        return documents

    @property
    def is_set_up(self) -> bool:
        """Whether the documents came at least once."""
        return self.copy.documents() is not None

    @property
    def policy(self) -> Policy:
        """The policy in force."""
        documents = self.copy.documents()
        return documents.policy if documents is not None and documents.policy is not None else self.own_policy

    @property
    def declaration(self) -> Declaration:
        """The questions and the privacy notice in force."""
        documents = self.copy.documents()
        newer = documents.declaration if documents is not None else None
        return newer or self.own_declaration

    @property
    def plan(self) -> Plan:
        """The special-situation plan in force."""
        documents = self.copy.documents()
        newer = documents.plan if documents is not None else None
        return newer or self.own_plan

    @property
    def site(self) -> Site:
        """The site this kiosk stands at."""
        return self.documents().site

    def other_site(self, site_id: SiteId) -> Site | None:
        """Return a site of the directory, or None."""
        return next((site for site in self.documents().sites if site.id == site_id), None)

    def services(self) -> Mapping[ServiceId, Service]:
        """Return the service catalogue by id."""
        return {service.id: service for service in self.documents().services}

    def keys(self) -> Mapping[str, bytes]:
        """Return the public keys of booking codes by key id, revoked ones included: they are told apart later."""
        return {key_id: bytes.fromhex(key) for key_id, key in self.documents().keys.items()}

    def is_key_revoked(self, key_id: str) -> bool:
        """Tell whether codes signed by this key are no longer taken."""
        return key_id in self.documents().revoked_keys

    def guards(self) -> tuple[Guard, ...]:
        """Return who may sign in here."""
        return tuple(self.documents().guards)

    def holds(self) -> tuple[Hold, ...]:
        """Return the legal holds that the server placed."""
        documents = self.copy.documents()
        return tuple(documents.holds) if documents is not None else ()

    def door(self, extra_late_min: int) -> Door:
        """Return what admission is judged by."""
        return Door(self.site, self.services(), self.policy, timedelta(minutes=extra_late_min))
