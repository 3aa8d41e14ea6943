"""Settings from TOML: checked whole, every mistake at once, each with its file and key."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from kiosk.domain.declaration import Declaration, Notice, Question
from kiosk.domain.plan import Plan
from kiosk.domain.policy import LEAST_KEPT_DAYS, BodySite, Keeping, Limit, Policy, ReadingKind, ScreeningPolicy
from kiosk.domain.site import Words
from kiosk.errors import ConfigError
from kiosk.plan_file import read_plan
from kiosk.toml_file import Section, read


class ServerSettings(Section):
    """Where the central server is."""

    url: Annotated[str, Field(pattern=r"^https?://[^/\s]+(/.*)?$")]
    connect_timeout_s: float = Field(3.0, gt=0, le=60)
    read_timeout_s: float = Field(10.0, gt=0, le=120)
    ca_file: str = ""
    client_cert_file: str = ""
    client_key_file: str = ""
    token_life_days: int = Field(default=30, ge=1, le=365)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if bool(self.client_cert_file) != bool(self.client_key_file):
            raise ValueError("client_cert_file and client_key_file belong together")
        if self.client_cert_file and not self.url.startswith("https:"):
            raise ValueError("a client certificate needs an https url")
        return self


class LogSettings(Section):
    """Where the log's key lies; never inside the data folder. `escrow_key_file`: seals a copy at enrolment."""

    key_file: Annotated[str, Field(min_length=1)]
    escrow_key_file: str = ""


class CameraSettings(Section):
    """Where frames come from: an index, a video file, a folder, or "none"."""

    source: str = "0"


class ThermometerSettings(Section):
    """Which thermometer measures."""

    driver: Annotated[str, Field(min_length=1)]
    file: str = ""


class ScreenSettings(Section):
    """The window, in pixels."""

    width: int = Field(1080, ge=480, le=7680)
    height: int = Field(1920, ge=480, le=7680)
    fullscreen: bool = True
    first_language: Literal["zh", "en"] = "zh"


class TimeoutSettings(Section):
    """Seconds without a touch before a screen goes back."""

    booking_s: int = Field(30, ge=5, le=600)
    declaration_s: int = Field(60, ge=5, le=600)
    measuring_s: int = Field(45, ge=5, le=600)
    result_s: int = Field(8, ge=2, le=600)
    refused_s: int = Field(30, ge=5, le=600)
    wait_s: int = Field(15, ge=5, le=600)
    keypad_s: int = Field(40, ge=5, le=600)
    guard_s: int = Field(60, ge=10, le=600)


class KioskSettings(Section):
    """One kiosk's `kiosk.toml`."""

    mode: Literal["demo", "test", "production"]
    direction: Literal["entry", "exit"] = "entry"
    entrance: Words = Words("1 号入口", "Entrance 1")
    server: ServerSettings
    log: LogSettings
    camera: CameraSettings = CameraSettings()
    thermometer: ThermometerSettings
    screen: ScreenSettings = ScreenSettings()  # pyright: ignore[reportCallIssue]
    timeouts: TimeoutSettings = TimeoutSettings()  # pyright: ignore[reportCallIssue]


_Celsius = Annotated[Decimal, Field(ge=0, le=60, decimal_places=2)]
_HUNDRED: Final = 100


class _LimitSection(Section):
    site: BodySite
    kind: ReadingKind
    elevated: _Celsius
    low: _Celsius
    source: Annotated[str, Field(min_length=1)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.low >= self.elevated:
            raise ValueError("low must lie below elevated")
        return self


class _Admission(Section):
    early_min: int = Field(ge=0, le=240)
    late_min: int = Field(ge=0, le=240)
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


class _PolicyFile(Section):
    id: Annotated[str, Field(min_length=1, max_length=40)]
    version: int = Field(ge=1)
    admission: _Admission
    typing: _Typing
    declaration: _DeclarationRule
    screening: _Screening
    keeping: _Keeping


class _QuestionSection(Section):
    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    text: Words
    services: tuple[str, ...] = ()
    enabled: bool = True


def _told_apart(questions: tuple[_QuestionSection, ...]) -> tuple[_QuestionSection, ...]:
    if len({question.id for question in questions}) != len(questions):
        raise ValueError("two questions with the same id")
    return questions


class _NoticeSection(Section):
    version: int = Field(ge=1)
    short: Words
    full: Words


class _DeclarationFile(Section):
    version: int = Field(ge=1)
    title: Words
    notice: _NoticeSection
    question: Annotated[tuple[_QuestionSection, ...], Field(min_length=3), AfterValidator(_told_apart)]


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that `config/` says, checked."""

    kiosk: KioskSettings
    policy: Policy
    declaration: Declaration
    plan: Plan
    folder: Path


def load(kiosk_file: Path) -> Settings:
    """Return the settings of `kiosk_file` and of the policy, declaration and plan beside it.

    Raises ConfigError with every mistake in every file.
    """
    folder = kiosk_file.parent
    mistakes: list[str] = []
    kiosk = read(kiosk_file, KioskSettings, mistakes)
    policy = read(folder / "policy.toml", _PolicyFile, mistakes)
    declaration = read(folder / "declaration.toml", _DeclarationFile, mistakes)
    plan = read_plan(folder / "plan.toml", mistakes)
    if kiosk is None or policy is None or declaration is None or plan is None or mistakes:
        raise ConfigError(mistakes)
    return Settings(kiosk, _policy(policy), _declaration(declaration), plan, folder)


def _cc(value: Decimal) -> int:
    """Return whole hundredths of a degree; the model let no more than two decimals through."""
    return int(value * _HUNDRED)


def _policy(file: _PolicyFile) -> Policy:
    screening = file.screening
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
        screening=ScreeningPolicy(
            limits=tuple(
                Limit(item.site, item.kind, _cc(item.elevated), _cc(item.low), item.source) for item in screening.limit
            ),
            guard_band_cc=_cc(screening.guard_band),
            min_samples=screening.min_samples,
            max_spread_cc=_cc(screening.max_spread),
            max_drift_cc=_cc(screening.max_drift),
            ambient_low_cc=_cc(screening.ambient_low),
            ambient_high_cc=_cc(screening.ambient_high),
            warm_up_s=screening.warm_up_s,
            warm_up_rounds=screening.warm_up_rounds,
            rise_cc=_cc(screening.rise),
            rise_wait_s=screening.rise_wait_s,
            unstable_rounds=screening.unstable_rounds,
        ),
    )


def _declaration(file: _DeclarationFile) -> Declaration:
    questions = tuple(Question(item.id, item.text, item.services, item.enabled) for item in file.question)
    notice = Notice(file.notice.version, file.notice.short, file.notice.full)
    return Declaration(file.version, file.title, questions, notice)
