-- Bring MongoDB's copy into Redis without ever hiding a write that came meanwhile. `begin` leaves a
-- token in the empty place before MongoDB is asked; the copy is taken only if the token is still
-- there, and every write in between replaces it (records, reservations) or is kept (lists).
local PENDING = 10

local function begin(names, place)
  local tokens = {}
  for i, name in ipairs(names) do tokens[i] = place(name) end
  return tokens
end

local function new_token()
  return redis.call('INCR', FETCH_TOKENS)
end

local function begin_record(key)
  local mark = redis.call('HMGET', key, VERSION, FETCH_TOKEN)
  if mark[1] then return 0 end
  if mark[2] then return tonumber(mark[2]) end
  local token = new_token()
  redis.call('HSET', key, FETCH_TOKEN, token)
  redis.call('EXPIRE', key, PENDING)
  return token
end

local function begin_unique(key)
  local owner = redis.call('GET', key)
  if owner and string.sub(owner, 1, 1) ~= FETCH_TOKEN then return 0 end
  if owner then return tonumber(string.sub(owner, 2)) end
  local token = new_token()
  redis.call('SET', key, FETCH_TOKEN .. text(token), 'EX', PENDING)
  return token
end

local function add_all(list, entries, ...)
  for first = 1, #entries, 1000 do -- Lua's stack is not endless
    local args = {list, ...}
    for i = first, math.min(first + 999, #entries), 2 do
      args[#args + 1] = entries[i + 1]
      args[#args + 1] = entries[i]
    end
    redis.call('ZADD', unpack(args))
  end
end

local function begin_list(list)
  if redis.call('ZSCORE', list, FLOOR) then return 0 end
  local pending = redis.call('ZSCORE', list, FETCH_TOKEN)
  if pending then return tonumber(pending) end
  local token = new_token()
  redis.call('DEL', list)
  -- What MongoDB has not got yet is taken along now; later writes see FETCH_TOKEN and add themselves.
  local owed = redis.call('ZRANGE', list .. UNFLUSHED_SUFFIX, 0, -1, 'WITHSCORES')
  add_all(list, owed)
  redis.call('ZADD', list, token, FETCH_TOKEN)
  redis.call('EXPIRE', list, PENDING)
  return token
end

local function fill_record(key, token, fields, ttl)
  if redis.call('HGET', key, FETCH_TOKEN) ~= text(token) then return end
  redis.call('DEL', key)
  redis.call('HSET', key, unpack(fields))
  redis.call('EXPIRE', key, ttl)
end

local function fill_unique(key, token, owner, ttl)
  if redis.call('GET', key) == FETCH_TOKEN .. text(token) then redis.call('SET', key, owner, 'EX', ttl) end
end

local function fill_list(list, token, entries, floor, ttl)
  if tonumber(redis.call('ZSCORE', list, FETCH_TOKEN) or '0') ~= token then return end
  add_all(list, entries, 'NX')
  redis.call('ZREM', list, FETCH_TOKEN)
  redis.call('ZREMRANGEBYSCORE', list, REMOVED, REMOVED)
  redis.call('ZADD', list, floor, FLOOR)
  redis.call('EXPIRE', list, ttl)
end

if request.step == 'begin' then
  redis.call('SET', EPOCH, request.epoch, 'NX')
  return {begin(request.records, begin_record), begin(request.uniques, begin_unique),
    begin(request.lists, begin_list)}
end
for _, fill in ipairs(request.records) do fill_record(unpack(fill)) end
for _, fill in ipairs(request.uniques) do fill_unique(unpack(fill)) end
for _, fill in ipairs(request.lists) do fill_list(unpack(fill)) end
return 1
