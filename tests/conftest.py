"""For all tests: the contracts explain their failures like tests do."""

import pytest

pytest.register_assert_rewrite("tests.contracts")
