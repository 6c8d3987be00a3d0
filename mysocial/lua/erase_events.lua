-- Deletes events, replaces blocks by the same ones without some of their events, and drops the oldest
-- offsets from the log of a topic. Other logs keep the offsets of deleted events: readers skip them.
-- Returns how much was changed.
local count = 0
for _, id in ipairs(request.ids) do
  local entry = redis.call('XRANGE', EVENT_LOG, id, id)[1]
  if entry then
    redis.call('XDEL', EVENT_LOG, id)
    add_bytes(EVENT_BYTES, -event_bytes(entry[2]))
    count = count + 1
  end
end
for _, item in ipairs(request.blocks) do
  local old, new = item[1], item[2]
  local last_offset = redis.call('ZSCORE', PACKED_EVENTS, old)
  if last_offset then
    redis.call('ZREM', PACKED_EVENTS, old)
    redis.call('ZADD', PACKED_EVENTS, last_offset, new)
    add_bytes(EVENT_BYTES, block_bytes(new) - block_bytes(old))
    count = count + 1
  end
end
if request.log then
  local offset = redis.call('LINDEX', request.log, 0)
  while offset and tonumber(offset) <= request.before do
    redis.call('LPOP', request.log)
    offset, count = redis.call('LINDEX', request.log, 0), count + 1
  end
  if not offset then redis.call('LREM', TOPICS, 1, string.sub(request.log, #TOPIC_LOG_PREFIX + 1)) end
end
return count
