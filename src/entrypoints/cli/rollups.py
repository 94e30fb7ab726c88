"""Are the sums right, and making them anew."""

from collections.abc import Iterator

from domain.rollup_difference import RollupDifference
from entrypoints.cli.operator import reachable_container


def verify() -> tuple[str, bool]:
    """What was found, and whether all is well."""
    with reachable_container() as container:
        found = container.verify_rollups()()
    lines = [
        f"{each.organization.slug}: {line}"
        for each in found
        for line in map(_sentence, each.differences)
    ]
    if lines:
        return "\n".join((*lines, '"truecompute rebuild" makes the sums anew.')), False
    return f"The sums of {_organizations(len(found))} are what the calls amount to.", True


def rebuild() -> str:
    """What was done, in a sentence."""
    with reachable_container() as container:
        number = container.rebuild_rollups()()
    return f"The sums of {_organizations(number)} were made anew."


def _organizations(number: int) -> str:
    return "one organization" if number == 1 else f"{number} organizations"


def _sentence(found: RollupDifference) -> str:
    where = " ".join((found.breakdown, *(value for value in found.values if value is not None)))
    return f"{where}, {found.tier.name.lower()} of {found.start:%Y-%m-%d %H:%MZ}: " + ", ".join(
        _told(found)
    )


def _told(found: RollupDifference) -> Iterator[str]:
    yield f"calls {_known(found.kept_calls)}, are {_known(found.true_calls)}"
    yield f"cost {_known(found.kept_cost_usd)}, is {_known(found.true_cost_usd)}"


def _known(number: object) -> str:
    return "nothing" if number is None else str(number)
