-- Replaces stored responses by their compressed copies, the oldest first. Another worker may have
-- packed some of them meanwhile.
local count = 0
for _, item in ipairs(request.items) do
  local due_and_digest, digest, packed = item[1], item[2], item[3]
  if redis.call('LINDEX', NEW_RESPONSES, 0) == due_and_digest then
    redis.call('LPOP', NEW_RESPONSES)
    redis.call('RPUSH', PACKED_RESPONSES, due_and_digest)
    local key = IDEMPOTENCY_PREFIX .. digest
    if packed and redis.call('GETRANGE', key, 0, 0) == RAW then
      redis.call('HINCRBY', STORED_BYTES, RESPONSE_BYTES, #packed - redis.call('STRLEN', key))
      redis.call('SET', key, packed)
    end
    count = count + 1
  end
end
return count
