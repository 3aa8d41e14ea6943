"""`policy.toml`: admission, screening and keeping, checked, with every mistake at once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Final, Literal, Self

from pydantic import Field, field_validator, model_validator

from kiosk.domain.admission import Reason
from kiosk.domain.by_hand import KIND_OF_SITE
from kiosk.domain.overriding import MayOverride, OverrideRule
from kiosk.domain.policy import (
    LEAST_KEPT_DAYS,
    LIMIT_CC,
    MOST_TOLERANCE_MIN,
    Adaptive,
    BodySite,
    Cold,
    ColdMode,
    Instrument,
    Keeping,
    Limit,
    Paper,
    Policy,
    ReadingKind,
    ReferenceRule,
    Risk,
    ScreeningPolicy,
)
from kiosk.toml_file import Section, parse

if TYPE_CHECKING:
    from pathlib import Path

_HUNDRED: Final = 100
_Celsius = Annotated[Decimal, Field(ge=0, le=60, decimal_places=2)]
_LimitCelsius = Annotated[Decimal, Field(ge=LIMIT_CC[0] // _HUNDRED, le=LIMIT_CC[1] // _HUNDRED, decimal_places=2)]


class _LimitSection(Section):
    site: BodySite
    kind: ReadingKind
    elevated: _LimitCelsius
    low: _LimitCelsius
    source: Annotated[str, Field(min_length=1)]
    commissioned: str = ""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.low >= self.elevated:
            raise ValueError("low must lie below elevated")
        if self.kind is ReadingKind.SURFACE and not self.commissioned.strip():
            raise ValueError("a surface limit says in `commissioned` when, on whom and by whom it was found")
        return self


class _Admission(Section):
    early_min: int = Field(ge=0, le=MOST_TOLERANCE_MIN)
    late_min: int = Field(ge=0, le=MOST_TOLERANCE_MIN)
    suspended_services: tuple[str, ...]
    card_check_waived: bool
    widen_max_min: int = Field(ge=0, le=720)
    resume_elsewhere_s: int = Field(ge=0, le=3600)
    site_view_stale_s: int = Field(ge=5, le=3600)


class _Typing(Section):
    wrong_per_visitor: int = Field(ge=1, le=20)
    pause_s: int = Field(ge=0, le=3600)
    wrong_per_kiosk: int = Field(ge=1, le=1000)


class _DeclarationRule(Section):
    case_at_once: bool


class _Cold(Section):
    mode: ColdMode
    outdoor_below: Annotated[Decimal, Field(ge=-60, le=60, decimal_places=2)]
    hours: tuple[Annotated[int, Field(ge=0, le=23)], ...]
    dwell_s: int = Field(ge=60, le=3600)


class _Adaptive(Section):
    enabled: bool
    deviation: Annotated[_Celsius, Field(gt=0)]
    last: int = Field(ge=10, le=100)
    max_age_s: int = Field(ge=60, le=86_400)


class _Reference(Section):
    every_s: int = Field(ge=0, le=86_400)
    max_drift: _Celsius
    max_error: _Celsius


class _Risk(Section):
    lower: Annotated[_Celsius, Field(le=1)]
    answers: tuple[str, ...]


class _Screening(Section):
    guard_band: _Celsius
    min_samples: int = Field(ge=1, le=1000)
    max_spread: _Celsius
    max_drift: _Celsius
    ambient_low: _Celsius
    ambient_high: _Celsius
    warm_up_s: int = Field(ge=60, le=3600)
    warm_up_rounds: int = Field(ge=0, le=5)
    rise: _Celsius
    rise_wait_s: int = Field(ge=60, le=3600)
    unstable_rounds: int = Field(ge=1, le=10)
    recheck_s: int = Field(ge=300, le=1800)
    supervised_devices: tuple[str, ...]
    trust_one_value: bool
    needs_ambient: bool
    cold: _Cold
    adaptive: _Adaptive
    reference: _Reference
    risk: _Risk
    limit: Annotated[tuple[_LimitSection, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.ambient_low >= self.ambient_high:
            raise ValueError("ambient_low must lie below ambient_high")
        if len({(item.site, item.kind) for item in self.limit}) != len(self.limit):
            raise ValueError("two limits for the same site and kind")
        return self


class _Keeping(Section):
    visit_days: int = Field(ge=LEAST_KEPT_DAYS, le=3650)
    case_days: int = Field(ge=LEAST_KEPT_DAYS, le=3650)
    staff_days: int = Field(ge=LEAST_KEPT_DAYS, le=3650)


class _Rule(Section):
    by: MayOverride
    basis: Annotated[str, Field(min_length=1)]


class _Never(Section):
    by: Literal[MayOverride.NEVER]  # no booking stands behind it: kiosk/domain/overriding.py, NO_BOOKING
    basis: Annotated[str, Field(min_length=1)]


class _Override(Section):
    ambiguous_code: _Never
    unreadable_code: _Never
    forged_code: _Never
    unknown_key: _Never
    unknown_booking: _Never
    cancelled: _Rule
    revoked: _Rule
    blacklisted: _Rule
    not_confirmed: _Rule
    online_only: _Rule
    wrong_site: _Rule
    not_served_here: _Rule
    suspended_service: _Rule
    already_arrived: _Rule
    wrong_day: _Rule
    site_closed: _Rule
    too_late: _Rule
    too_early: _Rule

    def rules(self) -> tuple[OverrideRule, ...]:
        """Return the rules, one for each reason."""
        named: list[tuple[Reason, _Rule | _Never]] = [(reason, getattr(self, reason.value)) for reason in Reason]
        return tuple(OverrideRule(reason, rule.by, rule.basis) for reason, rule in named)


class _Paper(Section):
    back_min: int = Field(ge=0, le=1440)
    sheets: int = Field(ge=1, le=50)


class _InstrumentSection(Section):
    serial: Annotated[str, Field(min_length=1, max_length=32, pattern=r"^[0-9A-Za-z][0-9A-Za-z ._/-]*$")]
    sites: Annotated[tuple[BodySite, ...], Field(min_length=1)]
    checked_until: date

    @field_validator("sites")
    @classmethod
    def _by_hand(cls, sites: tuple[BodySite, ...]) -> tuple[BodySite, ...]:
        wrong = [site.value for site in sites if site not in KIND_OF_SITE]
        if wrong:
            raise ValueError(f"nothing is measured there by hand: {', '.join(wrong)}")
        return sites


class _PolicyFile(Section):
    id: Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[^\x00-\x1f\x7f]+$")]
    version: int = Field(ge=1, le=2**31 - 1)  # a column of the server
    admission: _Admission
    typing: _Typing
    declaration: _DeclarationRule
    screening: _Screening
    keeping: _Keeping
    override: _Override
    paper: _Paper
    instrument: tuple[_InstrumentSection, ...] = ()

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len({item.serial for item in self.instrument}) != len(self.instrument):
            raise ValueError("two instruments with the same serial")
        return self


def policy_in(text: str, where: Path | str, mistakes: list[str]) -> Policy | None:
    """Return the policy of a text, or None after adding what is wrong to `mistakes`: `WHERE: KEY: reason`."""
    file = parse(text, where, _PolicyFile, mistakes)
    return _policy(file) if file is not None else None


def _cc(value: Decimal) -> int:
    """Return whole hundredths of a degree; the model let no more than two decimals through."""
    return int(value * _HUNDRED)


def _policy(file: _PolicyFile) -> Policy:
    return Policy(
        id=file.id,
        version=file.version,
        early_min=file.admission.early_min,
        late_min=file.admission.late_min,
        suspended_services=file.admission.suspended_services,
        card_check_waived=file.admission.card_check_waived,
        case_on_declaration=file.declaration.case_at_once,
        widen_max_min=file.admission.widen_max_min,
        typed_wrong_per_visitor=file.typing.wrong_per_visitor,
        typed_pause_s=file.typing.pause_s,
        typed_wrong_per_kiosk=file.typing.wrong_per_kiosk,
        resume_elsewhere_s=file.admission.resume_elsewhere_s,
        site_view_stale_s=file.admission.site_view_stale_s,
        keeping=Keeping(file.keeping.visit_days, file.keeping.case_days, file.keeping.staff_days),
        overrides=file.override.rules(),
        paper=Paper(file.paper.back_min, file.paper.sheets),
        screening=_screening(file.screening),
        instruments=tuple(Instrument(item.serial, item.sites, item.checked_until) for item in file.instrument),
    )


def _screening(file: _Screening) -> ScreeningPolicy:
    return ScreeningPolicy(
        limits=tuple(
            Limit(item.site, item.kind, _cc(item.elevated), _cc(item.low), item.source, item.commissioned)
            for item in file.limit
        ),
        guard_band_cc=_cc(file.guard_band),
        min_samples=file.min_samples,
        max_spread_cc=_cc(file.max_spread),
        max_drift_cc=_cc(file.max_drift),
        ambient_low_cc=_cc(file.ambient_low),
        ambient_high_cc=_cc(file.ambient_high),
        warm_up_s=file.warm_up_s,
        warm_up_rounds=file.warm_up_rounds,
        rise_cc=_cc(file.rise),
        rise_wait_s=file.rise_wait_s,
        unstable_rounds=file.unstable_rounds,
        recheck_s=file.recheck_s,
        supervised_devices=file.supervised_devices,
        trust_one_value=file.trust_one_value,
        needs_ambient=file.needs_ambient,
        cold=Cold(file.cold.mode, _cc(file.cold.outdoor_below), file.cold.hours, file.cold.dwell_s),
        adaptive=Adaptive(
            file.adaptive.enabled, _cc(file.adaptive.deviation), file.adaptive.last, file.adaptive.max_age_s
        ),
        reference=ReferenceRule(file.reference.every_s, _cc(file.reference.max_drift), _cc(file.reference.max_error)),
        risk=Risk(_cc(file.risk.lower), file.risk.answers),
    )
