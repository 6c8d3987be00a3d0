-- A reader's questions, answered at one moment, with the cursor of that moment.
local unknown_records, unknown_lists, unknown_uniques = {}, {}, {}
local answers = {}
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
local CHUNK = 1000
local at = cursor()

local session = session_state()
if session == 'gone' then return {'session'} end
if session == 'unknown' then unknown_records[1] = request.session end

-- The fields of a live record: one command tells its state, too. False when it is gone.
local function fields_of(key, fields, proofs, id)
  local count = #fields
  fields[count + 1], fields[count + 2] = VERSION, TOMBSTONE
  local values = redis.call('HMGET', key, unpack(fields))
  fields[count + 1], fields[count + 2] = nil, nil
  if not values[count + 1] then
    if not is_proven_absent(proofs, id) then unknown_records[#unknown_records + 1] = key end
    return false
  end
  if values[count + 2] then return false end
  values[count + 1], values[count + 2] = nil, nil
  return values
end

-- The score below which a list may lack entries; false, and asked for, when the list is unknown.
local floors = {}
local function floor_of(list)
  local floor = floors[list]
  if floor == nil then
    floor = redis.call('ZSCORE', list, FLOOR)
    if not floor then unknown_lists[#unknown_lists + 1] = list end
    -- Most lists of blocks and mutes are empty: that is found out once.
    if floor == COMPLETE and redis.call('ZCARD', list) == 1 then floor = 'empty' end
    if floor then floors[list] = floor end
  end
  return floor
end

-- What is not in a list that goes deeper than Redis knows may stand in the record itself.
local function is_live(record)
  local seen = state(record)
  if seen == 'unknown' then unknown_records[#unknown_records + 1] = record end
  return seen == 'live'
end

-- Whether `member` is in a list: from the list where it is whole, else from the record itself.
local function is_member(list, member, prefix)
  local floor = floor_of(list)
  if not floor or floor == 'empty' then return 0 end
  if redis.call('ZSCORE', list, member) then return 1 end
  return floor ~= COMPLETE and is_live(prefix .. member) and 1 or 0
end

-- A fact without a list: whether the moment in a field of a record is still to come. The record is
-- the one that the fact names, or else the one that is asked about.
local ahead = {}
local function note_ahead(field, record, value)
  local moment = tonumber(value or '')
  ahead[field .. ' ' .. record] = moment and moment > now_ms or false
end

local function is_ahead(fact, value)
  local record = fact[4] .. (fact[3] ~= '' and fact[3] or value)
  local name = fact[2] .. ' ' .. record
  if ahead[name] == nil then
    local mark = redis.call('HMGET', record, VERSION, TOMBSTONE, fact[2])
    if not mark[1] then
      unknown_records[#unknown_records + 1] = record
      return false
    end
    note_ahead(fact[2], record, not mark[2] and mark[3])
  end
  return ahead[name]
end

local function facts_about(value, facts)
  local flags = {}
  for i, fact in ipairs(facts) do
    if fact[1] == '' then
      flags[i] = is_ahead(fact, value) and 1 or 0
    elseif floor_of(fact[1]) == 'empty' then
      flags[i] = 0
    else
      flags[i] = is_member(fact[1], fact[2] .. value .. fact[3], fact[4])
    end
  end
  return flags
end

-- The places of those `values` of which a fact without a list holds.
local function places_ahead(values, fact)
  local places, for_all = {}, fact[3] ~= '' and is_ahead(fact, '')
  for i, value in ipairs(values) do
    if for_all or (fact[3] == '' and is_ahead(fact, value)) then places[#places + 1] = i - 1 end
  end
  return places
end

-- The places of those `values` of which one fact holds. Most lists of blocks and mutes are empty:
-- that is found out once, whatever the number of values.
local function places_of(values, fact)
  if fact[1] == '' then return places_ahead(values, fact) end
  local floor, places = floor_of(fact[1]), {}
  if not floor or floor == 'empty' then return places end
  local is_whole = floor == COMPLETE
  for first = 1, #values, CHUNK do
    local members = {}
    for i = first, math.min(first + CHUNK - 1, #values) do
      members[#members + 1] = fact[2] .. values[i] .. fact[3]
    end
    local scores = redis.call('ZMSCORE', fact[1], unpack(members))
    for i, member in ipairs(members) do
      if scores[i] or (not is_whole and is_live(fact[4] .. member)) then
        places[#places + 1] = first + i - 2
      end
    end
  end
  return places
end

-- The entries of a list above `floor` and beyond (score, member), newest or oldest first.
local function stretch(ask, list, floor)
  local found, offset, from = {}, 0, ask.score
  local first, last = from == '' and '+inf' or from, '(' .. floor
  if ask.oldest then first, last = from == '' and last or from, '+inf' end
  while #found < ask.limit do
    local chunk
    if ask.oldest then
      chunk = redis.call('ZRANGE', list, first, last, 'BYSCORE', 'LIMIT', offset, ask.limit,
        'WITHSCORES')
    else
      chunk = redis.call('ZRANGE', list, first, last, 'BYSCORE', 'REV', 'LIMIT', offset,
        ask.limit, 'WITHSCORES')
    end
    for i = 1, #chunk, 2 do
      local id, score = chunk[i], chunk[i + 1]
      local beyond = score ~= from or (ask.oldest and id > ask.member)
        or (not ask.oldest and id < ask.member)
      if beyond and id ~= FLOOR and #found < ask.limit then found[#found + 1] = {id, score} end
    end
    offset = offset + ask.limit
    if #chunk < ask.limit * 2 then return found, floor ~= COMPLETE and not ask.oldest end
  end
  return found, false
end

-- The lists that a page is merged from: the reader's own, and those of authors with too many
-- followers to hand each a copy, as far as the reader follows them.
local function sources_of(ask)
  local lists = {ask.list}
  for _, author in ipairs(ask.large and redis.call('ZRANGE', ask.large, 0, -1) or {}) do
    local edge = ask.value .. ':' .. author
    if is_member(ask.following, edge, ask.edges) == 1 then
      lists[#lists + 1] = ask.over .. author
    end
  end
  return lists
end

local function is_newer(one, other)
  local here, there = tonumber(one[2]), tonumber(other[2])
  return here > there or (here == there and one[1] > other[1])
end

local function merge(ask, lists, floor)
  local all, seen, ended = {}, {}, false
  for _, list in ipairs(lists) do
    local found, deep = stretch(ask, list, floor)
    ended = ended or deep
    for _, entry in ipairs(found) do
      if not seen[entry[1]] then all[#all + 1] = entry end
      seen[entry[1]] = true
    end
  end
  table.sort(all, is_newer)
  if #all < ask.limit then return all, ended end
  return {unpack(all, 1, ask.limit)}, false
end

local function entries_of(ask)
  if ask.entries then return ask.entries, false end
  local lists, floor = sources_of(ask), COMPLETE
  for _, list in ipairs(lists) do
    local own = redis.call('ZSCORE', list, FLOOR)
    if not own then
      unknown_lists[#unknown_lists + 1] = list
    elseif own ~= COMPLETE and (floor == COMPLETE or tonumber(own) > tonumber(floor)) then
      floor = own
    end
  end
  if #unknown_lists > 0 then return {}, false end
  if #lists > 1 then return merge(ask, lists, floor) end
  if ask.oldest and floor ~= COMPLETE and (ask.score == '' or tonumber(ask.score) <= tonumber(floor))
  then
    return {}, true
  end
  return stretch(ask, ask.list, floor)
end

-- The fields of a record that a reference names, which come with the moments in it that facts about
-- it ask for: one command instead of two.
local function joined_fields(key, fields, moments)
  local shown = #fields
  for i, name in ipairs(moments) do fields[shown + i] = name end
  local values = fields_of(key, fields)
  for i, name in ipairs(moments) do
    note_ahead(name, key, values and values[shown + i])
    fields[shown + i] = nil
    if values then values[shown + i] = nil end
  end
  return values
end

local function page(ask)
  local entries, deep = entries_of(ask)
  local items, joined, order = {}, {}, {}
  for _, entry in ipairs(entries) do
    local values = fields_of(ask.prefix .. entry[1], ask.fields)
    if values then
      local item = {entry[1], entry[2], values}
      if ask.facts[1] then item[4] = facts_about(entry[1], ask.facts) end
      items[#items + 1] = item
      for i, join in ipairs(ask.joins) do
        local value = values[join[1]] or '' -- cached before the record had such a reference
        local name = i .. ' ' .. value
        if not joined[name] then
          joined[name] = true
          local named = value ~= '' -- else the reference is empty: nothing to fetch
          order[#order + 1] = {i, value,
            named and joined_fields(join[2] .. value, join[3], join[5]) or {},
            named and facts_about(value, join[4]) or {}}
        end
      end
    end
  end
  return {deep and 1 or 0, items, order, #entries, entries[#entries] or false}
end

-- Answer a question that may be needless only if nothing has to be fetched for it: else false.
local function page_if_known(ask)
  local records, lists = #unknown_records, #unknown_lists
  local found = page(ask)
  if #unknown_records == records and #unknown_lists == lists then return found end
  for i = #unknown_records, records + 1, -1 do unknown_records[i] = nil end
  for i = #unknown_lists, lists + 1, -1 do unknown_lists[i] = nil end
  return false
end

-- A question may be about whom a field of another record names, which is asked for beside it; where
-- that one is unknown, all is asked again.
local function name_whom(ask)
  local name = redis.call('HGET', ask.via[1], ask.via[2])
  if not name or name == '' then return false end
  if ask.kind == 'get' then ask.key = ask.key .. name else ask.value = name end
  return true
end

for index, ask in ipairs(request.asks) do
  if ask.via and not name_whom(ask) then
    answers[index] = {}
  elseif ask.kind == 'get' then
    answers[index] = fields_of(ask.key, ask.fields, ask.proofs, ask.id) or {}
  elseif ask.kind == 'page' then
    answers[index] = ask.if_known and page_if_known(ask) or not ask.if_known and page(ask)
  elseif ask.kind == 'ids' then
    local ids = {}
    for i, entry in ipairs((entries_of(ask))) do ids[i] = entry[1] end
    answers[index] = ids
  elseif ask.kind == 'facts' then
    answers[index] = facts_about(ask.value, ask.facts)
  elseif ask.kind == 'among' then
    local found = {}
    for i, fact in ipairs(ask.facts) do found[i] = places_of(ask.values, fact) end
    answers[index] = found
  elseif ask.kind == 'unique' then
    local owner = redis.call('GET', ask.key)
    if not owner or string.sub(owner, 1, 1) == FETCH_TOKEN then
      unknown_uniques[#unknown_uniques + 1] = ask.key
    end
    answers[index] = owner or ''
  end
end

if #unknown_records + #unknown_lists + #unknown_uniques > 0 then
  return {'unknown', unknown_records, unknown_uniques, unknown_lists}
end
-- Packed, for to take a page of replies apart costs its reader as much as to send the question.
return {'ok', at, cmsgpack.pack(answers)}
