"""Names that genai-prices prices wrongly, and why: what its equality with the book leaves out."""

KNOWN_ERRORS = {
    # Retired on 2026-05-22; the name means Medium 3.5 since (tools/price_book/pins.json).
    "mistral-medium",
}
