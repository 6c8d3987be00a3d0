-- Brings MongoDB's copies into Redis without hiding a concurrent write. `begin` puts a token into
-- each empty place before MongoDB is asked. `finish` takes a copy only where the token still stands:
-- a write in between has replaced the token (records, unique values), or is kept (lists).
local PENDING_SECONDS = 10

local function next_token()
  return redis.call('INCR', FETCH_TOKENS)
end

-- The `begin_` functions return 0 if the value is known by now, and the pending token, if any.

local function begin_record(key)
  local fields = redis.call('HMGET', key, VERSION, FETCH_TOKEN)
  local version, pending = fields[1], fields[2]
  if version then return 0 end
  if pending then return tonumber(pending) end
  local token = next_token()
  redis.call('HSET', key, FETCH_TOKEN, token)
  redis.call('EXPIRE', key, PENDING_SECONDS)
  return token
end

local function begin_unique(key)
  local owner = redis.call('GET', key)
  if not is_unknown_owner(owner) then return 0 end
  if owner then return tonumber(string.sub(owner, 2)) end
  local token = next_token()
  redis.call('SET', key, FETCH_TOKEN .. format_integer(token), 'EX', PENDING_SECONDS)
  return token
end

-- `entries` is a flat list of ids and scores.
local function add_entries(list, entries, ...)
  for first = 1, #entries, 1000 do -- Lua's stack is limited
    local args = {list, ...}
    for i = first, math.min(first + 999, #entries), 2 do
      args[#args + 1] = entries[i + 1]
      args[#args + 1] = entries[i]
    end
    redis.call('ZADD', unpack(args))
  end
end

-- A list whose sources were evicted is made again.
local function begin_list(list, has_sources)
  local is_whole = not has_sources or redis.call('EXISTS', list .. SOURCES_SUFFIX) == 1
  if is_whole and redis.call('ZSCORE', list, FLOOR) then return 0 end
  local pending = redis.call('ZSCORE', list, FETCH_TOKEN)
  if pending then return tonumber(pending) end
  local token = next_token()
  redis.call('DEL', list)
  -- Changes that MongoDB lacks are copied now; later writes see the token and add theirs.
  add_entries(list, redis.call('ZRANGE', list .. UNFLUSHED_SUFFIX, 0, -1, 'WITHSCORES'))
  redis.call('ZADD', list, token, FETCH_TOKEN)
  redis.call('EXPIRE', list, PENDING_SECONDS)
  return token
end

local function finish_record(key, token, fields, ttl_seconds)
  if redis.call('HGET', key, FETCH_TOKEN) ~= format_integer(token) then return end
  redis.call('DEL', key)
  redis.call('HSET', key, unpack(fields))
  redis.call('EXPIRE', key, ttl_seconds)
end

local function finish_unique(key, token, owner, ttl_seconds)
  if redis.call('GET', key) == FETCH_TOKEN .. format_integer(token) then
    redis.call('SET', key, owner, 'EX', ttl_seconds)
  end
end

local function finish_list(list, token, entries, floor, ttl_seconds, sources)
  if tonumber(redis.call('ZSCORE', list, FETCH_TOKEN) or '0') ~= token then return end
  add_entries(list, entries, 'NX')
  redis.call('ZREM', list, FETCH_TOKEN)
  redis.call('ZREMRANGEBYSCORE', list, REMOVED, REMOVED)
  redis.call('ZADD', list, floor, FLOOR)
  redis.call('EXPIRE', list, ttl_seconds)
  if sources then set_sources(list, sources[1], sources[2], ttl_seconds) end
end

local function begin_all(keys, begin)
  local tokens = {}
  for i, key in ipairs(keys) do tokens[i] = begin(key, (request.with_sources or {})[key]) end
  return tokens
end

if request.step == 'begin' then
  if redis.call('EXISTS', EPOCH) == 0 then return 'not_compared' end
  return {begin_all(request.records, begin_record), begin_all(request.uniques, begin_unique),
    begin_all(request.lists, begin_list)}
end
for _, copy in ipairs(request.records) do finish_record(unpack(copy)) end
for _, copy in ipairs(request.uniques) do finish_unique(unpack(copy)) end
for _, copy in ipairs(request.lists) do finish_list(unpack(copy)) end
return 1
