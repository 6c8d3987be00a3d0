-- Functions that every script shares. The loader puts the constants of core/keys.py before them,
-- which also explain the states of records and lists.
local request = cmsgpack.unpack(ARGV[1])

local function format_integer(number)
  return string.format('%.0f', number)
end

-- 'unknown' if Redis does not know the record, 'gone' if it is deleted or absent, else 'live'.
local function record_state(key)
  local fields = redis.call('HMGET', key, VERSION, TOMBSTONE)
  if not fields[1] then return 'unknown' end
  if fields[2] then return 'gone' end
  return 'live'
end

-- Whether a complete list that lacks the id proves that there is no record with this natural id.
local function is_proven_absent(absence_proofs, id)
  for _, list in ipairs(absence_proofs or {}) do
    if redis.call('ZSCORE', list, FLOOR) == COMPLETE and not redis.call('ZSCORE', list, id) then
      return true
    end
  end
  return false
end

-- Note the accounts that a follow-graph list is made of, for as long as the list is kept.
local function set_sources(list, accounts, is_complete, ttl_seconds)
  local sources = list .. SOURCES_SUFFIX
  redis.call('DEL', sources)
  if is_complete then redis.call('SADD', sources, ALL_SOURCES) end
  for first = 1, #accounts, 1000 do -- Lua's stack is limited
    redis.call('SADD', sources, unpack(accounts, first, math.min(first + 999, #accounts)))
  end
  redis.call('EXPIRE', sources, ttl_seconds)
end

-- Whether the value of a unique key is not the id of its owner: it is missing or being fetched.
local function is_unknown_owner(owner)
  return not owner or string.sub(owner, 1, 1) == FETCH_TOKEN
end

-- Where a reader may resume: everything that it reads from now on is at least this new.
local function event_cursor()
  local log = redis.call('MGET', EPOCH, CLOCK)
  if not log[1] then return '' end
  return log[1] .. ':' .. (log[2] or '0')
end

-- The state of the session that sent the request; one that is unknown must be fetched first.
local function session_state()
  if not request.session then return 'live' end
  return record_state(request.session)
end
