/**
 * The rules of `retention.ts` as Lua, so that each step is atomic, whoever else writes. All keys begin with the
 * history's own name (`KEYS[1]`, whose hash tag puts them on one node of a cluster).
 *
 * | Key             | Type | What is in it                                                                       |
 * | --------------- | ---- | ----------------------------------------------------------------------------------- |
 * | `:r:<record>`   | hash | text and rest (compressed), kind, bytes, parent, repeats, chain, version, names     |
 * | `:session`      | zset | claims of responses, by last use; `:reasoning` those of reasoning                   |
 * | `:all`          | set  | the keys of all records                                                             |
 * | `:children`     | hash | record -> how many records build on it                                              |
 * | `:rep:<record>` | set  | the records that repeat it                                                          |
 * | `:name:<index>` | hash | a call, a fingerprint, an item, a response or an input's digest -> the latest record |
 * | `:deleted:<..>` | text | for a minute: that this deletion is done                                               |
 * | `:totals`       | hash | bytes; the last version; the epoch, which counts what changed behind a reader's back |
 */
import { type Script, scriptOf } from '../../redis/connection.ts';

/** Arguments 1 to 5 of every script are the clock (-1: the store's own) and the limits. */
const PRELUDE = `
local ns = KEYS[1]
local now = tonumber(ARGV[1])
if now < 0 then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local ttl, max_bytes = tonumber(ARGV[2]), tonumber(ARGV[5])
local most = { session = tonumber(ARGV[3]), reasoning = tonumber(ARGV[4]) }
local ALL, CHILDREN, TOTALS = ns .. ':all', ns .. ':children', ns .. ':totals'

local function at(key) return ns .. ':r:' .. key end
local function claims(kind) return ns .. ':' .. kind end
local function field(key, name) return redis.call('HGET', at(key), name) end
local function exists(key) return redis.call('EXISTS', at(key)) == 1 end
local function needed(key) return redis.call('HEXISTS', CHILDREN, key) == 1 end
local function total(name) return tonumber(redis.call('HGET', TOTALS, name) or 0) end
local function changed() redis.call('HINCRBY', TOTALS, 'epoch', 1) end

local function add_child(parent, key, repeats)
  if parent == '' then return end
  redis.call('HINCRBY', CHILDREN, parent, 1)
  if repeats == '1' then redis.call('SADD', ns .. ':rep:' .. parent, key) end
end

local function remove_child(parent, key)
  if parent == '' then return end
  if redis.call('HINCRBY', CHILDREN, parent, -1) <= 0 then redis.call('HDEL', CHILDREN, parent) end
  redis.call('SREM', ns .. ':rep:' .. parent, key)
end

local function add_names(key, names)
  for _, name in ipairs(cjson.decode(names)) do
    redis.call('HSET', ns .. ':name:' .. name[1], name[2], key)
  end
end

local function remove_names(key, names)
  for _, name in ipairs(cjson.decode(names)) do
    local index = ns .. ':name:' .. name[1]
    if redis.call('HGET', index, name[2]) == key then redis.call('HDEL', index, name[2]) end
  end
end

-- Of two uses in the same millisecond the later counts more.
local function claim(key, kind)
  local last = redis.call('ZRANGE', claims(kind), -1, -1, 'WITHSCORES')
  local score = now
  if last[2] and tonumber(last[2]) >= now and last[1] ~= key then score = tonumber(last[2]) + 1 / 1024 end
  redis.call('ZADD', claims(kind), string.format('%.4f', score), key)
end

local function claimed(key)
  return redis.call('ZSCORE', claims(field(key, 'kind')), key) ~= false
end

local function touch(key) claim(key, field(key, 'kind')) end

-- Gives the parent; nil when there is no such record.
local function forget(key)
  local r = redis.call('HMGET', at(key), 'kind', 'bytes', 'parent', 'names')
  if not r[1] then return nil end
  redis.call('UNLINK', at(key))
  redis.call('ZREM', claims(r[1]), key)
  redis.call('SREM', ALL, key)
  redis.call('HINCRBY', TOTALS, 'bytes', -tonumber(r[2]))
  remove_child(r[3], key)
  remove_names(key, r[4])
  return r[3]
end

-- Takes a record out, and those before it that only it still needed.
local function remove(key)
  while key do
    local parent = forget(key)
    key = nil
    if parent and parent ~= '' and exists(parent) and not needed(parent) and not claimed(parent) then
      key = parent
    end
  end
end

local function release(key, kind)
  redis.call('ZREM', claims(kind), key)
  if not needed(key) then remove(key) end
end

local function oldest(kind)
  local first = redis.call('ZRANGE', claims(kind), 0, 0, 'WITHSCORES')
  return first[1], first[2] and math.floor(tonumber(first[2]))
end

local function trim()
  for _, kind in ipairs({ 'session', 'reasoning' }) do
    while true do
      local key, used = oldest(kind)
      if not key then break end
      if redis.call('ZCARD', claims(kind)) <= most[kind] and now - used < ttl then break end
      release(key, kind)
    end
  end
  while total('bytes') > max_bytes do
    local session, session_used = oldest('session')
    local reasoning, reasoning_used = oldest('reasoning')
    if session and (not reasoning or session_used <= reasoning_used) then release(session, 'session')
    elseif reasoning then release(reasoning, 'reasoning')
    else break end
  end
end

-- What a record and all that it builds on take. Kept with each record, and too large after a deletion: only where that
-- matters the chain is walked.
local function chain_of(key)
  if key == '' then return 0 end
  local kept = tonumber(field(key, 'chain') or 0)
  if kept <= max_bytes then return kept end
  local sum, steps, all = 0, 0, redis.call('SCARD', ALL)
  while key and key ~= '' and steps <= all do
    local r = redis.call('HMGET', at(key), 'bytes', 'parent')
    sum = sum + tonumber(r[1] or 0)
    key = r[2]
    steps = steps + 1
  end
  return sum
end

local function write(key, bytes, parent, repeats, text, names)
  local version = redis.call('HINCRBY', TOTALS, 'version', 1)
  redis.call('HSET', at(key), 'bytes', bytes, 'parent', parent, 'repeats', repeats, 'text', text, 'names', names,
    'chain', bytes + chain_of(parent), 'version', version)
  redis.call('HINCRBY', TOTALS, 'bytes', bytes)
  add_child(parent, key, repeats)
  add_names(key, names)
end
`;

