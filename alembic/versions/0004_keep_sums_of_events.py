"""Keep sums of events ready by time and dimension, and make them of the events there are."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TABLE = """
CREATE TABLE usage_rollups (
    organization_id UUID NOT NULL,
    breakdown VARCHAR(16) NOT NULL,
    tier SMALLINT NOT NULL,
    start TIMESTAMP WITH TIME ZONE NOT NULL,
    digest UUID NOT NULL,
    provider VARCHAR(256),
    model VARCHAR(256),
    project VARCHAR(256),
    environment VARCHAR(256),
    api_key VARCHAR(256),
    operation VARCHAR(256),
    status VARCHAR(256),
    calls BIGINT NOT NULL,
    errors BIGINT NOT NULL,
    provider_reported_calls BIGINT NOT NULL,
    computed_calls BIGINT NOT NULL,
    estimated_calls BIGINT NOT NULL,
    partial_calls BIGINT NOT NULL,
    unpriced_calls BIGINT NOT NULL,
    cost_usd NUMERIC,
    cache_savings_usd NUMERIC,
    latency_ms BIGINT,
    first_token_ms BIGINT,
    input_tokens BIGINT,
    cache_read_tokens BIGINT,
    cache_write_5m_tokens BIGINT,
    cache_write_1h_tokens BIGINT,
    output_tokens BIGINT,
    reasoning_tokens BIGINT,
    input_audio_tokens BIGINT,
    cache_read_audio_tokens BIGINT,
    output_audio_tokens BIGINT,
    input_image_tokens BIGINT,
    output_image_tokens BIGINT,
    input_video_tokens BIGINT,
    durations BIGINT[],
    CONSTRAINT pk_usage_rollups PRIMARY KEY (organization_id, breakdown, tier, start, digest),
    CONSTRAINT fk_usage_rollups_organization_id FOREIGN KEY(organization_id) REFERENCES organizations (id) ON DELETE CASCADE,
    CONSTRAINT ck_usage_rollups_tier CHECK (tier BETWEEN 0 AND 2),
    CONSTRAINT ck_usage_rollups_start CHECK (start >= '2000-01-01Z' AND start < '2200-01-01Z'),
    CONSTRAINT ck_usage_rollups_calls CHECK (calls >= -1000000000000000000 AND calls <= 1000000000000000000),
    CONSTRAINT ck_usage_rollups_errors CHECK (errors >= -1000000000000000000 AND errors <= 1000000000000000000),
    CONSTRAINT ck_usage_rollups_provider_reported_calls CHECK (provider_reported_calls >= -1000000000000000000 AND provider_reported_calls <= 1000000000000000000),
    CONSTRAINT ck_usage_rollups_computed_calls CHECK (computed_calls >= -1000000000000000000 AND computed_calls <= 1000000000000000000),
    CONSTRAINT ck_usage_rollups_estimated_calls CHECK (estimated_calls >= -1000000000000000000 AND estimated_calls <= 1000000000000000000),
    CONSTRAINT ck_usage_rollups_partial_calls CHECK (partial_calls >= -1000000000000000000 AND partial_calls <= 1000000000000000000),
    CONSTRAINT ck_usage_rollups_unpriced_calls CHECK (unpriced_calls >= -1000000000000000000 AND unpriced_calls <= 1000000000000000000),
    CONSTRAINT ck_usage_rollups_cost_usd CHECK (cost_usd >= -1000000000000000000 AND cost_usd <= 1000000000000000000),
    CONSTRAINT ck_usage_rollups_cache_savings_usd CHECK (cache_savings_usd >= -1000000000000000000 AND cache_savings_usd <= 1000000000000000000),
    CONSTRAINT ck_usage_rollups_latency_ms CHECK (latency_ms >= -1000000000000000000 AND latency_ms <= 1000000000000000000),
    CONSTRAINT ck_usage_rollups_first_token_ms CHECK (first_token_ms >= -1000000000000000000 AND first_token_ms <= 1000000000000000000),
    CONSTRAINT ck_usage_rollups_input_tokens CHECK (input_tokens >= -1000000000000000000 AND input_tokens <= 1000000000000000000),
    CONSTRAINT ck_usage_rollups_cache_read_tokens CHECK (cache_read_tokens >= -1000000000000000000 AND cache_read_tokens <= 1000000000000000000),
    CONSTRAINT ck_usage_rollups_cache_write_5m_tokens CHECK (cache_write_5m_tokens >= -1000000000000000000 AND cache_write_5m_tokens <= 1000000000000000000),
    CONSTRAINT ck_usage_rollups_cache_write_1h_tokens CHECK (cache_write_1h_tokens >= -1000000000000000000 AND cache_write_1h_tokens <= 1000000000000000000),
    CONSTRAINT ck_usage_rollups_output_tokens CHECK (output_tokens >= -1000000000000000000 AND output_tokens <= 1000000000000000000),
    CONSTRAINT ck_usage_rollups_reasoning_tokens CHECK (reasoning_tokens >= -1000000000000000000 AND reasoning_tokens <= 1000000000000000000),
    CONSTRAINT ck_usage_rollups_input_audio_tokens CHECK (input_audio_tokens >= -1000000000000000000 AND input_audio_tokens <= 1000000000000000000),
    CONSTRAINT ck_usage_rollups_cache_read_audio_tokens CHECK (cache_read_audio_tokens >= -1000000000000000000 AND cache_read_audio_tokens <= 1000000000000000000),
    CONSTRAINT ck_usage_rollups_output_audio_tokens CHECK (output_audio_tokens >= -1000000000000000000 AND output_audio_tokens <= 1000000000000000000),
    CONSTRAINT ck_usage_rollups_input_image_tokens CHECK (input_image_tokens >= -1000000000000000000 AND input_image_tokens <= 1000000000000000000),
    CONSTRAINT ck_usage_rollups_output_image_tokens CHECK (output_image_tokens >= -1000000000000000000 AND output_image_tokens <= 1000000000000000000),
    CONSTRAINT ck_usage_rollups_input_video_tokens CHECK (input_video_tokens >= -1000000000000000000 AND input_video_tokens <= 1000000000000000000)
)
 WITH (fillfactor = 70)
