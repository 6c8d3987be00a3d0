-- A reader's questions, answered at one moment, with the cursor of that moment.
local unknown_records, unknown_lists, unknown_uniques = {}, {}, {}
local answers = {}
local at = cursor()

local session = session_state()
if session == 'gone' then return {'session'} end
if session == 'unknown' then unknown_records[1] = request.session end

local function fields_of(key, fields)
  local seen = state(key)
  if seen == 'unknown' then
    unknown_records[#unknown_records + 1] = key
    return false
  end
  if seen == 'gone' then return false end
  return redis.call('HMGET', key, unpack(fields))
end

-- Whether `member` is in a list: from the list where it is whole, else from the record itself.
local function is_member(list, member, record)
  local floor = redis.call('ZSCORE', list, '~')
  if not floor then
    unknown_lists[#unknown_lists + 1] = list
    return 0
  end
  if redis.call('ZSCORE', list, member) then return 1 end
  if floor == '-inf' then return 0 end
  local seen = state(record)
  if seen == 'unknown' then unknown_records[#unknown_records + 1] = record end
  return seen == 'live' and 1 or 0
end

local function facts_about(value, facts)
  local flags = {}
  for i, fact in ipairs(facts) do
    local member = fact[2] .. value .. fact[3]
    flags[i] = is_member(fact[1], member, fact[4] .. member)
  end
  return flags
end

-- The entries of a whole stretch of a list beyond (score, member), newest or oldest first.
local function stretch(ask, floor)
  local found, offset, from = {}, ask.offset or 0, ask.score
  local first, last = from == '' and '+inf' or from, '(' .. floor
  if ask.oldest then first, last = from == '' and last or from, '+inf' end
  while #found < ask.limit do
    local chunk
    if ask.oldest then
      chunk = redis.call('ZRANGE', ask.list, first, last, 'BYSCORE', 'LIMIT', offset, ask.limit,
        'WITHSCORES')
    else
      chunk = redis.call('ZRANGE', ask.list, first, last, 'BYSCORE', 'REV', 'LIMIT', offset,
        ask.limit, 'WITHSCORES')
    end
    for i = 1, #chunk, 2 do
      local id, score = chunk[i], chunk[i + 1]
      local beyond = score ~= from or (ask.oldest and id > ask.member)
        or (not ask.oldest and id < ask.member)
      if beyond and id ~= '~' and #found < ask.limit then found[#found + 1] = {id, score} end
    end
    offset = offset + ask.limit
    if #chunk < ask.limit * 2 then return found, floor ~= '-inf' and not ask.oldest end
  end
  return found, false
end

local function entries_of(ask)
  if ask.entries then return ask.entries, false end
  local floor = redis.call('ZSCORE', ask.list, '~')
  if not floor then
    unknown_lists[#unknown_lists + 1] = ask.list
    return {}, false
  end
  if ask.oldest and floor ~= '-inf' and (ask.score == '' or tonumber(ask.score) <= tonumber(floor))
  then
    return {}, true
  end
  return stretch(ask, floor)
end

local function page(ask)
  local entries, deep = entries_of(ask)
  local items, joined, order = {}, {}, {}
  for _, entry in ipairs(entries) do
    local values = fields_of(ask.prefix .. entry[1], ask.fields)
    if values then
      items[#items + 1] = {entry[1], entry[2], values}
      for i, join in ipairs(ask.joins) do
        local value = values[join[1]] or '' -- cached before the record had such a reference
        local name = i .. ' ' .. value
        if not joined[name] then
          joined[name] = true
          local named = value ~= '' -- else the reference is empty: nothing to fetch
          order[#order + 1] = {i, value, named and fields_of(join[2] .. value, join[3]) or {},
            named and facts_about(value, join[4]) or {}}
        end
      end
    end
  end
  return {deep and 1 or 0, items, order, #entries, entries[#entries] or false}
end

for index, ask in ipairs(request.asks) do
  if ask.kind == 'get' then
    answers[index] = fields_of(ask.key, ask.fields) or {}
  elseif ask.kind == 'page' then
    answers[index] = page(ask)
  elseif ask.kind == 'facts' then
    answers[index] = facts_about(ask.value, ask.facts)
  elseif ask.kind == 'unique' then
    local owner = redis.call('GET', ask.key)
    if not owner or string.sub(owner, 1, 1) == '?' then
      unknown_uniques[#unknown_uniques + 1] = ask.key
    end
    answers[index] = owner or ''
  end
end

if #unknown_records + #unknown_lists + #unknown_uniques > 0 then
  return {'unknown', unknown_records, unknown_uniques, unknown_lists}
end
return {'ok', at, answers}
