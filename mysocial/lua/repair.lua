-- Mend what `verify` found, unless somebody has written there meanwhile.
local function owe(key, queue)
  if redis.call('HEXISTS', key, VERSION) == 0 then return 0 end
  redis.call('PERSIST', key)
  local time = redis.call('TIME')
  return redis.call('ZADD', DIRTY_PREFIX .. queue, 'NX', time[1] * 1000, key)
end

local function forget(key, queue)
  if redis.call('ZSCORE', DIRTY_PREFIX .. queue, key) then return 0 end
  return redis.call('DEL', key)
end

local function forget_list(list)
  return redis.call('DEL', list)
end

local function forget_unique(unique)
  if redis.call('EXISTS', HOLDERS_PREFIX .. unique) == 1 then return 0 end
  return redis.call('DEL', unique)
end

local steps = {lost = owe, stale = forget, differs = forget, list = forget_list,
  reserved = forget_unique}
return steps[request.kind](request.key, request.queue)
