-- How each cast of a mapping is said in SQL: macros made on every connection. Each takes text (x) and gives NULL where
-- there is no such value. A macro writes its argument out wherever it names it, and all that is written out is planned: of a
-- small log that takes longer than to cast it. So what texts hardly ever are is left to Python (NAME_of: odd_casts.py).
-- The twin that tests hold all this to is tests/reference/casts.py.

CREATE TEMP MACRO present(x) AS
    CASE WHEN x IN ('', '-', '(empty)', 'null') THEN NULL ELSE x END;

-- In NFC. DuckDB's normalisation ends at a NUL, and what comes after it would never be seen. Of ASCII text, which is most,
-- nothing is asked but its length.
CREATE TEMP MACRO composed(x) AS
    CASE
        WHEN strlen(x) = length(x) THEN x
        WHEN contains(x, chr(0)) THEN composed_of(x)
        ELSE nfc_normalize(x)
    END;

-- The twin of tocsin.detect.pattern.fold: the lower case of the upper case, so that all that has one capital is one letter
-- (the Greek final sigma, the long s). Of ASCII the lower case alone says the same.
CREATE TEMP MACRO folded(x) AS
    CASE WHEN strlen(x) = length(x) THEN lower(x) ELSE lower(upper(x)) END;

-- Refanging is dear. Evidence is hardly ever defanged, and then with brackets; lists of warnings know more ways.
CREATE TEMP MACRO defanged(x) AS
    contains(x, '[') OR starts_with(x, 'hxx') OR starts_with(x, 'hXX') OR starts_with(x, 'HXX');

CREATE TEMP MACRO refanged(x) AS CASE WHEN defanged(x) THEN refanged_of(x) ELSE x END;

CREATE TEMP MACRO is_ipv4(x) AS
    regexp_full_match(x, '((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])');

-- Dotted IPv4 passes untouched, and without its port. All else (bracketed, defanged, IPv6, a number, blanks around it) is read
-- in Python, but for names, which end in a letter and hold neither a colon nor a zone's mark.
CREATE TEMP MACRO address(x) AS
    CASE
        WHEN is_ipv4(x) THEN x
        WHEN x IS NULL OR (upper(right(x, 1)) BETWEEN 'G' AND 'Z' AND NOT contains(x, ':') AND NOT contains(x, '%')) THEN NULL
        WHEN is_ipv4(split_part(x, ':', 1)) AND regexp_full_match(x, '[0-9.]+:[0-9]+') THEN split_part(x, ':', 1)
        ELSE address_of(x)
    END;

-- A dotted address without its last octet.
CREATE TEMP MACRO shorter(x) AS left(x, strlen(x) - strpos(reverse(x), '.'));

CREATE TEMP MACRO domain(x) AS
    CASE
        WHEN contains(x, '[') THEN domain_of(x)
        WHEN ends_with(x, '.') THEN nullif(rtrim(lower(x), '.'), '')
        ELSE lower(x)
    END;

-- A URL as it mostly is, with nothing in capitals before its path, and a request's target, which is all path.
CREATE TEMP MACRO url(x) AS
    CASE
        WHEN regexp_full_match(x, '(?:https?://[a-z0-9._:%@-]*(?:[/?#][^\[]*)?|/[^\[]*)') THEN composed(x)
        ELSE url_of(x)
    END;

CREATE TEMP MACRO url_host(x) AS
    CASE
        WHEN defanged(x) THEN url_host_of(x)
        ELSE nullif(rtrim(lower(regexp_extract(x, '^(?:[A-Za-z][A-Za-z0-9+.-]*:)?//(?:[^/@?#]*@)?([^/:?#]+)', 1)), '.'), '')
    END;

-- Plain string functions take a fifth of the time of a regular expression.
CREATE TEMP MACRO url_path(x) AS
    CASE
        WHEN strlen(x) <> length(x) OR defanged(x) THEN url_path_of(x)
        ELSE nullif(split_part(split_part(x, '?', 1), '#', 1), '')
    END;

-- IANA protocol numbers, as Windows' filtering platform writes them.
CREATE TEMP MACRO protocol(x) AS
    CASE x WHEN '1' THEN 'icmp' WHEN '6' THEN 'tcp' WHEN '17' THEN 'udp' WHEN '58' THEN 'ipv6-icmp' ELSE lower(x) END;

-- A cast would round what has decimals to another number.
CREATE TEMP MACRO whole(x) AS
    CASE WHEN NOT contains(x, '.') OR rtrim(split_part(x, '.', 2), '0') = '' THEN try_cast(x AS BIGINT) END;

CREATE TEMP MACRO truth(x) AS
    CASE lower(x)
        WHEN 'true' THEN true WHEN 't' THEN true WHEN '1' THEN true
        WHEN 'false' THEN false WHEN 'f' THEN false WHEN '0' THEN false
    END;

CREATE TEMP MACRO sysmon_hash(x, name) AS
    nullif(lower(regexp_extract(x, '(?i)(?:^|,)' || name || '=([0-9A-F]+)', 1)), '');

CREATE TEMP MACRO base_name(x) AS nullif(regexp_extract(x, '([^\\/]+)[\\/]*$', 1), '');

CREATE TEMP MACRO dir_name(x) AS nullif(regexp_extract(x, '^(.*[^\\/])[\\/]+[^\\/]+[\\/]*$', 1), '');

-- The hives' names as logs mostly have them. Object names of Windows may be files as well.
CREATE TEMP MACRO registry_key(x) AS
    CASE
        WHEN strlen(x) <> length(x) OR ends_with(x, '\') THEN registry_key_of(x)
        WHEN starts_with(x, 'HKLM\') THEN 'HKEY_LOCAL_MACHINE' || x[5:]
        WHEN starts_with(x, 'HKU\') THEN 'HKEY_USERS' || x[4:]
        WHEN starts_with(x, '\REGISTRY\MACHINE\') THEN 'HKEY_LOCAL_MACHINE' || x[18:]
        WHEN starts_with(x, 'HKEY_') OR upper(left(x, 2)) NOT IN ('HK', '\R') THEN x
        ELSE registry_key_of(x)
    END;

-- Times are microseconds since 1970, none outside of the calendar of STIX.
CREATE TEMP MACRO calendar(t) AS
    CASE WHEN t BETWEEN -62135596800000000 AND 253402300799999999 THEN t END;

-- Without an offset a time is UTC; with one it is converted, which a plain TIMESTAMP cast would not do. That cast takes
-- a third of the time, so what bears no offset goes that way. A leap second is the moment after the second before it.
CREATE TEMP MACRO instant(x) AS
    CASE
        WHEN contains(x, ':60') THEN
            epoch_us(try_cast(regexp_replace(x, '^(.{10}[T ][0-9]{2}:[0-9]{2}):60', '\1:59') AS TIMESTAMPTZ)) + 1000000
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
        -- Whole microseconds downwards, also before 1970: this database's division goes towards zero.
        ELSE (try_cast(x AS BIGINT) - CASE WHEN x LIKE '-%' THEN 999 ELSE 0 END) // 1000
    END;

CREATE TEMP MACRO clf(x) AS epoch_us(try_strptime(x, '%d/%b/%Y:%H:%M:%S %z'));
