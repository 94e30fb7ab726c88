"""A local server that answers as the providers document it: JSON, server-sent events, frames.

No model runs: answers are short and their usage objects are fixed, so that tests know what each
must cost.
"""
