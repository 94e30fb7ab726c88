"""For all tests: the contracts explain their failures like tests do."""

import pytest
from hypothesis import settings

pytest.register_assert_rewrite("tests.contracts")

# How long an example takes says something about the machine, not about the code.
settings.register_profile("steady", deadline=None)
settings.load_profile("steady")
