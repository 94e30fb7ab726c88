"""The time zones that a person chooses from."""

from functools import cache
from zoneinfo import available_timezones

_REGIONS = (
    "Africa",
    "America",
    "Antarctica",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
)


@cache
def zones_by_region() -> dict[str, tuple[tuple[str, str], ...]]:
    """Names and what to show for them, by region; UTC stands apart."""
    names = sorted(available_timezones())
    return {
        region: tuple(
            (name, name.removeprefix(f"{region}/").replace("_", " "))
            for name in names
            if name.startswith(f"{region}/")
        )
        for region in _REGIONS
    }
