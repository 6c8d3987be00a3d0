-- Applies all changes of one request, or none of them: see docs/write-path.md.
local time = redis.call('TIME')
local now_us = time[1] * 1000000 + time[2]
local now_ms = math.floor(now_us / 1000)
local DAY_SECONDS = 86400
local SMALL_REQUEST_BYTES = 4096
local today = format_integer(math.floor(time[1] / DAY_SECONDS))

-- A stored response is `RAW` or `PACKED`, the hash of its request, its status and its body.
local function stored_response(digest, request_hash)
  local stored = redis.call('GET', IDEMPOTENCY_PREFIX .. digest)
  if not stored then return nil end
  if string.sub(stored, 2, 1 + #request_hash) ~= request_hash then return {'mismatch'} end
  return {'replay', stored}
end

-- Preconditions -----------------------------------------------------------------------------------
-- Nothing is written before all of them hold. Each operation sees the records and unique values as
-- the operations before it will leave them.

local unknown_records, unknown_uniques, unknown_followers = {}, {}, {}
local states_after, owners_after = {}, {}
local failure
local limit_windows = {}

local function note_unknown(key, state)
  if state == 'unknown' then unknown_records[#unknown_records + 1] = key end
  return state
end

local function fail(...)
  if not failure then failure = {...} end
end

-- The id of the record that holds a unique value; empty if none does, or if it is unknown.
local function owner_of(unique)
  if owners_after[unique] then return owners_after[unique] end
  local owner = redis.call('GET', unique)
  if not is_unknown_owner(owner) then return owner end
  unknown_uniques[#unknown_uniques + 1] = unique
  return ''
end

local function check_unique_values(op, position)
  for _, unique in ipairs(op.release or {}) do owners_after[unique] = '' end
  for _, unique in ipairs(op.claim or {}) do
    local owner = owner_of(unique)
    if owner ~= '' and owner ~= op.id then fail('taken', position, unique) end
    owners_after[unique] = op.id
  end
end

local function has_expected_fields(op)
  for _, expected in ipairs(op.expected or {}) do
    local name, value, default = expected[1], expected[2], expected[3]
    if (redis.call('HGET', op.key, name) or default) ~= value then return false end
  end
  return true
end

-- To copy a post to the followers of its author, the script must know them. If MongoDB is
-- unavailable, the post is not copied, and readers merge the author's list instead.
local function check_followers(op)
  if request.merges_unknown_followers then return end
  for _, target in ipairs(op.fan_out or {}) do
    local followers = target[1]
    if not redis.call('ZSCORE', followers, FLOOR) then
      unknown_followers[#unknown_followers + 1] = followers
    end
  end
end

-- Whether the time in a field is still to come, or is past. An empty field fails neither check.
local function check_time(op)
  local moment = tonumber(redis.call('HGET', op.key, op.field) or '')
  if not moment then return end
  if op.kind == 'require_expired' and moment > now_ms then
    fail('not_expired', op.field, format_integer(moment))
  elseif op.kind == 'require_future' and moment <= now_ms then
    fail('expired', op.field)
  end
end

local function check_operation(op, position)
  local state = states_after[op.key] or (op.new_id and 'gone') or record_state(op.key)
  if state == 'unknown' and is_proven_absent(op.absence_proofs, op.id) then state = 'gone' end
  note_unknown(op.key, state)
  if op.kind == 'require_expired' or op.kind == 'require_future' then return check_time(op) end
  if op.kind == 'create' or op.kind == 'require_absent' then
    if state == 'live' then return fail('exists', position) end
  elseif state == 'gone' and not op.init then
    if not op.missing_ok then fail('missing', position) end
    return
  elseif op.revision and state == 'live' and not states_after[op.key] then
    if tonumber(redis.call('HGET', op.key, REVISION)) ~= op.revision then
      fail('conflict', position)
    end
  elseif state == 'live' and not has_expected_fields(op) then
    fail('conflict', position)
  end
  check_unique_values(op, position)
  check_followers(op)
  if op.kind == 'create' or op.init then states_after[op.key] = 'live' end
  if op.kind == 'delete' then states_after[op.key] = 'gone' end
end

-- The records that the response or an event shows must be known, too. An optional one with a natural
-- id may be proven absent: {key, field, default, before, after, absence_proofs, id}.
local function check_placeholders(parts)
  for _, part in ipairs(parts) do
    if type(part) == 'table' and not states_after[part[1]] then
      local state = record_state(part[1])
      if state ~= 'unknown' or not is_proven_absent(part[6], part[7]) then
        note_unknown(part[1], state)
      end
    end
  end
end

-- What to return if the member has written as many bytes today as allowed, or if the stored responses
-- of all members have reached their budget. From half of that on, a member may write an eighth. Small
-- requests are accepted up to twice the budget, so that a member can still delete, block and sign out.
local function check_bytes()
  local budget = request.budget
  if not budget then return nil end
  local stored = tonumber(redis.call('HGET', STORED_BYTES, RESPONSE_BYTES) or '0')
  local max_bytes = budget.member_bytes
  if stored > budget.response_bytes / 2 then max_bytes = max_bytes / 8 end
  if #ARGV[1] < SMALL_REQUEST_BYTES then max_bytes = max_bytes * 2 end
  local written = redis.call('HGET', DAILY_BYTES_PREFIX .. today, budget.client)
  if tonumber(written or '0') >= max_bytes then
    return {'over_budget', DAY_SECONDS - time[1] % DAY_SECONDS}
  end
  if budget.upload > 0 then
    local uploaded = redis.call('HGET', DAILY_BYTES_PREFIX .. today, UPLOADS_PREFIX .. budget.client)
    if tonumber(uploaded or '0') + budget.upload > budget.upload_bytes then
      return {'over_budget', DAY_SECONDS - time[1] % DAY_SECONDS}
    end
  end
  if request.idempotency and stored >= budget.response_bytes then return {'responses_full'} end
  return nil
end

-- What to return instead of writing; nil if all preconditions hold.
local function check_preconditions()
  local session = note_unknown(request.session, session_state())
  if session == 'gone' then return {'session'} end
  for position, op in ipairs(request.ops) do check_operation(op, position) end
  if request.response then check_placeholders(request.response[2]) end
  for _, event in ipairs(request.events) do
    check_placeholders(event[3])
    check_placeholders(event[4])
  end
  if #unknown_records + #unknown_uniques + #unknown_followers > 0 then
    return {'unknown', unknown_records, unknown_uniques, unknown_followers}
  end
  if failure then return failure end
  limit_windows = read_windows(request.limits, now_ms)
  local seconds = seconds_to_wait(limit_windows)
  if seconds > 0 then return {'limited', seconds} end
  return check_bytes()
end

-- Lists -------------------------------------------------------------------------------------------

-- A new member follows nobody yet, so a list that has sources has none.
local function initialize_list(list, ttl_seconds, has_sources)
  if redis.call('EXISTS', list) == 0 then
    redis.call('ZADD', list, COMPLETE, FLOOR)
    redis.call('EXPIRE', list, ttl_seconds)
    if has_sources then set_sources(list, {}, true, ttl_seconds) end
  end
end

-- Drop the oldest entries of a list that is much longer than `cap`, and raise its floor.
local function trim(list, cap)
  local excess = redis.call('ZCARD', list) - cap
  if excess < 100 then return end
  local last = redis.call('ZRANGE', list, excess - 1, excess - 1, 'WITHSCORES')
  redis.call('ZREMRANGEBYRANK', list, 0, excess - 1)
  redis.call('ZADD', list, last[2], FLOOR)
end

local function insert_if_above_floor(op, list, score, cap)
  local floor = redis.call('ZSCORE', list, FLOOR)
  if floor then
    if score > tonumber(floor) then
      redis.call('ZADD', list, score, op.id)
      trim(list, cap)
    else
      redis.call('ZREM', list, op.id) -- its score may have been higher
    end
  elseif redis.call('ZSCORE', list, FETCH_TOKEN) then
    redis.call('ZADD', list, score, op.id)
  end
end

local function note_unflushed(op, list, score)
  redis.call('ZADD', list .. UNFLUSHED_SUFFIX, score, op.id)
  add_cleanup(op.key, LIST_CLEANUP .. list .. UNFLUSHED_SUFFIX)
end

local function add_to_list(op, list, score, cap)
  insert_if_above_floor(op, list, score, cap)
  note_unflushed(op, list, score)
end

local function remove_from_list(op, list)
  if redis.call('ZSCORE', list, FLOOR) then
    redis.call('ZREM', list, op.id)
  elseif redis.call('ZSCORE', list, FETCH_TOKEN) then
    redis.call('ZADD', list, REMOVED, op.id) -- the fetch must not bring the entry back
  end
  note_unflushed(op, list, REMOVED)
end

-- Insert a record into the cached lists of its author's followers, and into the author's own list.
-- If the followers are too many or unknown, note the author: readers then merge the author's list,
-- until every list that lacks the record has expired.
local function fan_out(op, followers, list_prefix, author, score, cap, ttl_seconds)
  local floor = redis.call('ZSCORE', followers, FLOOR)
  if floor == COMPLETE and redis.call('ZCARD', followers) <= request.max_fan_out + 1 then
    for _, edge in ipairs(redis.call('ZRANGE', followers, 0, -1)) do
      local follower = string.match(edge, '^(%x+):')
      if follower then insert_if_above_floor(op, list_prefix .. follower, score, cap) end
    end
  else
    local large_accounts = list_prefix .. LARGE_ACCOUNTS
    redis.call('ZADD', large_accounts, now_ms, author)
    redis.call('ZREMRANGEBYSCORE', large_accounts, 0, now_ms - 1000 * ttl_seconds)
  end
  insert_if_above_floor(op, list_prefix .. author, score, cap)
end

-- Records -----------------------------------------------------------------------------------------

-- Versions and event ids never go back, not even if the system clock does or a backup is restored.
local clock, first_version
local written_bytes = #ARGV[1] -- in Redis: by what the request holds, and what is rendered from it

local function start_clock()
  clock = math.max(tonumber(redis.call('GET', CLOCK) or '0') + 1, now_us)
  first_version = clock
end

local function next_version(key)
  local last = tonumber(redis.call('HGET', key, VERSION) or '0')
  local version = math.max(first_version, last + 1)
  clock = math.max(clock, version)
  return format_integer(version)
end

-- Replace all fields of a record but its pending cleanups.
local function replace_fields(key, ...)
  local cleanups = redis.call('HGET', key, CLEANUP)
  redis.call('DEL', key)
  redis.call('HSET', key, ...)
  if cleanups then redis.call('HSET', key, CLEANUP, cleanups) end
end

local function write_fields(op, version)
  if op.kind == 'create' then
    replace_fields(op.key, VERSION, version, REVISION, version, unpack(op.set))
  elseif op.kind == 'update' then
    redis.call('HSET', op.key, VERSION, version, REVISION, version, unpack(op.set))
  elseif op.kind == 'increment' then
    if op.init and record_state(op.key) == 'gone' then
      redis.call('HDEL', op.key, TOMBSTONE)
      redis.call('HSET', op.key, REVISION, version, unpack(op.init))
    end
    redis.call('HSET', op.key, VERSION, version)
  elseif op.kind == 'delete' then
    replace_fields(op.key, VERSION, version, TOMBSTONE, '1')
  end
  for _, increment in ipairs(op.increments or {}) do
    redis.call('HINCRBY', op.key, increment[1], increment[2])
  end
  if op.copy then
    local field, source, default = unpack(op.copy)
    redis.call('HSET', op.key, field, redis.call('HGET', source, field) or default)
  end
end

local function set_owner(op, unique, owner)
  redis.call('SET', unique, owner)
  hold_unique(op.key, op.id, unique)
end

local function write_record(op)
  write_fields(op, next_version(op.key))
  redis.call('PERSIST', op.key)
  redis.call('ZADD', DIRTY_PREFIX .. op.queue, 'NX', now_ms, op.key)
  for _, list in ipairs(op.remove or {}) do remove_from_list(op, list) end
  for _, entry in ipairs(op.add or {}) do add_to_list(op, unpack(entry)) end
  for _, target in ipairs(op.fan_out or {}) do fan_out(op, unpack(target)) end
  for _, unique in ipairs(op.release or {}) do set_owner(op, unique, '') end
  for _, unique in ipairs(op.claim or {}) do set_owner(op, unique, op.id) end
end

-- The names of the workers to wake: those for which no message is pending.
local wakeups = {}

local function wake_unless_pending(name)
  if redis.call('SET', WAKEUP_PREFIX .. name, '1', 'NX', 'PX', request.wakeup_ttl_ms) then
    wakeups[#wakeups + 1] = name
  end
end

-- Whether an operation applies: without the record it changes, or without the value that it depends
-- on in another record, some operations do nothing.
local function applies(op)
  if op.missing_ok and record_state(op.key) ~= 'live' then return false end
  if not op.only_if then return true end
  local key, field, value, default = unpack(op.only_if)
  return record_state(key) == 'live' and (redis.call('HGET', key, field) or default) == value
end

local function write_records()
  for _, list in ipairs(request.initial_lists) do initialize_list(unpack(list)) end
  -- Lists that are derived from edges changed here are loaded again by their next reader.
  for _, list in ipairs(request.derived_lists) do
    redis.call('DEL', list, list .. SOURCES_SUFFIX)
  end
  for _, op in ipairs(request.ops) do
    if op.queue and applies(op) then
      write_record(op)
      wake_unless_pending(op.queue)
    end
  end
  for _, name in ipairs(request.wakeups) do wake_unless_pending(name) end
end

-- Events and the response -------------------------------------------------------------------------
-- They show the records as they are after the write.

local function render(parts)
  local rendered = {}
  for i, part in ipairs(parts) do
    if type(part) == 'table' then
      local key, field, default, before, after = part[1], part[2], part[3], part[4], part[5]
      local value = redis.call('HGET', key, field)
      -- Without `after`, what is shown is whether the record exists.
      if value and before then value = after and before .. value .. after or before end
      rendered[i] = value or default or 'null'
    else
      rendered[i] = part
    end
  end
  return table.concat(rendered)
end

local function expire_later(key, seconds)
  redis.call('ZADD', EXPIRING, now_ms + seconds * 1000, key)
end

-- The data of an event, or how it is rendered if it is large: the log then keeps no copy of a text.
local function event_content(parts)
  local data = render(parts)
  if #data <= request.max_event_bytes then return 'data', data end
  return 'parts', cmsgpack.pack(parts)
end

-- Add an event's offset to the log of a topic, and drop the offset that is oldest.
local function append_offset(topic, offset)
  local log = TOPIC_LOG_PREFIX .. topic
  local length = redis.call('RPUSH', log, offset)
  if length == 1 then
    redis.call('RPUSH', TOPICS, topic)
  elseif length > request.log_length then
    redis.call('LPOP', log)
  end
end

-- Append an event to the log, which the dispatchers follow, and its offset to the log of each topic,
-- for clients that resume. Return its bytes.
local function append_event(event)
  local topics, kind, context = event[1], event[2], render(event[4])
  local content, data = event_content(event[3])
  clock = clock + 1
  local offset = format_integer(clock)
  local entry = {'type', kind, content, data, 'context', context, 'topics', table.concat(topics, ' ')}
  redis.call('XADD', EVENT_LOG, offset .. '-0', unpack(entry))
  for _, topic in ipairs(topics) do append_offset(topic, offset) end
  return event_bytes(entry)
end

local function announce_events()
  if #request.events > 0 then
    local bytes = 0
    for _, event in ipairs(request.events) do bytes = bytes + append_event(event) end
    written_bytes = written_bytes + bytes
    if add_bytes(EVENT_BYTES, bytes) > request.log_bytes then
      trim_event_log(request.log_bytes, 0, 2 * #request.events + 2)
    end
    -- The dispatchers also poll the log each second, so a lost message only delays the events.
    redis.call('PUBLISH', DISPATCHER_CHANNEL, request.wakeup_message)
  end
  redis.call('SET', CLOCK, format_integer(clock))
end

local function store_response(status, body)
  local digest, request_hash, seconds = unpack(request.idempotency)
  local stored = RAW .. request_hash .. status .. body
  redis.call('SET', IDEMPOTENCY_PREFIX .. digest, stored)
  redis.call('RPUSH', NEW_RESPONSES, format_integer(time[1] + seconds) .. digest)
  add_bytes(RESPONSE_BYTES, #stored)
  written_bytes = written_bytes + #stored
end

-- Count what the client has written today. The count has no TTL: a full server must not evict it.
local function count_bytes()
  if not request.budget then return end
  local key = DAILY_BYTES_PREFIX .. today
  local bytes = redis.call('HINCRBY', key, request.budget.client, written_bytes)
  if request.budget.upload > 0 then
    redis.call('HINCRBY', key, UPLOADS_PREFIX .. request.budget.client, request.budget.upload)
  end
  if bytes == written_bytes then expire_later(key, 2 * DAY_SECONDS) end
end

-- The write ---------------------------------------------------------------------------------------

local function write()
  -- A Redis without an epoch may have lost its data: it must be compared with MongoDB first.
  local state = redis.call('MGET', EPOCH, WRITE_FREEZE)
  if not state[1] then return {'not_compared'} end
  if state[2] then return {'frozen'} end
  if request.idempotency then
    local replay = stored_response(request.idempotency[1], request.idempotency[2])
    if replay then return replay end
  end
  local error_result = check_preconditions()
  if error_result then return error_result end
  local limit_statuses = count_in(limit_windows)
  start_clock()
  write_records()
  announce_events()
  local status, body = 204, ''
  if request.response then status, body = request.response[1], render(request.response[2]) end
  if request.idempotency then store_response(status, body) end
  count_bytes()
  return {'ok', event_cursor(), body, wakeups, limit_statuses}
end

return write()
