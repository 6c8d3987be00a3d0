-- Replaces stored responses by their compressed copies, the oldest first, or notes that MongoDB has
-- them. Another worker may have done so with some of them meanwhile.
local count = 0

-- Take the response from the list, unless another worker has taken it.
local function take(list, due_and_digest)
  if redis.call('LINDEX', list, 0) ~= due_and_digest then return false end
  redis.call('LPOP', list)
  return true
end

for _, item in ipairs(request.items) do
  local due_and_digest, digest, packed = item[1], item[2], item[3]
  if request.list == UNSAVED_RESPONSES then
    if take(UNSAVED_RESPONSES, due_and_digest) then count = count + 1 end
  elseif take(NEW_RESPONSES, due_and_digest) then
    redis.call('RPUSH', PACKED_RESPONSES, due_and_digest)
    if not request.is_saved then redis.call('RPUSH', UNSAVED_RESPONSES, due_and_digest) end
    local key = IDEMPOTENCY_PREFIX .. digest
    if packed and redis.call('GETRANGE', key, 0, 0) == RAW then
      redis.call('HINCRBY', STORED_BYTES, RESPONSE_BYTES, #packed - redis.call('STRLEN', key))
      redis.call('SET', key, packed)
    end
    count = count + 1
  end
end
return count
