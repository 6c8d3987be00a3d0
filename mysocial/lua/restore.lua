-- Bring an empty Redis to where a backup was cut: a log of a new name, a clock that goes on from
-- there, and what was owed, owed again.
local time = redis.call('TIME')

local function owe(queue, key, letter, fields, notes)
  local id = string.match(key, '^[^:]+:(.*)$')
  redis.call('HSET', key, unpack(fields))
  if letter ~= '' then
    redis.call('HSET', 'dead:' .. queue, key, letter)
  else
    redis.call('ZADD', 'dirty:' .. queue, time[1] * 1000, key)
  end
  for _, note in ipairs(notes) do
    local kind, name = string.sub(note[1], 1, 1), string.sub(note[1], 2)
    if kind == 'l' then
      redis.call('ZADD', name, note[2], id)
    else
      redis.call('SADD', 'owed:' .. name, id)
      redis.call('SET', name, note[2])
    end
  end
end

if request.epoch then
  redis.call('SET', 'epoch', request.epoch)
  redis.call('SET', 'clock', request.clock)
end
for _, item in ipairs(request.items) do owe(unpack(item)) end
return #request.items
