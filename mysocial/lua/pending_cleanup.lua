-- What must be tidied once a record is flushed. It is stored with the record, as a set: lists whose
-- unflushed changes name the record (LIST_CLEANUP and the key of these changes), and unique values
-- that it claimed or released (UNIQUE_CLEANUP and their key).
--
-- Two records may hold the same unique value at once, the one that released it and the one that
-- claimed it. HOLDERS_PREFIX names them all. Only when the last one is flushed may the value expire,
-- because from then on MongoDB knows its owner.
local function get_cleanups(key)
  local packed = redis.call('HGET', key, CLEANUP)
  return packed and cmsgpack.unpack(packed) or {}
end

local function parse_cleanup(cleanup)
  return string.sub(cleanup, 1, 1), string.sub(cleanup, 2)
end

local function add_cleanup(key, cleanup)
  local cleanups = get_cleanups(key)
  if not cleanups[cleanup] then
    cleanups[cleanup] = 1
    redis.call('HSET', key, CLEANUP, cmsgpack.pack(cleanups))
  end
end

local function hold_unique(key, id, unique)
  redis.call('SADD', HOLDERS_PREFIX .. unique, id)
  add_cleanup(key, UNIQUE_CLEANUP .. unique)
end

local function release_unique(id, unique, ttl_seconds)
  redis.call('SREM', HOLDERS_PREFIX .. unique, id)
  if redis.call('EXISTS', HOLDERS_PREFIX .. unique) == 0 then
    redis.call('EXPIRE', unique, ttl_seconds)
  end
end

local function run_cleanups(key, id, ttl_seconds)
  for cleanup in pairs(get_cleanups(key)) do
    local kind, name = parse_cleanup(cleanup)
    if kind == LIST_CLEANUP then
      redis.call('ZREM', name, id)
    else
      release_unique(id, name, ttl_seconds)
    end
  end
  redis.call('HDEL', key, CLEANUP)
end
