-- What DuckDB makes of an exported session. In the folder of the file:
--   roomkeeper export s42 -f parquet -o session.parquet
--   duckdb < parquet.sql
-- Several sessions at once: FROM '*.parquet'. Times are UTC; ids of TikTok are text, because many tools that read
-- Parquet make floats of numbers with nulls between them, and a float holds 16 of their 19 digits.

SET TimeZone = 'UTC';

-- What there is.
SELECT kind, count(*) AS events, min("at") AS first, max("at") AS last
FROM 'session.parquet' WHERE NOT late GROUP BY kind ORDER BY events DESC, kind;

-- Chat, joins and viewers by the minute.
SELECT time_bucket(INTERVAL 1 MINUTE, "at") AS minute,
  count(*) FILTER (kind = 'chat') AS chats,
  count(*) FILTER (kind = 'join') AS joins,
  sum(amount) FILTER (kind = 'like') AS likes,
  max(total) FILTER (kind = 'viewers') AS viewers
FROM 'session.parquet' WHERE NOT late GROUP BY minute ORDER BY minute;

-- Who wrote most.
SELECT userId, last(nickname ORDER BY id) AS name, count(*) AS messages
FROM 'session.parquet' WHERE kind = 'chat' AND NOT late GROUP BY userId ORDER BY messages DESC, userId LIMIT 20;

-- Gifts: a streak is told again and again while it grows, and counts once, at its highest.
SELECT name, sum(given) AS given, sum(given * price) AS diamonds FROM (
  SELECT coalesce(any_value(data->>'$.name'), giftId) AS name, max(amount) AS given, max("value") AS price
  FROM 'session.parquet' WHERE kind = 'gift' AND NOT late GROUP BY userId, giftId, coalesce(groupId, msgId)
) GROUP BY name ORDER BY diamonds DESC, name;

-- How long messages were on their way.
SELECT quantile_cont(epoch_ms("at") - epoch_ms(sourceAt), [0.5, 0.99]) AS delay_ms
FROM 'session.parquet' WHERE sourceAt IS NOT NULL AND NOT history;
