-- Brings an empty Redis to the state of a backup: a clock that goes on from there, and the records that
-- MongoDB lacked, dirty again.
local time = redis.call('TIME')

local function restore_cleanup(cleanup, value, id)
  local kind, name = parse_cleanup(cleanup)
  if kind == LIST_CLEANUP then
    redis.call('ZADD', name, value, id)
  else
    redis.call('SADD', HOLDERS_PREFIX .. name, id)
    redis.call('SET', name, value)
  end
end

local function restore_record(queue, key, dead_letter, fields, cleanups)
  local id = string.match(key, '^[^' .. RECORD_SEPARATOR .. ']+' .. RECORD_SEPARATOR .. '(.*)$')
  redis.call('HSET', key, unpack(fields))
  if dead_letter ~= '' then
    redis.call('HSET', DEAD_LETTERS_PREFIX .. queue, key, dead_letter)
  else
    redis.call('ZADD', DIRTY_PREFIX .. queue, time[1] * 1000, key)
  end
  for _, cleanup in ipairs(cleanups) do restore_cleanup(cleanup[1], cleanup[2], id) end
end

if request.clock then redis.call('SET', CLOCK, request.clock) end
for _, record in ipairs(request.records) do restore_record(unpack(record)) end
return #request.records
