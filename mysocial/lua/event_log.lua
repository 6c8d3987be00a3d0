-- The event log. `EVENT_LOG` has the newest events. A worker moves older ones to `PACKED_EVENTS`, in
-- compressed blocks that are ordered by the offset of their last event. The log of a topic is a list
-- of the offsets of its events. Both floors only rise, so a reader at a lower offset knows that events
-- may be missing. The log has a budget in bytes: beyond that it is trimmed, the oldest events first.
local ENTRY_BYTES = 64 -- of an event or a block, in addition to its content
local OFFSET_BYTES = 12 -- of an offset in the log of a topic

local function entry_offset(entry)
  return tonumber(string.match(entry[1], '^%d+'))
end

-- The bytes of an event with these fields, and of its offsets in the logs of topics.
local function event_bytes(fields)
  local bytes = ENTRY_BYTES
  for i = 1, #fields, 2 do
    bytes = bytes + #fields[i + 1]
    if fields[i] == 'topics' then
      local _, spaces = string.gsub(fields[i + 1], ' ', '')
      bytes = bytes + (spaces + 1) * OFFSET_BYTES
    end
  end
  return bytes
end

-- The bytes of a block, which begins with the number of its offsets in the logs of topics.
local function block_bytes(block)
  return ENTRY_BYTES + #block + string.match(block, '^%d+') * OFFSET_BYTES
end

-- The compressed events of a block.
local function block_content(block)
  return string.sub(block, string.find(block, ':', 1, true) + 1)
end

-- The first block whose last event is at an offset or after it, and that event's offset.
local function find_block(offset)
  local found = redis.call(
    'ZRANGE', PACKED_EVENTS, offset, '+inf', 'BYSCORE', 'LIMIT', 0, 1, 'WITHSCORES')
  return found[1], tonumber(found[2])
end

-- Add to the bytes of a kind of data that cannot be evicted; return the sum.
local function add_bytes(kind, bytes)
  return redis.call('HINCRBY', STORED_BYTES, kind, format_integer(bytes))
end

-- The oldest event or block: its last offset, its bytes, and how to delete it; nil if there is none.
local function oldest_part()
  local block, block_end = find_block(0)
  if block then return block_end, block_bytes(block), {'ZREM', PACKED_EVENTS, block} end
  local entry = redis.call('XRANGE', EVENT_LOG, '-', '+', 'COUNT', 1)[1]
  if entry then return entry_offset(entry), event_bytes(entry[2]), {'XDEL', EVENT_LOG, entry[1]} end
end

-- Trim the oldest parts until the log has at most `max_bytes` and nothing up to `min_offset`;
-- return how many were trimmed, at most `max_parts`.
local function trim_event_log(max_bytes, min_offset, max_parts)
  local bytes, floor, count = add_bytes(EVENT_BYTES, 0), nil, 0
  while count < max_parts do
    local offset, part_bytes, command = oldest_part()
    if not offset or (bytes <= max_bytes and offset > min_offset) then break end
    redis.call(unpack(command))
    if command[2] == EVENT_LOG then redis.call('SET', RECENT_FLOOR, format_integer(offset)) end
    bytes, floor, count = add_bytes(EVENT_BYTES, -part_bytes), offset, count + 1
  end
  if floor then redis.call('SET', LOG_FLOOR, format_integer(floor)) end
  return count
end