function script(body: string): Script {
  return scriptOf(PRELUDE + body);
}

/**
 * 6 key, 7 kind, 8 bytes, 9 parent, 10 whether it repeats the parent, 11 text, 12 the rest, which is only read with the
 * record itself, 13 names as `[[index, name], ...]`. Returns `[0, epoch]` if it is kept, `[1, bytes]` if it needs more
 * than the budget, `[2]` if what it repeats is gone.
 */
export const STORE = script(`
local key, kind, bytes, parent, repeats = ARGV[6], ARGV[7], tonumber(ARGV[8]), ARGV[9], ARGV[10]
if repeats == '1' and not exists(parent) then return { 2 } end
local chain = bytes + chain_of(parent)
if chain > max_bytes then return { 1, tostring(chain) } end
if forget(key) then changed() end
redis.call('HSET', at(key), 'kind', kind, 'rest', ARGV[12])
redis.call('SADD', ALL, key)
write(key, bytes, parent, repeats, ARGV[11], ARGV[13])
claim(key, kind)
trim()
return { 0, tostring(total('epoch')) }
`);

/**
 * 6 the last record of a conversation, 7 the record from which on the reader lacks some ('' if it has all), 8 how many
 * it wants, 9 the epoch in which it read the others. Returns the epoch, whether there is such a conversation, the next
 * record ('': none), and the texts of the others towards the beginning, in one piece, each preceded by its length in
 * four bytes. A reader that lacks nothing counts as having used the conversation.
 */
