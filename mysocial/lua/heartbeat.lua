-- Leave a mark that says: I work. A full server must take it, too, or whoever is well looks ill.
redis.call('SET', request.key, '1', 'PX', request.ms)
return 1
