-- What is to be tidied when a record is settled, kept with the record: a set of lists ('l' and the
-- name of what is owed to it) and of reservations ('u' and the name). A reservation may be owed by
-- several records, one that let go of it and one that took it: `owed:` names them all, and only
-- when the last of them has paid may MongoDB be asked who holds it.
local function notes_of(key)
  local packed = redis.call('HGET', key, CLEANUP)
  return packed and cmsgpack.unpack(packed) or {}
end

local function tidy_later(key, note)
  local notes = notes_of(key)
  if not notes[note] then
    notes[note] = 1
    redis.call('HSET', key, CLEANUP, cmsgpack.pack(notes))
  end
end

local function owe_unique(key, id, unique)
  redis.call('SADD', HOLDERS_PREFIX .. unique, id)
  tidy_later(key, UNIQUE_CLEANUP .. unique)
end

local function pay_unique(id, unique, ttl)
  redis.call('SREM', HOLDERS_PREFIX .. unique, id)
  if redis.call('EXISTS', HOLDERS_PREFIX .. unique) == 0 then redis.call('EXPIRE', unique, ttl) end
end

local function tidy(key, id, ttl)
  for note in pairs(notes_of(key)) do
    local kind, name = string.sub(note, 1, 1), string.sub(note, 2)
    if kind == LIST_CLEANUP then redis.call('ZREM', name, id) else pay_unique(id, name, ttl) end
  end
  redis.call('HDEL', key, CLEANUP)
end
