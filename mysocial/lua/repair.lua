-- Repairs a difference that `verify` found, unless the record was written meanwhile.
local function is_dirty(key, queue)
  return redis.call('ZSCORE', DIRTY_PREFIX .. queue, key)
end

local function mark_dirty(key, queue)
  if redis.call('HEXISTS', key, VERSION) == 0 then return 0 end
  redis.call('PERSIST', key)
  local time = redis.call('TIME')
  return redis.call('ZADD', DIRTY_PREFIX .. queue, 'NX', time[1] * 1000, key)
end

local function delete_record(key, queue)
  if is_dirty(key, queue) then return 0 end
  return redis.call('DEL', key)
end

local function delete_list(list)
  return redis.call('DEL', list)
end

local function delete_unique(unique)
  if redis.call('EXISTS', HOLDERS_PREFIX .. unique) == 1 then return 0 end
  return redis.call('DEL', unique)
end

local repairs = {missing = mark_dirty, stale = delete_record, different = delete_record,
  list = delete_list, unique = delete_unique}
return repairs[request.kind](request.key, request.queue)
