-- Make what Redis has of MongoDB anew, under load. What is owed is Redis' own, and left alone.
local function is_owed(key, queue)
  return redis.call('ZSCORE', DIRTY_PREFIX .. queue, key) or redis.call('HEXISTS', DEAD_LETTERS_PREFIX .. queue, key) == 1
end

-- Put MongoDB's copy in the place of ours, at once: nobody finds it missing. `r` is kept, so who has
-- read the record and is about to write it meets no conflict. One that was written since MongoDB was
-- asked is newer than what was found.
local function replace(key, queue, version, fields, ttl)
  local mark = redis.call('HMGET', key, VERSION, REVISION)
  if not mark[1] or is_owed(key, queue) or tonumber(mark[1]) > version then return 0 end
  redis.call('DEL', key)
  redis.call('HSET', key, unpack(fields))
  if tonumber(mark[1]) == version and mark[2] then redis.call('HSET', key, REVISION, mark[2]) end
  redis.call('EXPIRE', key, ttl)
  return 1
end

local function forget_list(list)
  if not redis.call('ZSCORE', list, FLOOR) then return 0 end
  return redis.call('DEL', list)
end

local function forget_unique(unique)
  local owner = redis.call('GET', unique)
  if not owner or string.sub(owner, 1, 1) == FETCH_TOKEN then return 0 end
  if redis.call('EXISTS', HOLDERS_PREFIX .. unique) == 1 then return 0 end
  return redis.call('DEL', unique)
end

local steps = {record = replace, list = forget_list, unique = forget_unique}
local done = {}
for i, item in ipairs(request.items) do done[i] = steps[request.kind](unpack(item)) end
return done
