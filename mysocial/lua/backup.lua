-- The snapshot of a backup. While BACKUP_FREEZE exists no record is marked as flushed, though
-- MongoDB may be written to. So MongoDB at a moment of the freeze, together with the records that
-- are dirty at the copy, is every write before the copy and no part of a later one. The freeze ends
-- by itself if the process that makes the backup dies.
local function freeze()
  return redis.call('SET', BACKUP_FREEZE, request.token, 'NX', 'PX', request.ttl_ms) and 1 or 0
end

local function is_frozen_by_us()
  return redis.call('GET', BACKUP_FREEZE) == request.token
end

local function unfreeze()
  return is_frozen_by_us() and redis.call('DEL', BACKUP_FREEZE) or 0
end

-- The value that a cleanup is about: the score in a list's unflushed changes, or the owner of a
-- unique value.
local function cleanup_value(cleanup, id)
  local kind, name = parse_cleanup(cleanup)
  if kind == LIST_CLEANUP then return redis.call('ZSCORE', name, id) end
  return redis.call('GET', name)
end

-- A record as Redis has it, with its pending cleanups and their values.
local function copy_record(queue, key, dead_letter)
  local id = string.match(key, '^[^' .. RECORD_SEPARATOR .. ']+' .. RECORD_SEPARATOR .. '(.*)$')
  local cleanups = {}
  for cleanup in pairs(get_cleanups(key)) do
    local value = cleanup_value(cleanup, id)
    if value then cleanups[#cleanups + 1] = {cleanup, value} end
  end
  return {queue, key, dead_letter or '', redis.call('HGETALL', key), cleanups}
end

local function count_dirty()
  local count = 0
  for _, queue in ipairs(request.queues) do
    count = count + redis.call('ZCARD', DIRTY_PREFIX .. queue)
  end
  return count
end

local function copy_queue(queue, records)
  local dirty = DIRTY_PREFIX .. queue
  for _, key in ipairs(redis.call('ZRANGE', dirty, 0, -1)) do
    records[#records + 1] = copy_record(queue, key)
  end
  local letters = redis.call('HGETALL', DEAD_LETTERS_PREFIX .. queue)
  for i = 1, #letters, 2 do
    local key, dead_letter = letters[i], letters[i + 1]
    if not redis.call('ZSCORE', dirty, key) then
      records[#records + 1] = copy_record(queue, key, dead_letter)
    end
  end
end

local function copy()
  if not is_frozen_by_us() then return {'not_frozen'} end
  local count = count_dirty()
  if count > request.max_records then return {'too_many', count} end
  local records = {}
  for _, queue in ipairs(request.queues) do copy_queue(queue, records) end
  return {'ok', redis.call('GET', EPOCH) or '', redis.call('GET', CLOCK) or '0', records}
end

return ({freeze = freeze, unfreeze = unfreeze, copy = copy})[request.step]()
