"""When a server looks for garbage, during which Python answers nobody."""

import gc

#: New objects after which Python looks for garbage among them in the middle of a request.
_LOOKED_AT_ONCE = 50_000
#: After a request of which so many are left, they are looked at: a page leaves some thousand.
_LEFT = 500
#: So many looks at the youngest before one at those that outlived them; and of these before one at
#: all.
_YOUNG, _MIDDLE = 10, 50


def keep_what_is_there() -> None:
    """Leave out what stays for good, the prices above all, from every search from now on.

    It took a fifth of a second. And a request, which makes some ten thousand objects, is searched
    after it has let go of them, not several times before.
    """
    gc.collect()
    gc.freeze()
    gc.collect()  # Python measures its next search by what the last one left
    gc.set_threshold(_LOOKED_AT_ONCE)


def look_after_a_request() -> None:
    """Once its answer is sent. It takes half a millisecond then, and took twenty of every twentieth
    page.
    """
    young, of_middle, of_all = gc.get_count()
    if young > _LEFT:
        gc.collect(2 if of_all > _MIDDLE else 1 if of_middle > _YOUNG else 0)
