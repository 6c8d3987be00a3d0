-- The first events that a client missed: those after its cursor, of all its logs, in order, each
-- once with its logs; and whether a log was cut beyond the cursor. All are read at one moment, with
-- the event cursor of that moment. Entries are read one by one, because their sizes are unknown: no
-- more than one of each log is in memory beyond `max_bytes`.
local epoch_and_clock = redis.call('MGET', EPOCH, CLOCK)
local time = redis.call('TIME')

local function offset_of(entry)
  return tonumber(string.match(entry[1], '^%d+'))
end

local function was_cut(log)
  local reply, info = redis.call('XINFO', 'STREAM', log), {}
  for i = 1, #reply, 2 do info[reply[i]] = reply[i + 1] end
  if info['entries-added'] <= info['length'] then return false end
  local first_entry = info['first-entry']
  return not first_entry or offset_of(first_entry) > request.after
end

local heads, was_any_cut = {}, 0

local function advance(log, offset)
  local after = '(' .. format_integer(offset) .. '-0'
  local entry = redis.call('XRANGE', log, after, '+', 'COUNT', 1)[1]
  heads[log] = entry and {offset = offset_of(entry), fields = entry[2]}
end

local function first_offset()
  local first
  for _, head in pairs(heads) do
    if not first or head.offset < first then first = head.offset end
  end
  return first
end

for _, log in ipairs(request.logs) do
  if redis.call('EXISTS', log) == 1 then
    if was_cut(log) then was_any_cut = 1 end
    advance(log, request.after)
  end
end

local entries, bytes = {}, 0
local offset = first_offset()
while offset and #entries < request.max_entries and bytes < request.max_bytes do
  local logs, fields = {}, nil
  for i, log in ipairs(request.logs) do
    local head = heads[log]
    if head and head.offset == offset then
      logs[#logs + 1], fields = i - 1, head.fields
      advance(log, offset)
    end
  end
  for _, field in ipairs(fields) do bytes = bytes + #field end
  entries[#entries + 1] = {offset, fields, logs}
  offset = first_offset()
end

local now_us = format_integer(time[1] * 1000000 + time[2])
local has_more = offset and 1 or 0
return {epoch_and_clock[1] or '', epoch_and_clock[2] or '0', now_us, was_any_cut, has_more, entries}
