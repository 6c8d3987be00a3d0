-- What every script shares. A record is a hash: v (version), r (revision of its own fields), its
-- parts, references and counters, o (what settling must tidy), x (a tombstone, or proven absent),
-- ? (somebody is fetching it from MongoDB). A list is a sorted set whose member FLOOR carries the
-- floor above which it is whole, FETCH_TOKEN while it is fetched. No hash and no FLOOR mean: unknown.
local request = cmsgpack.unpack(ARGV[1])

local function text(number)
  return string.format('%.0f', number)
end

local function state(key)
  local mark = redis.call('HMGET', key, VERSION, TOMBSTONE)
  if not mark[1] then return 'unknown' end
  if mark[2] then return 'gone' end
  return 'live'
end

-- Whether a list that is whole and lacks the id shows that there is no record of a natural id.
local function is_proven_absent(proofs, id)
  for _, list in ipairs(proofs or {}) do
    if redis.call('ZSCORE', list, FLOOR) == COMPLETE and not redis.call('ZSCORE', list, id) then
      return true
    end
  end
  return false
end

-- The cursor that a reader may resume from: all it is about to read is at least this new.
local function cursor()
  local mark = redis.call('MGET', EPOCH, CLOCK)
  if not mark[1] then return '' end
  return mark[1] .. ':' .. (mark[2] or '0')
end

-- Whether the caller's session is alive; an unknown one is first fetched.
local function session_state()
  if not request.session then return 'live' end
  return state(request.session)
end
