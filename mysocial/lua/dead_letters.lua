-- Dead letters: records that MongoDB rejected. They are set aside, retried or discarded.
local dirty = DIRTY_PREFIX .. request.queue
local dead_letters = DEAD_LETTERS_PREFIX .. request.queue
local attempts = ATTEMPTS_PREFIX .. request.queue

-- Only the very version that was rejected: one that was written since may be valid.
local function set_aside(key, version, reason, max_tries)
  if not redis.call('ZSCORE', dirty, key) then return 0 end
  if (redis.call('HGET', key, VERSION) or '') ~= version then return 0 end
  local count = redis.call('HINCRBY', attempts, key, 1)
  if count < max_tries then return 0 end
  local letter = cjson.encode({error = reason, at = request.at, tries = count})
  redis.call('HSET', dead_letters, key, letter)
  return redis.call('ZREM', dirty, key)
end

local function delete_letter(key)
  redis.call('HDEL', attempts, key)
  return redis.call('HDEL', dead_letters, key)
end

local function retry(key)
  if delete_letter(key) == 0 then return 0 end
  local time = redis.call('TIME')
  redis.call('ZADD', dirty, 'NX', time[1] * 1000, key)
  return 1
end

-- MongoDB's copy counts from now on: what this version changed in Redis is fetched again.
local function discard(key, id)
  if delete_letter(key) == 0 then return 0 end
  if redis.call('ZSCORE', dirty, key) then return 1 end
  for cleanup in pairs(get_cleanups(key)) do
    local kind, name = parse_cleanup(cleanup)
    if kind == LIST_CLEANUP then
      redis.call('ZREM', name, id)
      redis.call('DEL', string.sub(name, 1, -1 - #UNFLUSHED_SUFFIX))
    else
      if redis.call('GET', name) == id then redis.call('SET', name, '') end
      release_unique(id, name, 1)
    end
  end
  redis.call('DEL', key)
  return 1
end

local step = ({set_aside = set_aside, retry = retry, discard = discard})[request.step]
local count = 0
for _, item in ipairs(request.items) do count = count + step(unpack(item)) end
return count
