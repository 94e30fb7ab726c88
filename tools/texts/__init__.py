"""The catalogue of everything that pages say, gathered from templates and code.

``make texts`` writes ``messages.pot`` anew, and brings every translation beside it up to date.
"""
