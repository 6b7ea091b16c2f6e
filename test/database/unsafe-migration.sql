-- What a migration must not do; squawk.test.ts wants it found.
alter table cash_management.cm_entities alter column name type varchar(20);
