-- Forgive debts that MongoDB has, each only if nobody has written since the copy was taken.
-- While a backup is cut, none: what is owed must stay so from its look at MongoDB to that at Redis.
if redis.call('EXISTS', BACKUP_FREEZE) == 1 then return 0 end
local settled, counts = 0, {}
for _, item in ipairs(request.items) do
  local key, id, version, ttl, queue = unpack(item)
  if redis.call('HGET', key, VERSION) == version then
    settled = settled + redis.call('ZREM', DIRTY_PREFIX .. queue, key)
    counts[queue] = (counts[queue] or 0) + 1
    redis.call('HDEL', DEAD_LETTERS_PREFIX .. queue, key)
    redis.call('HDEL', ATTEMPTS_PREFIX .. queue, key)
    tidy(key, id, ttl)
    redis.call('EXPIRE', key, ttl)
  else
    -- What was owed at the copy is paid; what is owed now is no older than the copy.
    redis.call('ZADD', DIRTY_PREFIX .. queue, 'XX', 'GT', request.taken, key)
  end
end
for queue, count in pairs(counts) do redis.call('HINCRBY', FLUSHED_COUNTS, queue, count) end
return settled
