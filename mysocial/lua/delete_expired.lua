-- Deletes the keys whose time is over. They carry no TTL, because a full server may evict such keys.
local time = redis.call('TIME')
local now_ms = time[1] * 1000
local keys = redis.call('ZRANGE', EXPIRING, 0, now_ms, 'BYSCORE', 'LIMIT', 0, request.max_keys)
for _, key in ipairs(keys) do
  redis.call('DEL', key)
  redis.call('ZREM', EXPIRING, key)
end
return #keys
