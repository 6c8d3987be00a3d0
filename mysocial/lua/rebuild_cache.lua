-- Replaces what Redis has cached of MongoDB, while members read and write. Records that MongoDB
-- lacks are left alone.
local function is_unflushed(key, queue)
  return redis.call('ZSCORE', DIRTY_PREFIX .. queue, key)
    or redis.call('HEXISTS', DEAD_LETTERS_PREFIX .. queue, key) == 1
end

-- Replace a cached record by MongoDB's copy in one step: no reader finds it missing. A record that
-- was written since MongoDB was read is newer than the copy and stays. The revision is kept, so a
-- writer that has read the record meets no conflict.
local function replace_record(key, queue, version, fields, ttl_seconds)
  local cached = redis.call('HMGET', key, VERSION, REVISION)
  local cached_version, revision = cached[1], cached[2]
  if not cached_version or is_unflushed(key, queue) or tonumber(cached_version) > version then
    return 0
  end
  redis.call('DEL', key)
  redis.call('HSET', key, unpack(fields))
  if tonumber(cached_version) == version and revision then
    redis.call('HSET', key, REVISION, revision)
  end
  redis.call('EXPIRE', key, ttl_seconds)
  return 1
end

local function delete_list(list)
  if not redis.call('ZSCORE', list, FLOOR) then return 0 end
  return redis.call('DEL', list)
end

local function delete_unique(unique)
  if is_unknown_owner(redis.call('GET', unique)) then return 0 end
  if redis.call('EXISTS', HOLDERS_PREFIX .. unique) == 1 then return 0 end
  return redis.call('DEL', unique)
end

local refresh = ({record = replace_record, list = delete_list, unique = delete_unique})[request.kind]
local counts = {}
for i, item in ipairs(request.items) do counts[i] = refresh(unpack(item)) end
return counts
