-- Deletes what is due: keys, stored responses and events. They carry no TTL, because a full server may
-- evict such keys. Returns how much was deleted, and whether nothing more is due.
local time = redis.call('TIME')
local now_s = tonumber(time[1])

local function delete_due_keys()
  local keys = redis.call('ZRANGE', EXPIRING, 0, now_s * 1000, 'BYSCORE', 'LIMIT', 0, request.max_keys)
  for _, key in ipairs(keys) do
    redis.call('DEL', key)
    redis.call('ZREM', EXPIRING, key)
  end
  return #keys
end

-- The responses of a list are in the order in which they are due.
local function delete_due_responses(list)
  local count, bytes = 0, 0
  for _, due_and_digest in ipairs(redis.call('LRANGE', list, 0, request.max_keys - 1)) do
    if tonumber(string.sub(due_and_digest, 1, 10)) > now_s then break end
    local key = IDEMPOTENCY_PREFIX .. string.sub(due_and_digest, 11)
    bytes, count = bytes + redis.call('STRLEN', key), count + 1
    redis.call('DEL', key)
  end
  if count > 0 then
    redis.call('LTRIM', list, count, -1)
    add_bytes(RESPONSE_BYTES, -bytes)
  end
  return count
end

-- Drop the offsets of trimmed events from the logs of the topics whose turn it is.
local function trim_topic_logs()
  local floor = tonumber(redis.call('GET', LOG_FLOOR) or '0')
  for _, topic in ipairs(redis.call('LPOP', TOPICS, request.max_topics) or {}) do
    local log = TOPIC_LOG_PREFIX .. topic
    local last = redis.call('LINDEX', log, -1)
    if last and tonumber(last) > floor then
      while tonumber(redis.call('LINDEX', log, 0)) <= floor do redis.call('LPOP', log) end
      redis.call('RPUSH', TOPICS, topic)
    else
      redis.call('DEL', log)
    end
  end
end

local oldest_offset = (now_s - request.log_seconds) * 1000000
local counts = {
  delete_due_keys(),
  delete_due_responses(PACKED_RESPONSES),
  delete_due_responses(NEW_RESPONSES),
  trim_event_log(request.log_bytes, oldest_offset, request.max_keys),
}
if request.max_topics > 0 then trim_topic_logs() end
local total, is_complete = 0, 1
for _, count in ipairs(counts) do
  total = total + count
  if count == request.max_keys then is_complete = 0 end
end
return {total, is_complete}
