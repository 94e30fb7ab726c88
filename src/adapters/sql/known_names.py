"""The names of keys and tags, in one statement that reads a row for each of them."""

from sqlalchemy import Connection, text

from domain.known_names import KnownNames

#: From each tag to the next one in the index, past its values, which may be a thousand. What is
#: called nothing stands for all calls.
_NAMES = text("""
WITH RECURSIVE found (tag) AS (
    (SELECT tag FROM tag_values
        WHERE organization_id = CAST(:of AS uuid) AND tag > '' ORDER BY tag LIMIT 1)
    UNION ALL
    SELECT (SELECT v.tag FROM tag_values AS v
        WHERE v.organization_id = CAST(:of AS uuid) AND v.tag > found.tag ORDER BY v.tag LIMIT 1)
    FROM found WHERE found.tag IS NOT NULL
), tags AS (
    SELECT tag FROM found WHERE tag IS NOT NULL ORDER BY tag COLLATE "C" LIMIT :tags
), keys AS (
    SELECT id, name FROM api_keys
    WHERE organization_id = CAST(:of AS uuid) ORDER BY id DESC LIMIT :keys
)
SELECT id::text, name FROM keys UNION ALL SELECT NULL, tag FROM tags
""")


def known_names(
    connection: Connection, organization_id: str, *, keys: int, tags: int
) -> KnownNames:
    rows = connection.execute(_NAMES, {"of": organization_id, "keys": keys, "tags": tags}).all()
    named_keys = {str(row.id): str(row.name) for row in rows if row.id is not None}
    return KnownNames(
        keys=dict(sorted(named_keys.items(), reverse=True)),
        tags=tuple(sorted(str(row.name) for row in rows if row.id is None)),
    )
