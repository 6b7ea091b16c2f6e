-- A large object has no tenant, no policy and no audit: nothing here needs one, and everybody could make one, also who may only read.
-- As the administrator: these functions are PostgreSQL's own. Writing to one that exists asks for a privilege on it, making one did not.
revoke execute on function
  pg_catalog.lo_create(oid),
  pg_catalog.lo_creat(integer),
  pg_catalog.lo_from_bytea(oid, bytea)
from public;
