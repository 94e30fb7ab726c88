"""What a stated total tells of counts that frameworks and instrumentations wrote."""


def leaves_out_cache(
    stated: int, cached: int, made: int, reasoning: int, total: int | None
) -> bool:
    """Whether the total tells that the input leaves out what was cached."""
    if total in (stated + made, stated + made + reasoning):
        return False
    return total in (stated + cached + made, stated + cached + made + reasoning)


def leaves_out_reasoning(stated: int, made: int, reasoning: int, total: int | None) -> bool:
    """Whether the total tells that the output leaves out the reasoning, as Gemini's does."""
    return reasoning > 0 and total == stated + made + reasoning


def agrees(stated: int, cached: int, made: int, total: int) -> bool:
    """Whether a total is that of the parts; some leave out what was cached there, too."""
    return total in (stated + made, stated - cached + made)
