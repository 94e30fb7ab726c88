"""All providers behind one address: their paths do not meet."""

from fakes import anthropic, openai

ROUTES = {**openai.ROUTES, **anthropic.ROUTES}
