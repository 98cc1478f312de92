-- How each cast of a mapping is said in SQL: macros made on every connection. Each takes text (x) and gives NULL where
-- there is no such value. The Python twin that tests hold this to is tests/reference/casts.py.

CREATE TEMP MACRO present(x) AS
    CASE WHEN x IN ('', '-', '(empty)', 'null') THEN NULL ELSE x END;

-- Refanging is dear. Evidence is hardly ever defanged, and then with brackets; lists of warnings know more ways.
CREATE TEMP MACRO defanged(x) AS
    contains(x, '[') OR starts_with(x, 'hxx') OR starts_with(x, 'hXX') OR starts_with(x, 'HXX');

CREATE TEMP MACRO refanged(x) AS
    CASE WHEN defanged(x) THEN
        regexp_replace(
            regexp_replace(
                regexp_replace(x, '\s*[\[({]\s*(\.|dot)\s*[\])}]\s*|\\\.', '.', 'gi'),
                '\[(:|://|@|at)\]', '\1', 'gi'),
            '^hxxp', 'http', 'i')
    ELSE x END;

-- Dotted IPv4 passes untouched; with a port, bracketed, or IPv6, it goes the long way. No host name ends in a digit, which
-- tells the two apart where a field holds either.
CREATE TEMP MACRO address(x) AS
    CASE
        WHEN NOT contains(x, ':') THEN
            CASE WHEN right(x, 1) BETWEEN '0' AND '9' THEN
                CASE WHEN contains(x, '[') THEN refanged(x) ELSE x END
            END
        WHEN regexp_full_match(x, '\[?[0-9.]+\]?:[0-9]+') THEN trim(regexp_replace(x, ':[0-9]+$', ''), '[]')
        ELSE canonical_address(regexp_replace(regexp_replace(x, '\]:[0-9]+$', ']'), '[\[\]]|%.*$', '', 'g'))
    END;

CREATE TEMP MACRO is_ipv4(x) AS
    regexp_full_match(x, '((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])');

-- A dotted address without its last octet.
CREATE TEMP MACRO shorter(x) AS left(x, strlen(x) - strpos(reverse(x), '.'));

CREATE TEMP MACRO domain(x) AS
    CASE WHEN contains(x, '[') OR ends_with(x, '.') THEN rtrim(lower(refanged(x)), '.') ELSE lower(x) END;

CREATE TEMP MACRO url_host(x) AS
    nullif(lower(regexp_extract(
        refanged(x), '^(?:[A-Za-z][A-Za-z0-9+.-]*:)?//(?:[^/@?#]*@)?(\[[^\]]*\]|[^/:?#]+)', 1)), '');

-- Plain string functions take a fifth of the time of a regular expression.
CREATE TEMP MACRO url_path(x) AS
    nullif(split_part(split_part(refanged(x), '?', 1), '#', 1), '');

-- IANA protocol numbers, as Windows' filtering platform writes them.
CREATE TEMP MACRO protocol(x) AS
    CASE x WHEN '1' THEN 'icmp' WHEN '6' THEN 'tcp' WHEN '17' THEN 'udp' WHEN '58' THEN 'ipv6-icmp' ELSE lower(x) END;

CREATE TEMP MACRO whole(x) AS try_cast(x AS BIGINT);

CREATE TEMP MACRO truth(x) AS
    CASE lower(x)
        WHEN 'true' THEN true WHEN 't' THEN true WHEN '1' THEN true
        WHEN 'false' THEN false WHEN 'f' THEN false WHEN '0' THEN false
    END;

CREATE TEMP MACRO sysmon_hash(x, name) AS
    nullif(lower(regexp_extract(x, '(?i)(?:^|,)' || name || '=([0-9A-F]+)', 1)), '');

CREATE TEMP MACRO base_name(x) AS nullif(regexp_extract(x, '([^\\/]+)[\\/]*$', 1), '');

CREATE TEMP MACRO dir_name(x) AS nullif(regexp_extract(x, '^(.*[^\\/])[\\/]+[^\\/]+[\\/]*$', 1), '');

CREATE TEMP MACRO registry_key(x) AS
    CASE
        WHEN starts_with(upper(x), 'HKLM\') THEN 'HKEY_LOCAL_MACHINE' || x[5:]
        WHEN starts_with(upper(x), 'HKCU\') THEN 'HKEY_CURRENT_USER' || x[5:]
        WHEN starts_with(upper(x), 'HKCR\') THEN 'HKEY_CLASSES_ROOT' || x[5:]
        WHEN starts_with(upper(x), 'HKCC\') THEN 'HKEY_CURRENT_CONFIG' || x[5:]
        WHEN starts_with(upper(x), 'HKU\') THEN 'HKEY_USERS' || x[4:]
        WHEN starts_with(upper(x), '\REGISTRY\MACHINE\') THEN 'HKEY_LOCAL_MACHINE' || x[18:]
        WHEN starts_with(upper(x), '\REGISTRY\USER\') THEN 'HKEY_USERS' || x[15:]
        ELSE x
    END;

-- Times are microseconds since 1970, none outside of the calendar of STIX.
CREATE TEMP MACRO calendar(t) AS
    CASE WHEN t BETWEEN -62135596800000000 AND 253402300799999999 THEN t END;

-- Without an offset a time is UTC; with one it is converted, which a plain TIMESTAMP cast would not do. That cast takes
-- a third of the time, so what bears no offset goes that way.
CREATE TEMP MACRO instant(x) AS
    CASE
        WHEN x LIKE '____-__-_____:__:__%' AND NOT contains(x, '+') AND NOT x LIKE '____-__-__%-%'
        THEN epoch_us(try_cast(x AS TIMESTAMP))
        ELSE epoch_us(try_cast(x AS TIMESTAMPTZ))
    END;

CREATE TEMP MACRO epoch_s(x) AS try_cast(round(try_cast(x AS DECIMAL(28, 9)) * 1000000) AS BIGINT);

CREATE TEMP MACRO epoch_ms(x) AS try_cast(round(try_cast(x AS DECIMAL(28, 9)) * 1000) AS BIGINT);

-- The unit of a bare number is told by its size: 1e11 s is the year 5138, 1e11 ms is 1973.
CREATE TEMP MACRO epoch_any(x) AS
    CASE
        WHEN x LIKE '____-__-__%' OR try_cast(x AS DOUBLE) IS NULL THEN instant(x)
        WHEN abs(try_cast(x AS DOUBLE)) < 1e11 THEN epoch_s(x)
        WHEN abs(try_cast(x AS DOUBLE)) < 1e14 THEN epoch_ms(x)
        WHEN abs(try_cast(x AS DOUBLE)) < 1e17 THEN try_cast(x AS BIGINT)
        ELSE try_cast(x AS BIGINT) // 1000
    END;

CREATE TEMP MACRO clf(x) AS epoch_us(try_strptime(x, '%d/%b/%Y:%H:%M:%S %z'));
