-- One request's changes, all or nothing: see docs/write-path.md.
local unknown_records, unknown_uniques = {}, {}
local time = redis.call('TIME')
local now_us = time[1] * 1000000 + time[2]
local now_ms = math.floor(now_us / 1000)

if request.idem then
  local stored = redis.call('HMGET', request.idem[1], 'hash', 'status', 'body')
  if stored[1] then
    if stored[1] ~= request.idem[2] then return {'mismatch'} end
    return {'replay', stored[2], stored[3]}
  end
end

-- 1. Preconditions. Nothing is written before every one of them holds. Each operation is held
-- against what those before it make of its record and its reservations.
local after, holders = {}, {}

local function learn(key, seen)
  if seen == 'unknown' then unknown_records[#unknown_records + 1] = key end
  return seen
end

local session = session_state()
if session == 'gone' then return {'session'} end
if session == 'unknown' then learn(request.session, session) end

local refusal
local function refuse(...)
  if not refusal then refusal = {...} end
end

local function holder_of(unique)
  if holders[unique] then return holders[unique] end
  local owner = redis.call('GET', unique)
  if owner and string.sub(owner, 1, 1) ~= FETCH_TOKEN then return owner end
  unknown_uniques[#unknown_uniques + 1] = unique
  return ''
end

local function check_claims(op, index)
  for _, unique in ipairs(op.release or {}) do holders[unique] = '' end
  for _, unique in ipairs(op.claim or {}) do
    local owner = holder_of(unique)
    if owner ~= '' and owner ~= op.id then refuse('taken', index, unique) end
    holders[unique] = op.id
  end
end

local function is_as_seen(op)
  for _, field in ipairs(op.seen or {}) do
    if (redis.call('HGET', op.key, field[1]) or field[3]) ~= field[2] then return false end
  end
  return true
end

local function check(op, index)
  local seen = after[op.key] or (op.fresh and 'gone') or state(op.key)
  if seen == 'unknown' and is_proven_absent(op.proofs, op.id) then seen = 'gone' end
  learn(op.key, seen)
  if op.kind == 'past' then
    local moment = tonumber(redis.call('HGET', op.key, op.field) or '')
    if moment and moment > now_ms then refuse('ahead', op.field, text(moment)) end
    return
  end
  if op.kind == 'create' or op.kind == 'absent' then
    if seen == 'live' then return refuse('exists', index) end
  elseif seen == 'gone' and not op.init then
    if not op.lenient then refuse('missing', index) end
    return
  elseif op.revision and seen == 'live' and not after[op.key] then
    if tonumber(redis.call('HGET', op.key, REVISION)) ~= op.revision then refuse('conflict', index) end
  elseif seen == 'live' and not is_as_seen(op) then
    refuse('conflict', index)
  end
  check_claims(op, index)
  if op.kind == 'create' or op.init then after[op.key] = 'live' end
  if op.kind == 'delete' then after[op.key] = 'gone' end
end
for index, op in ipairs(request.ops) do check(op, index) end

local function check_pieces(pieces)
  for _, piece in ipairs(pieces) do
    if type(piece) == 'table' and not after[piece[1]] then learn(piece[1], state(piece[1])) end
  end
end
if request.answer then check_pieces(request.answer[2]) end
for _, event in ipairs(request.events) do check_pieces(event[3]) end

if #unknown_records > 0 or #unknown_uniques > 0 then
  return {'unknown', unknown_records, unknown_uniques}
end
if refusal then return refusal end

for _, limit in ipairs(request.limits or {}) do
  local count = tonumber(redis.call('GET', limit[1]) or '0')
  if count >= limit[2] then return {'limited', redis.call('TTL', limit[1])} end
end
local counted = {}
for i, limit in ipairs(request.limits or {}) do
  local count = redis.call('INCR', limit[1])
  if count == 1 then redis.call('EXPIRE', limit[1], limit[3]) end
  counted[i] = {count, redis.call('TTL', limit[1])}
end

-- 2. The clock: versions and event offsets never go back, not even after an old backup.
redis.call('SET', EPOCH, request.epoch, 'NX')
local clock = math.max(tonumber(redis.call('GET', CLOCK) or '0') + 1, now_us)
local tick = clock

-- 3. Records, lists, counters, reservations, debts.
for _, begun in ipairs(request.begun) do
  if redis.call('EXISTS', begun[1]) == 0 then
    redis.call('ZADD', begun[1], COMPLETE, FLOOR)
    redis.call('EXPIRE', begun[1], begun[2])
  end
end

-- Lists that follow from edges which are made or ended here are made anew by who reads them next.
for _, list in ipairs(request.derived) do redis.call('DEL', list) end

local function trim(list, cap)
  local excess = redis.call('ZCARD', list) - cap
  if excess < 100 then return end
  local last = redis.call('ZRANGE', list, excess - 1, excess - 1, 'WITHSCORES')
  redis.call('ZREMRANGEBYRANK', list, 0, excess - 1)
  redis.call('ZADD', list, last[2], FLOOR)
end

local function keep(op, list, score, cap)
  local floor = redis.call('ZSCORE', list, FLOOR)
  if floor then
    if score > tonumber(floor) then
      redis.call('ZADD', list, score, op.id)
      trim(list, cap)
    else
      redis.call('ZREM', list, op.id) -- it may have stood higher
    end
  elseif redis.call('ZSCORE', list, FETCH_TOKEN) then
    redis.call('ZADD', list, score, op.id)
  end
end

local function enlist(op, list, score, cap)
  keep(op, list, score, cap)
  redis.call('ZADD', list .. UNFLUSHED_SUFFIX, score, op.id)
  tidy_later(op.key, LIST_CLEANUP .. list .. UNFLUSHED_SUFFIX)
end

local function delist(op, list)
  if redis.call('ZSCORE', list, FLOOR) then
    redis.call('ZREM', list, op.id)
  elseif redis.call('ZSCORE', list, FETCH_TOKEN) then
    -- Whoever is fetching this list must not bring the entry back.
    redis.call('ZADD', list, REMOVED, op.id)
  end
  redis.call('ZADD', list .. UNFLUSHED_SUFFIX, REMOVED, op.id)
  tidy_later(op.key, LIST_CLEANUP .. list .. UNFLUSHED_SUFFIX)
end

-- Hand a record to those who follow its author and whose list is in Redis, as they read it. Of an
-- author with too many followers, or with unknown ones, it is merged into each list at reading, for
-- as long as a list that lacks it is kept.
local function fan_out(op, followers, prefix, author, score, cap, ttl)
  local floor = redis.call('ZSCORE', followers, FLOOR)
  if floor == COMPLETE and redis.call('ZCARD', followers) <= request.fan_out + 1 then
    for _, edge in ipairs(redis.call('ZRANGE', followers, 0, -1)) do
      local follower = string.match(edge, '^(%x+):')
      if follower then keep(op, prefix .. follower, score, cap) end
    end
  else
    redis.call('ZADD', prefix .. LARGE_ACCOUNTS, now_ms, author)
    redis.call('ZREMRANGEBYSCORE', prefix .. LARGE_ACCOUNTS, 0, now_ms - 1000 * ttl)
  end
  keep(op, prefix .. author, score, cap)
end

local function write_record(op)
  local last = tonumber(redis.call('HGET', op.key, VERSION) or '0')
  local version = text(math.max(tick, last + 1))
  clock = math.max(clock, tonumber(version))
  if op.kind == 'create' then
    local notes = redis.call('HGET', op.key, CLEANUP)
    redis.call('DEL', op.key)
    redis.call('HSET', op.key, VERSION, version, REVISION, version, unpack(op.set))
    if notes then redis.call('HSET', op.key, CLEANUP, notes) end
  elseif op.kind == 'update' then
    redis.call('HSET', op.key, VERSION, version, REVISION, version, unpack(op.set))
  elseif op.kind == 'increment' then
    if op.init and state(op.key) == 'gone' then
      redis.call('HDEL', op.key, TOMBSTONE)
      redis.call('HSET', op.key, REVISION, version, unpack(op.init))
    end
    redis.call('HSET', op.key, VERSION, version)
  elseif op.kind == 'delete' then
    local notes = redis.call('HGET', op.key, CLEANUP)
    redis.call('DEL', op.key)
    redis.call('HSET', op.key, VERSION, version, TOMBSTONE, '1')
    if notes then redis.call('HSET', op.key, CLEANUP, notes) end
  end
  for _, change in ipairs(op.by or {}) do
    redis.call('HINCRBY', op.key, change[1], change[2])
  end
  redis.call('PERSIST', op.key)
  redis.call('ZADD', DIRTY_PREFIX .. op.queue, 'NX', now_ms, op.key)
  for _, list in ipairs(op.remove or {}) do delist(op, list) end
  for _, entry in ipairs(op.add or {}) do enlist(op, entry[1], entry[2], entry[3]) end
  for _, fan in ipairs(op.fans or {}) do fan_out(op, unpack(fan)) end
  for _, unique in ipairs(op.release or {}) do
    redis.call('SET', unique, '')
    owe_unique(op.key, op.id, unique)
  end
  for _, unique in ipairs(op.claim or {}) do
    redis.call('SET', unique, op.id)
    owe_unique(op.key, op.id, unique)
  end
end

-- Who is to be woken: of each name one message is on its way, until a worker takes it.
local nudge = {}
local function wake(name)
  if redis.call('SET', WAKEUP_PREFIX .. name, '1', 'NX', 'PX', request.wakeup_ttl_ms) then
    nudge[#nudge + 1] = name
  end
end
for _, op in ipairs(request.ops) do
  if op.queue and (not op.lenient or state(op.key) == 'live') then
    write_record(op)
    wake(op.queue)
  end
end
for _, name in ipairs(request.wake) do wake(name) end

-- 4. The answer and the events see the records as they are now.
local function compose(pieces)
  local out = {}
  for i, piece in ipairs(pieces) do
    if type(piece) == 'table' then
      -- Key, field, what a lack of it means, and what stands around it where it is there.
      local value = redis.call('HGET', piece[1], piece[2])
      if value and piece[4] then value = piece[4] .. value .. piece[5] end
      out[i] = value or piece[3] or 'null'
    else
      out[i] = piece
    end
  end
  return table.concat(out)
end

for _, event in ipairs(request.events) do
  clock = clock + 1
  local id, data = text(clock) .. '-0', compose(event[3])
  -- The whole log, which the sockets' processes follow, and one log a topic, for who was away.
  redis.call('XADD', EVENT_LOG, 'MAXLEN', '~', request.log[1], id,
    'type', event[2], 'data', data, 'context', event[4], 'topics', table.concat(event[1], ' '))
  for _, topic in ipairs(event[1]) do
    local log = TOPIC_LOG_PREFIX .. topic
    redis.call('XADD', log, 'MAXLEN', '~', request.log[1], id,
      'type', event[2], 'data', data, 'context', event[4])
    redis.call('ZADD', EXPIRING, now_ms + request.log[2] * 1000, log)
  end
end
if #request.events > 0 then
  -- The dispatchers also poll the log each second, so a lost message delays an event, no more.
  redis.call('PUBLISH', DISPATCHER_CHANNEL, request.wakeup_message)
end
redis.call('SET', CLOCK, text(clock))

local answer = ''
if request.answer then answer = compose(request.answer[2]) end
if request.idem then
  redis.call('HSET', request.idem[1], 'hash', request.idem[2],
    'status', request.answer and request.answer[1] or 204, 'body', answer)
  redis.call('ZADD', EXPIRING, now_ms + request.idem[3] * 1000, request.idem[1])
end
return {'ok', redis.call('GET', EPOCH) .. ':' .. text(clock), answer, nudge, counted}
