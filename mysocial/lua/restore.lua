-- Bring an empty Redis to where a backup was cut: a log of a new name, a clock that goes on from
-- there, and what was owed, owed again.
local time = redis.call('TIME')

local function owe(queue, key, letter, fields, notes)
  local id = string.match(key, '^[^:]+:(.*)$')
  redis.call('HSET', key, unpack(fields))
  if letter ~= '' then
    redis.call('HSET', DEAD_LETTERS_PREFIX .. queue, key, letter)
  else
    redis.call('ZADD', DIRTY_PREFIX .. queue, time[1] * 1000, key)
  end
  for _, note in ipairs(notes) do
    local kind, name = string.sub(note[1], 1, 1), string.sub(note[1], 2)
    if kind == LIST_CLEANUP then
      redis.call('ZADD', name, note[2], id)
    else
      redis.call('SADD', HOLDERS_PREFIX .. name, id)
      redis.call('SET', name, note[2])
    end
  end
end

if request.epoch then
  redis.call('SET', EPOCH, request.epoch)
  redis.call('SET', CLOCK, request.clock)
end
for _, item in ipairs(request.items) do owe(unpack(item)) end
return #request.items
