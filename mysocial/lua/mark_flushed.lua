-- Marks records clean that MongoDB has, each only if nobody has written it since the batch was read.
-- During the freeze of a backup it marks none: a record that is dirty when the backup reads MongoDB
-- must stay so until the backup has copied Redis.
if redis.call('EXISTS', BACKUP_FREEZE) == 1 then return 0 end

-- Redis was recovered after the batch was read, and may have loaded data that lacks the batch.
if request.epoch and redis.call('GET', EPOCH) ~= request.epoch then
  redis.call('SET', RECOUNT, '1')
  return -1
end

local flushed_count, counts_by_queue = 0, {}

local function mark_flushed(key, id, ttl_seconds, queue)
  flushed_count = flushed_count + redis.call('ZREM', DIRTY_PREFIX .. queue, key)
  counts_by_queue[queue] = (counts_by_queue[queue] or 0) + 1
  redis.call('HDEL', DEAD_LETTERS_PREFIX .. queue, key)
  redis.call('HDEL', ATTEMPTS_PREFIX .. queue, key)
  run_cleanups(key, id, ttl_seconds)
  redis.call('EXPIRE', key, ttl_seconds)
end

for _, item in ipairs(request.items) do
  local key, id, version, ttl_seconds, queue = unpack(item)
  if redis.call('HGET', key, VERSION) == version then
    mark_flushed(key, id, ttl_seconds, queue)
  else
    -- The version that was read is flushed; what is dirty now is no older than that moment.
    redis.call('ZADD', DIRTY_PREFIX .. queue, 'XX', 'GT', request.read_at_ms, key)
  end
end
-- MongoDB has confirmed a mark with this clock.
if request.clock and request.clock > tonumber(redis.call('GET', FLUSHED_CLOCK) or '0') then
  redis.call('SET', FLUSHED_CLOCK, format_integer(request.clock))
end
for queue, count in pairs(counts_by_queue) do
  redis.call('HINCRBY', FLUSHED_COUNTS, queue, count)
end
return flushed_count
