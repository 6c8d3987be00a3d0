-- The first events that a client missed: those after its cursor, of all its logs, in order, each
-- once with its logs; and whether a log was trimmed beyond the cursor. All are read at one moment,
-- with the event cursor of that moment. Events are read one by one, because their sizes are unknown.
-- An event that is packed has no fields: the blocks that hold these events are returned, too.
local state = redis.call('MGET', EPOCH, CLOCK, LOG_FLOOR)
local time = redis.call('TIME')
local is_trimmed = request.after < tonumber(state[3] or '0')

-- The position of the first offset after the cursor in the log of a topic.
local function first_position(log, length)
  local low, high = 0, length
  while low < high do
    local middle = math.floor((low + high) / 2)
    if tonumber(redis.call('LINDEX', log, middle)) > request.after then
      high = middle
    else
      low = middle + 1
    end
  end
  return low
end

local function offsets_after(log)
  local last = redis.call('LINDEX', log, -1)
  if not last or tonumber(last) <= request.after then return {} end
  local length = redis.call('LLEN', log)
  local first = first_position(log, length)
  if first == 0 and length >= request.log_length then is_trimmed = true end
  return redis.call('LRANGE', log, first, first + request.max_entries)
end

-- The offsets after the cursor, in order, each once with the numbers of its logs.
local function merge_logs()
  local logs_by_offset, merged = {}, {}
  for i, log in ipairs(request.logs) do
    for _, offset in ipairs(offsets_after(log)) do
      if not logs_by_offset[offset] then
        logs_by_offset[offset] = {}
        merged[#merged + 1] = {tonumber(offset), logs_by_offset[offset]}
      end
      table.insert(logs_by_offset[offset], i - 1)
    end
  end
  table.sort(merged, function(a, b) return a[1] < b[1] end)
  return merged
end

local blocks, block_end = {}, 0

-- The fields of an event, unless it is in a block; and how many bytes were read.
local function read_event(offset)
  if offset <= block_end then return false, 0 end
  local id = format_integer(offset) .. '-0'
  local entry = redis.call('XRANGE', EVENT_LOG, id, id)[1]
  if entry then return entry[2], event_bytes(entry[2]) end
  local block, last_offset = find_block(format_integer(offset))
  if not block then return false, 0 end
  blocks[#blocks + 1], block_end = block_content(block), last_offset
  return false, #block
end

local events, bytes, has_more = {}, 0, 0
for _, event in ipairs(merge_logs()) do
  if #events == request.max_entries or bytes >= request.max_bytes then
    has_more = 1
    break
  end
  local fields, read_bytes = read_event(event[1])
  bytes = bytes + read_bytes
  events[#events + 1] = {event[1], fields, event[2]}
end
local now_us = format_integer(time[1] * 1000000 + time[2])
return {state[1] or '', state[2] or '0', now_us, is_trimmed and 1 or 0, has_more, events, blocks}
