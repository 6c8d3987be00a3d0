-- The cut of a backup. While `freeze` stands nothing leaves the debts, though MongoDB may be written
-- to: so what MongoDB has at a moment within, and all that is owed at the copy, are together every
-- write before the copy and no part of a later one. The mark ends by itself if its owner dies.
local function freeze()
  return redis.call('SET', BACKUP_FREEZE, request.token, 'NX', 'PX', request.ms) and 1 or 0
end

local function thaw()
  return redis.call('GET', BACKUP_FREEZE) == request.token and redis.call('DEL', BACKUP_FREEZE) or 0
end

-- A record as Redis has it, and what its notes speak of: entries of overlays, holders of values.
local function copied(queue, key, letter)
  local id = string.match(key, '^[^:]+:(.*)$')
  local about = {}
  for note in pairs(notes_of(key)) do
    local kind, name = string.sub(note, 1, 1), string.sub(note, 2)
    local value = kind == LIST_CLEANUP and redis.call('ZSCORE', name, id) or kind == UNIQUE_CLEANUP and redis.call('GET', name)
    if value then about[#about + 1] = {note, value} end
  end
  return {queue, key, letter or '', redis.call('HGETALL', key), about}
end

local function copy()
  if redis.call('GET', BACKUP_FREEZE) ~= request.token then return {'thawed'} end
  local count = 0
  for _, queue in ipairs(request.queues) do count = count + redis.call('ZCARD', DIRTY_PREFIX .. queue) end
  if count > request.most then return {'many', count} end
  local found = {}
  for _, queue in ipairs(request.queues) do
    for _, key in ipairs(redis.call('ZRANGE', DIRTY_PREFIX .. queue, 0, -1)) do
      found[#found + 1] = copied(queue, key)
    end
    local letters = redis.call('HGETALL', DEAD_LETTERS_PREFIX .. queue)
    for i = 1, #letters, 2 do
      if not redis.call('ZSCORE', DIRTY_PREFIX .. queue, letters[i]) then
        found[#found + 1] = copied(queue, letters[i], letters[i + 1])
      end
    end
  end
  return {'ok', redis.call('GET', EPOCH) or '', redis.call('GET', CLOCK) or '0', found}
end

return ({freeze = freeze, thaw = thaw, copy = copy})[request.step]()
