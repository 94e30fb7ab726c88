"""The time zones that a person chooses from."""

from functools import cache
from importlib.resources import files
from zoneinfo import available_timezones

_REGIONS = (
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
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
    names = sorted(_of_places() & _known())
    return {
        region: tuple(
            (name, name.removeprefix(f"{region}/").replace("_", " "))
            for name in names
            if name.startswith(f"{region}/")
        )
        for region in _REGIONS
    }


def is_other_zone(name: str) -> bool:
    """Whether it is one that is not offered and still holds: an older name, say."""
    return name != "UTC" and name in _known() - _of_places()


@cache
def _known() -> frozenset[str]:
    """Looked up once: it reads a folder of some hundreds of files."""
    return frozenset(available_timezones())


@cache
def _of_places() -> frozenset[str]:
    """The names in use: at least one of each country, and no older name of the same place.

    From the table that tz keeps for choosing: country, coordinates, name, remarks.
    https://data.iana.org/time-zones/theory.html
    """
    table = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return frozenset(row[2] for row in rows)
