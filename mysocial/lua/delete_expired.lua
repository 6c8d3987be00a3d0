-- Delete what has served its time but may not carry a TTL, because a full server would evict it.
local time = redis.call('TIME')
local due = redis.call('ZRANGE', EXPIRING, 0, time[1] * 1000, 'BYSCORE', 'LIMIT', 0, request.most)
for _, key in ipairs(due) do
  redis.call('DEL', key)
  redis.call('ZREM', EXPIRING, key)
end
return #due
