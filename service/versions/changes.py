"""What a command makes of a plan: pure, and refused where it makes no sense."""

from datetime import datetime

from service.versions.plan import Plan, Version
from tagger.errors import ParamsError


def challenge(plan: Plan, version: Version, share: float, shadow: bool, now: datetime) -> Plan:
    """Let a model answer a share of the callers, or none with `shadow`. Raises ParamsError."""
    if plan.challenger:
        raise ParamsError(f"{plan.challenger.version} is the challenger already: promote it or drop it first")
    if plan.champion and plan.champion.version == version.version:
        raise ParamsError(f"{version.version} is the champion already: give the challenger another --version")
    return change(plan, challenger=version, share=share, shadow=shadow, since=now)


def set_share(plan: Plan, share: float, shadow: bool | None) -> Plan:
    """Raises ParamsError where there is no challenger."""
    need_challenger(plan)
    return change(plan, share=share, shadow=plan.shadow if shadow is None else shadow)


def promote(plan: Plan, champion: Version) -> Plan:
    """The challenger answers everybody; `champion`, which did, is what a rollback goes back to. Raises ParamsError."""
    return Plan(champion=need_challenger(plan), previous=champion)


def roll_back(plan: Plan) -> Plan:
    """Undo the last step: send the challenger away, or where there is none, bring the previous champion back."""
    if plan.challenger:
        return drop(plan)
    if plan.previous is None:
        raise ParamsError(
            "there is nothing to go back to: `python -m service.versions challenge FOLDER` brings a model"
        )
    return Plan(champion=plan.previous)


def drop(plan: Plan) -> Plan:
    """The champion answers everybody. Raises ParamsError."""
    need_challenger(plan)
    return change(plan, challenger=None, share=0.0, shadow=False, since=None)


def need_challenger(plan: Plan) -> Version:
    """Raises ParamsError where there is none."""
    if plan.challenger is None:
        raise ParamsError(
            "there is no challenger: `python -m service.versions challenge FOLDER --share 10%` brings one"
        )
    return plan.challenger


def change(plan: Plan, **values: object) -> Plan:
    """The same plan with other values."""
    return plan.model_copy(update=values)
