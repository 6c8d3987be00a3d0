-- The events that a client missed: of each log those after its cursor, and whether the log was cut
-- beyond the cursor. All are read at one moment, with the event cursor of that moment.
local epoch_and_clock = redis.call('MGET', EPOCH, CLOCK)
local time = redis.call('TIME')

local function was_cut(log)
  local reply, info = redis.call('XINFO', 'STREAM', log), {}
  for i = 1, #reply, 2 do info[reply[i]] = reply[i + 1] end
  if info['entries-added'] <= info['length'] then return 0 end
  local first_entry = info['first-entry']
  if not first_entry then return 1 end
  return tonumber(string.match(first_entry[1], '^%d+')) > request.after and 1 or 0
end

local after = '(' .. format_integer(request.after) .. '-0'
local logs = {}
for i, log in ipairs(request.logs) do
  if redis.call('EXISTS', log) == 1 then
    local entries = redis.call('XRANGE', log, after, '+', 'COUNT', request.max_entries)
    logs[i] = {was_cut(log), entries}
  else
    logs[i] = {0, {}}
  end
end
local now_us = format_integer(time[1] * 1000000 + time[2])
return {epoch_and_clock[1] or '', epoch_and_clock[2] or '0', now_us, logs}
