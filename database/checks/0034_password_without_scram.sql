-- id: 0034
-- title: Password kept as MD5
-- level: error
-- category: roles
-- why: An MD5 verifier is as good as the password: who reads it, from a backup say, signs in with it. PostgreSQL 18 calls it
--   deprecated.
-- proves: invariant 19
-- versions: 15-18
select
  'password_without_scram' as name,
  'error' as level,
  quote_ident(rolname) as object,
  'signs in with a password that is kept as MD5' as detail,
  'pg_authid.rolpassword begins with md5' as evidence,
  format(E'-- the role cannot sign in until it gets a new one, under password_encryption = scram-sha-256\nalter role %I password null;', rolname) as fix
from pg_authid
where rolcanlogin
  and rolpassword like 'md5%'
order by object;