export const WALK = script(`
trim()
local last, from, wanted, epoch = ARGV[6], ARGV[7], tonumber(ARGV[8]), ARGV[9]
local current = tostring(total('epoch'))
if not exists(last) then return { current, 0 } end
if from == '' and epoch == current then
  touch(last)
  return { current, 1 }
end
if epoch ~= current then from = last end
local texts = {}
while from ~= '' and wanted > 0 do
  local r = redis.call('HMGET', at(from), 'parent', 'text')
  if not r[2] then return { current, 0 } end
  table.insert(texts, struct.pack('<I4', #r[2]))
  table.insert(texts, r[2])
  from = r[1]
  wanted = wanted - 1
end
return { current, 1, from, table.concat(texts) }
`);

/**
 * 6 an index and 7 a name in it, or '' and a record's key; 8 whether this counts as using the record. Returns key,
 * text, version and rest of the record, or nothing if there is none.
 */
export const READ = script(`
if ARGV[8] == '1' then trim() end
local key = ARGV[7]
if ARGV[6] ~= '' then key = redis.call('HGET', ns .. ':name:' .. ARGV[6], ARGV[7]) end
if not key or not exists(key) then return {} end
if ARGV[8] == '1' then touch(key) end
local r = redis.call('HMGET', at(key), 'text', 'version', 'rest')
return { key, r[1], r[2], r[3] }
`);

/**
 * 6 digests of an input, the longest first, as JSON. Returns position (from 0), key and chain of the first known one.
 */
export const FIND_INPUT = script(`
for position, digest in ipairs(cjson.decode(ARGV[6])) do
  local key = redis.call('HGET', ns .. ':name:input', digest)
  if key then return { position - 1, key, tostring(chain_of(key)) } end
end
return {}
`);

/**
 * 6 a response's record, 7 its id, 8 whether to delete it even if others repeat it, 9 the deletion's own name: a
 * relay that got no answer asks again within a minute. Returns `[0 or 1]`: whether there was one; `[2, key]` if that record must first
 * get a copy of what it repeats.
 */
export const DELETE = script(`
local done = ns .. ':deleted:' .. ARGV[9]
if redis.call('EXISTS', done) == 1 then return { 1 } end
trim()
local key = ARGV[6]
local was = exists(key) and 1 or 0
local child = redis.call('SRANDMEMBER', ns .. ':rep:' .. key)
if was == 1 and child and ARGV[8] == '0' then return { 2, child } end
local reasoning = redis.call('HGET', ns .. ':name:response', ARGV[7])
remove(key)
if reasoning then remove(reasoning) end
changed()
if was == 1 then redis.call('SET', done, '', 'EX', 60) end
return { was }
`);

/**
 * Copies into a record what it repeats of its parent. 6 record, 7 its version, 8 parent, 9 the parent's version, 10
 * bytes, 11 the new parent, 12 whether it repeats that, 13 text, 14 new names. Returns 0 if one of the two has changed
 * by now.
 */
export const DETACH = script(`
local key, parent = ARGV[6], ARGV[8]
local r = redis.call('HMGET', at(key), 'version', 'parent', 'bytes', 'names')
if r[1] ~= ARGV[7] or r[2] ~= parent or field(parent, 'version') ~= ARGV[9] then return 0 end
remove_child(parent, key)
redis.call('HINCRBY', TOTALS, 'bytes', -tonumber(r[3]))
local names = cjson.decode(r[4])
for _, name in ipairs(cjson.decode(ARGV[14])) do table.insert(names, name) end
write(key, tonumber(ARGV[10]), ARGV[11], ARGV[12], ARGV[13], #names > 0 and cjson.encode(names) or '[]')
changed()
return 1
`);

/** Removes a batch of all records. Returns how many are left. */
export const CLEAR = script(`
for _, key in ipairs(redis.call('SRANDMEMBER', ALL, 200)) do forget(key) end
changed()
return redis.call('SCARD', ALL)
`);

/** Applies the limits. Returns how many records are left. */
export const TRIM = script(`
trim()
return redis.call('SCARD', ALL)
`);