"""

_PENDING = """
CREATE TABLE pending_rollups (
    number BIGINT GENERATED ALWAYS AS IDENTITY,
    organization_id UUID NOT NULL,
    event_ids TEXT[] NOT NULL,
    CONSTRAINT pk_pending_rollups PRIMARY KEY (number),
    CONSTRAINT fk_pending_rollups_organization_id FOREIGN KEY(organization_id) REFERENCES organizations (id) ON DELETE CASCADE
)
"""


def _bounds() -> str:
    """Where the slots of durations begin, as an array."""
    bounds = [0]
    while bounds[-1] <= 86_400_000:
        bounds.append(bounds[-1] + max(1, int(bounds[-1] * 0.038)))
    return "'{" + ",".join(map(str, bounds)) + "}'"


_FILL = """
WITH waited AS (
    DELETE FROM pending_rollups WHERE organization_id = CAST(:organization_id AS uuid)
),
calls AS MATERIALIZED (
    SELECT date_bin('15 minutes', "timestamp", '2000-01-01 00:00:00+00') AS quarter,
        provider, model, project, environment, api_key_id::text AS api_key, operation, status,
        latency_ms, time_to_first_token_ms, cost_usd, cache_savings_usd, cost_source,
        input_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, output_tokens, reasoning_tokens, input_audio_tokens, cache_read_audio_tokens, output_audio_tokens, input_image_tokens, output_image_tokens, input_video_tokens
    FROM events WHERE organization_id = CAST(:organization_id AS uuid) AND TRUE
), sums AS (
    SELECT quarter, provider, model, project, environment, api_key, operation, status,
        sum(1) AS calls, sum((status = 'error')::integer) AS errors, sum((cost_source = 'provider_reported')::integer) AS provider_reported_calls, sum((cost_source = 'computed')::integer) AS computed_calls, sum((cost_source = 'estimated')::integer) AS estimated_calls, sum((cost_source = 'partial')::integer) AS partial_calls, sum((cost_source = 'unpriced')::integer) AS unpriced_calls, sum(cost_usd) AS cost_usd, sum(cache_savings_usd) AS cache_savings_usd, sum(latency_ms::bigint) AS latency_ms, sum(time_to_first_token_ms::bigint) AS first_token_ms, sum(input_tokens) AS input_tokens, sum(cache_read_tokens) AS cache_read_tokens, sum(cache_write_5m_tokens) AS cache_write_5m_tokens, sum(cache_write_1h_tokens) AS cache_write_1h_tokens, sum(output_tokens) AS output_tokens, sum(reasoning_tokens) AS reasoning_tokens, sum(input_audio_tokens) AS input_audio_tokens, sum(cache_read_audio_tokens) AS cache_read_audio_tokens, sum(output_audio_tokens) AS output_audio_tokens, sum(input_image_tokens) AS input_image_tokens, sum(output_image_tokens) AS output_image_tokens, sum(input_video_tokens) AS input_video_tokens
    FROM calls GROUP BY quarter, provider, model, project, environment, api_key, operation, status
), tiers (tier) AS (VALUES (0::smallint), (1::smallint), (2::smallint)
), summed AS (
    SELECT CASE WHEN grouping(provider, model, project, environment, api_key, operation, status) = 127 THEN 'total' WHEN grouping(provider, model, project, environment, api_key, operation, status) = 31 THEN 'model' WHEN grouping(provider, model, project, environment, api_key, operation, status) = 111 THEN 'project' WHEN grouping(provider, model, project, environment, api_key, operation, status) = 119 THEN 'environment' WHEN grouping(provider, model, project, environment, api_key, operation, status) = 123 THEN 'api_key' WHEN grouping(provider, model, project, environment, api_key, operation, status) = 125 THEN 'operation' WHEN grouping(provider, model, project, environment, api_key, operation, status) = 0 THEN 'combined' END AS breakdown, tier, CASE tier WHEN 0 THEN quarter WHEN 1 THEN date_trunc('hour', quarter, 'UTC')
    ELSE date_trunc('day', quarter, 'UTC') END AS start, md5(row(provider, model, project, environment, api_key, operation, status)::text)::uuid AS digest, provider, model, project, environment, api_key, operation, status,
        sum(calls) AS calls, sum(errors) AS errors, sum(provider_reported_calls) AS provider_reported_calls, sum(computed_calls) AS computed_calls, sum(estimated_calls) AS estimated_calls, sum(partial_calls) AS partial_calls, sum(unpriced_calls) AS unpriced_calls, sum(cost_usd) AS cost_usd, sum(cache_savings_usd) AS cache_savings_usd, sum(latency_ms) AS latency_ms, sum(first_token_ms) AS first_token_ms, sum(input_tokens) AS input_tokens, sum(cache_read_tokens) AS cache_read_tokens, sum(cache_write_5m_tokens) AS cache_write_5m_tokens, sum(cache_write_1h_tokens) AS cache_write_1h_tokens, sum(output_tokens) AS output_tokens, sum(reasoning_tokens) AS reasoning_tokens, sum(input_audio_tokens) AS input_audio_tokens, sum(cache_read_audio_tokens) AS cache_read_audio_tokens, sum(output_audio_tokens) AS output_audio_tokens, sum(input_image_tokens) AS input_image_tokens, sum(output_image_tokens) AS output_image_tokens, sum(input_video_tokens) AS input_video_tokens
    FROM sums CROSS JOIN tiers GROUP BY tier, CASE tier WHEN 0 THEN quarter WHEN 1 THEN date_trunc('hour', quarter, 'UTC')
    ELSE date_trunc('day', quarter, 'UTC') END, GROUPING SETS ((), (provider, model), (project), (environment), (api_key), (operation), (provider, model, project, environment, api_key, operation, status))
), slots AS (
    SELECT quarter, provider, model, project, environment, api_key, operation, status, slot, count(*) AS n
    FROM calls CROSS JOIN LATERAL unnest(ARRAY[width_bucket(latency_ms, %(bounds)s::integer[]),
    512 + width_bucket(time_to_first_token_ms, %(bounds)s::integer[])]) AS each (slot)
    WHERE slot IS NOT NULL GROUP BY quarter, provider, model, project, environment, api_key, operation, status, slot
), slotted AS (
    SELECT breakdown, tier, start, digest,
        array_agg((n::bigint << 10) | slot ORDER BY slot) AS durations
    FROM (
        SELECT CASE WHEN grouping(provider, model, project, environment, api_key, operation, status) = 127 THEN 'total' WHEN grouping(provider, model, project, environment, api_key, operation, status) = 31 THEN 'model' WHEN grouping(provider, model, project, environment, api_key, operation, status) = 111 THEN 'project' WHEN grouping(provider, model, project, environment, api_key, operation, status) = 119 THEN 'environment' WHEN grouping(provider, model, project, environment, api_key, operation, status) = 123 THEN 'api_key' WHEN grouping(provider, model, project, environment, api_key, operation, status) = 125 THEN 'operation' WHEN grouping(provider, model, project, environment, api_key, operation, status) = 0 THEN 'combined' END AS breakdown, tier, CASE tier WHEN 0 THEN quarter WHEN 1 THEN date_trunc('hour', quarter, 'UTC')
    ELSE date_trunc('day', quarter, 'UTC') END AS start, md5(row(provider, model, project, environment, api_key, operation, status)::text)::uuid AS digest, slot,
            sum(n) AS n
        FROM slots CROSS JOIN tiers GROUP BY tier, CASE tier WHEN 0 THEN quarter WHEN 1 THEN date_trunc('hour', quarter, 'UTC')
    ELSE date_trunc('day', quarter, 'UTC') END, slot, GROUPING SETS ((), (provider, model), (project), (environment), (api_key), (operation), (provider, model, project, environment, api_key, operation, status))
    ) AS spread GROUP BY breakdown, tier, start, digest
), made AS (
    SELECT CAST(:organization_id AS uuid) AS organization_id, breakdown, tier, start, digest,
        provider, model, project, environment, api_key, operation, status, calls, errors, provider_reported_calls, computed_calls, estimated_calls, partial_calls, unpriced_calls, nullif(cost_usd, 0) AS cost_usd, nullif(cache_savings_usd, 0) AS cache_savings_usd, nullif(latency_ms, 0) AS latency_ms, nullif(first_token_ms, 0) AS first_token_ms, nullif(input_tokens, 0) AS input_tokens, nullif(cache_read_tokens, 0) AS cache_read_tokens, nullif(cache_write_5m_tokens, 0) AS cache_write_5m_tokens, nullif(cache_write_1h_tokens, 0) AS cache_write_1h_tokens, nullif(output_tokens, 0) AS output_tokens, nullif(reasoning_tokens, 0) AS reasoning_tokens, nullif(input_audio_tokens, 0) AS input_audio_tokens, nullif(cache_read_audio_tokens, 0) AS cache_read_audio_tokens, nullif(output_audio_tokens, 0) AS output_audio_tokens, nullif(input_image_tokens, 0) AS input_image_tokens, nullif(output_image_tokens, 0) AS output_image_tokens, nullif(input_video_tokens, 0) AS input_video_tokens,
        durations
    FROM summed LEFT JOIN slotted USING (breakdown, tier, start, digest) WHERE NOT (breakdown = 'model' AND tier < 1) AND NOT (breakdown = 'project' AND tier < 1) AND NOT (breakdown = 'environment' AND tier < 1) AND NOT (breakdown = 'api_key' AND tier < 1) AND NOT (breakdown = 'operation' AND tier < 1) AND NOT (breakdown = 'combined' AND tier < 2)
)
INSERT INTO usage_rollups (organization_id, breakdown, tier, start, digest, provider, model, project, environment, api_key, operation, status, calls, errors, provider_reported_calls, computed_calls, estimated_calls, partial_calls, unpriced_calls, cost_usd, cache_savings_usd, latency_ms, first_token_ms, input_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, output_tokens, reasoning_tokens, input_audio_tokens, cache_read_audio_tokens, output_audio_tokens, input_image_tokens, output_image_tokens, input_video_tokens, durations) SELECT organization_id, breakdown, tier, start, digest, provider, model, project, environment, api_key, operation, status, calls, errors, provider_reported_calls, computed_calls, estimated_calls, partial_calls, unpriced_calls, cost_usd, cache_savings_usd, latency_ms, first_token_ms, input_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, output_tokens, reasoning_tokens, input_audio_tokens, cache_read_audio_tokens, output_audio_tokens, input_image_tokens, output_image_tokens, input_video_tokens, durations FROM made
"""


def upgrade() -> None:
    op.execute(_TABLE)
    op.execute(_PENDING)
    op.create_index(
        op.f("ix_pending_rollups_organization_id"), "pending_rollups", ["organization_id"]
    )
    connection = op.get_bind()
    fill = sa.text(_FILL.replace("%(bounds)s", _bounds()))
    for organization_id in connection.execute(sa.text("SELECT id FROM organizations")).scalars():
        connection.execute(fill, {"organization_id": organization_id})


def downgrade() -> None:
    op.drop_table("pending_rollups")
    op.drop_table("usage_rollups")
