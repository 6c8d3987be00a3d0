-- Answers the queries of a reader at one moment, with the event cursor of that moment. What Redis
-- does not know is returned instead, for the caller to fetch.
local unknown_records, unknown_lists, unknown_uniques = {}, {}, {}
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
local BATCH = 1000 -- values of one command: Lua's stack is limited

-- Records -----------------------------------------------------------------------------------------

-- The fields of a live record, read together with its state in one command; false if it is gone.
local function live_fields(key, fields, absence_proofs, id)
  local count = #fields
  fields[count + 1], fields[count + 2] = VERSION, TOMBSTONE
  local values = redis.call('HMGET', key, unpack(fields))
  fields[count + 1], fields[count + 2] = nil, nil
  local version, tombstone = values[count + 1], values[count + 2]
  if not version then
    if not is_proven_absent(absence_proofs, id) then
      unknown_records[#unknown_records + 1] = key
    end
    return false
  end
  if tombstone then return false end
  values[count + 1], values[count + 2] = nil, nil
  return values
end

local function is_live(key)
  local state = record_state(key)
  if state == 'unknown' then unknown_records[#unknown_records + 1] = key end
  return state == 'live'
end

-- Viewer checks -----------------------------------------------------------------------------------
-- A check is {list, before, after, record_prefix}. It holds if the list has the member
-- `before .. id .. after`. A check without a list is {'', field, record_id, record_prefix}. It holds
-- if the time in this field is still to come; without a record_id the record is the checked id's.

local EMPTY = 'empty'

-- The score above which a list is complete, EMPTY for a complete list without entries, or false for
-- a list that is unknown. Most lists of blocks and mutes are empty: each is looked up only once.
local floors = {}

local function floor_of(list)
  local floor = floors[list]
  if floor == nil then
    floor = redis.call('ZSCORE', list, FLOOR)
    if not floor then unknown_lists[#unknown_lists + 1] = list end
    if floor == COMPLETE and redis.call('ZCARD', list) == 1 then floor = EMPTY end
    if floor then floors[list] = floor end
  end
  return floor
end

-- A member that a complete list lacks is not in it. Below the floor, the record itself decides.
local function is_member(list, member, record_prefix)
  local floor = floor_of(list)
  if not floor or floor == EMPTY then return false end
  if redis.call('ZSCORE', list, member) then return true end
  return floor ~= COMPLETE and is_live(record_prefix .. member)
end

-- Whether the time in a field of a record is still to come, by `field .. ' ' .. key`.
local future_times = {}

local function note_time(field, key, value)
  local moment = tonumber(value or '')
  future_times[field .. ' ' .. key] = moment and moment > now_ms or false
end

local function is_time_in_future(check, id)
  local field, record_id, record_prefix = check[2], check[3], check[4]
  local key = record_prefix .. (record_id ~= '' and record_id or id)
  local name = field .. ' ' .. key
  if future_times[name] == nil then
    local values = redis.call('HMGET', key, VERSION, TOMBSTONE, field)
    local version, tombstone, value = values[1], values[2], values[3]
    if not version then
      unknown_records[#unknown_records + 1] = key
      return false
    end
    note_time(field, key, not tombstone and value)
  end
  return future_times[name]
end

-- 1 or 0 for each check on an id.
local function run_checks(id, checks)
  local flags = {}
  for i, check in ipairs(checks) do
    local list = check[1]
    if list == '' then
      flags[i] = is_time_in_future(check, id) and 1 or 0
    elseif floor_of(list) == EMPTY then
      flags[i] = 0
    else
      flags[i] = is_member(list, check[2] .. id .. check[3], check[4]) and 1 or 0
    end
  end
  return flags
end

-- The positions, from 0, of the ids for which a check without a list holds.
local function filter_by_time(ids, check)
  local positions = {}
  local holds_for_all = check[3] ~= '' and is_time_in_future(check, '')
  for i, id in ipairs(ids) do
    if holds_for_all or (check[3] == '' and is_time_in_future(check, id)) then
      positions[#positions + 1] = i - 1
    end
  end
  return positions
end

-- The positions, from 0, of the ids for which a check holds; one command for many ids.
local function filter_ids(ids, check)
  local list, before, after, record_prefix = check[1], check[2], check[3], check[4]
  if list == '' then return filter_by_time(ids, check) end
  local floor, positions = floor_of(list), {}
  if not floor or floor == EMPTY then return positions end
  for first = 1, #ids, BATCH do
    local members = {}
    for i = first, math.min(first + BATCH - 1, #ids) do
      members[#members + 1] = before .. ids[i] .. after
    end
    local scores = redis.call('ZMSCORE', list, unpack(members))
    for i, member in ipairs(members) do
      if scores[i] or (floor ~= COMPLETE and is_live(record_prefix .. member)) then
        positions[#positions + 1] = first + i - 2
      end
    end
  end
  return positions
end

-- List entries ------------------------------------------------------------------------------------
-- An entry is {id, score}. A query starts after the entry {query.member, query.score}, or with the
-- first one if query.score is empty; newest first, or oldest first with query.oldest.

local function read_batch(query, list, first, last, offset)
  if query.oldest then
    return redis.call('ZRANGE', list, first, last, 'BYSCORE', 'LIMIT', offset, query.limit,
      'WITHSCORES')
  end
  return redis.call('ZRANGE', list, first, last, 'BYSCORE', 'REV', 'LIMIT', offset, query.limit,
    'WITHSCORES')
end

-- Entries with the score of the cursor are ordered by id.
local function is_after_cursor(query, id, score)
  if score ~= query.score then return true end
  if query.oldest then return id > query.member end
  return id < query.member
end

-- The entries of a list above `floor`, and whether more may lie below it, in MongoDB only.
local function read_list(query, list, floor)
  local entries, offset = {}, 0
  local first, last = query.score == '' and '+inf' or query.score, '(' .. floor
  if query.oldest then first, last = query.score == '' and last or query.score, '+inf' end
  while #entries < query.limit do
    local batch = read_batch(query, list, first, last, offset)
    for i = 1, #batch, 2 do
      local id, score = batch[i], batch[i + 1]
      if id ~= FLOOR and #entries < query.limit and is_after_cursor(query, id, score) then
        entries[#entries + 1] = {id, score}
      end
    end
    offset = offset + query.limit
    local is_exhausted = #batch < query.limit * 2
    if is_exhausted then return entries, floor ~= COMPLETE and not query.oldest end
  end
  return entries, false
end

-- The large accounts that the reader follows. Their number on the site does not matter: Redis
-- intersects them with the accounts that the reader's list was made of, which are as many as the
-- reader follows. Only who follows too many for a complete list is asked for each large account.
local function followed_large_accounts(query)
  local large, sources = query.large_accounts, query.list .. SOURCES_SUFFIX
  if redis.call('EXISTS', large) == 0 then return {} end
  if redis.call('SISMEMBER', sources, ALL_SOURCES) == 1 then
    return redis.call('ZINTER', 2, large, sources)
  end
  if redis.call('EXISTS', sources) == 0 then
    unknown_lists[#unknown_lists + 1] = query.list
    return {}
  end
  local accounts = {}
  for _, account in ipairs(redis.call('ZRANGE', large, 0, -1)) do
    if is_member(query.following, query.value .. ':' .. account, query.edge_prefix) then
      accounts[#accounts + 1] = account
    end
  end
  return accounts
end

-- The lists from which a page is merged: the reader's own, and those of the large accounts that the
-- reader follows, whose records are not fanned out.
local function source_lists(query)
  local lists = {query.list}
  if not query.large_accounts then return lists end
  for i, account in ipairs(followed_large_accounts(query)) do
    lists[i + 1] = query.source_prefix .. account
  end
  return lists
end

-- The highest floor of the lists: above it all of them are complete. Notes the unknown ones.
local function common_floor(lists)
  local highest = COMPLETE
  for _, list in ipairs(lists) do
    local floor = redis.call('ZSCORE', list, FLOOR)
    if not floor then
      unknown_lists[#unknown_lists + 1] = list
    elseif floor ~= COMPLETE
      and (highest == COMPLETE or tonumber(floor) > tonumber(highest)) then
      highest = floor
    end
  end
  return highest
end

local function is_newer(entry, other)
  local score, other_score = tonumber(entry[2]), tonumber(other[2])
  return score > other_score or (score == other_score and entry[1] > other[1])
end

local function merge_lists(query, lists, floor)
  local merged, is_known, may_have_more = {}, {}, false
  for _, list in ipairs(lists) do
    local entries, more_in_mongo = read_list(query, list, floor)
    may_have_more = may_have_more or more_in_mongo
    for _, entry in ipairs(entries) do
      if not is_known[entry[1]] then merged[#merged + 1] = entry end
      is_known[entry[1]] = true
    end
  end
  table.sort(merged, is_newer)
  if #merged < query.limit then return merged, may_have_more end
  return {unpack(merged, 1, query.limit)}, false
end

-- The entries of a page, and whether more may lie below the floor, in MongoDB only.
local function page_entries(query)
  if query.entries then return query.entries, false end
  local lists = source_lists(query)
  local floor = common_floor(lists)
  if #unknown_lists > 0 then return {}, false end
  if #lists > 1 then return merge_lists(query, lists, floor) end
  local starts_below_floor = query.oldest and floor ~= COMPLETE
    and (query.score == '' or tonumber(query.score) <= tonumber(floor))
  if starts_below_floor then return {}, true end
  return read_list(query, query.list, floor)
end

-- Pages -------------------------------------------------------------------------------------------
-- A join is {position, record_prefix, fields, checks, time_fields}: the position of the reference in
-- the page's fields, and what to read of the record that it names.

-- The fields of a joined record, read together with the times that its checks need.
local function joined_fields(key, fields, time_fields)
  local count = #fields
  for i, field in ipairs(time_fields) do fields[count + i] = field end
  local values = live_fields(key, fields)
  for i, field in ipairs(time_fields) do
    note_time(field, key, values and values[count + i])
    fields[count + i] = nil
    if values then values[count + i] = nil end
  end
  return values
end

-- An empty reference names no record: it has neither fields nor flags.
local function joined_row(number, id, join)
  if id == '' then return {number, id, {}, {}} end
  local record_prefix, fields, checks, time_fields = join[2], join[3], join[4], join[5]
  return {number, id, joined_fields(record_prefix .. id, fields, time_fields) or {},
    run_checks(id, checks)}
end

-- A viewer field is {check, name, row_list}. For each row, the check names a record, which is also in
-- the list `row_list .. id`. Returns the field `name` of each record, or true with an empty name, or
-- false if the record does not exist. Returns an empty table if the viewer has no such records.
local function viewer_values(rows, viewer_field)
  local check, name, row_list = viewer_field[1], viewer_field[2], viewer_field[3]
  local list, before, after, record_prefix = check[1], check[2], check[3], check[4]
  local floor, values = floor_of(list), {}
  if not floor or floor == EMPTY then return values end
  for first = 1, #rows, BATCH do
    local members = {}
    for i = first, math.min(first + BATCH - 1, #rows) do
      members[#members + 1] = before .. rows[i][1] .. after
    end
    local scores = redis.call('ZMSCORE', list, unpack(members))
    for i, member in ipairs(members) do
      local position = first + i - 1
      if name == '' and scores[i] then
        values[position] = true
      elseif scores[i] or floor ~= COMPLETE then
        local fields = live_fields(record_prefix .. member, name ~= '' and {name} or {},
          {row_list .. rows[position][1]}, member)
        values[position] = fields and (name == '' or fields[1]) or false
      else
        values[position] = false
      end
    end
  end
  return values
end

-- The same for a viewer field with a position: only of the rows whose value there is not empty.
local function some_viewer_values(rows, viewer_field, position)
  local some, numbers = {}, {}
  for number, row in ipairs(rows) do
    if (row[3][position] or '') ~= '' then
      some[#some + 1], numbers[#numbers + 1] = row, number
    end
  end
  local values = #some > 0 and viewer_values(some, viewer_field) or {}
  if #values == 0 then return {} end
  local all = {}
  for number = 1, #rows do all[number] = false end
  for i, number in ipairs(numbers) do all[number] = values[i] end
  return all
end

-- The viewer values of each viewer field of a query.
local function all_viewer_values(rows, viewer_fields)
  local all = {}
  for i, viewer_field in ipairs(viewer_fields) do
    local position = viewer_field[4]
    all[i] = position > 0 and some_viewer_values(rows, viewer_field, position)
      or viewer_values(rows, viewer_field)
  end
  return all
end

-- The bytes of a row's values at the given positions.
local function count_bytes(values, positions)
  local count = 0
  for _, position in ipairs(positions) do
    if values[position] then count = count + #values[position] end
  end
  return count
end

-- Returns {more_in_mongo, rows, joined_rows, entry_count, last_entry, viewer_values, is_cut}. A row
-- is {id, score, values, flags}, without the flags if the query has no checks. Each record that rows
-- refer to is joined once. The page is cut after the row that reaches query.max_bytes.
local function read_page(query)
  local entries, more_in_mongo = page_entries(query)
  local rows, joined_rows, is_joined = {}, {}, {}
  local bytes, count, is_cut = 0, #entries, false
  for number, entry in ipairs(entries) do
    local id, score = entry[1], entry[2]
    local values = live_fields(query.prefix .. id, query.fields)
    if values then
      local row = {id, score, values}
      if query.checks[1] then row[4] = run_checks(id, query.checks) end
      rows[#rows + 1] = row
      for join_number, join in ipairs(query.joins) do
        local joined_id = values[join[1]] or '' -- cached before the model had this reference
        local name = joined_id == '' and join_number or join_number .. ' ' .. joined_id
        if not is_joined[name] then
          is_joined[name] = true
          joined_rows[#joined_rows + 1] = joined_row(join_number, joined_id, join)
        end
      end
      bytes = bytes + count_bytes(values, query.sized)
      if query.max_bytes and bytes >= query.max_bytes and number < count then
        count, is_cut = number, true
        break
      end
    end
  end
  return {more_in_mongo and 1 or 0, rows, joined_rows, count, entries[count] or false,
    all_viewer_values(rows, query.viewer_fields), is_cut and 1 or 0}
end

local function truncate(values, length)
  for i = #values, length + 1, -1 do values[i] = nil end
end

-- For a query that may turn out to be needless: false, and nothing is fetched, if any of it is
-- unknown.
local function read_page_if_known(query)
  local record_count, list_count = #unknown_records, #unknown_lists
  local page = read_page(query)
  if #unknown_records == record_count and #unknown_lists == list_count then return page end
  truncate(unknown_records, record_count)
  truncate(unknown_lists, list_count)
  return false
end

-- Queries -----------------------------------------------------------------------------------------

local run = {}

function run.get(query)
  return live_fields(query.key, query.fields, query.absence_proofs, query.id) or {}
end

function run.page(query)
  if query.if_known then return read_page_if_known(query) end
  return read_page(query)
end

function run.ids(query)
  local ids = {}
  for i, entry in ipairs((page_entries(query))) do ids[i] = entry[1] end
  return ids
end

function run.checks(query)
  return run_checks(query.value, query.checks)
end

function run.filter(query)
  local positions = {}
  for i, check in ipairs(query.checks) do positions[i] = filter_ids(query.values, check) end
  return positions
end

function run.unique(query)
  local owner = redis.call('GET', query.key)
  if is_unknown_owner(owner) then unknown_uniques[#unknown_uniques + 1] = query.key end
  return owner or ''
end

-- A query may be about the record that a field of another record names. The reader asks for that
-- other record in the same request, so if it is unknown, all is read again once it is fetched.
local function resolve_reference(query)
  local key, field = query.through[1], query.through[2]
  local id = redis.call('HGET', key, field)
  if not id or id == '' then return false end
  if query.kind == 'get' then query.key = query.key .. id else query.value = id end
  return true
end

local function read()
  local cursor = event_cursor()
  local session = session_state()
  if session == 'gone' then return {'session'} end
  if session == 'unknown' then unknown_records[1] = request.session end
  local results = {}
  for i, query in ipairs(request.queries) do
    if query.through and not resolve_reference(query) then
      results[i] = {}
    else
      results[i] = run[query.kind](query)
    end
  end
  if #unknown_records + #unknown_lists + #unknown_uniques > 0 then
    return {'unknown', unknown_records, unknown_uniques, unknown_lists}
  end
  -- Packed: parsing nested Redis replies costs the client as much as the rest of the request.
  return {'ok', cursor, cmsgpack.pack(results)}
end

return read()
