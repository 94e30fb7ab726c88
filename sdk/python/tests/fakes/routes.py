"""All providers behind one address: their paths do not meet."""

from fakes import anthropic, bedrock, cohere, google, mistral, openai

ROUTES = {
    **google.ROUTES,
    **bedrock.ROUTES,
    **cohere.ROUTES,
    **mistral.ROUTES,
    **openai.ROUTES,
    **anthropic.ROUTES,
}
