-- Compares Redis with the mark of MongoDB, and brings a Redis that is older to a new epoch: see
-- docs/recovery.md. While there is no epoch, no other script reads or writes.
local function holds_lease()
  return request.lease and redis.call('GET', RECOVERY_LEASE) == request.lease
end

local function take_lease()
  return redis.call('SET', RECOVERY_LEASE, request.lease, 'NX', 'EX', request.seconds) and 1 or 0
end

local function keep_lease()
  return holds_lease() and redis.call('EXPIRE', RECOVERY_LEASE, request.seconds) or 0
end

local function release_lease()
  return holds_lease() and redis.call('DEL', RECOVERY_LEASE) or 0
end

local function accept()
  redis.call('SET', CHECKED_RUN, request.run_id)
  return {'ok'}
end

-- Redis has flushed records that this MongoDB lacks.
local function accept_older_mongodb()
  redis.call('SET', MONGODB_IS_OLDER, '1')
  return accept()
end

local function compare_without_mark()
  redis.call('SET', INSTALLATION, request.installation, 'NX')
  redis.call('SET', EPOCH, request.epoch, 'NX')
  if request.flushed_clock then return accept_older_mongodb() end
  return accept()
end

local function compare()
  local state = redis.call('MGET', INSTALLATION, EPOCH, CLOCK)
  local installation, epoch, clock = state[1], state[2], state[3]
  local flushed_clock = request.flushed_clock -- as it was before the mark was read
  if not request.mark then return compare_without_mark() end
  local mark_installation, mark_epoch, mark_clock = unpack(request.mark)
  if installation and installation ~= mark_installation then return {'foreign', installation} end
  if epoch and flushed_clock and tonumber(mark_clock) < tonumber(flushed_clock) then
    return accept_older_mongodb()
  end
  if not installation or epoch ~= mark_epoch or tonumber(clock or '0') < tonumber(mark_clock) then
    if holds_lease() then redis.call('DEL', EPOCH) end
    return {'older'}
  end
  return accept()
end

local function is_pending(key, queue)
  return redis.call('ZSCORE', DIRTY_PREFIX .. queue, key)
    or redis.call('HEXISTS', DEAD_LETTERS_PREFIX .. queue, key) == 1
end

local is_kept = {
  record = is_pending,
  absent = function(key) return redis.call('HGET', key, VERSION) ~= '0' end,
  unique = function(key) return redis.call('EXISTS', HOLDERS_PREFIX .. key) == 1 end,
  list = function() return false end,
}

-- Delete what is cached of MongoDB: records, lists and unique values that are not pending.
local function drop()
  local count = 0
  for _, item in ipairs(request.items) do
    local key, kind, queue = unpack(item)
    if not is_kept[kind](key, queue) then count = count + redis.call('DEL', key) end
  end
  return count
end

local function mark_dirty()
  local count, now_ms = 0, redis.call('TIME')[1] * 1000
  for _, item in ipairs(request.items) do
    local key, queue = unpack(item)
    if redis.call('HEXISTS', key, VERSION) == 1 and not is_pending(key, queue) then
      redis.call('PERSIST', key)
      count = count + redis.call('ZADD', DIRTY_PREFIX .. queue, now_ms, key)
    end
  end
  return count
end

local function drop_cleanup(cleanup, id)
  local kind, name = parse_cleanup(cleanup)
  if kind == LIST_CLEANUP then return redis.call('ZREM', name, id) end
  redis.call('SREM', HOLDERS_PREFIX .. name, id)
  if redis.call('EXISTS', HOLDERS_PREFIX .. name) == 0 then redis.call('DEL', name) end
end

-- Delete pending records of which MongoDB has the same or a newer version, unless they were written
-- since.
local function drop_superseded()
  local count = 0
  for _, item in ipairs(request.items) do
    local key, id, queue, version = unpack(item)
    if redis.call('HGET', key, VERSION) == version then
      for cleanup in pairs(get_cleanups(key)) do drop_cleanup(cleanup, id) end
      redis.call('ZREM', DIRTY_PREFIX .. queue, key)
      redis.call('HDEL', DEAD_LETTERS_PREFIX .. queue, key)
      redis.call('HDEL', ATTEMPTS_PREFIX .. queue, key)
      count = count + redis.call('DEL', key)
    end
  end
  return count
end

local function add_responses()
  local bytes = 0
  for _, item in ipairs(request.items) do
    local digest, due_and_digest, stored = unpack(item)
    if redis.call('SET', IDEMPOTENCY_PREFIX .. digest, stored, 'NX') then
      redis.call('RPUSH', PACKED_RESPONSES, due_and_digest)
      bytes = bytes + #stored
    end
  end
  if bytes > 0 then redis.call('HINCRBY', STORED_BYTES, RESPONSE_BYTES, bytes) end
  return bytes
end

-- Begin the epoch. Versions and fetch tokens continue above all that were given before.
local function finish()
  if not holds_lease() then return {'lost'} end
  local state = redis.call('MGET', CLOCK, FETCH_TOKENS)
  local clock = math.max(tonumber(state[1] or '0'), tonumber(request.clock))
  redis.call('SET', CLOCK, format_integer(clock))
  redis.call('SET', FETCH_TOKENS, format_integer(math.max(clock, tonumber(state[2] or '0'))))
  redis.call('SET', FLUSHED_CLOCK, request.clock)
  redis.call('SET', INSTALLATION, request.installation)
  redis.call('SET', RECOUNT, '1')
  redis.call('SET', EPOCH, request.lease)
  return accept()
end

-- Refuse all writes for a moment, so that MongoDB can have exactly what Redis has.
local function freeze_writes()
  return redis.call('SET', WRITE_FREEZE, '1', 'NX', 'EX', request.seconds) and 1 or 0
end

local function accept_writes()
  return redis.call('DEL', WRITE_FREEZE)
end

-- Continue with an older MongoDB: batches are written to it again, with all stored responses.
local function adopt_mongodb()
  redis.call('SET', FLUSHED_CLOCK, request.clock)
  redis.call('SET', RECOUNT, '1')
  redis.call('COPY', PACKED_RESPONSES, UNSAVED_RESPONSES, 'REPLACE')
  return 1
end

return ({take_lease = take_lease, keep_lease = keep_lease, release_lease = release_lease,
  compare = compare, drop = drop, drop_superseded = drop_superseded,
  add_responses = add_responses, finish = finish, mark_dirty = mark_dirty,
  adopt_mongodb = adopt_mongodb, freeze_writes = freeze_writes, accept_writes = accept_writes})[request.step]()
