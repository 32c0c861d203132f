#!/usr/bin/env bash
# Runs once, when the database is made. Two roles: the owner migrates; the program's own role reads and writes rows but
# can neither change a table nor empty one nor switch a trigger off.
set -euo pipefail
: "${OWNER_DB_PASSWORD:?}" "${APP_DB_PASSWORD:?}"

psql --no-psqlrc --set ON_ERROR_STOP=1 --set owner_password="$OWNER_DB_PASSWORD" --set app_password="$APP_DB_PASSWORD" \
    --username "${POSTGRES_USER:-postgres}" --dbname postgres <<'SQL'
CREATE ROLE xueji_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE xueji_app LOGIN PASSWORD :'app_password';
CREATE DATABASE xueji OWNER xueji_owner ENCODING 'UTF8' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C' TEMPLATE template0;
REVOKE ALL ON DATABASE xueji FROM PUBLIC;
-- No TEMPORARY: a table of one's own would stand before the tables that the walls look into.
GRANT CONNECT ON DATABASE xueji TO xueji_app;
-- pgbouncer passes no start-up options on, so the time-outs belong to the role. Worker and web share it.
ALTER ROLE xueji_app SET statement_timeout = '60s';
ALTER ROLE xueji_app SET lock_timeout = '5s';
ALTER ROLE xueji_app SET idle_in_transaction_session_timeout = '30s';
ALTER ROLE xueji_app SET timezone = 'UTC';
\connect xueji
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT ALL ON SCHEMA public TO xueji_owner;
GRANT USAGE ON SCHEMA public TO xueji_app;
ALTER DEFAULT PRIVILEGES FOR ROLE xueji_owner IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO xueji_app;
ALTER DEFAULT PRIVILEGES FOR ROLE xueji_owner IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO xueji_app;
SQL
