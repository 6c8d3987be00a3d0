-- Dead letters: set aside what MongoDB refuses, owe it again, or give it up.
local dirty, dead, tries = DIRTY_PREFIX .. request.queue, DEAD_LETTERS_PREFIX .. request.queue, ATTEMPTS_PREFIX .. request.queue

-- Only the very version that was refused: one that was written meanwhile may well be fine.
local function set_aside(key, version, why, most)
  if not redis.call('ZSCORE', dirty, key) then return 0 end
  if (redis.call('HGET', key, VERSION) or '') ~= version then return 0 end
  local count = redis.call('HINCRBY', tries, key, 1)
  if count < most then return 0 end
  redis.call('HSET', dead, key, cjson.encode({error = why, at = request.at, tries = count}))
  return redis.call('ZREM', dirty, key)
end

local function forget_letter(key)
  redis.call('HDEL', tries, key)
  return redis.call('HDEL', dead, key)
end

local function replay(key)
  if forget_letter(key) == 0 then return 0 end
  local time = redis.call('TIME')
  redis.call('ZADD', dirty, 'NX', time[1] * 1000, key)
  return 1
end

-- MongoDB's copy counts from now on, so what Redis made of this one is fetched anew.
local function drop(key, id)
  if forget_letter(key) == 0 then return 0 end
  if redis.call('ZSCORE', dirty, key) then return 1 end
  for note in pairs(notes_of(key)) do
    local kind, name = string.sub(note, 1, 1), string.sub(note, 2)
    if kind == LIST_CLEANUP then
      redis.call('ZREM', name, id)
      redis.call('DEL', string.sub(name, 1, -2))
    else
      if redis.call('GET', name) == id then redis.call('SET', name, '') end
      pay_unique(id, name, 1)
    end
  end
  redis.call('DEL', key)
  return 1
end

local steps = {set_aside = set_aside, replay = replay, drop = drop}
local count = 0
for _, item in ipairs(request.items) do count = count + steps[request.step](unpack(item)) end
return count
