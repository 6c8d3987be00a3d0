-- Replaces the oldest of the newest events by a compressed block of them, unless another worker has
-- packed or trimmed some of them meanwhile.
local oldest = redis.call('XRANGE', EVENT_LOG, '-', '+', 'COUNT', request.count)
local last = oldest[#oldest]
if #oldest ~= request.count or oldest[1][1] ~= request.first or last[1] ~= request.last then
  return 0
end
local bytes, ids = 0, {}
for i, entry in ipairs(oldest) do
  bytes, ids[i] = bytes - event_bytes(entry[2]), entry[1]
end
local last_offset = format_integer(entry_offset(last))
redis.call('XDEL', EVENT_LOG, unpack(ids))
redis.call('ZADD', PACKED_EVENTS, last_offset, request.block)
redis.call('SET', RECENT_FLOOR, last_offset)
add_bytes(EVENT_BYTES, bytes + block_bytes(request.block))
return 1
